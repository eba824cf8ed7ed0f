"""Charges that come from outside, as files: what a line means for what is imported already."""
