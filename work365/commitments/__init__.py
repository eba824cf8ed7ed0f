"""Commitments: the least that a contract is billed over some cycles, and the most in one."""
