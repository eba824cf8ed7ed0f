"""One company whose subscriptions are changed: what tests of changes arrange, do and look at.

desk = ChangeDesk(date(2026, 3, 1)); subscription = desk.bought(seats=10)
desk.ask(subscription, "Quantity", quantity=15, on=date(2026, 3, 16)); desk.month(date(2026, 4, 1))
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_label, choice_value, status_label
from dataverse.stores.changing import Changing
from dataverse.stores.jobs import Jobs
from dataverse.stores.renewing import Renewals
from dataverse.webapi import Ref
from local.desks.billing import CHANGE, SUBSCRIPTION, BillingDesk
from local.sample.generated import PRODUCT
from work365.handlers.changing import change
from work365.handlers.jobs import run_job
from work365.handlers.renewing import RenewalsDone, renew_due
from work365.handlers.scheduling import Applied, apply_due
from work365.jobs import JobKind

if TYPE_CHECKING:
    from work365.handlers.reviewing_plans import PlanReviewer
    from work365.jobs import JobResult
    from work365.subscriptions.held import Held

PLANNED = "w365_scheduledchange"
NOON = time(12, tzinfo=UTC)


class ChangeDesk(BillingDesk):
    """A billing desk whose workers also change subscriptions; every request of theirs passes the fuse."""

    def __init__(self, today: date = date(2026, 3, 1)) -> None:
        super().__init__(today)
        api = self.tenant.webapi(self.fuse.guard(self.tenant.app))
        self._wishes = count(1)
        self.plans: PlanReviewer | None = None
        """Nothing that is planned waits for an approver, unless a desk has one."""
        currencies = self.tenant.currencies
        self.changing, self.renewals, self.jobs = Changing(api, currencies), Renewals(api, currencies), Jobs(api, currencies)

    def bought(self, contract: str, *, seats: int = 10, term: str = "", until: date | None = None, **columns: Any) -> str:  # noqa: ANN401  values of columns
        """A subscription, under a term when `until` (first day after it) is given."""
        agreed: dict[str, Any] = {"term": term, "commitmentend": until} if until else {}
        for name in ("atend", "renewalprice"):
            if name in columns:
                columns[name] = choice_value(SUBSCRIPTION, f"w365_{name}", columns[name])
        return self.subscription(contract, seats=seats, **agreed, **columns)

    def product(self, number: str = "CFQ7TTC0LFLX:0001") -> str:
        """Another product of the catalogue."""
        row = {"w365_name": "Microsoft 365 E3", "w365_number": number, "w365_printedname": "Microsoft 365 E3"}
        kind = choice_value("w365_product", "w365_billingtype", "License")
        return self.api.create("w365_product", {**row, "w365_billingtype": kind, "w365_taxcategory": "standard"})

    def at(self, day: date) -> None:
        """It is noon of a day."""
        self.clock.moment = datetime.combine(day, NOON)

    def job(self, subscription: str, event: str, **arguments: object) -> str:
        """A job of the kind Change; its id."""
        said = {"subscription": subscription, "event": event} | {name: str(value) for name, value in arguments.items()}
        row = {
            "w365_name": f"Change {event}",
            "w365_key": f"desk-{next(self._wishes)}",
            "w365_kind": choice_value("w365_job", "w365_kind", JobKind.CHANGE.value),
            "w365_arguments": json.dumps(said),
            "w365_attempts": 0,
        }
        return self.api.create("w365_job", row)

    def run_job(self, job: str) -> JobResult | None:
        """One delivery of a job."""
        doers = {JobKind.CHANGE: self._do}
        return run_job(job, book=self.jobs, doers=doers, now=self.clock.now())

    def _do(self, job: Any) -> JobResult:  # noqa: ANN401  a Job; the doer's protocol says it
        return change(job, book=self.changing, clock=self.clock)

    def ask(self, subscription: str, event: str, **arguments: object) -> tuple[str, str]:
        """What a job answers: its state and its sentence."""
        result = self.run_job(self.job(subscription, event, **arguments))
        if result is None:
            raise AssertionError(subscription)
        return result.state.value, result.message

    def timer(self, day: date) -> Applied:
        """The daily timer's first step."""
        self.at(day)
        return apply_due(book=self.changing, clock=self.clock, reviewer=self.plans)

    def renew(self, day: date) -> RenewalsDone:
        """The daily timer's second step."""
        self.at(day)
        return renew_due(book=self.renewals, clock=self.clock)

    def month(self, day: date) -> list[str]:
        """The whole timer of a day; the amounts on its documents."""
        self.timer(day)
        self.renew(day)
        before = {invoice.id for invoice in self.invoices()}
        self.run(day)
        return [amount for invoice in self.invoices() if invoice.id not in before for amount in invoice.amounts]

    def held(self, subscription: str) -> Held:
        """A subscription with its log."""
        return self.changing.load(subscription)

    def log(self, subscription: str) -> list[tuple[str, str, int, int]]:
        """Each row's event, day, seats and delta, in the order of their numbers."""
        columns = ("w365_event", "w365_effective", "w365_quantity", "w365_quantitydelta")
        mine = eq("_w365_subscription_value", subscription)
        found = self.api.find(Query(CHANGE, columns, filter=mine, order="w365_sequence"))
        return [(choice_label(CHANGE, columns[0], row[columns[0]]), *(row[name] for name in columns[1:])) for row in found]

    def stands(self, subscription: str) -> tuple[int, str]:
        """Seats and status."""
        row = self.api.read(Ref(SUBSCRIPTION, subscription), select=("w365_quantity", "statuscode"))
        return row["w365_quantity"], status_label(SUBSCRIPTION, row)

    def planned(self) -> list[tuple[str, str]]:
        """Each planned change's day and status."""
        query = Query(PLANNED, ("w365_dueon", "statuscode"), order="w365_dueon")
        return [(row["w365_dueon"], status_label(PLANNED, row)) for row in self.api.find(query)]

    def agreed(self, subscription: str) -> tuple[str, str, str]:
        """First day of its term, first day after it, and its price."""
        columns = ("w365_termstart", "w365_commitmentend", "w365_unitprice")
        row = self.api.read(Ref(SUBSCRIPTION, subscription), select=columns)
        return row[columns[0]] or "", row[columns[1]], f"{Decimal(row[columns[2]]):.2f}"

    def listed(self, price: str, *, term: str = "P1Y", since: date = date(2020, 1, 1)) -> str:
        """A price list with one monthly price of the product that everything here is; its id, for a contract's column."""
        rows = self.api.find(Query("w365_pricelist", ("w365_pricelistid",), filter=eq("w365_code", "list")))
        known = [row["w365_pricelistid"] for row in rows]
        euro = self.tenant.currencies.bind("EUR")
        made = known[0] if known else self.api.create("w365_pricelist", {"w365_name": "list", "w365_code": "list", **euro})
        row = {
            "w365_name": f"{term} {since}",
            "w365_term": term,
            "w365_billingplan": choice_value("w365_price", "w365_billingplan", "Monthly"),
            "w365_tierfrom": 1,
            "w365_validfrom": since,
            "w365_unitprice": Decimal(price),
            **bind("w365_Product", "w365_product", PRODUCT),
            **bind("w365_PriceList", "w365_pricelist", made),
        }
        self.api.create("w365_price", row)
        return made

    def continued(self, subscription: str) -> str:
        """The subscription that its seats went to."""
        mine = eq("_w365_continuedfrom_value", subscription)
        (row,) = self.api.find(Query(SUBSCRIPTION, ("w365_subscriptionid",), filter=mine))
        return str(row["w365_subscriptionid"])
