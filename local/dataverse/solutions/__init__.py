"""Solutions: packages that are imported, looked at, upgraded, exported and removed.

A package is read in full before anything is written; what is not understood is refused by name; the writing is one transaction.
"""
