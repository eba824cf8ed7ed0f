"""What an installation wants, what it finds, and the plan that lies between."""
