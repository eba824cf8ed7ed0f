"""Port to promotions: what a sale needs to be given one, who has them, and the one change set that gives one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from work365.catalogue.promotions import Promotion, Sale
    from work365.invoicing.work import Grant
    from work365.ports.changing import Recorded
    from work365.subscriptions.held import Held


@dataclass(frozen=True, slots=True)
class Sold:
    """A subscription with what was sold with it.

    Attributes:
        sale: None for one without a product.
        promotions: those that can be taken at present.
        has: the printed name of the promotion that it has already; "" for none.
    """

    held: Held
    sale: Sale | None
    promotions: tuple[Promotion, ...]
    has: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """A subscription that has a promotion: from which day on, and the first day without it (None for no end)."""

    subscription: str
    name: str
    contract: str
    customer: str
    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class Running:
    """A promotion in the list: its product's number, its status, and who has it, by the day on which it ends for them."""

    promotion: Promotion
    product: str
    state: str
    uses: tuple[Use, ...]


class GivingBook(Protocol):
    """Promotions and the sales that they are given to."""

    def load(self, subscription: str) -> Sold:
        """One subscription afresh. Errors: NotFound; BadInput when its rows say too little, or it has no price."""

    def record(self, change: Recorded, grant: Grant) -> None:
        """The discount and the row of the log. Errors: Conflict when the subscription changed, or it is there already."""

    def running(self) -> Sequence[Running]:
        """Every promotion with who has it, by code."""
