"""The sample partner: files for the demo, and partners made by rule for benchmarks and crash suites."""
