"""Closing a contract: everything on it ends on a day, the last invoice is made, and then the contract ends itself."""
