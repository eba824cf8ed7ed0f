"""The receipt desk with credit notes that pay invoices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.query import Query
from dataverse.stores.applying_credit import Credits
from dataverse.stores.prepaid import Prepaid
from local.desks.receipts import ReceiptDesk
from work365.handlers import applying_credit, prepaid
from work365.receivables.spreading import Wish

if TYPE_CHECKING:
    from collections.abc import Sequence

    from work365.prepaid.balance import Moved
    from work365.receivables.applying_credit import CreditApplied, CreditTakenBack


class CreditNoteDesk(ReceiptDesk):
    """K-1, whose first invoice, over 368.90 EUR, is paid and then credited; two more are open."""

    def __init__(self) -> None:
        super().__init__()
        guarded = self.tenant.webapi(self.fuse.guard(self.tenant.app))
        self.credits = Credits(guarded, self.tenant.currencies, lambda: self.clock.today("UTC"))
        self.prepaid = Prepaid(guarded, self.tenant.currencies)
        self.monthly = self.months(3)
        self.post("368.90", on=self.clock.today("UTC"), wishes=[Wish(self.monthly[0])])
        self.credit(self.monthly[0])
        self.note = self._newest_note()
        self.fuse.reset()

    def _newest_note(self) -> str:
        found = self.api.find(Query("w365_invoice", ("w365_number", "w365_total"), order="w365_number"))
        return next(str(row["w365_number"]) for row in found if row["w365_total"] < 0)

    def use(self, wishes: Sequence[Wish] | None = None) -> CreditApplied:
        """Pay with the note; the oldest first where no wish is said."""
        return applying_credit.apply(self.note, wishes, book=self.credits, now=self.clock.now())

    def give_back(self, invoice: str, reason: str = "Meant for another one") -> CreditTakenBack:
        """Undo what the note pays of an invoice."""
        return applying_credit.take_back(self.note, invoice, reason, book=self.credits)

    def to_prepaid(self) -> Moved:
        """Put what is left of the note on the prepaid balance."""
        return prepaid.credit(self.note, reason="Agreed", expires=None, today=self.clock.today("UTC"), book=self.prepaid)

    def stands(self) -> dict[str, tuple[str, str, str]]:
        """What came in of each document, what is open, its status, by its number."""
        numbers = [row["w365_number"] for row in self.api.find(Query("w365_invoice", ("w365_number",), order="w365_number"))]
        return dict(zip(numbers, self.owed(), strict=True))

    def on_prepaid(self) -> str:
        """What is on K-1's prepaid balance."""
        rows = list(self.api.find(Query("w365_prepaidbalance", ("w365_balance",))))
        return f"{rows[0]['w365_balance']:.2f}" if rows else "0.00"
