"""Scenarios for the simulator, read strictly, so that nonsense becomes a sentence with a path and never a guess.

Members that the format does not know are refused. Money, prices and percentages are strings of digits with an optional decimal
point. Whole JSON numbers are taken too, because they mean one thing only; 7.99 as a JSON number is refused, because whoever wrote
it may have been through a float. Of the contract only `start` is needed: the rest is monthly, on the day of `start`, in advance,
by days, changes billed now. When `pricing` is given, it wins over every `unit_price`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from work365.catalogue.offering import MOST_PROMOTIONS, promoted, promotion, sold_as
from work365.contracts.amendment import ScheduledBy
from work365.contracts.amount_off import AmountOff
from work365.contracts.as_json import amendments, frequency, schedules
from work365.contracts.contract import BillingContract, ChangesBilled, Policy, Prorate
from work365.errors import BadInput
from work365.money import currency
from work365.periods import MONTHLY, UTC
from work365.simulating.items import item
from work365.simulating.prices import priced_in, pricing
from work365.simulating.promises import commitment
from work365.simulating.standing import cancelled, due, handed_back
from work365.simulating.taxes import rate_of, tax_terms
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
    from work365.commitments.terms import Commitment
    from work365.currencies.conversion import Conversion
    from work365.findings import Finding
    from work365.money import Currency
    from work365.simulating.items import Once
    from work365.simulating.standing import Cancelled, GivenBack
    from work365.simulating.taxes import Rate, TaxTerms
    from work365.splitting.reading import PayerOf
    from work365.splitting.users import User
    from work365.subscriptions.renewing_written import WrittenTerm
    from work365.surprises import Surprises

MOST_RUNS = 5_000
MOST_SUBSCRIPTIONS = 10_000
MOST_CHANGES = 10_000
MOST_ITEMS = 10_000
MOST_DISCOUNTS = 20
MOST_SEATS = 1_000_000_000
MOST_USERS = 10_000
MOST_OFFSET_DAYS = 1_000

MEMBERS = (
    "currency zone contract subscriptions items commitment tax runs due skipped cancelled given_back users surcharge_percent "
    "promotions catch_up"
)
CONTRACT_MEMBERS = (
    "id start bill_day frequency policy prorate changes_billed end discount_percent amounts_off anchor offset_days "
    "scheduled_by amendments payer"
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
        items: what is billed once.
        commitment: the contract's minimum and maximum; None for none.
        conversions: of subscriptions that are priced in another currency, by their ids.
        tax: how it is taxed; None says nothing of tax.
        rates: what subscriptions bear, if not what `tax` says for everything, by their ids.
        skipped: first days of cycles that a person decided never to bill.
        cancelled: invoices that a person cancelled between two runs.
        given_back: what people gave back of posted lines.
        due: runs, by their places from 1, that bill only what was due on an earlier day.
    """

    contract: BillingContract
    subscriptions: tuple[Subscription, ...]
    runs: tuple[date, ...]
    splits: Mapping[str, PayerOf] = field(default_factory=dict)
    users: tuple[User, ...] = ()
    surcharge_percent: Decimal = _ZERO
    surprises: Surprises | None = None
    findings: tuple[Finding, ...] = ()
    items: tuple[Once, ...] = ()
    commitment: Commitment | None = None
    conversions: Mapping[str, Conversion] = field(default_factory=dict)
    tax: TaxTerms | None = None
    rates: Mapping[str, Rate] = field(default_factory=dict)
    skipped: frozenset[date] = frozenset()
    cancelled: tuple[Cancelled, ...] = ()
    given_back: tuple[GivenBack, ...] = ()
    due: Mapping[int, date] = field(default_factory=dict)


def read(content: bytes) -> Scenario:
    """A scenario from JSON text. Errors: BadInput, with the path of what is wrong."""
    return scenario(document(content))


def scenario(value: object) -> Scenario:
    """A scenario from a parsed document. Errors: BadInput, with the path of what is wrong."""
    top = members(value, "", MEMBERS)
    code = needed(top, "", "currency", lambda found, path: currency(text(found, path), path))
    contract = needed(top, "", "contract", _contract_in(code))
    here = optional(top, "", "zone", zone) or UTC
    told = needed(top, "", "subscriptions", each(MOST_SUBSCRIPTIONS, _subscription_in(here)))
    items = optional(top, "", "items", each(MOST_ITEMS, item)) or ()
    distinct([one.subscription.id for one in told], "subscriptions")
    distinct([one.id for one in items], "items")
    runs = needed(top, "", "runs", each(MOST_RUNS, day))
    subscriptions, findings = _in_their_terms(told, max(runs, default=contract.start))
    sold = {one.subscription.id: one.sold for one in told if one.sold is not None}
    offers = optional(top, "", "promotions", each(MOST_PROMOTIONS, promotion)) or ()
    subscriptions, refused = promoted(contract, subscriptions, sold, offers)
    undone = optional(top, "", "cancelled", each(MOST_RUNS, cancelled)) or ()
    earlier = optional(top, "", "due", each(MOST_RUNS, due)) or ()
    _refuse_besides_questions(top)
    _refuse_no_runs("cancelled", [one.run for one in undone], [one.before for one in undone], len(runs))
    _refuse_no_runs("due", [place for place, _ in earlier], [place for place, _ in earlier], len(runs))
    return Scenario(
        contract,
        subscriptions,
        runs,
        {one.subscription.id: one.split for one in told if one.split is not None},
        optional(top, "", "users", each(MOST_USERS, user)) or (),
        optional(top, "", "surcharge_percent", _percent) or _ZERO,
        optional(top, "", "catch_up", surprises),
        (*findings, *refused),
        items=items,
        commitment=optional(top, "", "commitment", commitment),
        conversions={one.subscription.id: one.conversion for one in told if one.conversion is not None},
        tax=optional(top, "", "tax", tax_terms),
        rates={one.subscription.id: one.tax for one in told if one.tax is not None},
        skipped=frozenset(optional(top, "", "skipped", each(MOST_RUNS, day)) or ()),
        cancelled=undone,
        given_back=optional(top, "", "given_back", each(MOST_ITEMS, handed_back)) or (),
        due=dict(earlier),
    )


