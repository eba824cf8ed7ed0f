"""Invoices as PDF, set with typst."""
