"""Whether our ledger, the gateways and the books say the same of the money. Pure: each difference has a next step."""
