"""Receivables: what may be charged on an invoice, what became of it, and what the invoice then says. Pure rules."""
