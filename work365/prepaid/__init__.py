"""Money that a customer has with us before an invoice asks for it: its lots, its movements, and what invoices take from it."""
