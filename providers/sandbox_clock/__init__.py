"""The clock of a sandbox: time that somebody else moves."""
