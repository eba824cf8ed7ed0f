"""What is sold, for how much, and for how long a price holds. Pure rules."""
