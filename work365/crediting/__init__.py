"""Credit notes, cancellation and refund policy: what a person takes back of what was billed. Begin at `noting.note`."""
