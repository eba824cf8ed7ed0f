"""One subscription, several payers: how its seats are divided by the users that hold them."""
