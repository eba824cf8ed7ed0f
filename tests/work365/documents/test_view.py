"""What is printed: blocks, fractions, changes, taxes and totals."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.desks.documents import JPY, USD, cycle, invoice, line, seats_added, viewed
from work365.contracts.policy import Policy, Prorate
from work365.documents.document import ChangeNamed, DocumentKind
from work365.errors import CurrencyMismatch, InvariantBroken
from work365.invoicing.lines import Kind
from work365.money import Money
from work365.periods import Period

ARROW = "\N{RIGHTWARDS ARROW}"
AMOUNTS = st.decimals(Decimal(-99999), Decimal(99999), places=2)


def number(text: str) -> Decimal:
    """The digits of a printed amount."""
    return Decimal(text.removesuffix(" USD").replace(",", ""))


def test_adjustments_and_the_next_period_stand_apart() -> None:
    """Changes of the past period and the upcoming cycle are two labelled blocks, each with its subtotal."""
    view = viewed(invoice(cycle("Business Premium", "12", "22.00"), *seats_added()))
    assert [(block.title, len(block.lines), block.subtotal) for block in view.blocks] == [
        ("Adjustments for the past period", 2, "29.85"),
        ("Next period", 1, "264.00"),
    ]


@pytest.mark.parametrize(("policy", "title"), [(Policy.ADVANCE, "Next period"), (Policy.ARREARS, "Billed period")])
def test_what_is_billed_late_is_not_called_the_next_period(policy: Policy, title: str) -> None:
    """Seats that started in a month gone by, or months of downtime, stand apart from the newest cycle, with their discounts."""
    january, february, march = (Period(date(2026, month, 1), date(2026, month + 1, 1)) for month in (1, 2, 3))
    lines = [
        line(Kind.STUB, "Begun late", "1.00", period=Period(date(2026, 1, 10), january.end)),
        line(Kind.DISCOUNT, "Begun late, off", "-0.10", period=Period(date(2026, 1, 10), january.end)),
        line(Kind.CYCLE, "Whole", "2.00", period=february),
        line(Kind.CYCLE, "Whole", "4.00", period=march),
        line(Kind.STUB, "Ends early", "8.00", period=Period(march.start, date(2026, 3, 9))),
        line(Kind.DISCOUNT, "Whole, off", "-0.20", period=march),
        line(Kind.DISCOUNT, "Moved", "-0.40", period=january, origin="d.0"),
    ]
    view = viewed(invoice(*lines, policy=policy))
    assert [(block.title, block.subtotal) for block in view.blocks] == [
        ("Adjustments for the past period", "-0.40"),
        ("Earlier periods, not billed before", "2.90"),
        (title, "11.80"),
    ]
    assert view.blocks[0].lines[0].notes == ("The discount on all of this period, less what was given before",)


def test_an_adjustment_names_its_change_its_dates_and_its_fraction() -> None:
    """A customer with a calculator can follow the line: 22.00 x 10 x 19/28."""
    credit = viewed(invoice(*seats_added())).blocks[0].lines[0]
    assert (credit.quantity, credit.unit_price, credit.fraction, credit.amount) == ("10", "22.00", "19/28 days", "-149.29")
    assert credit.dates == "10 \N{EN DASH} 28 Feb 2026"
    assert credit.notes == (f"Change 2: quantity 10 {ARROW} 12 from 10 Feb 2026",)


def test_users_stand_under_the_change_that_brought_them() -> None:
    named = ChangeNamed(2, "Split", date(2026, 3, 16), 2, 1)
    view = viewed(invoice(line(Kind.CHARGE, "Any", "1.00", change=named, users=("Anna Berg", "Ben Alm"))))
    notes = (f"Change 2: quantity 1 {ARROW} 2 from 16 Mar 2026", "Users: Anna Berg, Ben Alm")
    assert view.blocks[0].lines[0].notes == notes


@pytest.mark.parametrize(
    ("event", "quantity", "delta", "said"),
    [
        ("Quantity", 8, -2, f"quantity 10 {ARROW} 8"),
        ("Create", 5, 5, f"quantity 0 {ARROW} 5"),
        ("Price", 10, 0, "new price"),
        ("Cancel", 0, -10, "cancelled"),
        ("Transfer", 10, 0, "transfer, quantity 10"),
        ("Split", 10, 0, "split, quantity 10"),
    ],
)
def test_each_kind_of_change_has_its_words(event: str, quantity: int, delta: int, said: str) -> None:
    """The note says what happened, in the customer's words."""
    named = ChangeNamed(4, event, date(2026, 3, 4), quantity, delta)
    view = viewed(invoice(line(Kind.CHARGE, "Any", "1.00", change=named)))
    assert view.blocks[0].lines[0].notes == (f"Change 4: {said} from 4 Mar 2026",)


