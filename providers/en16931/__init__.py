"""E-invoices as XML: the two syntaxes of EN 16931, written plainly on the standard library."""
