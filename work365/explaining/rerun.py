"""A scenario that makes a contract's invoices again: what `w365 simulate` takes, so that nobody has to believe an explanation.

It holds the contract's terms, the logs of its subscriptions, what it was billed once, and the days of its runs up to the
explained one. The simulator's lines of that last run are the contract's lines of the explained document.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from work365.contracts.as_json import amendment_said, frequency_said, schedule_said, without_nones
from work365.simulating.items import item_said
from work365.simulating.prices import priced_in_said, pricing_said
from work365.simulating.promises import commitment_said
from work365.simulating.taxes import rate_said, tax_terms_said
from work365.subscriptions.as_json import given_said
from work365.surprises import surprises_said

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from work365.commitments.terms import Commitment
    from work365.contracts.amount_off import AmountOff
    from work365.contracts.as_json import Json
    from work365.contracts.contract import BillingContract
    from work365.currencies.conversion import Conversion
    from work365.simulating.items import Once
    from work365.simulating.standing import Cancelled, GivenBack
    from work365.simulating.taxes import Rate, TaxTerms
    from work365.subscriptions.change_log import Change, Subscription
    from work365.subscriptions.discount import Discount
    from work365.surprises import Surprises

NO_ROW = "-"
"""The name of a change that no row of a log says: a state that is known, or the day on which a supplier's lines take over."""


@dataclass(frozen=True, slots=True)
class History:
    """What billing knew: the contract, its subscriptions with their whole logs, and the days on which it was run.

    Attributes:
        number: what people call the contract.
        surcharge_percent: that of the explained invoice.
        items: what the explained invoice bills once, and what counts for the commitment besides.
        conversions, rates: of subscriptions by their ids, as in a `Scenario`.
        tax: of the explained invoice; None to say nothing of it.
        zone: IANA name of the one in which hours are given back.
        surprises: what people were asked and decided about missed cycles, None where nothing: the simulator then decides itself
            what each run bills, and is told neither the steps of a run nor what they skip.
    """

    contract: BillingContract
    subscriptions: tuple[Subscription, ...]
    runs: tuple[date, ...]
    surcharge_percent: Decimal = Decimal(0)
    number: str = ""
    items: tuple[Once, ...] = ()
    commitment: Commitment | None = None
    conversions: Mapping[str, Conversion] = field(default_factory=dict)
    rates: Mapping[str, Rate] = field(default_factory=dict)
    tax: TaxTerms | None = None
    skipped: tuple[date, ...] = ()
    cancelled: tuple[Cancelled, ...] = ()
    given_back: tuple[GivenBack, ...] = ()
    due: Mapping[int, date] = field(default_factory=dict)
    zone: str = "UTC"
    surprises: Surprises | None = None


def scenario_of(history: History) -> Json:
    """The document for the simulator (docs/reference/simulate.md)."""
    contract, asked = history.contract, history.surprises is not None
    return without_nones(
        currency=contract.currency,
        contract=without_nones(
            id=contract.id,
            start=contract.start.isoformat(),
            bill_day=contract.cadence.bill_day,
            anchor=_day(contract.anchor),
            frequency=frequency_said(contract.frequency),
            policy=contract.policy.value,
            offset_days=contract.offset_days or None,
            prorate=contract.prorate.value,
            changes_billed=contract.changes_billed.value,
            end=_day(contract.end),
            discount_percent=f"{contract.discount_percent:f}",
            amounts_off=[_amount_off(off) for off in contract.amounts_off] or None,
            scheduled_by=contract.scheduled_by.value if contract.by_item else None,
            amendments=[amendment_said(one) for one in contract.amendments] or None,
            payer=contract.payer or None,
        ),
        subscriptions=[_subscription(one, history) for one in history.subscriptions],
        items=[item_said(one) for one in history.items] or None,
        commitment=None if history.commitment is None else commitment_said(history.commitment),
        tax=None if history.tax is None else tax_terms_said(history.tax),
        runs=[run.isoformat() for run in (dict.fromkeys(history.runs) if asked else history.runs)],
        zone=history.zone if any(change.given for one in history.subscriptions for change in one.changes) else None,
        catch_up=None if history.surprises is None else surprises_said(history.surprises),
        due=[{"run": place, "day": on.isoformat()} for place, on in sorted(history.due.items()) if not asked] or None,
        skipped=[cycle.isoformat() for cycle in history.skipped if not asked] or None,
        cancelled=[{"run": one.run, "before": one.before} for one in history.cancelled] or None,
        given_back=[_given_back(one) for one in history.given_back] or None,
        surcharge_percent=f"{history.surcharge_percent:f}" if history.surcharge_percent else None,
    )


def _subscription(one: Subscription, history: History) -> Json:
    conversion = history.conversions.get(one.id)
    return without_nones(
        id=one.id,
        start=one.start.isoformat(),
        end=_day(one.end),
        unit_price=f"{one.unit_price:f}",
        pricing=pricing_said(one.pricing),
        priced_in=None if conversion is None else priced_in_said(conversion),
        tax=rate_said(history.rates.get(one.id)) if history.tax else None,
        changes=[_change(change) for change in one.changes],
        discounts=[_discount(discount) for discount in one.discounts] or None,
        schedules=[schedule_said(schedule) for schedule in one.schedules] or None,
    )


def _given_back(one: GivenBack) -> Json:
    return {
        "subscription": one.subscription,
        "cycle": one.cycle.isoformat(),
        "slot": one.slot,
        "amount": f"{one.amount:f}",
        "before": one.before,
    }


def _change(change: Change) -> Json:
    return without_nones(
        id=change.id or NO_ROW,
        effective=change.effective.isoformat(),
        quantity=change.quantity,
        recorded=_day(change.recorded),
        unit_price=None if change.unit_price is None else f"{change.unit_price:f}",
        pricing=pricing_said(change.pricing),
        **({} if change.given is None else given_said(change.given)),
    )


def _discount(discount: Discount) -> Json:
    return without_nones(
        id=discount.id,
        name=discount.name,
        percent=None if discount.percent is None else f"{discount.percent:f}",
        amount=None if discount.amount is None else f"{discount.amount:f}",
        start=_day(discount.start),
        end=_day(discount.end),
        recorded=_day(discount.recorded),
    )


def _amount_off(off: AmountOff) -> Json:
    return without_nones(id=off.id, name=off.name, amount=f"{off.amount:f}", start=_day(off.start), end=_day(off.end))


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
