"""What the tiers above a subscription are billed for it: a part for each with all seats, on the same days, at its own price.

The price is that of the tier contract's list on the day on which the subscription was sold or last renewed, at the earliest on
the first day of the tier. Where the list has tiers of quantity or packages, the part names no price and the list prices it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from work365.catalogue.quoting import Question, quoted
from work365.errors import BadInput
from work365.parts.keeping import ROWS_MAX, Seats, bought, lacking, part_id, seats_on
from work365.ports.parts import PartChange
from work365.reselling.chain import Circular, chains
from work365.reselling.wording import circular, held, why, without_terms
from work365.subscriptions.ledger import standing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from work365.catalogue.quoting import Quote
    from work365.findings import Finding
    from work365.ports.parts import PartSeen
    from work365.ports.reselling import Market, ResoldSeen, TierContract
    from work365.reselling.chain import Chain
    from work365.subscriptions.ledger import LogRow

PURPOSE = "tier"
FREE = Decimal(0)
"""What stands in a log whose prices are those of a list."""


@dataclass(frozen=True, slots=True)
class TierAbove:
    """One contract above a subscription, with the days on which it is billed for it."""

    seen: ResoldSeen
    contract: TierContract
    steps: Sequence[Chain]
    part: PartSeen | None

    @property
    def start(self) -> date:
        """The first day on which it is billed for the subscription."""
        first = next(step.day for step in self.steps if step.has(self.contract.payer.id))
        return max(first, self.seen.start)

    def seats(self) -> dict[date, int]:
        """All seats, on each day on which their number or their price may change; none while others are above."""
        there = bought(self.seen.changes, self.seen.end)
        days = {self.start, *(one.day for one in there), *(step.day for step in self.steps), *self.seen.renewals}
        return {day: seats_on(there, day) if self._billed(day) else 0 for day in sorted(days) if day >= self.start}

    def _billed(self, day: date) -> bool:
        step = next((step for step in reversed(self.steps) if step.day <= day), None)
        return step is not None and step.has(self.contract.payer.id)

    def priced_on(self, day: date) -> date:
        """The day whose list holds on a day: of the sale or the last renewal, at the earliest the tier's first."""
        return max(self.start, *(renewal for renewal in (self.start, *self.seen.renewals) if renewal <= day))

    def quote(self, day: date) -> Quote:
        """What its list says for a day. Errors: BadInput that says what is missing and where to enter it."""
        seen, terms = self.seen, self.contract.terms.on(day)
        if seen.offered is None:
            message = "it has no product; choose one on its form"
            raise BadInput(message)
        months = terms.frequency.months
        priced_on = self.priced_on(day)
        asked = Question(seen.offered, self.contract.lists.on(priced_on), seen.terms, terms.currency, months, priced_on)
        return quoted(asked, seen.prices)


class Priced(NamedTuple):
    """The seats of a part with their prices; `listed`: its list has quantities or packages, and prices it when it is billed."""

    wanted: list[Seats]
    listed: bool
    problem: str = ""


def followed(seen: ResoldSeen, market: Market, today: date) -> tuple[list[PartChange], list[Finding]]:
    """What is to be written for the tiers above a subscription, and what a person must look at."""
    findings: list[Finding] = []
    try:
        steps = chains(market.purchases, seen.entity, seen.provider)
    except Circular as error:
        findings.append(circular(error, seen, market.entities))
        if error.day <= today:
            kept = [_as_it_is(seen, market.contracts[part.payer], part, findings[0].message) for part in seen.parts]
            return [change for change in kept if change is not None], findings
        steps = chains(market.purchases, seen.entity, seen.provider, before=error.day)
    there = {part.payer: part for part in seen.parts}
    named = dict.fromkeys(one.contract for step in steps for one in step.tiers)
    findings += [without_terms(seen, market.contracts[payer].payer) for payer in there if payer not in named]
    changes: list[PartChange] = []
    for contract in named:
        tier = TierAbove(seen, market.contracts[contract], steps, there.get(contract))
        change, problem = _change(tier, today)
        changes += [change] if change else []
        findings += [held(seen, tier.contract.payer, problem)] if problem else []
    return changes, findings


