"""Usage: what was metered, what it costs the customer, and how it is printed."""
