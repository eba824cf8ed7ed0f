"""Stripe: stored cards and bank accounts, charged through Stripe's own SDK."""
