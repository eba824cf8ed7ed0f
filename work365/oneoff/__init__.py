"""An invoice outside the cycle: lines that a person writes in or takes from the catalogue, on a document of their own."""
