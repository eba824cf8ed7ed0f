"""Telling people: what is worth a notice, who gets it, in which words; once per event and recipient."""
