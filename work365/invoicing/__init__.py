"""Invoicing: what a contract's history implies, less what is posted. Begin at `billing.bill`."""
