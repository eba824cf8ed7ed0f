"""A one-off desk whose customers have paid in advance."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.query import Query
from dataverse.stores.prepaid import Prepaid
from local.desks.one_off import OneOffDesk
from work365.handlers import prepaid

if TYPE_CHECKING:
    from work365.prepaid.balance import Balance

PAID = ("w365_number", "w365_total", "w365_tax", "w365_amountcharged", "w365_balance", "w365_prepaidused", "w365_prepaidleft")


class PrepaidDesk(OneOffDesk):
    """What finance does with money that comes before its invoice."""

    def __init__(self, today: date = date(2026, 1, 1)) -> None:
        super().__init__(today)
        self.prepaid = Prepaid(self.tenant.webapi(self.fuse.guard(self.tenant.app)), self.tenant.currencies)
        self._times = 0

    def top_up(self, contract: str, amount: str, expires: date | None = None) -> None:
        """Money comes in."""
        self._times += 1
        prepaid.top_up(
            contract,
            Decimal(amount),
            reason="Bank statement 12",
            expires=expires,
            today=self.clock.today("UTC"),
            moment=str(self._times),
            book=self.prepaid,
        )

    def balance(self, contract: str = "C-1") -> Balance:
        """What is on the balance now; it is the sum of its movements, or the books are broken."""
        book = Prepaid(self.api, self.tenant.currencies)
        found = book.of_contract(contract)
        assert prepaid.proven(found, book)  # noqa: S101  a desk is for tests
        return found

    def left(self, contract: str = "C-1") -> str:
        """The same as an amount."""
        return f"{self.balance(contract).total.major:f}"

    def paid(self) -> list[tuple[str, str, str, str]]:
        """Each document's total, what is charged of it, what is owed, and what its customer had left then."""
        found = self.api.find(Query("w365_invoice", PAID, order="w365_number"))
        return [
            (
                f"{row['w365_total']:.2f}",
                f"{row['w365_amountcharged']:.2f}",
                f"{row['w365_balance']:.2f}",
                "" if row["w365_prepaidleft"] is None else f"{row['w365_prepaidleft']:.2f}",
            )
            for row in found
        ]
