"""Promotions of a scenario: what the seller offers, what each subscription was sold as, and the discounts that come of it.

The rule is that of the monthly run. A promotion that was offered by its code and does not apply is a finding with the reason, and
the subscription is billed at its normal price. Who the customer is, is not asked: a scenario has one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from work365.catalogue.giving import chosen
from work365.catalogue.promotions import Benefit, Promotion, Sale, best
from work365.errors import Refused
from work365.findings import Finding, Severity
from work365.invoicing.rounds import terms_of
from work365.provisioning.terms import Plan, Terms
from work365.strict_json import day, members, needed, number, optional, refuse, text, whole
from work365.terms.term import Term

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from work365.contracts.contract import BillingContract
    from work365.subscriptions.change_log import Subscription

MOST_PROMOTIONS = 1_000
MOST_CYCLES = 1_200
MOST_SEATS = 1_000_000_000
_HUNDRED = 100
_GIVES = {"percent": Benefit.PERCENTAGE, "amount": Benefit.AMOUNT, "price": Benefit.PRICE}
_MEMBERS = "code name product percent amount price start end term plan cycles_max lasts seats_min seats_max"
_LASTS = {"end date": False, "term": True}
_PLANS = {plan.value.lower(): plan for plan in Plan}


@dataclass(frozen=True, slots=True)
class SoldAs:
    """What a subscription was sold as; `code` is the promotion that was offered with it, "" for whichever is best."""

    product: str
    terms: Terms | None = None
    term_end: date | None = None
    code: str = ""


def promotion(value: object, path: str) -> Promotion:
    """A promotion of the seller. Errors: BadInput with the path of what is wrong."""
    row = members(value, path, _MEMBERS)
    benefit = _benefit(row, path)
    amount = needed(row, path, benefit, number)
    if benefit == "percent" and amount > _HUNDRED:
        refuse(f"{path}.percent", f"{amount} percent is not possible; use 0 to 100")
    code = needed(row, path, "code", text)
    return Promotion(
        id=code,
        code=code,
        name=optional(row, path, "name", text) or f"Promotion {code}",
        product=needed(row, path, "product", text),
        benefit=_GIVES[benefit],
        value=amount,
        start=needed(row, path, "start", day),
        end=optional(row, path, "end", day),
        term=optional(row, path, "term", _term),
        plan=optional(row, path, "plan", _plan),
        cycles_max=optional(row, path, "cycles_max", whole(1, MOST_CYCLES)),
        whole_term=bool(optional(row, path, "lasts", _lasts)),
        seats_min=optional(row, path, "seats_min", whole(0, MOST_SEATS)),
        seats_max=optional(row, path, "seats_max", whole(1, MOST_SEATS)),
    )


def sold_as(value: object, path: str) -> SoldAs:
    """What a subscription was sold as. Errors: BadInput with the path of what is wrong."""
    row = members(value, path, "product term plan term_end promotion")
    term, plan = optional(row, path, "term", _term), optional(row, path, "plan", _plan)
    return SoldAs(
        needed(row, path, "product", text),
        Terms(term, plan) if term and plan else None,
        optional(row, path, "term_end", day),
        optional(row, path, "promotion", text) or "",
    )


def promoted(
    contract: BillingContract,
    subscriptions: Sequence[Subscription],
    sold: Mapping[str, SoldAs],
    promotions: Sequence[Promotion],
) -> tuple[tuple[Subscription, ...], tuple[Finding, ...]]:
    """The subscriptions with the discounts that promotions give to their sales, and those that were offered one in vain."""
    findings: list[Finding] = []
    made = list(subscriptions)
    for index, one in enumerate(subscriptions):
        as_sold = sold.get(one.id)
        if as_sold is None or not one.changes:
            continue
        sale = _sale(contract, one, as_sold)
        try:
            given = chosen(promotions, sale, as_sold.code) if as_sold.code else best(promotions, sale)
        except Refused as error:
            findings.append(Finding("promotion-refused", one.id, str(error), Severity.WARNING))
            continue
        if given is not None:
            made[index] = replace(one, discounts=(*one.discounts, given[1]))
    return tuple(made), tuple(findings)


def _sale(contract: BillingContract, one: Subscription, sold: SoldAs) -> Sale:
    first = one.changes[0]
    price = one.unit_price if first.unit_price is None else first.unit_price
    cadence = terms_of(contract, one).cadence
    unit_price = None if one.pricing else price
    return Sale("", sold.product, sold.terms, first.quantity, one.start, sold.term_end, contract.start, unit_price, cadence)


def _benefit(row: dict[str, Any], path: str) -> str:
    given = [name for name in _GIVES if row.get(name) is not None]
    if len(given) != 1:
        refuse(path, "give 'percent' off, 'amount' off a seat and cycle, or the 'price' instead, one of the three")
    return given[0]


def _term(value: object, path: str) -> str:
    if (known := Term.named(value if isinstance(value, str) else None)) is None:
        refuse(path, "this is no term; use P1M, P1Y or P3Y")
    return known.value


def _plan(value: object, path: str) -> Plan:
    if (known := _PLANS.get(text(value, path))) is None:
        refuse(path, f"this is no billing plan; use {', '.join(_PLANS)}")
    return known


def _lasts(value: object, path: str) -> bool:
    if (known := _LASTS.get(text(value, path))) is None:
        refuse(path, f"a promotion lasts to its {' or its '.join(_LASTS)}")
    return known
