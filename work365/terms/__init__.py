"""Terms: how long a customer is bound, when seats may be given back, and what happens when a term ends."""
