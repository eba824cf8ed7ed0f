"""Partner Center: reading what Microsoft says about a partner's licences."""
