"""From wishes to the items of a one-off invoice: each with its price, its product's tax category and a key of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.catalogue.once import price_once
from work365.errors import BadInput, Refused
from work365.ids import derived
from work365.invoicing.items import Item, one_day
from work365.invoicing.lines import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from work365.catalogue.prices import Price
    from work365.catalogue.quoting import Offered
    from work365.invoicing.work import ContractWork
    from work365.oneoff.asking import LineWish

ITEM_TABLE = "w365_nonrecurringitem"


@dataclass(frozen=True, slots=True)
class Article:
    """A product as a line needs it: what is printed, how it is taxed, and how its price is read."""

    offered: Offered
    tax_category: str


@dataclass(frozen=True, slots=True)
class Buying:
    """What a one-off invoice is made from.

    Attributes:
        work: the contract without anything that recurs.
        articles: active products by lower-case number.
        prices: rows of the contract's price lists for these products.
        waiting: items that are there and are to be billed now.
    """

    work: ContractWork
    articles: Mapping[str, Article]
    prices: Sequence[Price] = ()
    waiting: tuple[Item, ...] = ()


def items_of(wishes: Sequence[LineWish], buying: Buying, *, wish: str, on: date) -> tuple[Item, ...]:
    """The items, in the order of the wishes; their ids are derived from what asked for them.

    Errors: Refused for a product that is not there, and for a line whose price is not known.
    """
    return tuple(_item(one, buying, derived("one-off item", wish, str(place)), on) for place, one in enumerate(wishes))


def _item(one: LineWish, buying: Buying, id_: str, on: date) -> Item:
    article = buying.articles.get(one.product.lower())
    if article is None:
        message = f"No active product has the number {one.product}; look it up under Products."
        raise Refused(message)
    offered, currency = article.offered, buying.work.contract.currency
    price = one.price
    try:
        if price is None:
            price = price_once(offered, buying.work.lists.on(on), buying.prices, quantity=one.quantity, currency=currency, on=on)
        return Item(
            table=ITEM_TABLE,
            rows=(id_,),
            key=f"item/{id_}",
            kind=Kind.ONE_TIME,
            description=one.text or offered.name,
            period=one_day(on),
            quantity=one.quantity,
            unit_price=price,
            tax_category=article.tax_category,
            product=offered.id,
            discount_percent=one.discount_percent,
        )
    except BadInput as error:
        message = f"{error.message}."
        raise Refused(message) from None
