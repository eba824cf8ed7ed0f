"""A scenario that makes a contract's invoices again: what `w365 simulate` takes, so that nobody has to believe an explanation.

It holds the contract's terms, the logs of its subscriptions and the days of its runs up to the explained one. The simulator's
lines of that last run are those of the explained invoice, as far as they come from subscriptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from work365.contracts.as_json import amendment_said, frequency_said, schedule_said, without_nones
from work365.pricing import Package
from work365.subscriptions.as_json import given_said
from work365.surprises import surprises_said

if TYPE_CHECKING:
    from datetime import date

    from work365.contracts.amount_off import AmountOff
    from work365.contracts.as_json import Json
    from work365.contracts.contract import BillingContract
    from work365.pricing import Pricing, Tier
    from work365.subscriptions.change_log import Change, Subscription
    from work365.subscriptions.discount import Discount
    from work365.surprises import Surprises

NO_ROW = "-"
"""The name of a change that no row of a log says: a state that is known, or the day on which a supplier's lines take over."""


@dataclass(frozen=True, slots=True)
class History:
    """What billing knew: the contract, its subscriptions with their whole logs, and the days on which it was run.

    Shape: `surcharge_percent` is that of the explained invoice, where it is of nothing but what subscriptions cost; `zone` is the
           IANA name of the one in which hours are given back; `surprises` what people were asked and decided about missed
           cycles, None where nothing.
    """

    contract: BillingContract
    subscriptions: tuple[Subscription, ...]
    runs: tuple[date, ...]
    surcharge_percent: Decimal = Decimal(0)
    zone: str = "UTC"
    surprises: Surprises | None = None


def scenario_of(history: History) -> Json:
    """The document for the simulator (docs/reference/simulate.md)."""
    contract = history.contract
    return {
        "currency": contract.currency,
        "contract": without_nones(
            start=contract.start.isoformat(),
            bill_day=contract.cadence.bill_day,
            anchor=_day(contract.anchor),
            frequency=frequency_said(contract.frequency),
            policy=contract.policy.value,
            prorate=contract.prorate.value,
            changes_billed=contract.changes_billed.value,
            end=_day(contract.end),
            discount_percent=f"{contract.discount_percent:f}",
            amounts_off=[_amount_off(off) for off in contract.amounts_off] or None,
            scheduled_by=contract.scheduled_by.value if contract.by_item else None,
            amendments=[amendment_said(one) for one in contract.amendments] or None,
            payer=contract.payer or None,
        ),
        "subscriptions": [_subscription(one) for one in history.subscriptions],
        "runs": [run.isoformat() for run in history.runs],
        **({"zone": history.zone} if any(change.given for one in history.subscriptions for change in one.changes) else {}),
        **({"surcharge_percent": f"{history.surcharge_percent:f}"} if history.surcharge_percent else {}),
        **({"catch_up": surprises_said(history.surprises)} if history.surprises else {}),
    }


def _subscription(one: Subscription) -> Json:
    return without_nones(
        id=one.id,
        start=one.start.isoformat(),
        end=_day(one.end),
        unit_price=f"{one.unit_price:f}",
        pricing=_pricing(one.pricing),
        changes=[_change(change) for change in one.changes],
        discounts=[_discount(discount) for discount in one.discounts] or None,
        schedules=[schedule_said(schedule) for schedule in one.schedules] or None,
    )


def _change(change: Change) -> Json:
    return without_nones(
        id=change.id or NO_ROW,
        effective=change.effective.isoformat(),
        quantity=change.quantity,
        recorded=_day(change.recorded),
        unit_price=None if change.unit_price is None else f"{change.unit_price:f}",
        pricing=_pricing(change.pricing),
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


def _pricing(pricing: Pricing | None) -> Json | None:
    if pricing is None:
        return None
    if isinstance(pricing, Package):
        return {"model": "package", "size": pricing.size, "price": f"{pricing.price:f}", "free": pricing.free}
    return {"model": pricing.model.value, "tiers": [_tier(tier) for tier in pricing.tiers]}


def _tier(tier: Tier) -> Json:
    cap = None if tier.cap is None else f"{tier.cap:f}"
    return without_nones(up_to=tier.up_to, unit=f"{tier.unit:f}", flat=f"{tier.flat:f}", cap=cap)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
