"""Tools of this repository's own upkeep; neither deployed nor installed."""
