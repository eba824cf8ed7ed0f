"""Everybody else: one folder per counterpart. Providers see neither each other nor Dataverse."""
