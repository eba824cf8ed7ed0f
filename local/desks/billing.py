"""One company's billing in memory: what tests of the monthly run arrange, do and look at.

desk = BillingDesk(date(2026, 1, 1))
contract = desk.contract("C-1"); desk.subscription(contract, seats=10)
desk.run(date(2026, 1, 1)); desk.invoices()
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_label, choice_value, status, status_label
from dataverse.webapi import Ref
from local.azure.memory_queue import MemoryQueue
from local.clock import FixedClock
from local.desks.tenants import Tenant
from local.faults import Fuse
from local.sample.generated import ENTITY, PRODUCT, Shape, fill
from work365.handlers import billing
from work365.ids import derived
from work365.ports.platform import CHUNKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dataverse.rows import Row
    from dataverse.webapi import WebApi
    from work365.handlers.assessing import Engines
    from work365.handlers.reviewing import Reviewer
    from work365.ports.billing import Run

PRICE = Decimal("31.00")
MORNING = time(3, 15, tzinfo=UTC)
CONTRACT, SUBSCRIPTION, CHANGE = "w365_billingcontract", "w365_subscription", "w365_changelog"
ITEM = "w365_nonrecurringitem"
STANDS = ("w365_quantity", "w365_unitprice")
BILLED = ("w365_number", "w365_kind", "w365_key", "w365_net", "w365_tax", "w365_total", "w365_invoicedate", "w365_duedate")
LINE = ("w365_key", "w365_amount", "w365_tax", "w365_periodstart", "w365_periodend", "w365_quantity", "w365_kind", "w365_ordinal")


@dataclass(frozen=True, slots=True)
class Billed:
    """An invoice as finance sees it."""

    id: str
    number: str
    kind: str
    contract: str
    net: Decimal
    tax: Decimal
    total: Decimal
    issued: str
    due: str
    lines: tuple[Row, ...]

    @property
    def amounts(self) -> list[str]:
        """The amounts of its lines, in order."""
        return [f"{line['w365_amount']:.2f}" for line in self.lines]


class BillingDesk:
    """A tenant with one company, a queue, a clock, and a worker."""

    def __init__(self, today: date = date(2026, 1, 1)) -> None:
        self.clock = FixedClock(datetime.combine(today, MORNING))
        self.tenant, self.fuse = Tenant(self.clock), Fuse()
        self.api = self.tenant.api
        self.queue = MemoryQueue(self.clock)
        self.book = self.tenant.billing(self.fuse)
        fill(self.api, self.tenant.currencies, Shape(contracts=0))
        self.engines: Engines | None = None
        self.reviewer: Reviewer | None = None
        self.numbers: dict[str, str] = {}
        self._sequences: dict[str, int] = {}

    def contract(self, number: str, *, start: date = date(2026, 1, 1), **columns: Any) -> str:  # noqa: ANN401  values of columns
        """A monthly contract in advance, bill day 1, changes with the next cycle; `columns` by their names without prefix."""
        account = self.api.create("account", {"name": f"Customer of {number}", "w365_taxcountry": "DE"})
        row: Row = {
            "w365_name": number,
            "w365_number": number,
            "w365_startdate": start,
            "w365_billday": 1,
            **_choices(CONTRACT, frequency="Monthly", policy="Advance", prorate="Days", changesbilled="Next cycle"),
            **bind("w365_Account", "account", account),
            **bind("w365_LegalEntity", "w365_legalentity", ENTITY),
            **bind("transactioncurrencyid", "transactioncurrency", self.tenant.currencies.id("EUR")),
            **_own(CONTRACT, columns),
        }
        made = self.api.create(CONTRACT, row)
        self.numbers[made] = number
        return made

    def standing(self, number: str = "C-1", *, start: date = date(2026, 1, 1), **columns: Any) -> str:  # noqa: ANN401  values of columns
        """A contract with one subscription of ten seats."""
        contract = self.contract(number, start=start, **columns)
        self.subscription(contract, start=start)
        return contract

    def subscription(self, contract: str, *, seats: int = 10, price: Decimal | None = PRICE, **columns: Any) -> str:  # noqa: ANN401  as above
        """A subscription and the change that created it."""
        made = add_subscription(self.api, contract, seats=seats, price=price, **columns)
        self._sequences[made] = 1
        return made

    def change(
        self,
        contract: str,
        subscription: str,
        effective: date,
        seats: int,
        *,
        price: Decimal | None = PRICE,
        recorded: date | None = None,
    ) -> str:
        """A row of the change log, and the subscription as it then stands."""
        self._sequences[subscription] += 1
        sequence = self._sequences[subscription]
        before = self.api.read(Ref(SUBSCRIPTION, subscription), select=("w365_quantity",))["w365_quantity"]
        made = add_change(
            self.api, contract, subscription, sequence, effective, seats, price=price, recorded=recorded, delta=seats - before
        )
        log = Query(CHANGE, STANDS, eq("_w365_subscription_value", subscription), "w365_effective desc,w365_sequence desc", top=1)
        (newest,) = self.api.find(log)
        stands = {name: newest[name] for name in STANDS}
        self.api.update(Ref(SUBSCRIPTION, subscription), {**stands, "w365_lastsequence": sequence})
        return made

    def item(
        self,
        contract: str,
        service: date,
        price: str,
        *,
        units: str = "1",
        state: str = "Approved",
        product: str | None = PRODUCT,
        **columns: Any,  # noqa: ANN401  values of columns
    ) -> str:
        """A one-time item."""
        row: Row = {
            "w365_key": f"item {len(self.item_states())}",
            "w365_description": "Set-up",
            "w365_servicedate": service,
            "w365_quantity": Decimal(units),
            "w365_unitprice": Decimal(price),
            **_choices(ITEM, source="Staff", billingstate="Unbilled"),
            **bind("w365_Contract", CONTRACT, contract),
            **(bind("w365_Product", "w365_product", product) if product else {}),
            **_own(ITEM, columns),
        }
        made = self.api.create(ITEM, row)
        self.api.update(Ref(ITEM, made), status(ITEM, state))
        return made

    def item_states(self) -> list[str]:
        """The billing state of every one-time item."""
        found = self.api.find(Query(ITEM, ("w365_billingstate",), order="w365_key"))
        return [choice_label(ITEM, "w365_billingstate", row["w365_billingstate"]) for row in found]

    def run(self, day: date) -> list[Run]:
        """The timer of a day, and every message that follows."""
        runs = self.plan(day)
        self.work()
        return runs

    def plan(self, day: date) -> list[Run]:
        """The timer of a day."""
        self.clock.moment = datetime.combine(day, MORNING)
        return billing.plan(book=self.book, queue=self.queue, clock=self.clock)

    def work(self) -> int:
        """Every message that is on the queue; how many there were."""
        count = 0
        while message := self.queue.take(CHUNKS):
            billing.work(message["chunk"], book=self.book, now=self.clock.now(), engines=self.engines, reviewer=self.reviewer)
            count += 1
        return count

    def sweep_after(self, minutes: int) -> int:
        """The sweeper, so much later; how many chunks it woke."""
        self.clock.moment += timedelta(minutes=minutes)
        return billing.sweep(book=self.book, queue=self.queue, now=self.clock.now())

    def invoices(self) -> list[Billed]:
        """Every invoice, in the order of the numbers."""
        lines: dict[str, list[Row]] = {}
        for line in self.api.find(Query("w365_invoiceline", (*LINE, "_w365_invoice_value"), order="w365_ordinal")):
            lines.setdefault(line["_w365_invoice_value"], []).append(line)
        found = self.api.find(Query("w365_invoice", (*BILLED, "w365_invoiceid", "_w365_contract_value"), order="w365_number"))
        return [self._billed(row, lines.get(row["w365_invoiceid"], [])) for row in found]

    def _billed(self, row: Row, lines: list[Row]) -> Billed:
        kind = choice_label("w365_invoice", "w365_kind", row["w365_kind"])
        contract = self.numbers.get(row["_w365_contract_value"], "")
        net, tax, gross = (Decimal(row[name]) for name in ("w365_net", "w365_tax", "w365_total"))
        number, issued, due = (row[name] or "" for name in ("w365_number", "w365_invoicedate", "w365_duedate"))
        return Billed(row["w365_invoiceid"], number, kind, contract, net, tax, gross, issued, due, tuple(lines))

    def findings(self) -> dict[str, tuple[str, str]]:
        """Each finding's subject, with its code and whether it is open or resolved."""
        found = self.api.find(Query("w365_finding", ("w365_code", "w365_subject", "statuscode")))
        return {row["w365_subject"]: (row["w365_code"], status_label("w365_finding", row)) for row in found}

    def messages(self, code: str) -> list[str]:
        """What the findings of a kind say."""
        return [
            row["w365_message"] for row in self.api.find(Query("w365_finding", ("w365_message",), filter=eq("w365_code", code)))
        ]

    def states(self, table: str) -> list[str]:
        """The status reasons of a table's rows."""
        return [status_label(table, row) for row in self.api.find(Query(table, ("statuscode",), order="createdon"))]

    def contract_row(self, contract: str) -> Row:
        """A contract's dates."""
        return self.api.read(Ref(CONTRACT, contract), select=("w365_nextinvoicedate", "w365_billedthrough"))

    def change_rows(self, contract: str) -> Iterator[tuple[str, str | None]]:
        """The billing state of a contract's changes, with the invoice that billed each."""
        columns = ("w365_billingstate", "_w365_invoice_value")
        for row in self.api.find(Query(CHANGE, columns, filter=eq("_w365_contract_value", contract), order="w365_sequence")):
            yield choice_label(CHANGE, "w365_billingstate", row["w365_billingstate"]), row["_w365_invoice_value"]

    def second_company(self, code: str, zone: str = "Europe/Berlin") -> str:
        """Another legal entity with a tax rate of its own."""
        named = {"w365_name": code, "w365_code": code, "w365_companyname": code, "w365_country": "DE"}
        made = self.api.create("w365_legalentity", {**named, "w365_timezone": zone, "w365_paymenttermsdays": 30})
        self.tax_rate("DE", "standard", Decimal(19), entity=made)
        return made

    def tax_rate(self, place: str, category: str, percent: Decimal, *, entity: str = ENTITY) -> None:
        """A rate that has long been in force."""
        row: Row = {"w365_place": place, "w365_category": category, "w365_percent": percent, "w365_validfrom": date(2020, 1, 1)}
        key = derived("desk", "tax rate", entity, place, category)
        self.api.create("w365_taxrate", {**row, **bind("w365_LegalEntity", "w365_legalentity", entity)}, id=key)


