"""Cash applied in the books, as payments, balance and status here."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.fakes.books_samples import INVOICE, SYSTEM, usd
from work365.accounting.documents import BookPayment, receipt_reference
from work365.accounting.settling import BookedRow, Effect, KnownPayment, Receivable, row_id, settle
from work365.money import Money
from work365.receivables.left_over import Share
from work365.receivables.payments import Debt, InvoiceId, InvoiceStatus, PaymentId
from work365.receivables.settling import owing

CHARGE = PaymentId("cccccccc-1111-4111-8111-111111111111")
TODAY = date(2026, 11, 9)


def owed(balance: str, charged: str = "0", written_off: str = "0", state: str = "Issued", etag: str = "") -> Debt:
    """INV-1 over 100.00 dollars."""
    amounts = (usd("100.00"), usd(charged), usd(balance), usd(written_off))
    return Debt(InvoiceId(INVOICE), "INV-1", "acc", InvoiceStatus(state), *amounts, etag=etag)


OPEN = Receivable(owed("100.00"), "145")


def paid(payment: str, amount: str, *, reference: str = "", note: str = "", day: int = 3) -> BookPayment:
    """A payment of document 145 in the books."""
    return BookPayment(payment, reference, note, date(2026, 11, day), {"145": usd(amount)})


def run(receivable: Receivable, *payments: BookPayment) -> Effect:
    """Settle in one system."""
    return settle(receivable, payments, system=SYSTEM.id, books="QuickBooks", today=TODAY)


def after(effect: Effect) -> Receivable:
    """The invoice as the next reading finds it."""
    shares = {share.payment: share for share in effect.shares}
    known = {
        one.id: one if one.share is None else replace(one, amount=(now := shares[one.share.payment]).used, share=now)
        for one in effect.receivable.payments
    }
    for row in effect.rows:
        counted = bool(row.amount.minor)
        known[row.id] = KnownPayment(
            row.id, row.attempt, "Books", row.amount, row.external_id, counted=counted, failed=not counted
        )
    return replace(effect.receivable, debt=effect.debt, payments=tuple(known.values()))


def told(effect: Effect) -> tuple[str, Money, Money]:
    """Status, what came in, and what is open."""
    return effect.debt.status.value, effect.debt.charged, effect.debt.balance


def test_a_part_then_the_rest() -> None:
    """Partial until the balance is zero, Paid then, with the day of the last payment."""
    part = run(OPEN, paid("7", "40.00"))
    assert told(part) == ("Partial", usd("40.00"), usd("60.00"))
    assert part.rows == (BookedRow(row_id(SYSTEM.id, "7", INVOICE), 1, "7", usd("40.00"), date(2026, 11, 3), new=True),)
    rest = run(after(part), paid("7", "40.00"), paid("8", "60.00", day=5))
    assert (told(rest), rest.received_on) == (("Paid", usd("100.00"), usd("0")), date(2026, 11, 5))
    assert [row.attempt for row in rest.rows] == [2]


def test_reading_twice_changes_nothing() -> None:
    """The same payments once more, twice in one answer too, and those of other documents."""
    first = run(OPEN, paid("7", "40.00"), paid("7", "40.00"))
    assert len(first.rows) == 1
    again = run(after(first), paid("7", "40.00"), BookPayment("9", "", "", None, {"146": usd("5")}))
    assert (again.rows, again.findings, again.debt) == ((), (), first.debt)


def test_a_corrected_and_a_deleted_payment_move_the_balance_back() -> None:
    """Less, then nothing, then applied again: always under the same row."""
    read = after(run(OPEN, paid("7", "100.00")))
    less = run(read, paid("7", "90.00"))
    assert told(less) == ("Partial", usd("90.00"), usd("10.00"))
    assert (less.rows[0].new, less.rows[0].attempt) == (False, 1)
    gone = run(after(less), BookPayment("7", "", "", None, {}, deleted=True))
    assert (told(gone), gone.rows[0].amount) == (("Issued", usd("0"), usd("100.00")), usd("0"))
    back = run(after(gone), paid("7", "100.00"))
    assert (told(back)[0], back.rows[0].id) == ("Paid", gone.rows[0].id)


def test_our_own_charge_is_counted_once() -> None:
    """Known by the reference that we entered, or by the gateway's id that a bookkeeper copied."""
    charge = KnownPayment(CHARGE, 1, "Charge", usd("40.00"), "pi_123")
    known = Receivable(owed("60.00", "40.00", state="Partial"), "145", (charge,))
    for copy in (
        paid("7", "40.00", reference=receipt_reference(CHARGE)),
        paid("7", "40.00", reference="pi_123"),
        paid("7", "40.00", note="stripe pi_123"),
    ):
        effect = run(known, copy)
        assert (effect.rows, effect.findings) == ((), ())
    changed = run(known, paid("7", "30.00", reference=receipt_reference(CHARGE)))  # the nightly check says so
    assert (changed.rows, changed.findings) == ((), ())
    changed = run(known, paid("7", "30.00", reference="pi_123"))
    assert (changed.rows, changed.findings[0].code) == ((), "books-receipt-differs")
    stranger = run(replace(known, payments=(replace(charge, gateway_reference=""),)), paid("7", "60.00", reference="pi_123"))
    assert told(stranger)[0] == "Paid"
    failed = replace(OPEN, payments=(replace(charge, counted=False, failed=True),))
    assert len(run(failed, paid("7", "40.00", reference="pi_123")).rows) == 1


