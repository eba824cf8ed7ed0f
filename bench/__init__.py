"""Benchmarks: what is measured, each in a file of its own. `make bench` runs them all and writes build/bench.json."""
