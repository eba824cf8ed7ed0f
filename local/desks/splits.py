"""A municipality in memory: one tenant, one subscription, and the contracts of its departments that pay for the seats.

desk = SplitDesk(); desk.user("Anna", "Finance"); desk.terms(date(2026, 3, 1), desk.by_department("Finance"))
desk.month(date(2026, 3, 1)); desk.totals(date(2026, 3, 1))
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from dataverse.query import Query, any_of, eq
from dataverse.rows import bind, choice_value
from dataverse.stores.part_rows import CHANGE, CONTRACT, SUBSCRIPTION
from dataverse.stores.sending import Sending
from dataverse.stores.splitting import Splits
from dataverse.stores.splitting_rows import SHARE, SPLIT, USER
from dataverse.stores.supply_rows import CHANGE_COLUMNS, log_row
from dataverse.webapi import Ref
from local.desks.billing import PRICE, BillingDesk, add_change
from providers.catalogues.languages import Languages
from work365.documents.small_print import notes_of
from work365.errors import BadInput
from work365.handlers.splitting import divide_seats
from work365.subscriptions.ledger import Event, appended, in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dataverse.rows import Row
    from work365.handlers.splitting import Divided

FIRST = date(2026, 3, 1)
HALL = "Hall"


class SplitDesk:
    """A town hall with a subscription of ten seats at 31.00, billed now, and contracts of the same kind for others."""

    def __init__(self, seats: int = 10, *, payers: Sequence[str] = ("Finance", "School"), **columns: Any) -> None:  # noqa: ANN401  values of columns
        self.billing = BillingDesk(FIRST)
        self.contracts = {
            name: self.billing.contract(name, start=FIRST, changesbilled="Now", **columns) for name in (HALL, *payers)
        }
        api = self.billing.api
        provider = api.create(
            "w365_provider", {"w365_name": "Microsoft", "w365_code": "MS"} | _choice("w365_provider", "kind", "Manual")
        )
        self.tenant = api.create(
            "w365_provideraccount",
            {
                "w365_name": "Town",
                "w365_externalid": "town",
                "w365_domain": "town.example",
                **bind("w365_Provider", "w365_provider", provider),
            },
        )
        self.subscription = self.billing.subscription(self.contracts[HALL], seats=seats, start=FIRST, externalid="S-1")
        api.update(Ref(SUBSCRIPTION, self.subscription), bind("w365_ProviderAccount", "w365_provideraccount", self.tenant))
        tenant = self.billing.tenant
        self.book = Splits(tenant.webapi(self.billing.fuse.guard(tenant.app)), tenant.currencies, self.billing.clock.now)

    def user(self, name: str, department: str, *, start: date = FIRST, end: date | None = None, **columns: str) -> str:
        """A user of the tenant for some days."""
        row: Row = {
            "w365_name": name,
            "w365_userid": f"{name.lower()}@town.example",
            "w365_attributes": json.dumps({"department": department}),
            "w365_validfrom": start,
            "w365_validto": end,
            **{f"w365_{column}": value for column, value in columns.items()},
            **bind("w365_ProviderAccount", "w365_provideraccount", self.tenant),
        }
        return self.billing.api.create(USER, row)

    def moves(self, user: str, name: str, department: str, day: date) -> str:
        """A user goes to another department on a day."""
        self.billing.api.update(Ref(USER, user), {"w365_validto": day})
        return self.user(name, department, start=day)

    def terms(self, start: date, *shares: Row, rest: str = "Main payer", to: str = "", licence: str = "") -> str:
        """Terms from a day on."""
        row: Row = {
            "w365_name": f"Split from {start}",
            "w365_validfrom": start,
            "w365_licence": licence or None,
            **_choice(SPLIT, "rest", rest),
            **bind("w365_Subscription", SUBSCRIPTION, self.subscription),
            **(bind("w365_RestTo", CONTRACT, self.contracts[to]) if to else {}),
        }
        made = self.billing.api.create(SPLIT, row)
        for ordinal, share in enumerate(shares, start=1):
            self.billing.api.create(
                SHARE, {"w365_name": f"Share {ordinal}", "w365_ordinal": ordinal, **share, **bind("w365_Split", SPLIT, made)}
            )
        return made

    def by_department(self, payer: str, *, included: int = 0, minimum: int = 0) -> Row:
        """A share of the users of the department that is called like its payer."""
        found = {"w365_attribute": "department", "w365_values": payer, **_choice(SHARE, "foundby", "Attribute")}
        return {**found, "w365_included": included, "w365_minimum": minimum, **self._pays(payer)}

    def number(self, payer: str, seats: int) -> Row:
        """A share of so many seats."""
        return {"w365_seats": seats, **_choice(SHARE, "foundby", "Seats"), **self._pays(payer)}

    def _pays(self, payer: str) -> Row:
        return bind("w365_Contract", CONTRACT, self.contracts[payer])

    def buy(self, day: date, seats: int, *, recorded: date | None = None) -> None:
        """Other seats from a day on."""
        log = [log_row(row) for row in self.logs()[""]]
        api = self.billing.api
        rows = appended(log, day, seats, PRICE, Event.QUANTITY)
        for row in rows:
            add_change(
                api,
                self.contracts[HALL],
                self.subscription,
                row.sequence,
                row.effective,
                row.quantity,
                recorded=recorded,
                delta=row.delta,
            )
        stands = {"w365_quantity": in_order([*log, *rows])[-1].quantity, "w365_lastsequence": rows[-1].sequence}
        api.update(Ref(SUBSCRIPTION, self.subscription), stands)

    def divide(self, today: date) -> Divided:
        """The step before a run."""
        return divide_seats(book=self.book, today=today)

    def day(self, today: date) -> Divided:
        """The timer of a day: seats are divided, then what is due is billed."""
        divided = self.divide(today)
        self.billing.run(today)
        return divided

    def totals(self) -> list[tuple[str, str, str]]:
        """Each document: its day, its payer, and its net amount."""
        return [(one.issued, one.contract, f"{one.net:.2f}") for one in self.billing.invoices()]

    def printed(self, payer: str, day: date) -> list[tuple[str, str]]:
        """The lines of a payer's document of a day: their kind, and the users that are named under them."""
        tenant = self.billing.tenant
        (made,) = [one for one in self.billing.invoices() if (one.contract, one.issued) == (payer, day.isoformat())]
        document = Sending(tenant.webapi(self.billing.fuse.guard(tenant.app))).load(made.id).document
        if document is None:
            message = f"the document of {payer} of {day} is still a draft"
            raise BadInput(message)
        writing = Languages().formats("en")
        notes = [(line.kind.value, notes_of(line, writing)) for line in document.lines]
        return [(kind, next((one for one in said if one.startswith("Users")), "")) for kind, said in notes]

    def parts(self) -> dict[str, int]:
        """The seats of each payer's part, as its row says them."""
        query = Query(
            SUBSCRIPTION,
            ("w365_quantity", "_w365_contract_value"),
            filter=eq("_w365_splitof_value", self.subscription),
        )
        return {self.billing.numbers[row["_w365_contract_value"]]: row["w365_quantity"] for row in self.billing.api.find(query)}

    def logs(self) -> dict[str, list[Row]]:
        """The logs of the parts, by their payers, and the log of the whole."""
        parts = self.billing.api.find(
            Query(SUBSCRIPTION, ("w365_subscriptionid",), filter=eq("_w365_splitof_value", self.subscription))
        )
        ids = [self.subscription, *(row["w365_subscriptionid"] for row in parts)]
        columns = (*CHANGE_COLUMNS, "_w365_contract_value", "w365_note")
        found: dict[str, list[Row]] = {}
        for row in self.billing.api.find(
            Query(CHANGE, columns, filter=any_of("_w365_subscription_value", ids), order="w365_sequence")
        ):
            whole = row["_w365_subscription_value"] == self.subscription
            found.setdefault("" if whole else self.billing.numbers[row["_w365_contract_value"]], []).append(row)
        return found


def _choice(table: str, column: str, label: str) -> Row:
    return {f"w365_{column}": choice_value(table, f"w365_{column}", label)}
