"""Cash applied in the books, as payments, balance and status here."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from local.fakes.books_samples import INVOICE, SYSTEM, usd
from work365.accounting.documents import BookPayment, receipt_reference
from work365.accounting.settling import BookedRow, Effect, KnownPayment, Receivable, row_id, settle

OPEN = Receivable(INVOICE, "INV-1", "145", "acc", usd("0"), usd("100.00"), "Issued")
CHARGE = "cccccccc-1111-4111-8111-111111111111"


def paid(payment: str, amount: str, *, reference: str = "", note: str = "", day: int = 3) -> BookPayment:
    """A payment of document 145 in the books."""
    return BookPayment(payment, reference, note, date(2026, 11, day), {"145": usd(amount)})


def run(receivable: Receivable, *payments: BookPayment) -> Effect:
    """Settle in one system."""
    return settle(receivable, payments, system=SYSTEM.id, books="QuickBooks")


def after(effect: Effect) -> Receivable:
    """The invoice as the next reading finds it."""
    known = {payment.id: payment for payment in effect.receivable.payments}
    for row in effect.rows:
        counted = bool(row.amount.minor)
        known[row.id] = KnownPayment(
            row.id, row.attempt, "Books", row.amount, row.external_id, counted=counted, failed=not counted
        )
    return replace(
        effect.receivable, paid=effect.paid, balance=effect.balance, status=effect.status, payments=tuple(known.values())
    )


def test_a_part_then_the_rest() -> None:
    """Partial until the balance is zero, Paid then, with the day of the last payment."""
    part = run(OPEN, paid("7", "40.00"))
    assert (part.status, part.paid, part.balance) == ("Partial", usd("40.00"), usd("60.00"))
    assert part.rows == (BookedRow(row_id(SYSTEM.id, "7", INVOICE), 1, "7", usd("40.00"), date(2026, 11, 3), new=True),)
    rest = run(after(part), paid("7", "40.00"), paid("8", "60.00", day=5))
    assert (rest.status, rest.balance, rest.received_on) == ("Paid", usd("0"), date(2026, 11, 5))
    assert [row.attempt for row in rest.rows] == [2]


def test_reading_twice_changes_nothing() -> None:
    """The same payments once more, twice in one answer too, and those of other documents."""
    first = run(OPEN, paid("7", "40.00"), paid("7", "40.00"))
    assert len(first.rows) == 1
    again = run(after(first), paid("7", "40.00"), BookPayment("9", "", "", None, {"146": usd("5")}))
    assert (again.rows, again.findings, again.status) == ((), (), "Partial")


def test_a_corrected_and_a_deleted_payment_move_the_balance_back() -> None:
    """Less, then nothing, then applied again: always under the same row."""
    read = after(run(OPEN, paid("7", "100.00")))
    less = run(read, paid("7", "90.00"))
    assert (less.status, less.balance, less.rows[0].new, less.rows[0].attempt) == ("Partial", usd("10.00"), False, 1)
    gone = run(after(less), BookPayment("7", "", "", None, {}, deleted=True))
    assert (gone.status, gone.balance, gone.rows[0].amount) == ("Issued", usd("100.00"), usd("0"))
    back = run(after(gone), paid("7", "100.00"))
    assert (back.status, back.rows[0].id) == ("Paid", gone.rows[0].id)


def test_our_own_charge_is_counted_once() -> None:
    """Known by the reference that we entered, or by the gateway's id that a bookkeeper copied."""
    charge = KnownPayment(CHARGE, 1, "Charge", usd("40.00"), "pi_123")
    known = replace(OPEN, paid=usd("40.00"), balance=usd("60.00"), status="Partial", payments=(charge,))
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
    assert stranger.status == "Paid"
    failed = replace(known, payments=(replace(charge, counted=False, failed=True),), paid=usd("0"), balance=usd("100.00"))
    assert len(run(failed, paid("7", "40.00", reference="pi_123")).rows) == 1


def test_what_cannot_be_counted_is_a_finding() -> None:
    """More than is open, what is written off, a cancelled invoice, and a receipt of ours that we do not know."""
    assert [finding.code for finding in run(OPEN, paid("7", "100.01")).findings] == ["books-overpaid"]
    assert run(OPEN, paid("7", "100.01")).balance == usd("100.00")
    lost = replace(OPEN, balance=usd("0"), written_off=usd("100.00"), status="Written off")
    assert ([finding.code for finding in run(lost, paid("7", "10.00")).findings], run(lost).status) == (
        ["books-written-off"],
        "Written off",
    )
    cancelled = run(replace(OPEN, status="Cancelled"), paid("7", "10.00"))
    assert ([finding.code for finding in cancelled.findings], cancelled.status) == (["books-cancelled"], "Cancelled")
    assert [finding.code for finding in run(OPEN, paid("7", "10.00", reference="W365-unknown")).findings] == [
        "books-unknown-receipt"
    ]


@given(st.lists(st.integers(1, 6000), max_size=6), st.randoms())
def test_order_and_repetition_do_not_matter(cents: list[int], random: object) -> None:
    """What is paid plus what is open is always the invoice, in whatever order payments are read, and a second time."""
    payments = [paid(str(index), f"{value / 100:.2f}", day=1 + index) for index, value in enumerate(cents)]
    once = run(OPEN, *payments)
    assert once.paid + once.balance == usd("100.00")
    assert not once.balance.minor < 0
    assert run(OPEN, *reversed(payments)) == once
    assert run(after(once), *payments).rows == ()
