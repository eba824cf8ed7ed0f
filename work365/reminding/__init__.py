"""Reminders: which step of a plan is due for an open invoice, who hears of it in which words, and what it costs."""
