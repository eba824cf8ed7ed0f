"""The desk of approvals whose timers tell people: approvers by rows and mails, whoever asked what became of it.

desk = ToldDesk(); desk.mailing(); desk.wants(desk.seller, "Quantity", quantity=15); desk.hour(); desk.rows(); desk.mails()
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.query import Query
from dataverse.rows import formatted, status_label
from dataverse.stores.telling import Telling
from dataverse.stores.telling_approvals import ApprovalNews
from dataverse.webapi import Ref
from local.desks.approvals import ApprovalDesk
from local.desks.telling import LANGUAGES, NO_LINKS, NOTICE, mailer_over, mails_of
from local.graph.app import Graph
from work365.handlers import telling, telling_approvals

if TYPE_CHECKING:
    from local.desks.approvals import Member

THRESHOLD = "100.00 EUR"
APPROVERS_AT, SELLER_AT = "approvers@contoso.example", "sam@contoso.example"


class ToldDesk(ApprovalDesk):
    """More than 100.00 EUR a month waits; every request to the tenant and to the mail system passes the fuse."""

    def __init__(self) -> None:
        super().__init__()
        self.graph = Graph(self.clock, settle_s=60)
        self.mailer = mailer_over(self.fuse.guard(self.graph))
        api = self.tenant.webapi(self.fuse.guard(self.tenant.app))
        self.telling, self.news = Telling(api), ApprovalNews(api)
        self.says("approve-purchases", THRESHOLD)
        self.reached(self.seller, SELLER_AT)

    def mailing(self) -> None:
        """What is told of approvals is mailed, too."""
        self.says("notice-approval", "mail")
        self.says("approval-email", APPROVERS_AT)

    def reached(self, who: Member, address: str) -> None:
        """The address of somebody's user."""
        self.api.update(Ref("systemuser", who.id), {"internalemailaddress": address})

    def tells(self) -> int:
        """What the hourly timer writes; how many notices are new."""
        return telling_approvals.queue(news=self.news, book=self.telling, catalogues=LANGUAGES, clock=self.clock)

    def hour(self) -> int:
        """The hourly timer: write, then mail."""
        new = self.tells()
        telling.deliver(
            book=self.telling, mailer_for=lambda: self.mailer, clock=self.clock, linking=NO_LINKS, catalogues=LANGUAGES
        )
        return new

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Each notice's subject, owner, address and status, in the order of their words."""
        found = self.api.find(Query(NOTICE, ("w365_name", "w365_recipient", "statuscode", "_ownerid_value"), annotations=True))
        return sorted(
            (row["w365_name"], formatted(row, "_ownerid_value"), row["w365_recipient"] or "", status_label(NOTICE, row))
            for row in found
        )

    def bodies(self) -> dict[str, str]:
        """What each notice says, by its subject."""
        return {row["w365_name"]: row["w365_body"] for row in self.api.find(Query(NOTICE, ("w365_name", "w365_body")))}

    def remarks(self) -> set[str]:
        """What became of notices, where their rows say it."""
        return {row["w365_message"] for row in self.api.find(Query(NOTICE, ("w365_message",))) if row["w365_message"]}

    def mails(self) -> list[tuple[str, str]]:
        """Recipient and subject of every mail that left."""
        return mails_of(self.graph)
