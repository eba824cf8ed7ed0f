"""What each tier earns with a subscription: supplier's cost, the price of each tier, the customer's price, and the steps between.

Amounts are what the days of a period are worth by the logs and prices, each rounded once in one currency. A tier's margin is what
it sells for less what it buys for, so the margins of all tiers add up to the customer's price less the supplier's cost, exactly.
What is not known is named, and with it the margins on both of its sides; nothing is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from work365.currencies.rates import NoExchangeRate
from work365.money import rounded
from work365.periods import Period

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date
    from decimal import Decimal

    from work365.money import Currency, Money
    from work365.reselling.chain import Chain
    from work365.revenue.recurring import Running

    RateOf = Callable[[Currency, Currency, date], Fraction]
    """Units of the second currency for one of the first on a day. Errors: NoExchangeRate."""

SUPPLIER = "supplier"


@dataclass(frozen=True, slots=True)
class TierSale:
    """What a tier charges the one below for a subscription; `running` is None while that cannot be valued."""

    seller: str
    contract: str
    running: Running | None


@dataclass(frozen=True, slots=True)
class Sale:
    """A resold subscription with everything that is charged for it.

    Attributes:
        name, customer, seller, contract: as people know it, its customer, who sells it to that and by which contract.
        sold: its own charge, and those of the payers among whom it is split; none while that cannot be valued.
        unit_cost: what the supplier charges for a seat and billing cycle, in the contract's currency; None when nobody said.
        steps: the tiers above, from day to day; `tiers` by the ids of their contracts.
    """

    name: str
    customer: str
    seller: str
    contract: str
    sold: tuple[Running, ...]
    unit_cost: Decimal | None
    steps: tuple[Chain, ...]
    tiers: dict[str, TierSale]


class Charge(NamedTuple):
    """What one level charges for a period; `unknown` says why its amount is None."""

    seller: str
    contract: str
    amount: Money | None
    unknown: str = ""


class Margin(NamedTuple):
    """What one tier buys and sells for, and what is left; None where one of the two is not known."""

    seller: str
    contract: str
    bought: Money | None
    sold: Money | None

    @property
    def amount(self) -> Money | None:
        """What it earns."""
        return None if self.bought is None or self.sold is None else self.sold - self.bought


@dataclass(frozen=True, slots=True)
class Earned:
    """A subscription in a period through which its tiers are the same.

    Shape: `charges` from the supplier's cost over the topmost tier to the customer's price.
    """

    sale: Sale
    period: Period
    currency: Currency
    charges: tuple[Charge, ...]

    @property
    def margins(self) -> list[Margin]:
        """One for each tier, the topmost first."""
        steps = pairwise(self.charges)
        return [Margin(upper.seller, upper.contract, below.amount, upper.amount) for below, upper in steps]

    @property
    def total(self) -> Money | None:
        """The customer's price less the supplier's cost; None where one of the two is not known."""
        cost, price = self.charges[0].amount, self.charges[-1].amount
        return None if cost is None or price is None else price - cost

    @property
    def nothing(self) -> bool:
        """Whether nothing was charged by anybody."""
        return all(charge.amount is not None and charge.amount.minor == 0 for charge in self.charges)


def earned(sale: Sale, month: Period, rate_of: RateOf, currency: Currency | None = None) -> Iterator[Earned]:
    """What the tiers earn with a subscription in a month, for each part of it through which they are the same.

    Shape: in `currency`, else in that of the customer's contract; rates are those of the period's first day.
    """
    code = currency or (sale.sold[0].terms.currency if sale.sold else None)
    for period in _periods(sale.steps, month):
        step = next((one for one in reversed(sale.steps) if one.day <= period.start), None)
        tiers = [sale.tiers[one.contract] for one in reversed(step.tiers)] if step else []
        in_currency = code or next((tier.running.terms.currency for tier in tiers if tier.running is not None), None)
        if in_currency is None:
            continue
        value = _Valuing(period, in_currency, rate_of)
        yield Earned(
            sale, period, in_currency, (value.cost(sale), *(value.tier(sale, tier) for tier in tiers), value.price(sale))
        )


def _periods(steps: Sequence[Chain], month: Period) -> Iterator[Period]:
    days = [month.start, *(step.day for step in steps if month.start < step.day < month.end), month.end]
    return (Period(first, after) for first, after in pairwise(days))


@dataclass(frozen=True, slots=True)
class _Valuing:
    """One period in one currency."""

    period: Period
    currency: Currency
    rate_of: RateOf

    def cost(self, sale: Sale) -> Charge:
        """What the supplier charges: for all seats of the customer, whoever of its payers has them."""
        if sale.unit_cost is None:
            return Charge(SUPPLIER, "", None, f"the supplier's price of {sale.name} is not known; enter its unit cost")
        if not sale.sold:
            return Charge(SUPPLIER, "", None, f"the seats of {sale.name} cannot be valued")
        return self._charge(SUPPLIER, "", [_at_cost(one, sale.unit_cost) for one in sale.sold])

    def tier(self, sale: Sale, tier: TierSale) -> Charge:
        """What a tier charges the one below."""
        if tier.running is None:
            why = f"contract {tier.contract} has no price for {sale.name} yet; `w365 tiers check` says what is missing"
            return Charge(tier.seller, tier.contract, None, why)
        return self._charge(tier.seller, tier.contract, [tier.running])

    def price(self, sale: Sale) -> Charge:
        """What the customer pays, all of its payers together."""
        if not sale.sold:
            why = f"contract {sale.contract} has no price for {sale.name}, or does not bill it"
            return Charge(sale.seller, sale.contract, None, why)
        return self._charge(sale.seller, sale.contract, sale.sold)

    def _charge(self, seller: str, contract: str, running: Sequence[Running]) -> Charge:
        exact = Fraction(0)
        for one in running:
            try:
                exact += one.served(self.period) * self.rate_of(one.currency, self.currency, self.period.start)
            except NoExchangeRate as error:
                return Charge(seller, contract, None, str(error))
        return Charge(seller, contract, rounded(exact, self.currency))


def _at_cost(running: Running, unit_cost: Decimal) -> Running:
    """The same seats on the same days, at the supplier's price and without anything off."""
    one = running.subscription
    changes = tuple(replace(change, unit_price=unit_cost, pricing=None) for change in one.changes)
    at_cost = replace(one, unit_price=unit_cost, pricing=None, discounts=(), changes=changes)
    terms = replace(running.terms, discount_percent=0 * unit_cost)
    return replace(running, subscription=at_cost, terms=terms, currency=terms.currency)
