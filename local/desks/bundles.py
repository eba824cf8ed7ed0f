"""A bundle of parts 1, 5 and 2, the last not billable, sold four times: what tests of bundles arrange and look at.

sold = Bundled(term="P1Y", until=date(2026, 6, 16), atend="Renew"); sold.desk.month(MARCH); sold.stand()
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from dataverse.rows import bind
from dataverse.webapi import Ref
from local.desks.billing import SUBSCRIPTION
from local.desks.catalogue import CatalogueDesk
from local.desks.changes import ChangeDesk

COMPONENT = "w365_productcomponent"
MARCH = date(2026, 3, 1)
PARTS = (("ONE", 1, True), ("FIVE", 5, True), ("TWO", 2, False))
"""Number, how many per bundle, billable."""
PRICES = ("20.00", "1.00", "0.50", "3.00")
"""Of the bundle, and of each part."""


class Bundled:
    """Four bundles at 20.00 a month; `contract` are the columns of their contract, `columns` the bundle's own.

    Shape: `prices` are those of the bundle and its parts; None leaves one to the price list.
    """

    def __init__(
        self,
        contract: dict[str, Any] | None = None,
        *,
        desk: ChangeDesk | None = None,
        number: str = "C-1",
        prices: tuple[str | None, ...] = PRICES,
        **columns: Any,  # noqa: ANN401  values of columns
    ) -> None:
        self.desk = desk or ChangeDesk(MARCH)
        self.catalogue = CatalogueDesk(self.desk.api, self.desk.tenant.currencies)
        own, *others = (None if price is None else Decimal(price) for price in prices)
        self.product, self.contract = (
            self.catalogue.product("BUNDLE"),
            self.desk.contract(number, start=MARCH, **(contract or {})),
        )
        self.bundle = self.desk.bought(self.contract, seats=4, price=own, product=self.product, start=MARCH, **columns)
        self.parts: list[str] = []
        self.products: list[str] = []
        for (name, each, billable), price in zip(PARTS, others, strict=True):
            part = self.catalogue.product(name)
            of = bind("w365_Bundle", "w365_product", self.product) | bind("w365_Component", "w365_product", part)
            self.desk.api.create(COMPONENT, {"w365_name": name, "w365_quantity": each, "w365_billable": billable} | of)
            term = {name: columns[name] for name in ("term", "until", "billingplan") if name in columns}
            one = self.desk.bought(
                self.contract, seats=4 * each, price=price, product=part, billable=billable, start=MARCH, **term
            )
            self.desk.api.update(Ref(SUBSCRIPTION, one), bind("w365_Parent", SUBSCRIPTION, self.bundle))
            self.parts.append(one)
            self.products.append(part)

    def stand(self) -> list[tuple[int, str]]:
        """Seats and status of the bundle and of its parts."""
        return [self.desk.stands(one) for one in (self.bundle, *self.parts)]

    def agreed(self) -> list[tuple[str, str, str]]:
        """Term and price of the bundle and of its parts."""
        return [self.desk.agreed(one) for one in (self.bundle, *self.parts)]
