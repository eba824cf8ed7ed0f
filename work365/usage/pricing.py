"""What a metered record costs the customer: a fixed price per unit or package, or the provider's cost with a mark-up.

Of the meter prices that fit a record the most special one counts: the contract's own before those for everybody, then the one
that names the meter, the category, the region, a tag, the product; of equal ones the newest. A record that no meter price fits
has the contract's mark-up, else its product's. One that has neither has no price, which is never zero: the contract is held.

Each record's amount is exact to ten decimals, half away from zero; lines are rounded sums of these (docs/how-to/usage.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, Protocol

from work365.errors import BadInput
from work365.money import ten_places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from work365.money import Currency
    from work365.usage.records import Metered

_HUNDRED = 100


class Rates(Protocol):
    """Exchange rates by day."""

    def rate(self, source: str, target: str, on: date) -> Fraction | Decimal | None:
        """Units of `target` for one of `source`; None where nobody has entered one."""


class NoRates:
    """No exchange rate is known: cost in another currency holds its contract."""

    def rate(self, source: str, target: str, on: date) -> Fraction | Decimal | None:  # noqa: ARG002  the protocol's words
        """None."""
        return None


NO_RATES = NoRates()


@dataclass(frozen=True, slots=True)
class MeterPrice:
    """One row of prices; an empty word fits every record.

    Attributes:
        own: the contract's own, not everybody's.
        tag: name and value; ("", "") fits every record.
        unit_price: per unit of the meter, or per package where there is a size.
        markup_percent: on the cost, where there is no unit price.
    """

    id: str
    valid_from: date = date.min
    own: bool = False
    product: str = ""
    meter: str = ""
    category: str = ""
    region: str = ""
    tag: tuple[str, str] = ("", "")
    unit_price: Decimal | None = None
    markup_percent: Decimal | None = None
    package: Decimal | None = None

    def __post_init__(self) -> None:
        """Errors: BadInput for a row that says no price, or a package of nothing."""
        if self.unit_price is None and self.markup_percent is None:
            message = f"the meter price for '{self.meter or self.category or 'every meter'}' has neither a price nor a mark-up"
            raise BadInput(message)
        if self.package is not None and (self.package <= 0 or self.unit_price is None):
            message = f"the meter price for '{self.meter or self.category}' needs a unit price and a package size above 0"
            raise BadInput(message)

    def fits(self, record: Metered) -> bool:
        """Whether every word that it has is the record's."""
        named, value = self.tag
        return (
            self.valid_from <= record.used
            and self.product in ("", record.product)
            and _same(self.meter, record.meter)
            and _same(self.category, record.category)
            and _same(self.region, record.region)
            and (not named or record.tags.get(named) == value)
        )

    @property
    def rank(self) -> tuple[object, ...]:
        """The higher, the more special."""
        words = (self.meter, self.category, self.region, self.tag[0], self.product)
        return (self.own, *(bool(word) for word in words), self.valid_from, self.id)


class Rated(NamedTuple):
    """A record with its price.

    Attributes:
        price: the meter price that counts; None for the contract's or product's mark-up.
        amount: for a package-priced record its share of packages that are not rounded up.
    """

    record: Metered
    price: MeterPrice | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PriceBook:
    """Everything that prices a contract's usage.

    Attributes:
        prices: those of the contract and of everybody, in the contract's currency.
        markup_percent: the contract's; None leaves it to the products.
    """

    currency: Currency
    prices: tuple[MeterPrice, ...] = ()
    markup_percent: Decimal | None = None
    rates: Rates = NO_RATES

    def rated(self, records: Iterable[Metered]) -> list[Rated]:
        """Each record with its amount.

        Errors: BadInput that names every meter without a price and every cost without an exchange rate.
        """
        return list(self.rating(records))

    def rating(self, records: Iterable[Metered]) -> Iterator[Rated]:
        """The same one by one, for records that are too many to hold; what cannot be priced is left out until the end.

        Errors: as for all at once, after the last record.
        """
        unpriced: set[str] = set()
        unrated: set[str] = set()
        for record in records:
            price = max((one for one in self.prices if one.fits(record)), key=lambda one: one.rank, default=None)
            markup = self._markup(record, price)
            if price is not None and price.unit_price is not None:
                yield Rated(record, price, ten_places(_fixed(record, price)))
            elif markup is None:
                unpriced.add(record.meter)
            elif (rate := self._rate(record)) is None:
                unrated.add(f"{record.cost_currency} to {self.currency} on {record.used}")
            else:
                exact = Fraction(record.cost) * Fraction(rate) * (1 + Fraction(markup) / _HUNDRED)
                yield Rated(record, price, ten_places(exact))
        _complain(unpriced, unrated)

    def _markup(self, record: Metered, price: MeterPrice | None) -> Decimal | None:
        if price is not None:
            return price.markup_percent
        return record.product_markup if self.markup_percent is None else self.markup_percent

    def _rate(self, record: Metered) -> Fraction | Decimal | None:
        if record.cost_currency == self.currency:
            return Fraction(1)
        return self.rates.rate(record.cost_currency, self.currency, record.used)


def _fixed(record: Metered, price: MeterPrice) -> Fraction:
    units = Fraction(record.quantity) / Fraction(price.package or 1)
    return units * Fraction(price.unit_price or 0)


def _same(wanted: str, found: str) -> bool:
    return not wanted or wanted.casefold() == found.casefold()


def _complain(unpriced: set[str], unrated: set[str]) -> None:
    if unpriced:
        message = (
            f"usage of {_listed(unpriced)} has no price; enter a mark-up on the contract or on the product, or a meter price"
        )
        raise BadInput(message)
    if unrated:
        message = f"the cost of usage cannot be converted ({_listed(unrated)}); enter the exchange rate, or a fixed meter price"
        raise BadInput(message)


_LISTED_MAX = 5


def _listed(words: set[str]) -> str:
    shown = sorted(words)
    more = f" and {len(shown) - _LISTED_MAX} more" if len(shown) > _LISTED_MAX else ""
    return ", ".join(f"'{word}'" for word in shown[:_LISTED_MAX]) + more
