"""Scenarios for the simulator, read strictly, so that nonsense becomes a sentence with a path and never a guess.

Members that the format does not know are refused. Money, prices and percentages are strings of digits with an optional decimal
point. Whole JSON numbers are taken too, because they mean one thing only; 7.99 as a JSON number is refused, because whoever wrote
it may have been through a float. Of the contract only `start` is needed: the rest is monthly, on the day of `start`, in advance,
by days, changes billed now. When `pricing` is given, it wins over every `unit_price`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from work365.catalogue.offering import MOST_PROMOTIONS, promoted, promotion
from work365.money import currency
from work365.periods import UTC
from work365.simulating.contract import contract_in
from work365.simulating.fields import percent_of
from work365.simulating.items import item
from work365.simulating.promises import commitment
from work365.simulating.standing import cancelled, due, handed_back
from work365.simulating.subscriptions import Told, subscription_in
from work365.simulating.taxes import tax_terms
from work365.splitting.reading import user
from work365.strict_json import (
    day,
    distinct,
    document,
    each,
    members,
    needed,
    optional,
    refuse,
    text,
)
from work365.subscriptions.as_json import zone
from work365.subscriptions.renewing_written import with_renewals
from work365.surprises import surprises

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from work365.commitments.terms import Commitment
    from work365.contracts.contract import BillingContract
    from work365.currencies.conversion import Conversion
    from work365.findings import Finding
    from work365.simulating.items import Once
    from work365.simulating.standing import Cancelled, GivenBack
    from work365.simulating.taxes import Rate, TaxTerms
    from work365.splitting.reading import PayerOf
    from work365.splitting.users import User
    from work365.subscriptions.change_log import Subscription
    from work365.surprises import Surprises

MOST_RUNS = 5_000
MOST_SUBSCRIPTIONS = 10_000
MOST_ITEMS = 10_000
MOST_USERS = 10_000

MEMBERS = (
    "currency zone contract subscriptions items commitment tax runs due skipped cancelled given_back users surcharge_percent "
    "promotions catch_up"
)

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
    contract = needed(top, "", "contract", contract_in(code))
    here = optional(top, "", "zone", zone) or UTC
    told = needed(top, "", "subscriptions", each(MOST_SUBSCRIPTIONS, subscription_in(here)))
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
        optional(top, "", "surcharge_percent", percent_of) or _ZERO,
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


def _in_their_terms(told: Sequence[Told], last: date) -> tuple[tuple[Subscription, ...], tuple[Finding, ...]]:
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
