"""A desk where people enter by hand what an approver has to agree to: discounts on a form.

desk = EntryDesk(); desk.says("approve-discounts", "10"); desk.settle()
discount = desk.discounts(desk.seller, "15", subscription=desk.one); desk.stops(discount); desk.answers(desk.approver, "approve")
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value
from dataverse.stores.approving import Approvals
from dataverse.stores.contract_entries import ContractEntries
from dataverse.stores.log_entries import log_entry
from dataverse.stores.reviewing import Reviews
from dataverse.stores.settings import SettingRows
from dataverse.webapi import Ref
from local.desks.approvals import TODAY, ApprovalDesk, Member
from local.desks.billing import CHANGE, SUBSCRIPTION
from local.sample.generated import PRODUCT
from work365.approving.plans import TABLE as PLANS
from work365.handlers import reviewing
from work365.handlers.letting_stand import follow_entries
from work365.handlers.reviewing import Reviewer
from work365.handlers.settings import say
from work365.jobs import JobKind
from work365.settings.catalogue import Level
from work365.subscriptions.ledger import Event, LogRow, Source

if TYPE_CHECKING:
    from datetime import date

    from dataverse.rows import Row
    from work365.approving.approval import Approval
    from work365.approving.entries import Entry
    from work365.handlers.jobs import Doer
    from work365.ports.reviewing import Loader

DISCOUNT, SETTING, JOB = "w365_discount", "w365_setting", "w365_job"


class EntryDesk(ApprovalDesk):
    """Its seller has the role Sales, and writes on forms."""

    def __init__(self) -> None:
        super().__init__()
        self.seller = self.member("Sally Sales", "Work365 Sales")
        guarded = self.tenant.webapi(self.fuse.guard(self.tenant.app))
        self.entries = ContractEntries(guarded, self.book, self.clock)
        self.old = ""
        self.review = Reviewer(self.reviews, self.approvals, self.clock)
        self.reviewer = self.review

    def doers(self) -> dict[JobKind, Doer]:
        """The workers of this desk review entries, too."""
        loaders: dict[str, Loader] = {**self.entries.loaders, PLANS: self.plan_entry}
        review = partial(reviewing.review_entry, loaders=loaders, book=self.reviews, gate=self.gate)
        return super().doers() | {JobKind.REVIEW_ENTRY: review}

    def discount_row(self, value: str, *, kind: str = "Percentage", subscription: str = "", **columns: Any) -> Row:  # noqa: ANN401  values of columns
        """A discount called Spring, of the contract or of one subscription of it."""
        row: Row = {
            "w365_name": "Spring",
            "w365_printedname": "Spring",
            "w365_kind": choice_value(DISCOUNT, "w365_kind", kind),
            "w365_value": Decimal(value),
            **bind("w365_Contract", "w365_billingcontract", self.contract_id),
            **(bind("w365_Subscription", "w365_subscription", subscription) if subscription else {}),
        }
        return row | {f"w365_{name}": said for name, said in columns.items()}

    def discounts(self, who: Member, value: str, **said: Any) -> str:  # noqa: ANN401  as above
        """A person enters a discount on its form; its id."""
        return self.form(who).create(DISCOUNT, self.discount_row(value, **said))

    def edits(self, who: Member, discount: str, value: str) -> None:
        """A person changes a discount on its form."""
        self.form(who).update(Ref(DISCOUNT, discount), {"w365_value": Decimal(value)})

    def enters(self, who: Member, seats: int, price: str | None = "31.00", start: date = TODAY, **columns: Any) -> str:  # noqa: ANN401  as above
        """A person enters a subscription on its form, which writes no log; its id."""
        row: Row = {
            "w365_name": "Entered",
            "w365_startdate": start,
            "w365_quantity": seats,
            "w365_unitprice": None if price is None else Decimal(price),
            "w365_billable": True,
            **bind("w365_Contract", "w365_billingcontract", self.contract_id),
            **bind("w365_Product", "w365_product", PRODUCT),
            **columns,
        }
        return self.form(who).create(SUBSCRIPTION, row)

    def logs(self, who: Member, sequence: int, seats: int, delta: int, price: str = "31.00", on: date = TODAY) -> str:
        """A person writes a row into the change log of the first subscription, and what it then is; the row's id."""
        change = LogRow(sequence, on, seats, delta, Decimal(price), Event.QUANTITY)
        row = log_entry(change, self.one, self.contract_id, source=Source.STAFF, now=self.clock.now(), billable=True)
        made = self.form(who).create(CHANGE, row)
        stands = {"w365_quantity": seats, "w365_unitprice": Decimal(price), "w365_lastsequence": sequence}
        self.form(who).update(Ref(SUBSCRIPTION, self.one), stands)
        return made

    def loaded(self, discount: str) -> Entry:
        """A discount as a handler asks about it."""
        entry = self.entries.load(DISCOUNT, discount)
        if entry is None:
            raise AssertionError(discount)
        return entry

    def stops(self, discount: str) -> str:
        """Why a discount does not take effect, as a handler is told; "" where it does."""
        entry = self.entries.load(DISCOUNT, discount)
        return "" if entry is None else self.review.stops(entry)

    def second_worker(self) -> Reviewer:
        """Another worker at the same time, whom no fuse touches."""
        currencies = self.tenant.currencies
        return Reviewer(Reviews(self.api, currencies), Approvals(self.api, currencies), self.clock)

    def billed(self, day: date) -> list[tuple[str, list[str]]]:
        """What a run of a day bills: contracts with the amounts of their lines."""
        before = {one.id for one in self.invoices()}
        self.run(day)
        return [(one.contract, one.amounts) for one in self.invoices() if one.id not in before]

    def audits(self) -> None:
        """The tenant records who writes what."""
        (row,) = self.api.find(Query("organization", ("organizationid",)))
        self.api.update(Ref("organization", row["organizationid"]), {"isauditenabled": True})

    def customer_says(self, account: str, name: str, text: str) -> None:
        """A customer has a setting of its own."""
        book = SettingRows(self.api)
        say(book.subject(Level.CUSTOMER, account), name, text, reason="", book=book)

    def review_jobs(self) -> list[str]:
        """The jobs that ask about what was entered, the oldest first."""
        return [job for job, _ in self._reviews()]

    def jobs_about(self, discount: str) -> list[str]:
        """Those that ask about one discount."""
        return [job for job, arguments in self._reviews() if discount in arguments]

    def _reviews(self) -> list[tuple[str, str]]:
        kind = eq("w365_kind", choice_value(JOB, "w365_kind", JobKind.REVIEW_ENTRY.value))
        found = self.api.find(Query(JOB, ("w365_jobid", "w365_arguments"), kind, "createdon"))
        return [(row["w365_jobid"], row["w365_arguments"]) for row in found]

    def approvals_about(self, discount: str) -> list[Approval]:
        """The approvals of one discount."""
        found = Approvals(self.api, self.tenant.currencies).listed(answered=True)
        return [one for one in found if discount in one.subject]

    def settled(self) -> list[tuple[str, str | None]]:
        """Each setting's value and what of it is settled."""
        columns = ("w365_value", "w365_settledvalue")
        return [(row[columns[0]], row[columns[1]]) for row in self.api.find(Query(SETTING, columns, order="createdon"))]

    def ref(self, discount: str) -> Ref:
        """A discount's row."""
        return Ref(DISCOUNT, discount)

    def settle(self) -> None:
        """The sweep: what stands when a threshold was set is approved, and what was written lately is asked about."""
        since = self.clock.now() - timedelta(days=2)
        follow_entries(reviewer=self.review, sources=[self.entries], since=since)
