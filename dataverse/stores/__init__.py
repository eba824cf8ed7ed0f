"""Rows into values and back: one store per handler, implementing its port over the Web API client."""