@pytest.mark.parametrize(
    ("prorate", "said"),
    [
        (Prorate.DAYS, "22/31 days"),
        (Prorate.MONTHS, "22/31 months"),
        (Prorate.DAYS30, "22/31 days of 30-day months"),
    ],
)
def test_the_fraction_says_what_it_counts(prorate: Prorate, said: str) -> None:
    """Days or months, as the contract prorates."""
    view = viewed(invoice(line(Kind.STUB, "Any", "1.00", fraction=(22, 31)), prorate=prorate))
    assert view.blocks[0].lines[0].fraction == said


@pytest.mark.parametrize(
    ("from_day", "fraction", "said"),
    [(4, (658, 743), "658/743 hours"), (4, (28, 31), "28/31 days"), (31, (9, 743), "9/743 hours"), (31, (1, 31), "1/31 days")],
)
def test_hours_are_called_hours(from_day: int, fraction: tuple[int, int], said: str) -> None:
    """Of a change that gives back by the hour; a line of it that was measured in days goes on to say days."""
    named = ChangeNamed(2, "Quantity", date(2026, 3, from_day), 4, -6, hourly=True)
    period = Period(date(2026, 3, from_day), date(2026, 4, 1))
    view = viewed(
        invoice(line(Kind.CREDIT, "Any", "-1.00", fraction=fraction, change=named, period=period), prorate=Prorate.DAYS)
    )
    assert view.blocks[0].lines[0].fraction == said


@pytest.mark.parametrize(("prorate", "said"), [(Prorate.MONTHS, "1/1 months"), (Prorate.NONE, "whole period")])
@pytest.mark.parametrize("kind", [Kind.STUB, Kind.CREDIT, Kind.CHARGE])
def test_a_whole_month_for_some_of_its_days_is_said(kind: Kind, prorate: Prorate, said: str) -> None:
    """10 to 31 January at the price of a month looks like a mistake until the line says that months are billed whole."""
    view = viewed(invoice(line(kind, "Any", "1.00", fraction=(1, 1)), prorate=prorate))
    assert view.blocks[0].lines[0].fraction == said


def test_a_whole_cycle_shows_no_fraction() -> None:
    """31/31 would only puzzle people."""
    assert viewed(invoice(line(Kind.CYCLE, "Any", "1.00", fraction=(31, 31)))).blocks[0].lines[0].fraction == ""


def test_arrears_are_not_called_the_next_period() -> None:
    """A contract billed in arrears bills a period that is over."""
    assert viewed(invoice(cycle("Any", "1", "1.00"), policy=Policy.ARREARS)).blocks[0].title == "Billed period"


def test_the_pieces_of_a_cycle_in_arrears_stand_together() -> None:
    """A price that changed inside the billed cycle corrects nothing: both pieces are the billed period. A late one does."""
    pieces = [
        line(Kind.CYCLE, "Old price", "1.00", period=Period(date(2026, 2, 15), date(2026, 2, 20))),
        line(Kind.CYCLE, "Unchanged", "2.00", period=Period(date(2026, 2, 15), date(2026, 3, 15))),
        line(Kind.CHARGE, "New price", "4.00", period=Period(date(2026, 2, 20), date(2026, 3, 15))),
        line(Kind.CHARGE, "Late", "8.00", period=Period(date(2026, 2, 2), date(2026, 2, 15))),
    ]
    view = viewed(invoice(*pieces, policy=Policy.ARREARS))
    assert [(block.title, block.subtotal) for block in view.blocks] == [
        ("Adjustments for the past period", "8.00"),
        ("Billed period", "7.00"),
    ]


