"""GoCardless: debits of bank accounts whose holders gave a mandate."""
