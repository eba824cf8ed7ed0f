"""A local Stripe: stateful, strict, checked against the request types of Stripe's own SDK."""