def _change(tier: TierAbove, today: date) -> tuple[PartChange | None, str]:
    """The part as it is to be written, None where nothing is to be; and why it cannot be billed, "" where it can."""
    seats, part = tier.seats(), tier.part
    wanted, listed, problem = _priced(tier, seats)
    problem = problem or _out_of_force(tier, seats, today)
    rows = lacking(() if part is None else part.rows, wanted)
    if len(rows) > ROWS_MAX:
        problem = f"{len(rows)} rows would be written at once; let the tier begin on a later day"
        rows = []
    if problem and part is not None:
        return _as_it_is(tier.seen, tier.contract, part, problem), problem
    if not rows and (part is None or _is_as_wanted(tier, part)):
        return None, problem
    return _part(tier, rows, listed=listed, held_back=problem), problem


def _priced(tier: TierAbove, seats: dict[date, int]) -> Priced:
    """Seats and price on each day. What has no price yet is written without one, so that its contract waits for it."""
    wanted: list[Seats] = []
    log = () if tier.part is None else tier.part.rows
    price, listed, problem = None, False, ""
    for day, count in seats.items():
        if count and not problem:
            try:
                price = tier.quote(day).unit_price
                listed = price is None
            except BadInput as error:
                price, listed, problem = None, True, error.message
        known = standing(log, day).unit_price if price is None else price
        wanted.append(Seats(day, count, FREE if known is None else known))
    if listed:
        wanted = [one._replace(unit_price=FREE) for one in wanted]
    elif not any(seats.values()):
        listed = tier.part is None or tier.part.listed
    return Priced(wanted, listed, problem)


def _out_of_force(tier: TierAbove, seats: dict[date, int], today: date) -> str:
    """Why its contract cannot be billed on some of the days; empty when it can."""
    payer, days = tier.contract.payer, list(seats)
    spans = [(day, after) for day, after in zip(days, [*days[1:], None], strict=True) if seats[day]]
    if not spans:
        return ""
    first = spans[0][0]
    if first < payer.start:
        return f"it is bought by that contract from {first} on, which begins on {payer.start}; let the contract begin earlier"
    if payer.over(today) and any(after is None or after > today for _, after in spans):
        return "that contract has ended; name another one under Reseller tiers, from some day on"
    return ""


def _as_it_is(seen: ResoldSeen, contract: TierContract, part: PartSeen, problem: str) -> PartChange | None:
    """A part that waits: nothing of it changes but the reason, where that is not there yet."""
    if part.held_back == problem:
        return None
    return PartChange(
        id=part.id,
        whole=seen.id,
        name=seen.name,
        payer=contract.payer,
        seen=part,
        start=part.start,
        end=part.end,
        status=part.status,
        sold=seen.sold,
        listed=part.listed,
        rows=(),
        why=(),
        held_back=problem,
    )


def _is_as_wanted(tier: TierAbove, part: PartSeen) -> bool:
    start, seen = min(tier.start, part.start), tier.seen
    return (part.start, part.end, part.status, part.held_back) == (start, seen.end, seen.status, "")


def _part(tier: TierAbove, rows: Sequence[LogRow], *, listed: bool, held_back: str) -> PartChange:
    seen, payer, part = tier.seen, tier.contract.payer, tier.part
    return PartChange(
        id=part_id(PURPOSE, seen.id, payer.id),
        whole=seen.id,
        name=f"{seen.name}, for {payer.number}",
        payer=payer,
        seen=part,
        start=tier.start if part is None else min(tier.start, part.start),
        end=seen.end,
        status=seen.status,
        sold=replace(seen.sold, currency=tier.contract.currency, list_price=None, priced_on=tier.start),
        listed=listed,
        rows=tuple(rows),
        why=tuple(why(seen, row.quantity) for row in rows),
        held_back=held_back,
    )