def test_what_cannot_be_counted_is_a_finding() -> None:
    """More than is open, a cancelled invoice, and a receipt of ours that we do not know."""
    assert [finding.code for finding in run(OPEN, paid("7", "100.01")).findings] == ["books-overpaid"]
    assert run(OPEN, paid("7", "100.01")).debt == OPEN.debt
    cancelled = run(Receivable(owed("100.00", state="Cancelled"), "145"), paid("7", "10.00"))
    assert ([finding.code for finding in cancelled.findings], told(cancelled)[0]) == (["books-cancelled"], "Cancelled")
    assert [finding.code for finding in run(OPEN, paid("7", "10.00", reference="W365-unknown")).findings] == [
        "books-unknown-receipt"
    ]


def test_what_was_given_up_is_taken_back_by_what_comes_after_all() -> None:
    """As by money of a gateway: by as much as is paid, as a movement of its own, once."""
    lost = Receivable(owed("0", "30.00", "70.00", "Written off", etag="v7"), "145")
    part = run(lost, paid("7", "20.00"))
    assert (told(part), part.debt.written_off, part.findings) == (("Written off", usd("50.00"), usd("0")), usd("50.00"), ())
    movement = part.taken_back
    assert movement is not None
    assert (movement.amount, movement.payment, movement.on) == (usd("-20.00"), row_id(SYSTEM.id, "7", INVOICE), TODAY)
    rest = run(after(part), paid("7", "20.00"), paid("8", "50.00"))
    assert (told(rest), rest.debt.written_off) == (("Paid", usd("100.00"), usd("0")), usd("0"))
    assert [finding.code for finding in run(after(rest), paid("9", "0.01")).findings] == ["books-overpaid"]


def charged(used: str, spare: str = "0", attempt: int = 1) -> KnownPayment:
    """A charge that succeeded, and what it is used for."""
    id_ = PaymentId(f"{CHARGE[:-1]}{attempt}")
    return KnownPayment(id_, attempt, "Charge", usd(used), f"pi_{attempt}", share=Share(id_, attempt, usd(used), usd(spare)))


@pytest.mark.parametrize(
    ("cash", "used", "spare"), [("12.34", "87.66", "12.34"), ("100.00", "0", "100.00"), ("100.01", "100.00", "0")]
)
def test_a_charge_gives_way_to_what_the_books_apply(cash: str, used: str, spare: str) -> None:
    """As much of it is left over as if it had come later; never more than was charged."""
    known = Receivable(owed("0", "100.00", state="Paid"), "145", (charged("100.00"),))
    effect = run(known, paid("7", cash))
    [share] = effect.shares
    assert (share.used, share.spare) == (usd(used), usd(spare))
    assert told(effect) == ("Paid", usd("100.00"), usd("0"))
    assert [finding.code for finding in effect.findings] == ["books-paid-twice" if share in effect.moved else "books-overpaid"]


