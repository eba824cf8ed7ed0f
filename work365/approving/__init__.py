"""Approval of documents: who has to look at what before it gets a number."""
