"""A local GoCardless: stateful, strict, with a door through which the banks' part is played."""
