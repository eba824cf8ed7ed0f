"""Scenarios for the simulator, read strictly, so that nonsense becomes a sentence with a path and never a guess.

Members that the format does not know are refused. Money, prices and percentages are strings of digits with an optional decimal
point. Whole JSON numbers are taken too, because they mean one thing only; 7.99 as a JSON number is refused, because whoever wrote
it may have been through a float. Of the contract only `start` is needed: the rest is monthly, on the day of `start`, in advance,
by days, changes billed now. When `pricing` is given, it wins over every `unit_price`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from work365.catalogue.offering import MOST_PROMOTIONS, promoted, promotion, sold_as
from work365.contracts.amendment import ScheduledBy
from work365.contracts.amount_off import AmountOff
from work365.contracts.as_json import amendments, frequency, schedules
from work365.contracts.contract import BillingContract, ChangesBilled, Policy, Prorate
from work365.errors import BadInput
from work365.money import currency
from work365.periods import MONTHLY, UTC
from work365.pricing import Package, Tier, TierModel, Tiers
from work365.splitting.reading import payer_of, user
from work365.strict_json import (
    choice,
    day,
    distinct,
    document,
    each,
    members,
    needed,
    number,
    optional,
    refuse,
    shown,
    text,
    whole,
)
from work365.subscriptions.as_json import given_back, zone
from work365.subscriptions.change_log import Change, Subscription
from work365.subscriptions.discount import Discount
from work365.subscriptions.renewing_written import with_renewals, written_term
from work365.surprises import surprises

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from work365.catalogue.offering import SoldAs
    from work365.findings import Finding
    from work365.money import Currency
    from work365.pricing import Pricing
    from work365.splitting.reading import PayerOf
    from work365.splitting.users import User
    from work365.subscriptions.renewing_written import WrittenTerm
    from work365.surprises import Surprises

MOST_RUNS = 5_000
MOST_SUBSCRIPTIONS = 10_000
MOST_CHANGES = 10_000
MOST_TIERS = 1_000
MOST_DISCOUNTS = 20
MOST_SEATS = 1_000_000_000
MOST_USERS = 10_000

CONTRACT_MEMBERS = (
    "start bill_day frequency policy prorate changes_billed end discount_percent amounts_off anchor scheduled_by amendments payer"
)

_HUNDRED = 100
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One contract with its history, and the days on which it is billed.

    Attributes:
        splits: by subscription, how its seats are split and whose part the contract is billed.
        users: of the tenant, who hold the seats of split subscriptions.
        surcharge_percent: of the net of each invoice, for the way in which it is paid.
        surprises: that people are asked about missed cycles, and what they decided; None bills everything unasked.
        findings: what a person should look at before anything is billed.
    """

    contract: BillingContract
    subscriptions: tuple[Subscription, ...]
    runs: tuple[date, ...]
    splits: Mapping[str, PayerOf] = field(default_factory=dict)
    users: tuple[User, ...] = ()
    surcharge_percent: Decimal = _ZERO
    surprises: Surprises | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Written:
    """A subscription as it is written."""

    billed: Subscription
    split: PayerOf | None
    sold: SoldAs | None
    term: WrittenTerm | None


def read(content: bytes) -> Scenario:
    """A scenario from JSON text. Errors: BadInput, with the path of what is wrong."""
    return scenario(document(content))


def scenario(value: object) -> Scenario:
    """A scenario from a parsed document. Errors: BadInput, with the path of what is wrong."""
    top = members(value, "", "currency zone contract subscriptions runs users surcharge_percent promotions catch_up")
    code = needed(top, "", "currency", lambda found, path: currency(text(found, path), path))
    contract = needed(top, "", "contract", _contract_in(code))
    here = optional(top, "", "zone", zone) or UTC
    read_ones = needed(top, "", "subscriptions", each(MOST_SUBSCRIPTIONS, _subscription_in(here)))
    distinct([one.billed.id for one in read_ones], "subscriptions")
    runs = needed(top, "", "runs", each(MOST_RUNS, day))
    subscriptions, findings = _in_their_terms(read_ones, max(runs, default=contract.start))
    sold = {one.billed.id: one.sold for one in read_ones if one.sold is not None}
    offers = optional(top, "", "promotions", each(MOST_PROMOTIONS, promotion)) or ()
    subscriptions, refused = promoted(contract, subscriptions, sold, offers)
    return Scenario(
        contract,
        subscriptions,
        runs,
        {one.billed.id: one.split for one in read_ones if one.split is not None},
        optional(top, "", "users", each(MOST_USERS, user)) or (),
        optional(top, "", "surcharge_percent", _percent) or _ZERO,
        optional(top, "", "catch_up", surprises),
        (*findings, *refused),
    )