def test_cash_that_is_taken_out_again_is_paid_by_what_the_charge_had_left_over() -> None:
    """Of the invoice nothing is open beside money that is left over of it."""
    known = Receivable(owed("0", "100.00", state="Paid"), "145", (charged("87.66", "12.34", 2), charged("0", "5.00")))
    booked = KnownPayment(row_id(SYSTEM.id, "7", INVOICE), 3, "Books", usd("12.34"), "7")
    gone = run(replace(known, payments=(*known.payments, booked)), BookPayment("7", "", "", None, {}, deleted=True))
    assert [(one.attempt, one.used, one.spare) for one in gone.moved] == [
        (2, usd("95.00"), usd("5.00")),
        (1, usd("5.00"), usd("0")),
    ]
    assert told(gone) == ("Paid", usd("100.00"), usd("0"))


def test_a_bookkeeper_says_later_whose_the_money_is() -> None:
    """It had counted as cash, and the charge had given way; once it bears the gateway's id it is the charge, counted once."""
    known = Receivable(owed("0", "100.00", state="Paid"), "145", (charged("100.00"),))
    read = after(run(known, paid("7", "100.00", reference="transfer")))
    assert read.shares[0].spare == usd("100.00")
    said = run(read, paid("7", "100.00", note="pi_1"))
    assert [(row.amount, row.new) for row in said.rows] == [(usd("0"), False)]
    assert (said.shares[0].used, said.shares[0].spare, said.findings) == (usd("100.00"), usd("0"), ())
    assert told(said) == ("Paid", usd("100.00"), usd("0"))
    assert run(after(said), paid("7", "100.00", note="pi_1")).changes is False


@pytest.mark.parametrize(
    ("before", "after_it", "closed"),
    [
        ("books-overpaid", {"7": "90.00"}, True),
        ("books-overpaid", {"7": "100.01"}, False),
        ("books-overpaid", {}, True),
        ("books-paid-twice", {"7": "100.00"}, False),
        ("books-paid-twice", {}, True),
    ],
    ids=["corrected", "still too much", "deleted", "read once more", "taken out"],
)
def test_what_does_not_hold_any_more_is_closed(before: str, after_it: dict[str, str], *, closed: bool) -> None:
    """A finding goes with what it is about; that the same was paid twice stands until that changes."""
    key, other = f"{before}:INV-1: QuickBooks payment 7", f"{before}:INV-1: QuickBooks payment 8"
    known = replace(OPEN, said=frozenset({key, other}))
    if before == "books-paid-twice":
        known = replace(after(run(known, paid("7", "100.00"))), said=known.said)
    payment = BookPayment("7", "", "", None, {"145": usd(after_it["7"])} if after_it else {}, deleted=not after_it)
    assert run(known, payment).mended == ((key,) if closed else ())


@given(st.integers(1, 10_000), st.lists(st.integers(1, 6000), max_size=4), st.permutations(range(5)))
def test_it_does_not_matter_whether_the_charge_or_the_cash_is_heard_of_first(
    charge: int, cents: list[int], order: list[int]
) -> None:
    """The invoice, and how the charge is used, end the same; what is used is never more than the invoice."""
    payments = [paid(str(index), f"{value / 100:.2f}") for index, value in enumerate(cents)]
    money = usd(f"{charge / 100:.2f}")

    def came(effect: Effect) -> Receivable:
        used = min(money, effect.debt.balance)
        debt = owing(effect.debt, -used)
        share = Share(CHARGE, 9, used, money - used)
        read = after(effect)
        return Receivable(debt, "145", (*read.payments, KnownPayment(CHARGE, 9, "Charge", used, "pi_9", share=share)))

    counted = run(OPEN, *payments)
    cash_first = came(counted)
    charge_first = run(came(run(OPEN)), *[payments[index] for index in order if index < len(payments)])
    if counted.debt.charged == sum((one.applied["145"] for one in payments), usd("0")):  # else some of it is not counted
        assert charge_first.debt == cash_first.debt
        assert charge_first.shares == cash_first.shares
    assert charge_first.debt.charged + charge_first.debt.balance == usd("100.00")


@given(st.lists(st.integers(1, 6000), max_size=6), st.randoms())
def test_order_and_repetition_do_not_matter(cents: list[int], random: object) -> None:
    """What is paid plus what is open is always the invoice, in whatever order payments are read, and a second time."""
    payments = [paid(str(index), f"{value / 100:.2f}", day=1 + index) for index, value in enumerate(cents)]
    once = run(OPEN, *payments)
    assert once.debt.charged + once.debt.balance == usd("100.00")
    assert not once.debt.balance.minor < 0
    assert run(OPEN, *reversed(payments)) == once
    assert run(after(once), *payments).rows == ()
