"""What a scenario says about surprises: that people are asked, when the contract was entered, and what they decided.

"catch_up": {"entered": "2026-01-15", "decisions": [
    {"cycle": "2025-10-01", "choice": "skip", "reason": "a free month"},
    {"cycle": "2025-11-01", "choice": "combine", "subscription": "s2", "recorded": "2026-02-10"}]}
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from work365.contracts.as_json import without_nones
from work365.invoicing.decision import CatchUp, CycleDecision
from work365.strict_json import day, distinct, each, members, needed, optional, refuse, shown, text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from work365.contracts.as_json import Json

MOST_DECISIONS = 10_000
WORDS = {"bill": CatchUp.BILL_EACH, "combine": CatchUp.COMBINE, "skip": CatchUp.SKIP}
"""What may be decided about a cycle, as a person says it."""


class Decided(NamedTuple):
    """What was decided about a cycle, by its first day, of the contract or of one subscription.

    Shape: `recorded` is the day from which runs know it; None means always.
    """

    cycle: date
    decision: CycleDecision
    subscription: str = ""
    recorded: date | None = None


@dataclass(frozen=True, slots=True)
class Surprises:
    """People are asked about missed cycles, as in the monthly run.

    Attributes:
        entered: the day on which the contract was entered; None means in time.
        subscriptions: the days on which subscriptions were entered, by id; others when their first change was recorded.
    """

    entered: date | None = None
    decisions: tuple[Decided, ...] = ()
    subscriptions: Mapping[str, date] = field(default_factory=dict)

    def known(self, seen_to: date) -> dict[tuple[str, date], CycleDecision]:
        """What a run of a day knows, by subscription ("" for the whole contract) and first day."""
        seen = (one for one in self.decisions if one.recorded is None or one.recorded <= seen_to)
        return {(one.subscription, one.cycle): one.decision for one in seen}


def surprises(value: object, path: str) -> Surprises:
    """Read them. Errors: BadInput, with the path of what is wrong."""
    row = members(value, path, "entered decisions subscriptions")
    decisions = optional(row, path, "decisions", each(MOST_DECISIONS, _decided)) or ()
    distinct([f"{one.subscription} {one.cycle}".strip() for one in decisions], f"{path}.decisions")
    entered = optional(row, path, "subscriptions", _days) or {}
    return Surprises(optional(row, path, "entered", day), decisions, entered)


def _days(value: object, path: str) -> dict[str, date]:
    if not isinstance(value, dict):
        refuse(path, f"an object of days by subscription is needed here, not {shown(value)}")
    return {name: day(said, f"{path}.{name}") for name, said in value.items()}


def _decided(value: object, path: str) -> Decided:
    row = members(value, path, "cycle choice reason subscription recorded")
    choice, reason = needed(row, path, "choice", _choice), optional(row, path, "reason", text) or ""
    if choice is CatchUp.SKIP and not reason.strip():
        refuse(f"{path}.reason", "say why the cycle is never billed")
    subscription = optional(row, path, "subscription", text) or ""
    return Decided(
        needed(row, path, "cycle", day), CycleDecision(choice, reason), subscription, optional(row, path, "recorded", day)
    )


def _choice(value: object, path: str) -> CatchUp:
    if not isinstance(value, str) or value not in WORDS:
        refuse(path, f"{shown(value)} is not possible here; use {', '.join(WORDS)}")
    return WORDS[value]


def surprises_said(one: Surprises) -> Json:
    """Write them."""
    words = {choice: word for word, choice in WORDS.items()}
    return without_nones(
        entered=one.entered and one.entered.isoformat(),
        decisions=[
            without_nones(
                cycle=said.cycle.isoformat(),
                choice=words[said.decision.choice],
                reason=said.decision.reason or None,
                subscription=said.subscription or None,
                recorded=said.recorded and said.recorded.isoformat(),
            )
            for said in one.decisions
        ],
        subscriptions={name: on.isoformat() for name, on in one.subscriptions.items()} or None,
    )
