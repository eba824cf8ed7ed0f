"""What an installation does in the tenant, and what an examination reads there."""