def _in_their_terms(read_ones: Sequence[_Written], last: date) -> tuple[tuple[Subscription, ...], tuple[Finding, ...]]:
    """The subscriptions with what the ends of their terms change by the last run."""
    renewed = [
        (one.billed, ()) if one.term is None else with_renewals(one.billed, one.term, last, f"subscriptions[{index}].term")
        for index, one in enumerate(read_ones)
    ]
    return tuple(one for one, _ in renewed), tuple(finding for _, found in renewed for finding in found)


def _contract_in(code: Currency) -> Callable[[object, str], BillingContract]:
    def read_contract(value: object, path: str) -> BillingContract:
        row = members(value, path, CONTRACT_MEMBERS)
        start = needed(row, path, "start", day)
        every = optional(row, path, "frequency", frequency) or MONTHLY
        prorate = optional(row, path, "prorate", choice(Prorate)) or Prorate.DAYS
        if every.months is None and prorate in (Prorate.MONTHS, Prorate.DAYS30):
            refuse(f"{path}.prorate", "cycles of weeks have no months; use 'days' or 'none'")
        amounts = optional(row, path, "amounts_off", each(MOST_DISCOUNTS, _amount_off)) or ()
        distinct([off.id for off in amounts], f"{path}.amounts_off")
        contract = BillingContract(
            id="simulated",
            currency=code,
            start=start,
            frequency=every,
            bill_day=optional(row, path, "bill_day", whole(1, 31)),
            policy=optional(row, path, "policy", choice(Policy)) or Policy.ADVANCE,
            prorate=prorate,
            changes_billed=optional(row, path, "changes_billed", choice(ChangesBilled)) or ChangesBilled.NOW,
            end=_end(row, path, start),
            discount_percent=optional(row, path, "discount_percent", _percent) or _ZERO,
            anchor=optional(row, path, "anchor", day),
            scheduled_by=optional(row, path, "scheduled_by", choice(ScheduledBy)) or ScheduledBy.CONTRACT,
            payer=optional(row, path, "payer", text) or "",
        )
        if amounts and contract.by_item:
            refuse(f"{path}.amounts_off", "on a contract by item, give an amount off to a subscription")
        return _amended(replace(contract, amounts_off=amounts), row, path)

    return read_contract


def _amended(contract: BillingContract, row: dict[str, Any], path: str) -> BillingContract:
    """A contract with the amendments of its row; they are refused where the cycles cannot change on their day."""
    found = optional(row, path, "amendments", amendments) or ()
    try:
        return replace(contract, amendments=found)
    except BadInput as error:
        refuse(f"{path}.amendments", error.message)


def _subscription_in(here: ZoneInfo) -> Callable[[object, str], _Written]:
    return lambda value, path: _subscription(value, path, here)


