"""Contracts: when a customer is billed, and for which days."""
