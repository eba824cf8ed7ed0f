"""Billing what the supplier billed: its charge lines with a mark-up, in place of seats and days that we count ourselves."""
