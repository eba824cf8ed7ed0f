"""The command line `w365`. Runs on an operator's machine; never deployed."""
