"""The languages that documents and mails are written in: one file each."""
