"""Resellers of several tiers: each tier bills the one below it for all seats, at its own prices; margins add up."""
