"""Deciding: from the lines of one subscription and what the tenant holds to the rows that must be written.

Pure, and safe to repeat: what the tenant holds already yields no writes. What cannot be mapped is stored all the same, without a
contract, and comes back as a finding.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from work365.provisioning import wording
from work365.provisioning.agreeing import agreements, cost_per_cycle
from work365.provisioning.bundles import Parent, part_writes
from work365.provisioning.days import seat_days
from work365.provisioning.holding import Order, Subscription, subscription_id, write_of
from work365.provisioning.ledger import absorbed, rows_to_append, seats_by_day
from work365.provisioning.selling import Selling, contract_of, prices_of, steps_of
from work365.subscriptions.ledger import Event

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from work365.provisioning.agreeing import Agreement
    from work365.provisioning.catalogue import Catalogue
    from work365.provisioning.days import SeatDay
    from work365.provisioning.holding import Customer, Held, Provider
    from work365.provisioning.ledger import Dispute
    from work365.provisioning.lines import ChargeLine
    from work365.provisioning.notes import Notes


def decide(
    lines: Sequence[ChargeLine], *, provider: Provider, customer: Customer, held: Held | None, catalogue: Catalogue, notes: Notes
) -> Order | None:
    """What the lines of one subscription add to what the tenant holds; None when they add nothing.

    Shape: licence lines of one subscription with known charge types, in any order; `held` is the same subscription, or None;
           what a person must look at goes to `notes`.
    """
    days = seat_days(lines)
    rows = held.rows if held else ()
    seats, disputes = seats_by_day(rows, days)
    _note_days(lines, held, days, disputes, notes)
    agreed = agreements(lines, held, absorbed(days, rows))
    unpriced = held is None or held.subscription.unit_price is None
    fresh = agreements(lines, None, ()) if unpriced else agreed
    steps = steps_of(fresh, held, customer, catalogue, seats, notes)
    if not unpriced and steps and steps[-1][1].price is None:
        agreed, steps = [], []  # another product without a price: what we have stands until it gets one
    subscription = _described(lines, provider, customer, held, agreed, fresh, steps)
    prices = prices_of(seats, held, steps)
    appended = rows_to_append(rows, seats, prices, days, [one.line.start for one in agreed if one.switches])
    subscription = _counted(_in_known_currency(subscription, catalogue, notes), seats, days, held)
    if any(selling.price is not None for _, selling in steps) or not unpriced:
        subscription = replace(subscription, unit_price=prices[max(prices)])
    if appended:
        subscription = replace(subscription, last_sequence=appended[-1].sequence)
    contract = steps[-1][1].contract if steps else contract_of(held, customer)
    parts = part_writes(
        Parent(subscription, seats, days, steps[-1][0] if steps else days[-1].day), held, catalogue, contract, notes
    )
    writes = tuple(write for write in (write_of(held, subscription, appended), *parts) if write is not None)
    return Order(lines[0].subscription, writes) if writes else None


def _in_known_currency(subscription: Subscription, catalogue: Catalogue, notes: Notes) -> Subscription:
    if subscription.currency in catalogue.currencies:
        notes.settle(wording.unknown_currency(subscription.currency).key)
        return subscription
    if subscription.currency:
        notes.add(wording.unknown_currency(subscription.currency))
    return replace(subscription, currency="")


def _note_days(
    lines: Sequence[ChargeLine], held: Held | None, days: Sequence[SeatDay], disputes: Sequence[Dispute], notes: Notes
) -> None:
    for dispute in disputes:
        notes.add(wording.seats_disagree(lines[0], dispute))
    if held is None and (days[0].after is None or days[0].before):
        first = min(lines, key=lambda line: (line.start, line.line))
        notes.add(wording.first_seen_mid_cycle(first, days[0].before))


def _described(
    lines: Sequence[ChargeLine],
    provider: Provider,
    customer: Customer,
    held: Held | None,
    agreed: Sequence[Agreement],
    fresh: Sequence[Agreement],
    steps: Sequence[tuple[date, Selling]],
) -> Subscription:
    """Everything but seats, prices and dates of service."""
    line = lines[0]
    base = held.subscription if held else Subscription(subscription_id(provider, line.subscription), line.subscription)
    result = replace(
        base,
        provider=base.provider or provider.id,
        tenant=base.tenant or customer.tenant.id,
        account=base.account or customer.tenant.account,
    )
    if agreed:
        result = _agreed_to(result, agreed[-1])
    return _sold_as(result, steps[-1][1], fresh[-1]) if steps else _recosted(result, agreed, customer)


def _sold_as(base: Subscription, selling: Selling, agreement: Agreement) -> Subscription:
    contract = selling.contract
    title = (agreement.line.product_name or agreement.line.product)[:200]
    unnamed = base.printed_name in ("", title)
    return replace(
        base,
        product=selling.product or base.product,
        contract=base.contract or (contract.id if contract else None),
        currency=contract.currency if contract else base.currency,
        billable=selling.billable,
        unit_cost=cost_per_cycle(agreement, contract),
        printed_name=("" if selling.product else title) if unnamed else base.printed_name,
    )


def _recosted(base: Subscription, agreed: Sequence[Agreement], customer: Customer) -> Subscription:
    """A renewal on the same terms: the supplier's price may be another, the customer's stays."""
    contract = next((one for one in customer.contracts if one.id == base.contract), None)
    return replace(base, unit_cost=cost_per_cycle(agreed[-1], contract)) if agreed and contract else base


def _agreed_to(base: Subscription, agreement: Agreement) -> Subscription:
    line = agreement.line
    title = line.product_name or line.product
    until = (agreement.commitment_end, base.commitment_end)
    return replace(
        base,
        name=base.name or f"{title} / {line.customer or line.tenant}"[:200],
        currency=base.currency or line.pricing_currency,
        term=agreement.terms.term or base.term,
        plan=agreement.terms.plan,
        commitment_end=max((day for day in until if day is not None), default=None),
    )


def _counted(subscription: Subscription, seats: Mapping[date, int], days: Sequence[SeatDay], held: Held | None) -> Subscription:
    """Seats and dates of service, as the ledger will say them."""
    ordered = sorted(seats)
    last = ordered[-1]
    empty_from = next((day for day in reversed(ordered) if seats[day] == 0 and _seats_before(seats, day) != 0), ordered[0])
    ends = {day.day for day in days if day.cancels}
    ends |= {row.effective for row in held.rows if row.event is Event.CANCEL} if held else set()
    cancelled = seats[last] == 0 and any(day >= empty_from for day in ends)
    return replace(
        subscription,
        start=ordered[0] if subscription.start is None else min(subscription.start, ordered[0]),
        end=empty_from if cancelled else None if subscription.cancelled else subscription.end,
        quantity=seats[last],
        cancelled=cancelled,
    )


def _seats_before(seats: Mapping[date, int], day: date) -> int:
    return next((seats[when] for when in sorted(seats, reverse=True) if when < day), 0)
