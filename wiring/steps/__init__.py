"""What timers do, one function per step; `wiring.timers` says in which order."""