def test_nobody_is_asked_to_send_what_is_charged_anyway() -> None:
    """On a contract that charges by itself the customer would pay twice; once it is paid, nothing is left to say."""
    view = viewed(invoice(cycle("Any", "1", "100.00"), collected=True))
    assert view.payment == ("We charge the balance to the payment method that you gave us; please do not send it as well.",)
    assert view.bank_details == ()
    assert viewed(invoice(cycle("Any", "1", "100.00"), collected=True, charged="120.00")).payment == ("Nothing is left to pay.",)


def test_a_correction_without_a_change_says_so() -> None:
    """A line that mends an earlier one never stands there unexplained."""
    view = viewed(invoice(line(Kind.CORRECTION, "Any", "-4.00", origin="c1:2026-02")))
    assert view.blocks[0].lines[0].notes == ("Corrects a line billed before",)


def test_a_surcharge_stands_with_what_it_is_taken_of() -> None:
    """On a document of adjustments nothing is of the next period; its percentage is written like every other one."""
    credit, charge = seats_added()
    fee = line(Kind.SURCHARGE, "Card fee 1.5 %", "0.45", quantity=Decimal("29.85"), unit_price=Decimal("0.015"))
    [block] = viewed(invoice(credit, charge, fee)).blocks
    assert (block.title, [one.description for one in block.lines][-1]) == ("Adjustments for the past period", "Card fee 1.5%")
    assert [len(one.lines) for one in viewed(invoice(credit, charge, cycle("A", "1", "10.00"), fee)).blocks] == [2, 2]


def test_lines_of_quantity_zero_are_printed() -> None:
    """Nothing disappears: a paused subscription shows quantity 0 and amount 0.00."""
    paused = viewed(invoice(cycle("Paused", "0", "22.00"))).blocks[0].lines[0]
    assert (paused.quantity, paused.amount) == ("0", "0.00")


def test_taxes_are_summed_by_rate_with_their_note() -> None:
    """One row per rate and code, highest first, untaxed last."""
    view = viewed(
        invoice(
            cycle("A", "1", "100.00"),
            line(Kind.CYCLE, "B", "50.00", percent="0", tax_code="RC"),
            cycle("C", "1", "10.00"),
            line(Kind.CYCLE, "D", "5.00", percent=None),
            tax_notes={"RC": "Reverse charge"},
        )
    )
    assert [(row.rate, row.base, row.tax, row.note) for row in view.taxes] == [
        ("20%", "110.00", "22.00", ""),
        ("0%", "50.00", "0.00", "Reverse charge"),
        ("Not taxed", "5.00", "0.00", ""),
    ]


def test_the_amount_charged_comes_before_the_balance() -> None:
    """Behaviour 1 of Charge: the totals show the amount charged, then the balance."""
    totals = viewed(invoice(cycle("A", "1", "100.00"), charged="20.00")).totals
    assert list(totals.__dataclass_fields__)[3:5] == ["charged", "balance"]
    assert (totals.total, totals.charged, totals.balance) == ("120.00 USD", "20.00", "100.00 USD")


@pytest.mark.parametrize(
    ("charged", "said"),
    [
        ("0", "Payment is due within 14 days, on 15 March 2026."),
        ("120.00", "Nothing is left to pay."),
        ("130.00", "The balance is in your favour; nothing is left to pay."),
    ],
)
def test_the_payment_terms_follow_the_balance(charged: str, said: str) -> None:
    """Nobody is asked to pay what is paid."""
    assert viewed(invoice(cycle("A", "1", "100.00"), charged=charged)).payment[0] == said


