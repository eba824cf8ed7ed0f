"""How a customer may pay, and what a way of paying costs."""
