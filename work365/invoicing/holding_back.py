"""What holds a contract back, or the past of a subscription: the codes of its findings, and the words of one."""

from __future__ import annotations

from work365.approving.reviewing import NOT_APPROVED
from work365.currencies.rates import NO_EXCHANGE_RATE
from work365.errors import Work365Error
from work365.findings import Finding
from work365.taxing.assessing import HOLDING as TAX_UNKNOWN

NOT_BILLED, MISSED_CYCLES, LATE_SUBSCRIPTION = "contract-not-billed", "missed-cycles", "late-subscription"
HOLDING_BACK = (NOT_BILLED, MISSED_CYCLES, LATE_SUBSCRIPTION, NOT_APPROVED, NO_EXCHANGE_RATE, *TAX_UNKNOWN)
"""Codes of findings that say that a contract, or the past of a subscription, was not billed: they are over once it is."""


def not_billed(contract: str, number: str, error: Exception) -> Finding:
    """A contract that is held back, and why; it is tried again by every run until it is mended."""
    why = str(error).rstrip(".") if isinstance(error, Work365Error) else f"the rules broke on it ({error!r}); report this"
    return Finding(
        NOT_BILLED, number, f"Contract {number} was not billed: {why}. The next run tries it again.", contract=contract
    )
