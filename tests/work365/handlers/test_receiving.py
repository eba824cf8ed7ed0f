"""Money that comes in without a gateway is posted once, pays invoices of that customer, and can be taken back with a reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataverse.query import Query
from dataverse.rows import bind, choice_value, status
from dataverse.webapi import Ref
from local.desks.receipts import ACCOUNT, EUR, JANUARY, ReceiptDesk
from work365.errors import BadInput, Refused
from work365.money import Money
from work365.receivables.spreading import Wish

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST, SECOND, THIRD = (f"INV-CO-2026-0000{number}" for number in (1, 2, 3))


def eur(text: str) -> Money:
    return Money(int(Decimal(text) * 100), EUR)


@pytest.fixture
def desk() -> ReceiptDesk:
    """Three invoices of 368.90 EUR, due one after the other."""
    found = ReceiptDesk()
    found.months(3)
    return found


def test_a_transfer_over_several_invoices_leaves_unapplied_credit(desk: ReceiptDesk) -> None:
    """1,000.00 pay two invoices whole and a part of the third that is named; the rest is the customer's."""
    desk.post("1000.00", wishes=[Wish(SECOND), Wish(FIRST), Wish(THIRD, eur("100.00"))])
    assert desk.owed() == [("368.90", "0.00", "Paid"), ("368.90", "0.00", "Paid"), ("100.00", "268.90", "Partial")]
    assert desk.unapplied() == {"4711": "162.20"}
    assert desk.statement().unapplied == -eur("162.20")
    assert desk.statement().closing == eur("106.70")


def test_oldest_first_as_far_as_it_reaches(desk: ReceiptDesk) -> None:
    desk.post("400.00", wishes=None)
    assert desk.owed() == [("368.90", "0.00", "Paid"), ("31.10", "337.80", "Partial"), ("0.00", "368.90", "Issued")]
    assert desk.unapplied() == {"4711": "0.00"}


def test_more_than_is_owed_stays_unapplied_and_pays_the_next_invoice(desk: ReceiptDesk) -> None:
    desk.post("1200.00", wishes=None)
    assert desk.unapplied() == {"4711": "93.30"}
    desk.run(date(2026, 4, 1))
    desk.apply(None)
    assert desk.owed()[3] == ("93.30", "275.60", "Partial")
    assert desk.unapplied() == {"4711": "0.00"}


def test_the_same_money_is_posted_once(desk: ReceiptDesk) -> None:
    """Whoever types the bank statement's line again is told what it pays; for another invoice it is refused."""
    assert desk.post("100.00", wishes=[Wish(FIRST)]).before is None
    before = desk.post("100.00", wishes=[Wish(FIRST)]).before
    assert before is not None
    assert [part.debt.number for part in before] == [FIRST]
    with pytest.raises(Refused, match=f"was posted before, to pay {FIRST}; now it is to pay {SECOND}"):
        desk.post("100.00", wishes=[Wish(SECOND)])
    assert [paid for paid, _, _ in desk.owed()] == ["100.00", "0.00", "0.00"]
    assert desk.post("100.00", reference="4712", wishes=[Wish(SECOND)]).before is None


def test_the_statement_shows_the_money_once(desk: ReceiptDesk) -> None:
    desk.post("400.00", wishes=None)
    said = desk.statement()
    paid = [entry for entry in said.entries if entry.kind.value == "payment"]
    assert [(entry.amount, entry.applied) for entry in paid] == [
        (-eur("400.00"), ((FIRST, eur("368.90")), (SECOND, eur("31.10")))),
    ]
    assert said.closing == eur("706.70")


