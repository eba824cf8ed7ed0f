"""Agreements: which lines say something new about product, term and price, and from which day on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.catalogue.prices import places
from work365.provisioning.catalogue import per_cycle
from work365.provisioning.lines import Charge, ChargeLine
from work365.provisioning.terms import Terms, commitment_end_of, terms_of, whole_cycle

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from work365.provisioning.holding import Contract, Held

_SWITCHES = (Charge.CONVERT, Charge.PLAN)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was agreed with the supplier from a day on.

    Units: `cost` per seat and billing-plan period, in the line's pricing currency.
    """

    line: ChargeLine
    terms: Terms
    commitment_end: date | None
    cost: Decimal

    @property
    def switches(self) -> bool:
        """Another product or plan inside a term: the change log must remember the transaction even if seats and price stay."""
        return self.line.charge in _SWITCHES

    @property
    def sells(self) -> tuple[str, Terms, bool]:
        """What a selling price depends on."""
        return self.line.product.lower(), self.terms, self.line.trial


def agreements(lines: Sequence[ChargeLine], held: Held | None, seen: Collection[str]) -> list[Agreement]:
    """The agreements in order of time that are newer than what we hold; at least one for a subscription that we do not hold.

    A term counts as newer when its commitment ends later, so an old file that is imported again takes nothing back. A change of
    product or plan inside a term keeps the end; it is new until the change log knows its transaction.
    """
    result: list[Agreement] = []
    until = held.subscription.commitment_end if held else None
    since = max((row.effective for row in held.rows), default=None) if held else None
    whole = [line for line in lines if line.charge is not None and line.charge.states_all and not _leaves(line, lines)]
    for line in sorted(whole, key=lambda line: (line.start, line.line)):
        agreed = _agreement(line, lines)
        newer = agreed.commitment_end is not None and (until is None or agreed.commitment_end > until)
        switched = line.charge in _SWITCHES and line.transaction not in seen and (since is None or line.start >= since)
        if agreed.line is line and (newer or switched or (held is None and not result)):
            result.append(agreed)
            until = agreed.commitment_end or until
    if not result and held is None:
        result.append(_agreement(max(lines, key=lambda line: (line.start, line.sign, line.line)), lines))
    return result


def _leaves(line: ChargeLine, lines: Sequence[ChargeLine]) -> bool:
    """The line takes back what was agreed before; without an amount (a trial), its partner tells."""
    if line.sign:
        return line.sign < 0
    return line.charge in _SWITCHES and any(other.sign > 0 and other.transaction == line.transaction for other in lines)


def _agreement(line: ChargeLine, lines: Sequence[ChargeLine]) -> Agreement:
    """The agreement of a line; a sale that is charged in parts costs their sum and is named after the dearest."""
    parts = [other for other in lines if other is line or _same_sale(other, line)]
    main = max(parts, key=lambda part: (part.subtotal, -part.line))
    terms = terms_of(main)
    cost = sum((_unit_cost(part, terms) for part in parts), Decimal(0))
    return Agreement(main, terms, commitment_end_of(main, terms.term), cost)


def _same_sale(other: ChargeLine, line: ChargeLine) -> bool:
    alike = other.charge is line.charge and other.sign == line.sign and other.start == line.start and other.seats == line.seats
    return bool(line.reference) and other.reference == line.reference and alike and other.product_name != line.product_name


def _unit_cost(line: ChargeLine, terms: Terms) -> Decimal:
    return abs(line.effective_unit_price) if whole_cycle(line, terms.plan) else abs(line.unit_price)


def cost_per_cycle(agreed: Agreement, contract: Contract | None) -> Decimal | None:
    """What a seat costs us per billing cycle of the contract, in its currency; None when no rate leads there."""
    line = agreed.line
    if contract is None:
        return places(Fraction(agreed.cost))
    if contract.currency == line.pricing_currency:
        return per_cycle(agreed.cost, agreed.terms.plan, contract.frequency)
    if contract.currency == line.currency and contract.frequency.months is not None:
        exact = Fraction(agreed.cost) * Fraction(line.exchange_rate)
        return places(exact * contract.frequency.months / agreed.terms.plan.months)
    return None
