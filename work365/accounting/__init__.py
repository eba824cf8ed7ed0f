"""Accounting: an invoice as the books want it, what to send, and what comes back."""
