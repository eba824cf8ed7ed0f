"""What people entered by hand on the contracts of a chunk, as its bill reads it. Pure: calls nobody."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from dataverse.rows import choice_value
from dataverse.stores.billing_conditions import amount_off, discount_of, is_percentage
from dataverse.stores.entered_seats import CHANGE, entered_seats
from work365.approving.entered import Off, of_discount, of_percent
from work365.approving.entries import Entry
from work365.approving.request import Whose
from work365.invoicing.holding_back import not_billed
from work365.invoicing.rounds import terms_of
from work365.revenue.recurring import per_month
from work365.subscriptions.change_log import Timeline, known
from work365.subscriptions.ledger import Event

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from dataverse.rows import Row
    from dataverse.stores.billing_material import Material
    from dataverse.stores.entered_seats import Besides
    from dataverse.stores.reviewing import Limits
    from work365.findings import Finding
    from work365.invoicing.work import ContractWork
    from work365.ports.billing import Reading
    from work365.subscriptions.change_log import Subscription
    from work365.subscriptions.state import State


def with_entries(reading: Reading, material: Material, limits: Limits, known: Besides, as_of: date) -> Reading:
    """What a chunk read, with what was entered on its contracts and may wait."""
    rows = {contract.id: row for row, contract in material.contracts}
    works: list[ContractWork] = []
    entries: list[Entry] = []
    broken: list[Finding] = []
    for work in reading.works:
        row = rows[work.contract.id]
        whose = Whose(row["_w365_account_value"] or "", row["_w365_legalentity_value"] or "")
        try:
            if not limits.of(whose).now.off:
                entries += _entered(work, whose, material, known, as_of)
        except Exception as error:  # noqa: BLE001  whatever breaks on one contract's rows parks it alone
            broken.append(not_billed(work.contract.id, work.number, error))
            continue
        works.append(work)
    read = {entry.whose: limits.of(entry.whose) for entry in entries}
    return replace(reading, works=tuple(works), findings=(*reading.findings, *broken), entries=tuple(entries), in_force=read)


def _entered(work: ContractWork, whose: Whose, material: Material, known: Besides, as_of: date) -> Iterator[Entry]:
    percent = work.contract.discount_percent
    if percent:
        yield Entry(whose, of_percent(work.contract.id, work.number, percent), work.contract.id, always=True)
    yield from entered_seats(work, whose, material, known, as_of)
    given, sold = _given_by_name(work, material), {one.id: one for one in work.subscriptions}
    for row in material.conditions.discounts.get(work.contract.id, ()):
        if (off := _off(work, row, sold, as_of)) is not None:
            promoted = row["_w365_promotion_value"] is not None and off.subscription in given
            yield Entry(whose, of_discount(off), work.contract.id, always=promoted)


def _given_by_name(work: ContractWork, material: Material) -> set[str]:
    """The subscriptions that somebody has given a promotion; what one gets with its first bill leaves no row in the log."""
    log = material.unbilled.get(work.contract.id, ())
    promotion = choice_value(CHANGE, "w365_event", Event.PROMOTION.value)
    return {row["_w365_subscription_value"] for row in log if row["w365_event"] == promotion}


def _off(work: ContractWork, row: Row, sold: Mapping[str, Subscription], as_of: date) -> Off | None:
    """A discount with what it is taken off; None for one that takes nothing off what is still to be billed."""
    subscription, contract = row["_w365_subscription_value"] or "", work.contract
    alone = sold.get(subscription)
    if subscription and alone is None:
        return None
    given = discount_of(row) if alone is not None or is_percentage(row) else amount_off(row)
    if given.end is not None and work.open_from is not None and given.end <= work.open_from:
        return None
    on = f"contract {work.number}" if alone is None else f"{work.articles[subscription].name} on contract {work.number}"
    price = _cycle(work, as_of) if alone is None else _seat(alone, as_of)
    return Off(given, contract.id, subscription, on, contract.currency, price)


def _seat(one: Subscription, as_of: date) -> Fraction | None:
    """What a seat of a subscription costs in a cycle, on a day or when it begins; None for none."""
    state = _state(one, as_of)
    return Fraction(*state.cost) / state.quantity if state.quantity else None


def _cycle(work: ContractWork, as_of: date) -> Fraction:
    """What the seats of a contract cost in one of its cycles."""
    month = Fraction(0)
    for one in work.subscriptions:
        month += per_month(Fraction(*_state(one, as_of).cost), terms_of(work.contract, one).frequency)
    return month / per_month(Fraction(1), work.contract.frequency)


def _state(one: Subscription, as_of: date) -> State:
    day = max(as_of, one.start)
    return Timeline(one, known(one.changes, day)).at(day)
