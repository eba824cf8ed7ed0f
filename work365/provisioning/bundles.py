"""Bundles: selling the parent sells its parts, so many of each per seat; parts that are not billable come for free."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from work365.provisioning import wording
from work365.provisioning.catalogue import per_cycle
from work365.provisioning.holding import Held, Subscription, Write, child_id, write_of
from work365.provisioning.ledger import rows_to_append
from work365.provisioning.terms import Terms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from work365.provisioning.catalogue import Catalogue, Component
    from work365.provisioning.days import SeatDay
    from work365.provisioning.holding import Contract
    from work365.provisioning.notes import Notes

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Parent:
    """A bundle's subscription as it will be, the days that made it so, and since when it is this product."""

    subscription: Subscription
    seats: Mapping[date, int]
    days: Sequence[SeatDay]
    since: date


def part_writes(parent: Parent, held: Held | None, catalogue: Catalogue, contract: Contract | None, notes: Notes) -> list[Write]:
    """What to write for the parts of a subscription's product; parts of an earlier product end when it does."""
    children = {child.subscription.product: child for child in held.children} if held else {}
    components = catalogue.parts(parent.subscription.product)
    writes = [_part(parent, part, children.get(part.product.id), catalogue, contract, notes) for part in components]
    left = [child for product, child in children.items() if product not in {part.product.id for part in components}]
    writes.extend(_ended(parent, child) for child in left)
    return [write for write in writes if write is not None]


def _part(
    parent: Parent, part: Component, held: Held | None, catalogue: Catalogue, contract: Contract | None, notes: Notes
) -> Write | None:
    whole = parent.subscription
    contract = contract if whole.contract else None
    price = held.subscription.unit_price if held else None
    if price is None and contract is not None:
        price = _price(parent, part, catalogue, contract, notes)
    base = (
        held.subscription
        if held
        else Subscription(child_id(whole.id, part.product.id), product=part.product.id, billable=part.billable)
    )
    known = {row.effective: row.unit_price for row in sorted(held.rows, key=lambda row: row.sequence)} if held else {}
    unpriced = held is None or held.subscription.unit_price is None
    seats = {day: count * part.quantity for day, count in parent.seats.items()}
    prices: dict[date, Decimal] = {}
    for day in sorted(seats):
        earlier = prices[max(prices)] if prices else next(iter(known.values()), price or NOTHING)
        prices[day] = (price or NOTHING) if unpriced else known.get(day, earlier)
    rows = rows_to_append(held.rows if held else (), seats, prices, parent.days)
    child = replace(
        base,
        account=whole.account,
        contract=base.contract or (contract.id if contract and price is not None else None),
        parent=whole.id,
        name=base.name or f"{part.product.name} / {whole.name}"[:200],
        start=whole.start,
        end=whole.end,
        quantity=whole.quantity * part.quantity,
        unit_price=price,
        currency=whole.currency,
        term=whole.term,
        plan=whole.plan,
        commitment_end=whole.commitment_end,
        cancelled=whole.cancelled,
        last_sequence=rows[-1].sequence if rows else base.last_sequence,
    )
    return write_of(held, child, rows)


def _price(parent: Parent, part: Component, catalogue: Catalogue, contract: Contract, notes: Notes) -> Decimal | None:
    whole = parent.subscription
    if not part.billable:
        return NOTHING
    if whole.plan is None or whole.start is None:
        return None
    terms = Terms(whole.term, whole.plan)
    price = catalogue.price(
        part.product.id,
        contract.list_on(whole.start),
        terms,
        seats=whole.quantity * part.quantity,
        on=whole.start,
        paid_monthly_percent=contract.paid_monthly_percent,
    )
    amount = None if price is None else per_cycle(price.amount, price.plan, contract.frequency)
    finding = wording.no_price(part.product, terms, contract)
    if amount is None:
        notes.add(finding)
    else:
        notes.settle(finding.key)
    return amount


def _ended(parent: Parent, held: Held) -> Write | None:
    """The bundle became another product: its part has no seats from that day on."""
    rows = sorted(held.rows, key=lambda row: row.sequence)
    seats = {row.effective: row.quantity for row in rows}
    prices = {row.effective: row.unit_price for row in rows}
    if not rows or seats[max(seats)] == 0:
        return None
    day = max(*seats, parent.since)
    appended = rows_to_append(rows, seats | {day: 0}, {day: rows[-1].unit_price} | prices, parent.days)
    child = replace(held.subscription, quantity=0, end=day, cancelled=True, last_sequence=appended[-1].sequence)
    return write_of(held, child, appended)
