"""What a healthy installation looks like: one verdict per check, each with its mend."""
