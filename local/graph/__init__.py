"""A stand-in for the mail part of Microsoft Graph."""
