"""What a provider's usage line means for what is held: a new record, a new version, a confirmation, or nothing.

A version is never edited: a revised line takes the place of the one before and carries what was billed for it. What the provider
has only estimated never takes the place of what it has invoiced.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from work365.findings import Finding, Severity
from work365.ids import derived

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


OCCURRENCE = "#"
"""What stands between the id of a line and its number where the same line stands in a file more than once."""


@dataclass(frozen=True, slots=True)
class UsageLine:
    """One row of a provider's file.

    Attributes:
        line_id: the same in every file that says something about the same usage.
        subscription: the provider's id.
        quantity, unit_cost, cost: to ten decimals; `cost` is what the provider charges for the line, in `currency`.
        confirmed: the provider has invoiced it.
    """

    line_id: str
    subscription: str
    used: date
    meter: str
    quantity: Decimal
    unit: str
    unit_cost: Decimal
    cost: Decimal
    currency: str
    confirmed: bool
    category: str = ""
    region: str = ""
    resource_group: str = ""
    resource: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def repeats(self) -> bool:
        """It stands in its file more than once, and this is not the first of them."""
        return OCCURRENCE in self.line_id

    def numbered(self, occurrence: int) -> UsageLine:
        """The same for a line that stands in the file more than once: each one counts."""
        return self if occurrence == 1 else replace(self, line_id=f"{self.line_id}{OCCURRENCE}{occurrence}")


def written_tags(tags: Mapping[str, str]) -> str:
    """Tags as they are kept: the same ones are the same text."""
    return json.dumps(dict(sorted(tags.items())), ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class HeldUsage:
    """The newest version that is held of a line.

    Attributes:
        state: the billing state's word: Unbilled, Billed or Excluded.
        billed: what it was billed, before rounding; prior: the same of the versions before it, while it is unbilled.
        claimed: a document is about to bill it.
        left_out, left_out_by: why it is excluded, and the id of whoever said so.
        etag: the row's version when it was read.
    """

    id: str
    version: int
    quantity: Decimal
    cost: Decimal
    currency: str
    confirmed: bool
    state: str
    billed: Decimal | None = None
    invoice: str | None = None
    prior: Decimal | None = None
    prior_invoice: str | None = None
    claimed: bool = False
    left_out: str = ""
    left_out_by: str | None = None
    etag: str = ""


class Step(Enum):
    """What a line means."""

    ADD = "added"
    RESTATE = "restated"
    CONFIRM = "confirmed"
    NOTHING = "unchanged"
    OLDER = "estimates of what is invoiced"
    LATER = "being billed"


@dataclass(frozen=True, slots=True)
class Decision:
    """A step, and what the new version carries.

    Attributes:
        state: its billing state; a version that a person excluded stays excluded.
        prior, prior_invoice: what earlier versions were billed.
    """

    step: Step
    line: UsageLine
    held: HeldUsage | None = None
    version: int = 1
    state: str = "Unbilled"
    prior: Decimal | None = None
    prior_invoice: str | None = None

    @property
    def row(self) -> str:
        """The id of the version's row."""
        return derived("usage", self.line.line_id, str(self.version))

    @property
    def writes(self) -> bool:
        """Something is to be written."""
        return self.step in (Step.ADD, Step.RESTATE, Step.CONFIRM)


def decide(line: UsageLine, held: HeldUsage | None) -> Decision:
    """What a line means for what is held."""
    if held is None:
        return Decision(Step.ADD, line)
    same = (line.quantity, line.cost, line.currency) == (held.quantity, held.cost, held.currency)
    if held.confirmed and not line.confirmed:
        return Decision(Step.NOTHING if same else Step.OLDER, line, held)
    if same and line.confirmed == held.confirmed:
        return Decision(Step.NOTHING, line, held)
    if held.claimed and held.state == "Unbilled":
        return Decision(Step.LATER, line, held)
    if same:
        return Decision(Step.CONFIRM, line, held)
    billed = held.state == "Billed"
    return Decision(
        Step.RESTATE,
        line,
        held,
        version=held.version + 1,
        state="Excluded" if held.state == "Excluded" else "Unbilled",
        prior=(held.billed or Decimal(0)) if billed else held.prior,
        prior_invoice=held.invoice if billed else held.prior_invoice,
    )


def unknown_subscription(subscription: str, lines: int, *, contract_missing: bool) -> Finding:
    """Usage of something that nobody can be billed for yet."""
    what = "has no contract" if contract_missing else "is not known here"
    mend = "Put it on a contract" if contract_missing else "Enter it under Subscriptions with this id, its product and contract"
    message = f"Subscription {subscription} {what}; {lines} usage lines were not imported. {mend}, then import the file again."
    return Finding("usage-unknown-subscription", subscription, message)


def being_billed(file: str, lines: int) -> Finding:
    """Revised lines that an invoice is about to bill."""
    message = f"{lines} usage lines are being billed while they are revised. Import the file again when the run is over."
    return Finding("usage-being-billed", file, message, Severity.WARNING)


def repeated(file: str, repeats: int, rows: int) -> Finding:
    """A file of which half or more stands there twice: perhaps it was put together from copies."""
    message = (
        f"{repeats} of the {rows} rows of {file} stand there before, and each was counted, as in the provider's total. If the "
        f"file was put together from copies, set the billing state of the records whose line id has a '{OCCURRENCE}' to Excluded."
    )
    return Finding("usage-repeated-rows", file, message, Severity.WARNING)
