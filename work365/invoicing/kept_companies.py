"""What one legal entity billed, no other one corrects: a credit belongs to the series, the tax and the books of its invoice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.errors import BadInput
from work365.invoicing.lines import Posted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from work365.invoicing.lines import Line


def keep_companies(lines: Sequence[Line], posted: Iterable[Posted | Line]) -> None:
    """Refuse a bill that corrects lines which stand on documents of another legal entity, from which the contract has moved.

    Errors: BadInput, with the day and what to do.
    """
    elsewhere = {line.key for line in posted if isinstance(line, Posted) and line.elsewhere}
    correcting = [line for line in lines if line.origin in elsewhere]
    if correcting:
        message = (
            f"what changed from {min(line.period.start for line in correcting)} on corrects an invoice of the company that the "
            "contract was with, and only that company can correct it: choose that company on the contract again until a run has "
            "billed the change, then choose the new one"
        )
        raise BadInput(message)
