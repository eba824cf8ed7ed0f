"""What people decided about a contract's missed cycles, for an explanation: in words, and for the simulator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, both, eq
from dataverse.rows import choice_label, choice_value, day, instant
from dataverse.stores.catching_up import COLUMNS, TABLE, decided_cycles
from dataverse.stores.subscription_rows import entered_late
from work365.invoicing.decision import CatchUp, CycleDecision
from work365.surprises import Decided, Surprises

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from dataverse.webapi import Row

SCHEDULE, CHANGE = "w365_billingschedule", "w365_changelog"
SKIPPED = ("w365_cyclestart", "w365_cycleend", "w365_reason")
NAMED = "w365_Subscription($select=w365_name,w365_printedname)"
_DAY = timedelta(days=1)


def decided_about(contract: str) -> list[Get]:
    """The decisions about single cycles, and the cycles that were skipped."""
    theirs, order = eq("_w365_contract_value", contract), "w365_cyclestart"
    skipped = both(theirs, eq("w365_purpose", choice_value(SCHEDULE, "w365_purpose", "Skipped")))
    return [
        Get(Query(TABLE, (*COLUMNS, "w365_cycleend", "modifiedon"), both(theirs, eq("statecode", 0)), expand=NAMED, order=order)),
        Get(Query(SCHEDULE, SKIPPED, skipped, order=order)),
    ]


@dataclass(frozen=True, slots=True)
class DecidedBehind:
    """The rows of `decided_about`, and the documents of the contract with the days that their runs were for.

    Shape: `documents` are the moments at which they were written, and those days, in order.
    """

    decided: Sequence[Row]
    skipped: Sequence[Row]
    documents: Sequence[tuple[datetime, date]]
    zone: ZoneInfo

    def words(self) -> tuple[str, ...]:
        """Each cycle that is never billed, with its reason."""
        mine = [row for row in self.decided if row["_w365_subscription_value"] and _choice(row) == "Skip"]
        return (*map(_sentence, self.skipped), *(f"{_called(row)}, {_sentence(row)}" for row in mine))

    def known_from(self, moment: datetime) -> date:
        """The day of the first run that can know what was written at a moment: of those that made a document, or the next day."""
        later = (on for written, on in self.documents if written > moment)
        return next(later, moment.astimezone(self.zone).date() + _DAY)

    def asked(self, subscriptions: Sequence[Row], first: Mapping[str, Row]) -> dict[str, date]:
        """The subscriptions that people were or are asked about, and when they were entered; `first` are their first changes."""
        decided = {row["_w365_subscription_value"] for row in self.decided}
        late = ((one["w365_subscriptionid"], one) for one in subscriptions)
        found = {name: entered_late(one, first.get(name), self.zone) for name, one in late}
        return {
            name: on
            for name, on in found.items()
            if on is not None
            and (name in decided or choice_label(CHANGE, "w365_billingstate", first[name]["w365_billingstate"]) == "Unbilled")
        }

    def surprises(self, contract: Row, subscriptions: Sequence[Row], asked: Mapping[str, date]) -> Surprises | None:
        """What the simulator must be told; None where nobody was asked anything."""
        whole = {start: decision for (name, start), decision in decided_cycles(self.decided).items() if not name}
        whole |= {day(row["w365_cyclestart"]): CycleDecision(CatchUp.SKIP, row["w365_reason"] or "-") for row in self.skipped}
        single = [row for row in self.decided if row["_w365_subscription_value"]]
        if not (whole or single or asked):
            return None
        entered = instant(contract["createdon"]).astimezone(self.zone).date() if whole else None
        in_time = {one["w365_subscriptionid"]: day(one["w365_startdate"]) for one in subscriptions}
        return Surprises(
            entered,
            (
                *(Decided(start, decision) for start, decision in sorted(whole.items())),
                *(
                    Decided(start, decision, name, self.known_from(instant(row["modifiedon"])))
                    for row in single
                    for (name, start), decision in decided_cycles([row]).items()
                ),
            ),
            {**in_time, **asked},
        )


def _choice(row: Row) -> str:
    return choice_label(TABLE, "w365_choice", row["w365_choice"])


def _called(row: Row) -> str:
    subscription = row["w365_Subscription"]
    return str(subscription["w365_printedname"] or subscription["w365_name"])


def _sentence(row: Row) -> str:
    last = day(row["w365_cycleend"]) - _DAY
    return f"{row['w365_cyclestart']} to {last}: {row['w365_reason'] or 'no reason was given'}"
