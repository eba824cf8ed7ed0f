"""The desk of money that comes and goes, with an invoice that was paid twice, and two that are open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.stores.applying_left_over import LeftOvers
from dataverse.stores.currencies import Currencies
from local.desks.giving_back import GivingDesk
from local.gocardless.enrolling import control as door
from work365.handlers import applying_left_over

if TYPE_CHECKING:
    from work365.receivables.applying_left_over import LeftOverApplied, LeftOverTakenBack
    from work365.receivables.payments import InvoiceId
    from work365.receivables.spreading import Wish


class LeftOverDesk(GivingDesk):
    """K-1, whose invoice `twice` over 150.00 was paid by card and by debit; `sixty` and `forty` are open by as much.

    Shape: all three are sent to the books by themselves; `card` is the payment that has all of it left over.
    """

    def __init__(self) -> None:
        super().__init__()
        self.listen()
        self.left_overs = LeftOvers(self.guarded, Currencies(self.quiet), self._today)
        sent = self.to_books()
        self.twice = self.paid(**sent)
        won = self.dispute(self.twice)
        self.collect(self.twice, debit=True)
        self.disputed(won, "won")
        card = next(row for row in self.payments_of(self.twice) if row["w365_gatewayreference"].startswith("pi_"))
        self.card, self.intent = str(card["w365_paymentid"]), str(card["w365_gatewayreference"])
        self.sixty, self.forty = self.billed("60.00", **sent), self.billed("40.00", **sent)

    def use(self, *wishes: Wish, payment: str = "") -> LeftOverApplied:
        """Pay with what is left over; the oldest first where no wish is said."""
        named = payment or self.intent
        return applying_left_over.apply(named, wishes or None, book=self.left_overs, now=self.now)

    def take_back(self, invoice: InvoiceId, reason: str = "Meant for another") -> LeftOverTakenBack:
        """Undo what is paid of an invoice."""
        return applying_left_over.take_back(self.intent, self.number(invoice), reason, book=self.left_overs)

    def left(self) -> list[str]:
        """What is left over of the card payment."""
        return [f"{self.left_overs.left_over(self.intent).left.major:.2f}"]

    def charge_back(self) -> None:
        """The bank takes the debit back."""
        door(self.gocardless, "move", payment=self.debits(self.twice)[0]["id"], to="charged_back")
        self.told(1)
