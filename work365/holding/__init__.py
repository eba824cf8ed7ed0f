"""Credit hold: what it blocks, who is held or released by a rule, what a customer may still order."""