class TestTakingBack:
    """An application can be reversed with a reason, and balances follow."""

    def test_the_invoice_is_open_again_and_the_money_is_there(self, desk: ReceiptDesk) -> None:
        desk.post("368.90", wishes=[Wish(FIRST)])
        desk.take_back(FIRST)
        assert desk.owed()[0] == ("0.00", "368.90", "Issued")
        assert desk.unapplied() == {"4711": "368.90"}
        assert (desk.paid(), desk.allocated()) == ([("368.90", "Returned")], Decimal(0))
        row = desk.api.first(Query("w365_payment", ("w365_returnreason", "w365_returnedon", "w365_message")))
        assert row is not None
        assert (row["w365_returnreason"], row["w365_returnedon"]) == ("Paid the wrong invoice", "2026-03-01")
        invoice = desk.api.first(Query("w365_invoice", ("w365_paidon", "w365_lastchargestatus"), order="w365_number"))
        assert invoice is not None
        assert invoice["w365_paidon"] is None
        assert invoice["w365_lastchargestatus"] == "368.90 EUR was taken back: Paid the wrong invoice"

    def test_it_can_then_pay_another_amount_of_the_same_invoice(self, desk: ReceiptDesk) -> None:
        desk.post("368.90", wishes=[Wish(FIRST)])
        desk.take_back(FIRST)
        desk.apply([Wish(FIRST, eur("100.00")), Wish(SECOND, eur("268.90"))])
        assert [paid for paid, _, _ in desk.owed()] == ["100.00", "268.90", "0.00"]
        assert desk.unapplied() == {"4711": "0.00"}

    def test_a_cheque_that_bounces_opens_everything_that_it_paid(self, desk: ReceiptDesk) -> None:
        """The statement keeps both days: the money came, and it went."""
        desk.post("500.00", on=date(2026, 2, 3), wishes=None)
        desk.bounce()
        assert [status for _, _, status in desk.owed()] == ["Issued"] * 3
        assert desk.unapplied() == {"4711": "0.00"}
        entries = [(str(entry.day), entry.kind.value, str(entry.amount)) for entry in desk.statement().entries]
        assert entries[2:] == [
            ("2026-02-03", "payment", "-500.00 EUR"),
            ("2026-03-01", "invoice", "368.90 EUR"),
            ("2026-03-01", "payment returned", "500.00 EUR"),
        ]
        with pytest.raises(Refused, match="was returned; there is nothing left of it"):
            desk.apply(None)
        with pytest.raises(Refused, match="was returned"):
            desk.bounce()

    def test_what_it_does_not_pay_cannot_be_taken_back(self, desk: ReceiptDesk) -> None:
        desk.post("368.90", wishes=[Wish(FIRST)])
        with pytest.raises(Refused, match=f"pays nothing of '{SECOND}'"):
            desk.take_back(SECOND)
        with pytest.raises(BadInput, match="say why"):
            desk.take_back(FIRST, reason=" ")
        desk.take_back(FIRST)
        with pytest.raises(Refused, match=f"pays nothing of '{FIRST}'"):
            desk.take_back(FIRST)


