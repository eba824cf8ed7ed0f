"""What is right: the rules of CSP billing. Standard library only; no I/O, no clock, no randomness."""

VERSION = "0.1.0"
"""The only place where the version stands; what is deployed to Azure is not an installed package and has no metadata."""
