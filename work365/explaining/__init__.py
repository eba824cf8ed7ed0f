"""Why a line of an invoice is what it is, as a person would say it and as a scenario that reproduces it."""
