"""Credit notes that pay invoices, over the real adapters: what each document says, the account, the statement, refunds."""

from __future__ import annotations

from collections.abc import Iterator  # noqa: TC003  pytest reads the fixture's types
from decimal import Decimal

import pytest

from local.desks.credit_notes import CreditNoteDesk
from local.desks.receipts import EUR
from local.desks.writing_off import WritingOffDesk
from work365.errors import BadInput, Refused
from work365.handlers import applying_credit
from work365.money import Money
from work365.receivables.spreading import Wish
from work365.receivables.statement import EntryKind

OPEN, PAID = ("0.00", "368.90", "Issued"), ("368.90", "0.00", "Paid")


@pytest.fixture
def desk() -> CreditNoteDesk:
    """A note over 368.90, one invoice paid, two open."""
    return CreditNoteDesk()


@pytest.fixture
def giving() -> Iterator[WritingOffDesk]:
    """A tenant with gateways."""
    made = WritingOffDesk()
    yield made
    made.close()


def test_in_parts_by_hand_then_the_oldest_first(desk: CreditNoteDesk) -> None:
    """Each document says what came in and what is open; the payments name the note; what is owed in all never changes."""
    _, second, third = desk.monthly
    desk.draw()
    before = desk.balance()[0]
    made = desk.use([Wish(third, Money(10000, EUR))])
    assert [one.charge_status for one in made.payments] == [f"100.00 EUR came in by Credit note {desk.note}; balance 268.90 EUR"]
    assert (desk.stands()[desk.note], desk.stands()[third]) == (
        ("-100.00", "-268.90", "Partial"),
        ("100.00", "268.90", "Partial"),
    )
    desk.use()
    assert desk.stands()[second] == ("268.90", "100.00", "Partial")
    assert desk.stands()[desk.note] == ("-368.90", "0.00", "Paid")
    desk.draw()
    assert desk.balance() == (before, "368.90", "0.00", "100.00", f"{before} EUR (100.00 overdue)")
    with pytest.raises(Refused, match=r"Nothing is left of Credit note .*: it is paid"):
        desk.use()


def test_taken_back_both_are_open_again_and_the_statement_shows_pairs(desk: CreditNoteDesk) -> None:
    """The pair of movements changes no balance; the reason is kept with the payment; it can be used again."""
    second = desk.monthly[1]
    desk.use([Wish(second)])
    said = desk.statement()
    pair = [(str(one.amount.major), one.applied[0][0]) for one in said.entries if one.kind is EntryKind.CREDIT_APPLIED]
    assert pair == [("-368.90", second), ("368.90", desk.note)]
    assert (said.closing.major, said.unapplied.major) == (Decimal("368.90"), Decimal(0))
    desk.give_back(second)
    assert (desk.stands()[second], desk.stands()[desk.note]) == (OPEN, ("0.00", "-368.90", "Issued"))
    said = desk.statement()
    assert len([one for one in said.entries if one.kind is EntryKind.CREDIT_APPLIED]) == 4
    assert (said.closing.major, said.unapplied.major) == (Decimal("368.90"), Decimal("-368.90"))
    with pytest.raises(Refused, match="pays nothing of"):
        desk.give_back(second)
    with pytest.raises(BadInput, match="say why"):
        desk.give_back(second, " ")
    desk.use([Wish(second)])
    assert desk.stands()[second] == PAID


REFUSED = [
    ([Wish("INV-X")], "is no open invoice of this customer"),
    ([Wish("{1}", Money(36891, EUR))], "is more than what is open of Invoice {1}. Use at most 368.90 EUR"),
    ([Wish("{1}", Money(20000, EUR)), Wish("{2}", Money(20000, EUR))], "is more than what is left of Credit note"),
    ([Wish("{1}", Money(0, EUR))], "the amount must be above zero"),
]


@pytest.mark.parametrize(("wishes", "says"), REFUSED, ids=[says for _, says in REFUSED])
def test_what_does_not_fit_is_refused_as_a_whole(desk: CreditNoteDesk, wishes: list[Wish], says: str) -> None:
    """Nothing is half done."""
    before = desk.stands()
    with pytest.raises(Refused, match=says.format(*desk.monthly).replace(".", r"\.")):
        desk.use([Wish(one.number.format(*desk.monthly), one.amount) for one in wishes])
    assert desk.stands() == before


def test_only_a_credit_note_with_something_open_pays(desk: CreditNoteDesk) -> None:
    """An invoice does not, and neither does a number that nothing has."""
    now = desk.clock.now()
    with pytest.raises(Refused, match="is no credit note"):
        applying_credit.apply(desk.monthly[1], None, book=desk.credits, now=now)
    with pytest.raises(BadInput, match="no document has the number 'CN-X'"):
        applying_credit.apply("CN-X", None, book=desk.credits, now=now)


def test_the_prepaid_balance_takes_what_is_left_and_nothing_twice(desk: CreditNoteDesk) -> None:
    """First a part for an invoice, then the rest ahead: the note is used up, to the cent."""
    desk.use([Wish(desk.monthly[1], Money(10000, EUR))])
    assert desk.to_prepaid().moved == Money(26890, EUR)
    assert (desk.on_prepaid(), desk.stands()[desk.note]) == ("268.90", ("-368.90", "0.00", "Paid"))
    with pytest.raises(Refused, match="Nothing is left"):
        desk.use()
    with pytest.raises(Refused, match="owed to the customer any more"):
        desk.to_prepaid()


def test_a_refund_takes_of_a_note_only_what_is_left_of_it(giving: WritingOffDesk) -> None:
    """60.00 credited, 40.00 of it used elsewhere: of a refund over 150.00 the note bears 20.00, the invoice the rest."""
    invoice, other = giving.paid(), giving.billed("40.00")
    note = giving.number(giving.credited(invoice, "60.00"))
    applying_credit.apply(note, None, book=giving.credits, now=giving.now)
    assert giving.account_of(other) == ("40.00", "0.00", "0.00", "Paid")
    assert giving.refund(invoice)[0] == "Succeeded"
    assert giving.account_of(invoice) == ("20.00", "0.00", "130.00", "Partial")
    assert giving.credits.credit(note).left.minor == 0
    assert giving.owed() == ("130.00", "130.00")
    assert "came without a gateway" in giving.refund(other)[1]


def test_a_note_pays_what_was_written_off_when_it_is_named(giving: WritingOffDesk) -> None:
    """The oldest first leaves it alone; by name the write-off is taken back by as much."""
    gone = giving.billed("40.00")
    giving.gives_up(gone)
    note = giving.number(giving.credited(giving.paid(), "60.00"))
    with pytest.raises(Refused, match="owes nothing"):
        applying_credit.apply(note, None, book=giving.credits, now=giving.now)
    applying_credit.apply(note, [Wish(giving.number(gone))], book=giving.credits, now=giving.now)
    assert giving.account_of(gone) == ("40.00", "0.00", "0.00", "Paid")
    assert giving.ledger(gone) == [("Written off", "40.00"), ("Taken back", "-40.00")]
