"""Who did what, on whose behalf, as an auditor gets it: a chain of rows whose completeness can be verified."""
