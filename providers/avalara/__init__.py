"""Avalara AvaTax: taxes of documents, computed, reported and taken back over its REST API."""