def test_terms_without_days_or_date() -> None:
    """A date alone, and neither of both, are sentences too."""
    document = invoice(cycle("A", "1", "100.00"), terms_days=None)
    assert viewed(document).payment[0] == "Payment is due on 15 March 2026."
    assert viewed(replace(document, due=None)).payment[0] == "Payment is due on receipt."


def test_a_credit_note_is_called_so_and_is_never_due() -> None:
    """Its own title, what is given back as positive amounts, no due date."""
    view = viewed(invoice(line(Kind.CREDIT, "A", "-280.00"), kind=DocumentKind.CREDIT_NOTE, number="CN-2026-00002"))
    assert (view.title, view.totals.total) == ("Credit note CN-2026-00002", "336.00 USD")
    assert (view.totals.total_label, view.totals.balance_label) == ("Total credited", "Balance in your favour")
    assert (view.closed, view.payment) == (True, ("The balance is in your favour; nothing is left to pay.",))
    assert "Due" not in [fact.label for fact in view.facts]


def test_empty_facts_leave_no_gap() -> None:
    """No purchase order, no line that says so."""
    view = viewed(invoice(cycle("A", "1", "1.00"), purchase_order="", period=None))
    assert [fact.label for fact in view.facts] == ["Issued", "Due", "Contract"]


@pytest.mark.parametrize("figure", ["net", "tax", "total", "balance"])
def test_a_document_that_does_not_add_up_is_not_printed(figure: str) -> None:
    """One cent off in any figure stops the document, with both figures named."""
    document = invoice(cycle("A", "1", "100.00"))
    wrong = replace(document, **{figure: getattr(document, figure) + Money(1, USD)})
    with pytest.raises(InvariantBroken, match=r"its parts come to|says net"):
        viewed(wrong)


def test_a_line_in_another_currency_is_not_printed() -> None:
    """Two currencies never meet in one sum."""
    document = invoice(cycle("A", "1", "100.00"))
    with pytest.raises(CurrencyMismatch):
        viewed(replace(document, lines=(*document.lines, cycle("B", "1", "1", code=JPY))))


@given(
    st.lists(
        st.tuples(st.sampled_from(list(Kind)), AMOUNTS, st.sampled_from(["0", "7.5", "19", "20", None])), min_size=1, max_size=12
    )
)
def test_what_is_printed_sums_to_what_is_printed(rows: list[tuple[Kind, Decimal, str | None]]) -> None:
    """Lines sum to subtotals, subtotals to the net, tax rows to the tax, and net and tax to the total, as printed."""
    view = viewed(invoice(*(line(kind, "Any", str(amount), percent=percent) for kind, amount, percent in rows)))
    for block in view.blocks:
        assert sum(number(one.amount) for one in block.lines) == number(block.subtotal)
    assert sum(number(block.subtotal) for block in view.blocks) == number(view.totals.net)
    assert sum(number(row.base) for row in view.taxes) == number(view.totals.net)
    assert sum(number(row.tax) for row in view.taxes) == number(view.totals.tax)
    assert number(view.totals.net) + number(view.totals.tax) == number(view.totals.total)
    assert number(view.totals.total) - number(view.totals.charged) == number(view.totals.balance)


def test_what_came_from_the_prepaid_balance_is_said_before_anything_is_asked_for() -> None:
    """The amount used and what is left; the rest is asked for, or nothing is."""
    used = Money(2000, USD)
    part = replace(invoice(cycle("Any", "1", "100.00"), charged="20.00"), prepaid=(used, Money(0, USD)))
    assert viewed(part).payment[0] == "20.00 USD was taken from your prepaid balance; 0.00 USD is left on it."
    assert len(viewed(part).payment) > 1
    whole = replace(invoice(cycle("Any", "1", "100.00"), charged="120.00"), prepaid=(Money(12000, USD), used))
    assert viewed(whole).payment == (
        "120.00 USD was taken from your prepaid balance; 20.00 USD is left on it.",
        "Nothing is left to pay.",
    )
