"""Currencies: what one is worth in another on a day, and prices that come in another one."""
