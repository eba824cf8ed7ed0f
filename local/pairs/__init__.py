"""Pairs of crashes: every handler that moves money is killed once, and killed again while it recovers."""
