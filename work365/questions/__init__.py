"""Questions about documents: what a customer asks, what staff answer, and the part of an invoice that waits for an answer."""
