"""The hold desk with new customers that have to bring documents first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value
from dataverse.stores.checklists import Checklists
from dataverse.webapi import Ref
from local.desks.holds import START, HoldDesk
from work365.handlers import checklists, holding
from work365.ids import derived

if TYPE_CHECKING:
    from work365.ports.checklists import Checklist

AGREEMENT, PROFILE, FORM = "agreement", "payment-profile", "tax-form"


class ChecklistDesk(HoldDesk):
    """Three things are asked of whoever is entered from 1 March on, and a logo of whoever likes."""

    def __init__(self) -> None:
        super().__init__()
        guarded = self.tenant.webapi(self.fuse.guard(self.tenant.app))
        self.checklists = Checklists(guarded)
        self._made = 0
        self.asks(AGREEMENT, "Agreement", "Agreement")
        self.asks(PROFILE, "Payment profile", "Payment profile")
        self.asks(FORM, "Tax form")
        self.asks("logo", "Logo", optional=True)
        self.fuse.reset()

    def asks(self, code: str, name: str, kind: str = "By hand", *, optional: bool = False) -> None:
        """Staff enter an item."""
        self._made += 1
        row = {
            "w365_name": name,
            "w365_code": code,
            "w365_kind": choice_value("w365_checklistitem", "w365_kind", kind),
            "w365_optional": optional,
            "w365_ordinal": self._made,
            "w365_validfrom": START,
        }
        self.api.create("w365_checklistitem", row, id=derived("item", code))

    def enters(self, number: str) -> str:
        """Sales enter an account; its id."""
        return self.api.create("account", {"name": f"Customer {number}", "accountnumber": number}, id=derived("account", number))

    def follows(self) -> int:
        """What the sweep does."""
        return checklists.follow(book=self.checklists, now=self.clock.now())

    def starts(self, number: str) -> Checklist:
        """Somebody asks a customer that is not new."""
        return checklists.start(number, book=self.checklists)

    def ticks_item(self, number: str, code: str, note: str = "Seen") -> Checklist:
        """Somebody has seen it."""
        return checklists.tick(number, code, note, book=self.checklists, now=self.clock.now())

    def opens_item(self, number: str, code: str, reason: str = "It is not signed") -> Checklist:
        """Somebody wants it seen to again."""
        return checklists.untick(number, code, reason, book=self.checklists, now=self.clock.now())

    def shown(self, number: str) -> Checklist:
        """The checklist."""
        return checklists.shown(number, book=self.checklists, now=self.clock.now())

    def releases(self, number: str) -> int:
        """Somebody lifts the hold."""
        return holding.lift(number, "All there", book=self.holds, changes=self.changing, clock=self.clock)

    def stores_card(self, account: str) -> None:
        """The customer's card is stored."""
        processor = self.api.create(
            "w365_paymentprocessor",
            {"w365_code": account[:8], "w365_kind": choice_value("w365_paymentprocessor", "w365_kind", "Manual")},
        )
        row = {
            "w365_name": "Visa 4242",
            "w365_kind": choice_value("w365_paymentprofile", "w365_kind", "Card"),
            **bind("w365_Account", "account", account),
            **bind("w365_Processor", "w365_paymentprocessor", processor),
        }
        self.api.create("w365_paymentprofile", row)

    def papers(self, number: str) -> tuple[str, str, bool]:
        """What the account says of its documents, who holds it, and whether it is on hold."""
        customer = self.holds.customer(number)
        row = self.api.read(Ref("account", customer.id), select=("w365_documents",))
        return row["w365_documents"] or "", "" if customer.kind is None else customer.kind.value, customer.on_hold

    def done(self, number: str) -> dict[str, tuple[bool, str]]:
        """Of each item of an account whether it is done, and its note."""
        return {
            one.code: (one.done, one.note) for one in self.checklists.checklist(self.checklists.customer(number).customer).entries
        }

    def entries(self, account: str) -> int:
        """How many entries an account has."""
        return len(list(self.api.find(Query("w365_checklistentry", ("w365_code",), eq("_w365_account_value", account)))))
