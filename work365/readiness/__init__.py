"""Readiness: what would go wrong in a run, said before it begins."""