def _in_their_terms(told: Sequence[_Told], last: date) -> tuple[tuple[Subscription, ...], tuple[Finding, ...]]:
    """The subscriptions with what the ends of their terms change by the last run."""
    renewed = [
        (one.subscription, ())
        if one.term is None
        else with_renewals(one.subscription, one.term, last, f"subscriptions[{index}].term")
        for index, one in enumerate(told)
    ]
    return tuple(one for one, _ in renewed), tuple(finding for _, found in renewed for finding in found)


def _refuse_besides_questions(top: dict[str, Any]) -> None:
    """What the simulator does not do where people are asked about missed cycles."""
    besides = ("items", "commitment", "cancelled", "given_back", "due", "skipped")
    told = next((name for name in besides if top.get(name)), None)
    if told is not None and top.get("catch_up") is not None:
        refuse(told, "this is not simulated together with 'catch_up'; leave one of the two out")


def _refuse_no_runs(path: str, named: Sequence[int], until: Sequence[int], runs: int) -> None:
    """Places among the runs that are named twice, or that are no runs."""
    for index, place in enumerate(until):
        if place > runs:
            refuse(f"{path}[{index}]", f"there are {runs} runs, counted from 1; there is no run {place}")
        if named[index] in named[:index]:
            refuse(f"{path}[{index}].run", f"run {named[index]} is named by an earlier one; name it once")


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
            id=optional(row, path, "id", text) or "simulated",
            currency=code,
            start=start,
            frequency=every,
            bill_day=optional(row, path, "bill_day", whole(1, 31)),
            policy=optional(row, path, "policy", choice(Policy)) or Policy.ADVANCE,
            prorate=prorate,
            changes_billed=optional(row, path, "changes_billed", choice(ChangesBilled)) or ChangesBilled.NOW,
            end=_end(row, path, start),
            discount_percent=optional(row, path, "discount_percent", _percent) or _ZERO,
            offset_days=optional(row, path, "offset_days", whole(0, MOST_OFFSET_DAYS)) or 0,
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


class _Told(NamedTuple):
    """What a scenario says of one subscription."""

    subscription: Subscription
    split: PayerOf | None
    sold: SoldAs | None
    term: WrittenTerm | None
    conversion: Conversion | None
    tax: Rate | None


def _subscription_in(here: ZoneInfo) -> Callable[[object, str], _Told]:
    return lambda value, path: _subscription(value, path, here)


def _subscription(value: object, path: str, here: ZoneInfo) -> _Told:
    row = members(value, path, "id start end unit_price pricing changes discounts schedules split sold term priced_in tax")
    start = needed(row, path, "start", day)
    rated, price = optional(row, path, "pricing", pricing), optional(row, path, "unit_price", number)
    if price is None and rated is None:
        refuse(f"{path}.unit_price", "the price per seat and cycle is missing; give a string such as \"7.99\", or give 'pricing'")
    changes = needed(row, path, "changes", each(MOST_CHANGES, lambda value, path: _change(value, path, here)))
    distinct([change.id for change in changes], f"{path}.changes")
    discounts = optional(row, path, "discounts", each(MOST_DISCOUNTS, _discount)) or ()
    distinct([discount.id for discount in discounts], f"{path}.discounts")
    own = optional(row, path, "schedules", schedules) or ()
    name, end = needed(row, path, "id", text), _end(row, path, start)
    conversion = optional(row, path, "priced_in", priced_in)
    if conversion is not None and (rated is not None or any(change.pricing for change in changes)):
        refuse(f"{path}.priced_in", "tiers and packages are not converted; give their prices in the contract's currency")
    read_one = Subscription(name, start, price or _ZERO, changes, end, rated, discounts, own)
    split, sold = optional(row, path, "split", payer_of), optional(row, path, "sold", sold_as)
    if split is not None and any(change.given for change in changes):
        refuse(f"{path}.split", "what a split subscription gives back is told for each payer's part: give the part's own changes")
    term = optional(row, path, "term", written_term)
    return _Told(read_one, split, sold, term, conversion, optional(row, path, "tax", rate_of))


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
        pricing=optional(row, path, "pricing", pricing),
    )
    given = given_back(row, path, change.known_on, here)
    return change if given is None else replace(change, given=given)


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
