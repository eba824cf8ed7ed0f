"""Seeded months: everything that happens to money in a partner's month, with everything that can go wrong, played by dice."""
