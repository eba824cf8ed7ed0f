"""QuickBooks Online: the books of one company, over python-quickbooks."""
