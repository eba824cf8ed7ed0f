"""Usage records: what a provider metered on a day, as far as billing needs to know it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Prior:
    """What earlier versions of a record were billed.

    Attributes:
        amount: in the contract's currency, before its line was rounded.
        invoice: the number of the document; "" while it has none.
        billed_on: the date of that document; None while it has none.
    """

    amount: Decimal
    invoice: str = ""
    billed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Metered:
    """The newest version of one metered line.

    Attributes:
        subscription: id of the subscription's row; `name` is what is printed for it.
        product: id of its catalogue product; its tax category decides the tax.
        quantity: in `unit`; negative for something taken back.
        cost: what the provider charges for the whole line, in `cost_currency`.
        prior: what was billed for earlier versions; None for a line that was never billed.
        version: the row's version when it was read.
    """

    id: str
    subscription: str
    name: str
    product: str
    tax_category: str
    used: date
    meter: str
    quantity: Decimal
    unit: str
    cost: Decimal
    cost_currency: str
    category: str = ""
    region: str = ""
    resource_group: str = ""
    resource: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    product_markup: Decimal | None = None
    prior: Prior | None = None
    confirmed: bool = True
    version: str = ""
