"""A stand-in for Avalara AvaTax."""
