"""Selling: on which contract and for how much an agreement with the supplier is sold on, and from which day."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from work365.provisioning import wording
from work365.provisioning.catalogue import per_cycle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from work365.provisioning.agreeing import Agreement
    from work365.provisioning.catalogue import Catalogue, Product
    from work365.provisioning.holding import Contract, Customer, Held
    from work365.provisioning.lines import ChargeLine
    from work365.provisioning.notes import Notes

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Selling:
    """How an agreement is sold on. `price` per seat and cycle of the contract; None when something is missing."""

    product: str | None
    contract: Contract | None
    price: Decimal | None
    billable: bool


def steps_of(
    agreed: Sequence[Agreement],
    held: Held | None,
    customer: Customer,
    catalogue: Catalogue,
    seats: Mapping[date, int],
    notes: Notes,
) -> list[tuple[date, Selling]]:
    """The days from which another price counts. A renewal on the same terms keeps the price that the customer has."""
    steps: list[tuple[date, Selling]] = []
    sells: object = None
    for agreement in agreed:
        first = not steps
        if first and held is not None and held.subscription.unit_price is not None and _same_sale(agreement, held, catalogue):
            sells = agreement.sells
        if agreement.sells == sells:
            continue
        sells = agreement.sells
        selling = _sell(agreement, held, customer, catalogue, _seats_at(seats, agreement.line.start), notes)
        steps.append((agreement.line.start, selling))
    return steps


def _same_sale(agreement: Agreement, held: Held, catalogue: Catalogue) -> bool:
    ours = held.subscription
    product = catalogue.product(agreement.line.product)
    same = ours.term == agreement.terms.term and ours.plan is agreement.terms.plan
    was_trial = not ours.billable and ours.unit_price == NOTHING
    return same and (product is None or product.id == ours.product) and was_trial == agreement.line.trial


def _seats_at(seats: Mapping[date, int], day: date) -> int:
    return next((seats[when] for when in sorted(seats, reverse=True) if when <= day), 0)


def _sell(agreement: Agreement, held: Held | None, customer: Customer, catalogue: Catalogue, seats: int, notes: Notes) -> Selling:
    line = agreement.line
    product = catalogue.product(line.product)
    if product is None:
        notes.add(wording.unknown_product(line))
        return Selling(None, None, None, billable=True)
    notes.settle(wording.unknown_product(line).key)
    if customer.tenant.account is None:
        return Selling(product.id, None, None, billable=True)
    contract = contract_of(held, customer) or _choose(line, customer, notes)
    if contract is None:
        return Selling(product.id, None, None, billable=True)
    return _priced(agreement, product, contract, catalogue, seats, notes)


def _priced(
    agreement: Agreement, product: Product, contract: Contract, catalogue: Catalogue, seats: int, notes: Notes
) -> Selling:
    """The price of the list; a trial and what costs nothing are not billed; without a price there is no contract yet.

    Where the supplier's lines are billed no price is needed.
    """
    line, terms = agreement.line, agreement.terms
    if line.trial:
        return Selling(product.id, contract, NOTHING, billable=False)
    more = contract.paid_monthly_percent
    bought_by = contract.list_on(line.start)
    price = catalogue.price(product.id, bought_by, terms, seats=seats, on=line.start, paid_monthly_percent=more)
    amount = None if price is None else per_cycle(price.amount, price.plan, contract.frequency)
    if amount is not None:
        notes.settle(wording.no_price(product, terms, contract).key)
        return Selling(product.id, contract, amount, billable=True)
    if contract.bills_supplier_lines(line.start):
        return Selling(product.id, contract, NOTHING, billable=True)
    if not agreement.cost and not line.unit_price:
        notes.add(wording.free(line))
        return Selling(product.id, contract, NOTHING, billable=False)
    notes.add(wording.no_price(product, terms, contract))
    return Selling(product.id, None, None, billable=True)


def contract_of(held: Held | None, customer: Customer) -> Contract | None:
    """The contract that a subscription is on already; an import never moves it."""
    wanted = held.subscription.contract if held else None
    return next((contract for contract in customer.contracts if contract.id == wanted), None)


def _choose(line: ChargeLine, customer: Customer, notes: Notes) -> Contract | None:
    """The default contract in the customer's currency, else in the currency that we are billed in."""
    for currency in dict.fromkeys((line.pricing_currency, line.currency)):
        fitting = sorted((c for c in customer.contracts if c.is_default and c.currency == currency), key=lambda c: c.number)
        if len(fitting) > 1:
            notes.add(wording.several_contracts(customer.tenant, fitting, fitting[0]))
        if fitting:
            notes.settle(wording.no_contract(customer.tenant, line.pricing_currency).key)
            return fitting[0]
    notes.add(wording.no_contract(customer.tenant, line.pricing_currency))
    return None


def prices_of(seats: Mapping[date, int], held: Held | None, steps: Sequence[tuple[date, Selling]]) -> dict[date, Decimal]:
    """The price from each day on: what the ledger says, unless an agreement sets another."""
    known = {row.effective: row.unit_price for row in sorted(held.rows, key=lambda row: row.sequence)} if held else {}
    fresh = held is None or held.subscription.unit_price is None
    price = next(iter(known.values()), NOTHING) if not fresh else _price_of(steps[0][1]) if steps else NOTHING
    begun = 0
    result: dict[date, Decimal] = {}
    for when in sorted(seats):
        if not fresh and not (begun and steps[begun - 1][0] <= when):
            price = known.get(when, price)
        while begun < len(steps) and steps[begun][0] <= when:
            price = _price_of(steps[begun][1]) if steps[begun][1].price is not None else price
            begun += 1
        result[when] = price
    return result


def _price_of(selling: Selling) -> Decimal:
    return NOTHING if selling.price is None else selling.price
