"""Time: what somebody worked, billed by the hour once it is approved."""
