"""Leaving something out of billing, and taking that back: a person decides, with a reason that stays with the row."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from work365.errors import BadInput, Refused

if TYPE_CHECKING:
    from datetime import datetime

REASON_MAX, LOG_MAX = 300, 4000


class BillingState(Enum):
    """Where a change or an item stands with its bill. The values are the labels of the table model."""

    UNBILLED = "Unbilled"
    BILLED = "Billed"
    EXCLUDED = "Excluded"
    RESTATED = "Restated"


@dataclass(frozen=True, slots=True)
class Billable:
    """A row that a document can bill, as far as leaving it out depends on it.

    Attributes:
        state: None where no contract bills such rows.
        reason: why it is left out; "" where nobody said, or where it is not.
        by_person: somebody left it out with the command.
        document: the number of the document that billed it; "" for a draft or none.
        claimed: a run is about to bill it.
        log: what was decided about it before, the newest first.
        version: of the row, as it was read.
    """

    table: str
    id: str
    named: str
    state: BillingState | None
    version: str
    reason: str = ""
    by_person: bool = False
    document: str = ""
    claimed: bool = False
    log: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """Who decides, when, and why. Errors: BadInput for no reason, or one that is too long."""

    reason: str
    person: str
    name: str
    now: datetime

    def __post_init__(self) -> None:
        if not self.reason.strip():
            message = "say why; the reason stays with what is left out"
            raise BadInput(message, "--reason")
        if len(self.reason) > REASON_MAX:
            message = f"has {len(self.reason)} characters; {REASON_MAX} fit"
            raise BadInput(message, "--reason")


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a row: Excluded for the reason that was said, or Unbilled. `log` is the whole log of the row."""

    row: Billable
    state: BillingState
    said: Said
    log: str


def exclude(row: Billable, said: Said) -> Decision | None:
    """Leave a row out; None where it is left out with a reason already. Errors: Refused with what to do instead."""
    if row.state is BillingState.EXCLUDED and row.reason:
        return None
    if row.state is BillingState.BILLED:
        message = f"it is billed by {row.document or 'a draft'}: credit its line, or cancel the document first"
        raise Refused(message)
    if row.claimed:
        message = "a run is about to bill it; try again when it is over"
        raise Refused(message)
    _refuse_what_nobody_bills(row)
    return Decision(row, BillingState.EXCLUDED, said, _logged(row, said, "excluded"))


def take_back(row: Billable, said: Said) -> Decision | None:
    """Let a row be billed again; None where it waits for its bill anyway. Errors: Refused with what to do instead.

    What Work365 left out itself (a charge that seats and days bill already, an instalment of a plan that ended) is not taken
    back here: it would be billed twice.
    """
    if row.state is BillingState.UNBILLED:
        return None
    if row.state is BillingState.BILLED:
        message = f"it is billed by {row.document or 'a draft'}"
        raise Refused(message)
    _refuse_what_nobody_bills(row)
    if row.reason and not row.by_person:
        message = (
            f"nobody left it out with this command, so it may be billed elsewhere already; it is left out because: {row.reason}"
        )
        raise Refused(message)
    return Decision(row, BillingState.UNBILLED, said, _logged(row, said, "taken back"))


def _refuse_what_nobody_bills(row: Billable) -> None:
    if row.state is BillingState.RESTATED:
        message = "a later version has taken its place; decide about that one"
        raise Refused(message)
    if row.state is None:
        message = "no contract bills it"
        raise Refused(message)


def _logged(row: Billable, said: Said, done: str) -> str:
    """The log with a line more; where it grows too long, its oldest lines go."""
    lines = [f"{said.now:%Y-%m-%d %H:%M} UTC, {said.name}: {done}: {' '.join(said.reason.split())}", *row.log.splitlines()]
    while len("\n".join(lines)) > LOG_MAX:
        lines.pop()
    return "\n".join(lines)
