"""Exchange rates: the European Central Bank's, over the wire and as files, and a plain CSV."""
