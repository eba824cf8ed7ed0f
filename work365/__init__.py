"""What is right: the rules of CSP billing. Standard library only; no I/O, no clock, no randomness."""
