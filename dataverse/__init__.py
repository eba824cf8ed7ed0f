"""The tenant: the Web API client, the table model, and the stores that turn rows into values and back."""
