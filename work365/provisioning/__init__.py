"""Provisioning: what a supplier's charge lines say about tenants, subscriptions and seats."""
