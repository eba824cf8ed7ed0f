"""What a scenario of the simulator says beside subscriptions, and what its runs do with that (docs/reference/simulate.md)."""
