"""A credit note pays and is taken back once, whatever request it dies at; whoever else wants that credit gets what is left."""

from __future__ import annotations

import contextlib
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import pytest

from dataverse.query import Query
from local.desks.writing_off import WritingOffDesk
from local.faults import CRASHES, Died, Fault
from work365.errors import External, Refused
from work365.handlers import applying_credit, prepaid
from work365.money import Currency, Money
from work365.receivables.spreading import Wish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from work365.receivables.payments import InvoiceId

FAULTS = (*CRASHES, Fault.ERROR_AFTER, Fault.NOT_REACHED)
HALF = Money(7000, Currency("EUR"))


@pytest.fixture(scope="module")
def desk() -> Iterator[WritingOffDesk]:
    """One tenant; every point has documents of its own."""
    made = WritingOffDesk()
    yield made
    made.close()


class Case:
    """Two open invoices over 150.00, and a credit note over 100.00."""

    def __init__(self, desk: WritingOffDesk, *, used: bool = False) -> None:
        self.desk = desk
        self.invoice, self.other = desk.billed(), desk.billed()
        self.note = desk.credited(self.other, "100.00")
        if used:
            self.use()
        desk.fuse.reset()

    def number(self, of: InvoiceId) -> str:
        """A document's number."""
        return self.desk.number(of)

    def use(self, amount: Money | None = None, *, other: bool = False) -> None:
        """Pay an invoice with the note."""
        wishes = [Wish(self.number(self.other if other else self.invoice), amount)]
        applying_credit.apply(self.number(self.note), wishes, book=self.desk.credits, now=self.desk.now)

    def use_for_the_oldest(self) -> None:
        """Pay whatever has been due for longest with it."""
        applying_credit.apply(self.number(self.note), None, book=self.desk.credits, now=self.desk.now)

    def give_back(self) -> None:
        """Undo what the note pays."""
        applying_credit.take_back(self.number(self.note), self.number(self.invoice), "Meant otherwise", book=self.desk.credits)

    def prepay(self) -> None:
        """Put what is left of it on the prepaid balance."""
        day = self.desk.now.date()
        prepaid.credit(self.number(self.note), reason="Agreed", expires=None, today=day, book=self.desk.prepaid)

    def transfer(self) -> None:
        """The customer pays the same invoice by bank."""
        self.desk.transfer(self.invoice, 15000, f"transfer {self.invoice}")

    def charge(self) -> None:
        """The customer's card is charged with what is open."""
        self.desk.run(self.desk.job(self.invoice))

    def seen(self) -> tuple[object, ...]:
        """Both documents, and the payments of the invoice."""
        return self.desk.account_of(self.invoice), self.desk.account_of(self.note), self.desk.bill(self.invoice)


STEPS: dict[str, tuple[bool, Callable[[Case], None]]] = {
    "credit applied": (False, Case.use),
    "credit taken back": (True, Case.give_back),
}
RIVALS: dict[str, Callable[[Case], None]] = {
    "the oldest first": Case.use_for_the_oldest,
    "a part by hand": lambda case: case.use(HALF, other=True),
    "the prepaid balance": Case.prepay,
    "a transfer": Case.transfer,
    "a charge": Case.charge,
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.lower())
@pytest.mark.parametrize("what", STEPS)
def test_each_step_happens_once(
    desk: WritingOffDesk, what: str, fault: Fault, record_property: Callable[[str, object], None]
) -> None:
    """Typed again after it died, it finds what was done, or does it."""
    used, step = STEPS[what]
    clean = Case(desk, used=used)
    step(clean)
    count, end = desk.fuse.count, clean.seen()
    for at in range(1, count + 1):
        case = Case(desk, used=used)
        desk.fuse.arm(at=at, fault=fault)
        with contextlib.suppress(Died, External):
            step(case)
        desk.fuse.reset()
        with contextlib.suppress(Refused):
            step(case)
        assert case.seen() == end, f"{what}, {fault.value} at {at} of {count}"
    record_property("crash points", f"{what}, {fault.value}: {count}")


def test_it_is_taken_back_once_by_two_at_once(desk: WritingOffDesk, record_property: Callable[[str, object], None]) -> None:
    """The second may act wholly between any two requests of the first: one is done, the other told that nothing is paid."""
    clean = Case(desk, used=True)
    clean.give_back()
    count, end = desk.fuse.count, clean.seen()
    for at in range(1, count + 1):
        case = Case(desk, used=True)
        desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=case.give_back)
        with pytest.raises(Refused, match="pays nothing of"):
            case.give_back()
        desk.fuse.reset()
        assert case.seen() == end, f"before request {at} of {count}"
    record_property("crash points", f"credit taken back, second person: {count}")


def came_less_used(desk: WritingOffDesk) -> Decimal:
    """What all documents say came in, the credit that was used being below zero; less transfers, charges and what went ahead."""
    columns = ("w365_amountcharged", "w365_balance", "w365_total")
    rows = list(desk.quiet.find(Query("w365_invoice", columns)))
    for row in rows:
        assert row["w365_amountcharged"] + row["w365_balance"] == row["w365_total"]
        assert row["w365_balance"] * row["w365_total"] >= 0, "nothing is paid or used beyond its total"
    charged = sum((row["w365_amountcharged"] for row in rows), Decimal(0))
    receipts = desk.quiet.find(Query("w365_receipt", ("w365_amount", "w365_unapplied")))
    by_bank = sum((row["w365_amount"] - row["w365_unapplied"] for row in receipts), Decimal(0))
    ahead = sum((row["w365_balance"] for row in desk.quiet.find(Query("w365_prepaidbalance", ("w365_balance",)))), Decimal(0))
    through = desk.quiet.find(Query("w365_payment", ("w365_amount", "w365_spare"), "_w365_profile_value ne null"))
    by_card = sum((row["w365_amount"] - row["w365_spare"] for row in through), Decimal(0))
    return charged - by_bank - by_card + ahead


@pytest.mark.parametrize("rival", RIVALS)
def test_the_same_credit_is_never_used_twice(
    desk: WritingOffDesk, rival: str, record_property: Callable[[str, object], None]
) -> None:
    """Somebody else may act wholly between any two requests: what notes gave is what others got, to the cent."""
    Case(desk).use()
    clean = Case(desk)
    clean.use()
    count = desk.fuse.count
    for at in range(1, count + 1):
        case = Case(desk)
        desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=partial(RIVALS[rival], case))
        with contextlib.suppress(Refused):
            case.use()
        desk.fuse.reset()
        assert came_less_used(desk) == 0, f"{rival} before request {at} of {count}"
    record_property("crash points", f"credit applied, {rival}: {count}")