def add_subscription(
    api: WebApi,
    contract: str,
    *,
    seats: int,
    price: Decimal | None = PRICE,
    start: date = date(2026, 1, 1),
    recorded: date | None = None,
    product: str | None = PRODUCT,
    **columns: Any,  # noqa: ANN401  values of columns
) -> str:
    """Write a subscription and the change that created it; its id."""
    row: Row = {
        "w365_name": "A subscription",
        "w365_startdate": start,
        "w365_quantity": seats,
        "w365_unitprice": price,
        "w365_billable": True,
        "w365_lastsequence": 1,
        **bind("w365_Contract", CONTRACT, contract),
        **(bind("w365_Product", "w365_product", product) if product else {}),
        **_own(SUBSCRIPTION, columns),
    }
    made = api.create(SUBSCRIPTION, row)
    add_change(api, contract, made, 1, start, seats, price=price, recorded=recorded)
    return made


def add_change(
    api: WebApi,
    contract: str,
    subscription: str,
    sequence: int,
    effective: date,
    seats: int,
    *,
    price: Decimal | None = PRICE,
    recorded: date | None = None,
    delta: int | None = None,
) -> str:
    """Write a row of the change log; its id."""
    row = {
        "w365_name": f"Change {sequence}",
        "w365_sequence": sequence,
        "w365_effective": effective,
        "w365_quantity": seats,
        "w365_quantitydelta": seats if delta is None else delta,
        "w365_unitprice": price,
        "w365_recordedon": datetime.combine(recorded or effective, time(8), UTC),
        **_choices(CHANGE, event="Create" if sequence == 1 else "Quantity", source="Staff"),
        **_choices(CHANGE, provisioningstate="Not applicable", billingstate="Unbilled"),
        **bind("w365_Subscription", SUBSCRIPTION, subscription),
        **bind("w365_Contract", CONTRACT, contract),
    }
    return api.create(CHANGE, row)


def _choices(table: str, **labels: str) -> Row:
    return {f"w365_{name}": choice_value(table, f"w365_{name}", label) for name, label in labels.items()}


def _own(table: str, columns: dict[str, Any]) -> Row:
    """Columns by their short names; a choice by its label, one of yes and no by true and false, and None as it is."""
    row: Row = {}
    for name, value in columns.items():
        said = YES_NO[value] if f"w365_{name}" in SAID_YES and isinstance(value, bool) else value
        choice = f"w365_{name}" in CHOICES
        row |= _choices(table, **{name: said}) if choice and isinstance(said, str) else {f"w365_{name}": said}
    return row


YES_NO = {True: "Yes", False: "No"}
SAID_YES = {"w365_autosend", "w365_autosync", "w365_autocharge", "w365_pricesincludetax"}
CHOICES = {"w365_frequency", "w365_policy", "w365_prorate", "w365_changesbilled", "w365_scheduledby", *SAID_YES}
