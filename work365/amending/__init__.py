"""Amending a contract: which terms may change on a day, what that does to prices, and what is written for it."""
