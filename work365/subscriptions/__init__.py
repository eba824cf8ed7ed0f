"""Subscriptions and the ledger of their changes."""