REFUSALS: dict[str, tuple[list[Wish], str]] = {
    "an unknown invoice": ([Wish("INV-9")], "'INV-9' is no open invoice of this customer in EUR"),
    "one twice": ([Wish(FIRST, eur("1.00")), Wish(FIRST, eur("1.00"))], "or was named twice"),
    "more than is open": ([Wish(FIRST, eur("368.91"))], "Use at most 368.90 EUR"),
    "more than there is": ([Wish(FIRST), Wish(SECOND, eur("200.00"))], "Use at most 131.10 EUR"),
    "nothing": ([Wish(FIRST, eur("0.00"))], "must be above zero"),
    "less than nothing": ([Wish(FIRST, eur("-5.00"))], "must be above zero"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_cannot_be_paid_is_refused_and_nothing_is_posted(desk: ReceiptDesk, name: str) -> None:
    wishes, says = REFUSALS[name]
    with pytest.raises(Refused, match=says):
        desk.post("500.00", wishes=wishes)
    assert desk.unapplied() == {}
    assert [paid for paid, _, _ in desk.owed()] == ["0.00"] * 3


def test_what_is_no_receipt_is_refused(desk: ReceiptDesk) -> None:
    with pytest.raises(BadInput, match="must be above zero"):
        desk.post("0.00")
    with pytest.raises(BadInput, match="still to come"):
        desk.post("5.00", on=date(2027, 1, 1))
    with pytest.raises(BadInput, match="posted twice"):
        desk.post("5.00", reference="  ")


def test_an_invoice_that_is_being_charged_waits(desk: ReceiptDesk) -> None:
    """The bank debit under way may succeed; paying the invoice by hand as well would collect it twice."""
    row = {
        "w365_name": "debit",
        "w365_attempt": 1,
        "w365_amount": 368,
        "w365_source": choice_value("w365_payment", "w365_source", "Charge"),
        **status("w365_payment", "Processing"),
        **bind("w365_Invoice", "w365_invoice", desk.id_of(FIRST)),
        **bind("transactioncurrencyid", "transactioncurrency", desk.tenant.currencies.id("EUR")),
    }
    desk.api.create("w365_payment", row)
    with pytest.raises(Refused, match=f"Invoice {FIRST} is being charged at this moment"):
        desk.post("368.90", wishes=[Wish(FIRST)])
    desk.post("368.90", wishes=None)
    assert [paid for paid, _, _ in desk.owed()] == ["0.00", "368.90", "0.00"]


def test_nobody_elses_invoice_is_paid(desk: ReceiptDesk) -> None:
    desk.standing("C-2", start=date(2026, 4, 1))
    desk.run(date(2026, 4, 1))
    other = next(
        row["w365_number"]
        for row in desk.api.find(Query("w365_invoice", ("w365_number", "_w365_account_value")))
        if row["_w365_account_value"] != desk.account
    )
    with pytest.raises(Refused, match=f"'{other}' is no open invoice of this customer"):
        desk.post("368.90", wishes=[Wish(other)])


def test_a_payment_by_hand_follows_to_the_books(desk: ReceiptDesk) -> None:
    """Where the contract sends to its books by itself, applying and taking back each ask for that once."""
    (contract,) = desk.numbers
    desk.api.update(
        Ref("w365_billingcontract", contract), {"w365_autosync": choice_value("w365_billingcontract", "w365_autosync", "Yes")}
    )
    desk.post("368.90", wishes=[Wish(FIRST)])
    desk.take_back(FIRST)
    assert len([key for key in desk.tenant.shape().jobs if key.startswith("auto:sync:")]) == 2


@settings(max_examples=25)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("post"), st.integers(1, 90_000)),
            st.tuples(st.just("apply"), st.integers(0, 5)),
            st.tuples(st.just("back"), st.integers(0, 2)),
            st.tuples(st.just("bounce"), st.integers(0, 5)),
        ),
        max_size=8,
    )
)
def test_money_in_is_what_invoices_took_and_what_is_left(steps: list[tuple[str, int]]) -> None:
    """Whatever is posted, used, taken back and returned: receipts = allocations + unapplied, and each invoice says the same."""
    desk = ReceiptDesk()
    numbers = desk.months(3)
    posted: list[str] = []
    for what, number in steps:
        reference = posted[number % len(posted)] if posted else "0"
        act: dict[str, Callable[[], object]] = {
            "post": lambda: desk.post(f"{number / 100:.2f}", reference=str(len(posted)), wishes=None),  # noqa: B023  called here
            "apply": lambda: desk.apply(None, reference),  # noqa: B023  called here
            "back": lambda: desk.take_back(numbers[number % 3], reference=reference),  # noqa: B023  called here
            "bounce": lambda: desk.bounce(reference=reference),  # noqa: B023  called here
        }
        try:
            act[what]()
        except (Refused, BadInput):
            continue
        if what == "post":
            posted.append(str(len(posted)))
    receipts = list(desk.api.find(Query("w365_receipt", ("w365_amount", "w365_unapplied", "w365_returnedon"))))
    came = sum(row["w365_amount"] for row in receipts if row["w365_returnedon"] is None)
    left = sum(row["w365_unapplied"] for row in receipts)
    charged = sum(eur(paid).minor for paid, _, _ in desk.owed())
    assert came == desk.allocated() + left
    assert eur(str(desk.allocated())).minor == charged
    assert all(eur(paid).minor + eur(open_).minor == 36890 for paid, open_, _ in desk.owed())
    said = desk.statement()
    assert said.closing.minor == 3 * 36890 - round(came * 100)
    assert -said.unapplied.minor == round(left * 100)
    desk.draw()
    assert desk.balance()[:3] == tuple(
        f"{money.major:.2f}" for money in (said.closing, said.closing - said.unapplied, -said.unapplied)
    )


def test_an_account_and_a_company_are_found_by_what_people_call_them(desk: ReceiptDesk) -> None:
    assert desk.receipts.payer(ACCOUNT, "").account == desk.account
    with pytest.raises(BadInput, match="no account has the number 'K-9'"):
        desk.receipts.payer("K-9", "")
    with pytest.raises(BadInput, match="no legal entity has the code 'XX'"):
        desk.receipts.payer(ACCOUNT, "XX")
    with pytest.raises(BadInput, match="has no receipt with the reference '1'"):
        desk.receipts.find(ACCOUNT, "1")


def test_a_reference_may_be_a_guid_without_its_hyphens(desk: ReceiptDesk) -> None:
    """As the end-to-end ids of many banks' transfers are."""
    reference = "7152ec05628e5dd7a4f3ed087c5072b7"
    desk.post("10.00", reference=reference)
    assert desk.receipts.find(ACCOUNT, reference).amount == eur("10.00")


def test_two_receipts_with_one_reference_are_told_apart_by_id(desk: ReceiptDesk) -> None:
    desk.post("10.00")
    made = desk.post("20.00").applied.receipt
    with pytest.raises(BadInput, match="several receipts with the reference '4711'; name one by its id"):
        desk.receipts.find(ACCOUNT, "4711")
    assert desk.receipts.find(ACCOUNT, made.id).amount == eur("20.00")
    assert made.received_on == JANUARY
