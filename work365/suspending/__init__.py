"""Suspension by a rule: what asks for it, after which warnings, who decides, and what it goes on costing."""
