"""Port to price lists: their rows, what is sold from them, prices that wait for approval, and changes of many prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from work365.catalogue.list_changes import Difference
    from work365.catalogue.prices import Price
    from work365.catalogue.quoting import PriceList
    from work365.catalogue.repricing import NewPrice
    from work365.catalogue.sold import Sold
    from work365.errors import External


@dataclass(frozen=True, slots=True)
class Market:
    """A price list with what it is for; "" for every market or segment."""

    list: PriceList
    market: str = ""
    segment: str = ""


@dataclass(frozen=True, slots=True)
class Staged:
    """A price that waits for approval: its row, its list, what it changes, and the id of who staged it."""

    id: str
    price_list: str
    difference: Difference
    staged_by: str
    etag: str


@dataclass(frozen=True, slots=True)
class Repriced:
    """A subscription that a plan has changed already, with what the plan said of it."""

    subscription: str
    new: Decimal
    on: date


class PricingBook(Protocol):
    """Price lists and what hangs on them."""

    def price_list(self, code: str) -> Market:
        """A list by its code. Errors: BadInput when there is none."""

    def products(self, numbers: Collection[str] | None = None) -> Mapping[str, str]:
        """Ids of active products by lower-case number; None means all of them."""

    def prices(self, price_list: str) -> Sequence[Price]:
        """The rows of a list."""

    def sold(self, price_list: str, products: Collection[str]) -> Sequence[Sold]:
        """Active subscriptions of these products on contracts with this list that have a price per seat, its or their own."""

    def stage(self, plan: str, price_list: str, differences: Sequence[Difference], *, source: str, person: str) -> None:
        """Write what waits for approval. Writing the same plan again changes nothing but who staged it."""

    def staged(self, plan: str) -> Sequence[Staged]:
        """What still waits in the plan whose hash begins so."""

    def approve(self, staged: Sequence[Staged], *, person: str) -> Sequence[External | None]:
        """Make each one a price, wholly or not at all; per row None, or why not."""

    def reject(self, staged: Sequence[Staged], *, person: str) -> Sequence[External | None]:
        """Close each one; no price comes of it."""

    def two_people(self) -> bool:
        """Whether some legal entity asks that whoever prepared something may not release it."""

    def repriced(self, plan: str) -> Sequence[Repriced]:
        """What a plan has changed already."""

    def reprice(self, plan: str, prices: Sequence[NewPrice], *, now: datetime, today: date) -> Sequence[External | None]:
        """One row per subscription: of the change log where the day has come, else a scheduled change. Each once per plan."""
