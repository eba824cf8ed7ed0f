"""QuickBooks Online, locally: strict bodies, document numbers, sync tokens, queries, rotating tokens, throttling."""
