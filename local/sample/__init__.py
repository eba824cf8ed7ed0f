"""The sample partner: master data and Microsoft's files, as a partner would have them, and what made them."""