def _subscription(value: object, path: str, here: ZoneInfo) -> _Written:
    row = members(value, path, "id start end unit_price pricing changes discounts schedules split sold term")
    start = needed(row, path, "start", day)
    pricing = optional(row, path, "pricing", _pricing)
    price = optional(row, path, "unit_price", number)
    if price is None and pricing is None:
        refuse(f"{path}.unit_price", "the price per seat and cycle is missing; give a string such as \"7.99\", or give 'pricing'")
    changes = needed(row, path, "changes", each(MOST_CHANGES, lambda value, path: _change(value, path, here)))
    distinct([change.id for change in changes], f"{path}.changes")
    discounts = optional(row, path, "discounts", each(MOST_DISCOUNTS, _discount)) or ()
    distinct([discount.id for discount in discounts], f"{path}.discounts")
    own = optional(row, path, "schedules", schedules) or ()
    name, end = needed(row, path, "id", text), _end(row, path, start)
    read_one = Subscription(name, start, price or _ZERO, changes, end, pricing, discounts, own)
    split = optional(row, path, "split", payer_of)
    if split is not None and any(change.given for change in changes):
        refuse(f"{path}.split", "what a split subscription gives back is told for each payer's part: give the part's own changes")
    return _Written(read_one, split, optional(row, path, "sold", sold_as), optional(row, path, "term", written_term))


def _discount(value: object, path: str) -> Discount:
    row = members(value, path, "id name percent amount start end recorded")
    percent, amount = optional(row, path, "percent", _percent), optional(row, path, "amount", number)
    if (percent is None) == (amount is None):
        refuse(path, "give 'percent', or 'amount' per seat and cycle, one of the two")
    start = optional(row, path, "start", day)
    name = needed(row, path, "id", text)
    end = optional(row, path, "end", day) if start is None else _end(row, path, start)
    recorded = optional(row, path, "recorded", day)
    return Discount(name, optional(row, path, "name", text) or name, percent, amount, start, end, recorded)


def _amount_off(value: object, path: str) -> AmountOff:
    row = members(value, path, "id name amount start end")
    start = optional(row, path, "start", day)
    name = needed(row, path, "id", text)
    end = optional(row, path, "end", day) if start is None else _end(row, path, start)
    return AmountOff(name, optional(row, path, "name", text) or name, needed(row, path, "amount", number), start, end)


def _change(value: object, path: str, here: ZoneInfo) -> Change:
    row = members(value, path, "id effective quantity unit_price recorded pricing refund asked")
    change = Change(
        id=needed(row, path, "id", text),
        effective=needed(row, path, "effective", day),
        quantity=needed(row, path, "quantity", whole(0, MOST_SEATS)),
        recorded=optional(row, path, "recorded", day),
        unit_price=optional(row, path, "unit_price", number),
        pricing=optional(row, path, "pricing", _pricing),
    )
    given = given_back(row, path, change.known_on, here)
    return change if given is None else replace(change, given=given)


def _pricing(value: object, path: str) -> Pricing:
    if isinstance(value, dict) and value.get("model") == "package":
        row = members(value, path, "model size price free")
        free = optional(row, path, "free", whole(0, MOST_SEATS)) or 0
        return Package(needed(row, path, "size", whole(1, MOST_SEATS)), needed(row, path, "price", number), free)
    row = members(value, path, "model tiers")
    model = needed(row, path, "model", _tier_model)
    tiers = needed(row, path, "tiers", each(MOST_TIERS, _tier))
    try:
        return Tiers(model, tiers)
    except BadInput as error:
        refuse(f"{path}.tiers", error.message)


def _tier_model(value: object, path: str) -> TierModel:
    try:
        return choice(TierModel)(value, path)
    except BadInput:
        refuse(path, f"{shown(value)} is not a pricing model; use graduated, volume, flat or package")


def _tier(value: object, path: str) -> Tier:
    row = members(value, path, "up_to unit flat cap")
    return Tier(
        up_to=optional(row, path, "up_to", whole(1, MOST_SEATS)),
        unit=optional(row, path, "unit", number) or _ZERO,
        flat=optional(row, path, "flat", number) or _ZERO,
        cap=optional(row, path, "cap", number),
    )


def _percent(value: object, path: str) -> Decimal:
    percent = number(value, path)
    if percent > _HUNDRED:
        refuse(path, f"{percent} percent is not possible; use 0 to 100")
    return percent


def _end(row: dict[str, Any], path: str, start: date) -> date | None:
    end = optional(row, path, "end", day)
    if end is not None and end < start:
        refuse(f"{path}.end", f"it ends on {end}, before it starts on {start}; correct one of the two dates")
    return end
