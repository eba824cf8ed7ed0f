"""Files of exchange rates: those of the European Central Bank as it publishes them, and a plain CSV."""
