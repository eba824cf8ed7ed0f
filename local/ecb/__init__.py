"""A local publisher of euro reference rates: the European Central Bank's daily file and its file of 90 days."""
