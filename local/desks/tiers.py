"""A distributor, two resellers and their customers in memory: each with a legal entity, a price list and contracts of its own.

desk = TierDesk(); desk.tier("RES", "D-1"); desk.day(date(2026, 3, 1)); desk.totals()
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value
from dataverse.stores.part_rows import CHANGE, CONTRACT, SUBSCRIPTION
from dataverse.stores.reselling import Reselling
from dataverse.stores.reselling_rows import TIER
from dataverse.stores.splitting import Splits
from dataverse.stores.splitting_rows import SHARE, SPLIT
from dataverse.stores.supply_rows import CHANGE_COLUMNS, log_row
from dataverse.webapi import Ref
from local.desks.billing import BillingDesk, add_change
from local.desks.catalogue import CatalogueDesk
from local.sample.generated import PRODUCT
from work365.handlers.reselling import follow_tiers
from work365.handlers.splitting import divide_seats
from work365.subscriptions.ledger import Event, appended, in_order

if TYPE_CHECKING:
    from dataverse.rows import Row
    from work365.handlers.reselling import Followed
    from work365.subscriptions.ledger import LogRow

FIRST = date(2026, 3, 1)
COST, CUSTOMER_PRICE = Decimal("18.60"), Decimal("31.00")
PRICES = {"D-1": "24.80", "D-2": "26.35", "M-1": "21.70"}
"""Per seat and month: of the distributor for each of its resellers, of the master distributor for the distributor."""


class TierDesk:
    """Customer C-1 of reseller RES has ten seats at 31.00, which cost 18.60; RES and its sibling SIB are customers of DIS.

    D-1 and D-2 are the contracts on which DIS bills them, M-1 that of a master distributor MAS for DIS; who buys by which is
    said with `tier`.
    """

    def __init__(self, **columns: Any) -> None:  # noqa: ANN401  values of columns
        self.billing = BillingDesk(FIRST)
        tenant, api = self.billing.tenant, self.billing.api
        self.entities = {code: self.billing.second_company(code) for code in ("MAS", "DIS", "RES", "SIB")}
        kind = {"w365_kind": choice_value("w365_provider", "w365_kind", "Manual")}
        self.provider = api.create("w365_provider", {"w365_name": "Microsoft", "w365_code": "MS", **kind})
        catalogue = self.catalogue = CatalogueDesk(api, tenant.currencies)
        self.contracts: dict[str, str] = {}
        self.lists: dict[str, str] = {}
        for number, seller in (("M-1", "MAS"), ("D-1", "DIS"), ("D-2", "DIS")):
            self.lists[number] = catalogue.price_list(f"LIST-{number}")
            catalogue.price(PRODUCT, self.lists[number], PRICES[number])
            self.sells(number, seller, **columns)
            api.update(Ref(CONTRACT, self.contracts[number]), bind("w365_PriceList", "w365_pricelist", self.lists[number]))
        for number, seller in (("C-1", "RES"), ("C-2", "SIB")):
            self.sells(number, seller)
        self.subscription = self.sold("C-1", "S-1")
        self.book = Reselling(tenant.webapi(self.billing.fuse.guard(tenant.app)), tenant.currencies, self.billing.clock.now)
        self.splits = Splits(tenant.webapi(tenant.app), tenant.currencies, self.billing.clock.now)

    def sells(self, number: str, seller: str, **columns: Any) -> str:  # noqa: ANN401  values of columns
        """A contract of a legal entity with a customer of its own."""
        made = self.billing.contract(number, start=FIRST, **{"changesbilled": "Now", **columns})
        self.billing.api.update(Ref(CONTRACT, made), bind("w365_LegalEntity", "w365_legalentity", self.entities[seller]))
        self.contracts[number] = made
        return made

    def sold(self, number: str, name: str, *, seats: int = 10, start: date = FIRST, **columns: Any) -> str:  # noqa: ANN401  as above
        """A subscription of a customer, by the month, bought from the provider."""
        plan = choice_value(SUBSCRIPTION, "w365_billingplan", "Monthly")
        terms = {"externalid": name, "term": "P1M", "billingplan": plan, "unitcost": COST}
        made = self.billing.subscription(
            self.contracts[number], seats=seats, price=CUSTOMER_PRICE, start=start, **{**terms, **columns}
        )
        self.billing.api.update(Ref(SUBSCRIPTION, made), bind("w365_Provider", "w365_provider", self.provider))
        return made

    def tier(self, buyer: str, contract: str = "", start: date = FIRST) -> str:
        """A legal entity buys by a contract from a day on; by none: from the supplier itself."""
        row: Row = {
            "w365_name": f"{buyer} from {start}",
            "w365_validfrom": start,
            **bind("w365_LegalEntity", "w365_legalentity", self.entities[buyer]),
            **bind("w365_Provider", "w365_provider", self.provider),
            **(bind("w365_Contract", CONTRACT, self.contracts[contract]) if contract else {}),
        }
        return self.billing.api.create(TIER, row)

    def split(self, payer: str, seats: int) -> None:
        """Another contract pays for so many seats of the customer's subscription, from its first day on."""
        api = self.billing.api
        rest = {"w365_rest": choice_value(SPLIT, "w365_rest", "Main payer")}
        owner = bind("w365_Subscription", SUBSCRIPTION, self.subscription)
        made = api.create(SPLIT, {"w365_validfrom": FIRST, **rest, **owner})
        share = {"w365_ordinal": 1, "w365_seats": seats, "w365_foundby": choice_value(SHARE, "w365_foundby", "Seats")}
        pays = bind("w365_Contract", CONTRACT, self.contracts[payer])
        api.create(SHARE, {**share, **pays, **bind("w365_Split", SPLIT, made)})

    def buy(self, day: date, seats: int, *, recorded: date | None = None, event: Event = Event.QUANTITY) -> None:
        """Other seats of the customer from a day on, or a row of another kind."""
        log, api = self.log(self.subscription), self.billing.api
        rows = appended(log, day, seats, CUSTOMER_PRICE, event)
        for row in rows:
            made = add_change(
                api,
                self.contracts["C-1"],
                self.subscription,
                row.sequence,
                row.effective,
                row.quantity,
                recorded=recorded,
                delta=row.delta,
            )
            api.update(Ref(CHANGE, made), {"w365_event": choice_value(CHANGE, "w365_event", row.event.value)})
        stands = {"w365_quantity": in_order([*log, *rows])[-1].quantity, "w365_lastsequence": rows[-1].sequence}
        api.update(Ref(SUBSCRIPTION, self.subscription), stands)

    def follow(self, today: date) -> Followed:
        """The step before a run."""
        return follow_tiers(book=self.book, today=today)

    def day(self, today: date) -> Followed:
        """The timer of a day: seats are divided, the tiers follow, then what is due is billed."""
        divide_seats(book=self.splits, today=today)
        found = self.follow(today)
        self.billing.run(today)
        return found

    def totals(self) -> list[tuple[str, str, str]]:
        """Each document: its day, its contract and its net amount."""
        return sorted((one.issued, one.contract, f"{one.net:.2f}") for one in self.billing.invoices())

    def net(self, contract: str) -> Decimal:
        """All that a contract was billed."""
        return sum((one.net for one in self.billing.invoices() if one.contract == contract), Decimal(0))

    def parts(self) -> dict[str, tuple[int, str]]:
        """Seats and price of what each tier is billed for the customer's subscription, by the number of its contract."""
        query = Query(
            SUBSCRIPTION,
            ("w365_quantity", "w365_unitprice", "_w365_contract_value"),
            filter=eq("_w365_tierof_value", self.subscription),
        )
        return {
            self.billing.numbers[row["_w365_contract_value"]]: (row["w365_quantity"], f"{row['w365_unitprice'] or 0:.2f}")
            for row in self.billing.api.find(query)
        }

    def log(self, subscription: str) -> list[LogRow]:
        """The log of a subscription as a ledger."""
        query = Query(CHANGE, CHANGE_COLUMNS, filter=eq("_w365_subscription_value", subscription), order="w365_sequence")
        return [log_row(row) for row in self.billing.api.find(query)]
