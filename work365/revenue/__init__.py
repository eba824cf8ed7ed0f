"""Revenue: what of an invoice is earned in which month, and how recurring revenue moves."""
