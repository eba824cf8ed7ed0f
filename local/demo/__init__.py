"""`make demo`: a sample partner's months, billed, charged, booked and sent by the real doors against the local system."""
