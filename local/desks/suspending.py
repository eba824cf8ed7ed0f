"""A work place for suspensions: the late-fee desk with the rule that proposes them, and a worker that pauses what people confirm.

desk = SuspensionDesk(); desk.choose("suspend-overdue-days", "20"); contract = desk.on_time("C-1")
desk.licence(contract, "E3"); desk.late(contract, "INV-1", "100.00"); desk.nightly(date(2026, 3, 31)); desk.shown()
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value, status, status_label
from dataverse.stores.suspending import Suspensions
from dataverse.webapi import Ref
from local.desks.late_fees import CONTRACT, JOB, LateFeeDesk
from local.desks.telling import LANGUAGES
from work365.handlers import suspending, telling
from work365.periods import days_at

if TYPE_CHECKING:
    from dataverse.rows import Row
    from work365.handlers.suspending import Followed
    from work365.ports.suspending import Listed
    from work365.suspending.suspension import State

TABLE, SUBSCRIPTION = "w365_suspension", "w365_subscription"
A_DAY = timedelta(days=1)


class SuspensionDesk(LateFeeDesk):
    """The desk; every request of the rule passes the fuse."""

    def __init__(self) -> None:
        super().__init__()
        self.suspensions = Suspensions(self.tenant.webapi(self.fuse.guard(self.tenant.app)))
        kind = choice_value("w365_provider", "w365_kind", "Partner Center")
        self._supplier = self.api.create("w365_provider", {"w365_name": "M", "w365_code": "partner-center", "w365_kind": kind})

    def licence(self, contract: str, name: str, *, external: str = "", cost: str | None = None, seats: int = 10) -> str:
        """A subscription that is printed by a name."""
        columns: dict[str, Any] = {
            "printedname": name,
            "externalid": external or None,
            "unitcost": None if cost is None else Decimal(cost),
        }
        made = self.subscription(contract, seats=seats, **columns)
        self.api.update(Ref(SUBSCRIPTION, made), self._money("EUR"))
        return made

    def billed_by_supplier(self, subscription: str, bill: str, start: date, end: date, subtotal: str) -> None:
        """A cycle of a supplier's bill."""
        header = {"w365_name": bill, "w365_number": bill, **bind("w365_Provider", "w365_provider", self._supplier)}
        line = {
            "w365_name": bill,
            "w365_linereference": f"{bill}:1",
            "w365_chargetype": choice_value("w365_providerinvoiceline", "w365_chargetype", "Cycle fee"),
            "w365_chargestart": start,
            "w365_chargeend": end,
            "w365_quantity": Decimal(10),
            "w365_unitcost": Decimal(subtotal) / 10,
            "w365_subtotal": Decimal(subtotal),
            "w365_total": Decimal(subtotal),
            "w365_costcurrency": "USD",
            **bind("w365_ProviderInvoice", "w365_providerinvoice", self.api.create("w365_providerinvoice", header)),
            **bind("w365_Subscription", SUBSCRIPTION, subscription),
            **self._money("EUR"),
        }
        self.api.create("w365_providerinvoiceline", line)

    @property
    def me(self) -> str:
        """The name of whoever decides."""
        who = self.api.who_am_i()["UserId"]
        return str(self.api.read(Ref("systemuser", who), select=("fullname",))["fullname"])

    def follow(self, *, usage: bool = True) -> Followed:
        """One step of the timer: what was decided, the rule, the notices."""
        suspending.carry_out(book=self.suspensions, clock=self.clock)
        done = suspending.follow(days_at(self.clock.now()), book=self.suspensions, usage=usage)
        telling.queue(suspending.told(book=self.suspensions), book=self.telling, catalogues=LANGUAGES)
        return done

    def nightly(self, on: date) -> Followed:
        """The steps of a day, with its mails and the jobs that were asked for."""
        self.at(on)
        done = self.follow()
        self.deliver()
        self.work_on_changes()
        return done

    def nights(self, first: date, last: date) -> dict[int, list[str]]:
        """What stands after each night on which something moved, by the day of the month."""
        seen: dict[int, list[str]] = {}
        on, before = first, self.shown()
        while on <= last:
            self.nightly(on)
            if self.shown() != before:
                before = seen[on.day] = self.shown()
            on += A_DAY
        return seen

    def work_on_changes(self) -> int:
        """What workers do with the jobs that wait."""
        found = [row["w365_jobid"] for row in self.api.find(Query(JOB, ("w365_jobid",), order="createdon"))]
        for job in found:
            self.run_job(job)
        return len(found)

    def jobs_end(self, answer: str, message: str) -> None:
        """The jobs that wait end without being done: refused by an approver, cancelled by a person."""
        waiting = eq("statuscode", status(JOB, "Waiting")["statuscode"])
        for row in list(self.api.find(Query(JOB, ("w365_jobid",), waiting))):
            self.api.update(Ref(JOB, row["w365_jobid"]), {**status(JOB, answer), "w365_message": message})

    def account_of(self, contract: str) -> str:
        """The id of a contract's customer."""
        return str(self.api.read(Ref(CONTRACT, contract), select=("_w365_account_value",))["_w365_account_value"])

    def recover(self) -> None:
        """The sweep comes back."""
        self.fuse.reset()
        for _ in range(2):
            self.clock.moment += timedelta(minutes=20)
            self.follow()

    def all(self) -> list[Listed]:
        """Every suspension, by its subscription."""
        return sorted(self.suspensions.listed(everything=True), key=lambda one: one.subscription)

    def shown(self) -> list[str]:
        """Subscription, state and how often its customer was warned."""
        return [f"{one.subscription} {one.state.value} {one.warnings}" for one in self.all()]

    def decides(self, subscription: str, state: State, reason: str = "decided") -> str:
        """A person decides by the command; what they are told is left to do at the supplier."""
        one = suspending.named(self.suspensions.listed(everything=False), subscription)
        return suspending.decide(one, state, reason, book=self.suspensions, clock=self.clock)

    def clicks(self, subscription: str, state: State) -> None:
        """A person sets the status on the form."""
        one = suspending.named(self.suspensions.listed(everything=False), subscription)
        self.api.update(Ref(TABLE, one.id), status(TABLE, state.value))

    def runs(self) -> dict[str, str]:
        """The status of each subscription, by what it is called."""
        rows = self.api.find(Query(SUBSCRIPTION, ("w365_printedname", "statuscode")))
        return {row["w365_printedname"]: status_label(SUBSCRIPTION, row) for row in rows}

    def ids(self, name: str) -> list[str]:
        """The subscriptions that are printed by a name."""
        query = Query(SUBSCRIPTION, ("w365_subscriptionid",), eq("w365_printedname", name))
        return [row["w365_subscriptionid"] for row in self.api.find(query)]

    def numbered(self, number: str) -> str:
        """The id of an invoice."""
        return next(one.id for one in self.invoices() if one.number == number)

    def part_of(self, whole: str, contract: str, name: str) -> None:
        """A subscription that follows another one."""
        self.api.update(Ref(SUBSCRIPTION, self.licence(contract, name)), bind("w365_SplitOf", SUBSCRIPTION, whole))

    def has_spare(self, contract: str, amount: str) -> None:
        """So much of a contract's customer is with us, and nobody has applied it."""
        nothing = dict.fromkeys(("openamount", "overdue", "overdue30", "overdue60", "overdue90", "overduelonger"), Decimal(0))
        row: Row = {f"w365_{name}": value for name, value in nothing.items()}
        row |= {
            "w365_name": "Balance",
            "w365_unapplied": Decimal(amount),
            **bind("w365_Account", "account", self.account_of(contract)),
        }
        self.api.create("w365_accountbalance", {**row, **self._money("EUR")})
