"""What a customer may owe altogether, what it owes and is bound to, and what that leaves for an order."""
