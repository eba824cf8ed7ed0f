"""Which tax holds, how much of it, and who computes it."""
