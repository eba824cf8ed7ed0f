"""Settings: what holds for a contract unless it says otherwise, and who said so."""
