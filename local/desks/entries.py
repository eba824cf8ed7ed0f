"""A desk where people enter by hand what an approver has to agree to: discounts on a form.

desk = EntryDesk(); desk.says("approve-discounts", "10"); desk.settle()
discount = desk.discounts(desk.seller, "15", subscription=desk.one); desk.stops(discount); desk.answers(desk.approver, "approve")
"""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value
from dataverse.stores.contract_entries import ContractEntries
from dataverse.stores.reviewing import Reviews
from dataverse.webapi import Ref
from local.desks.approvals import ApprovalDesk, Member
from work365.handlers import reviewing
from work365.handlers.reviewing import Reviewer
from work365.jobs import JobKind

if TYPE_CHECKING:
    from dataverse.rows import Row
    from work365.handlers.jobs import Doer

DISCOUNT, SETTING, JOB = "w365_discount", "w365_setting", "w365_job"


class EntryDesk(ApprovalDesk):
    """Its seller has the role Sales, and writes on forms."""

    def __init__(self) -> None:
        super().__init__()
        self.seller = self.member("Sally Sales", "Work365 Sales")
        guarded = self.tenant.webapi(self.fuse.guard(self.tenant.app))
        self.reviews = Reviews(guarded)
        self.entries = ContractEntries(guarded, self.book, self.clock)
        self.review = Reviewer(self.reviews, self.approvals, self.clock)
        self.reviewer = self.review

    def doers(self) -> dict[JobKind, Doer]:
        """The workers of this desk review entries, too."""
        review = partial(reviewing.review_entry, loaders=self.entries.loaders, book=self.reviews, gate=self.gate)
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

    def stops(self, discount: str) -> str:
        """Why a discount does not take effect, as a handler is told; "" where it does."""
        entry = self.entries.load(DISCOUNT, discount)
        return "" if entry is None else self.review.stops(entry)

    def review_jobs(self) -> list[str]:
        """The jobs that ask about what was entered, the oldest first."""
        kind = eq("w365_kind", choice_value(JOB, "w365_kind", JobKind.REVIEW_ENTRY.value))
        return [row["w365_jobid"] for row in self.api.find(Query(JOB, ("w365_jobid",), kind, "createdon"))]

    def settle(self) -> None:
        """What stands when the company's thresholds were set is approved."""
        for row in list(self.api.find(Query(SETTING, ("w365_settingid", "w365_value")))):
            self.api.update(Ref(SETTING, row["w365_settingid"]), {"w365_settledvalue": row["w365_value"]})
