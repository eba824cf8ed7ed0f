"""Discounts on the discounted line: price, discount, net; and never a cent lost."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.desks.documents import ENGLISH, LANGUAGES, MARCH, cycle, invoice, line, viewed
from work365.documents.described import reworded
from work365.documents.discounts import folded
from work365.documents.shown import Shown
from work365.documents.template import Template
from work365.invoicing.lines import Kind
from work365.money import total

if TYPE_CHECKING:
    from work365.documents.document import DocumentLine

INLINE = Template(columns=("discount",))


def of(subscription: str, made: DocumentLine) -> DocumentLine:
    """The line, for a subscription."""
    return replace(made, subscription=subscription, period=MARCH)


def discount(amount: str, subscription: str = "s1", name: str = "Discount 10 % on A") -> DocumentLine:
    """A discount line as a run posts it."""
    return of(subscription, line(Kind.DISCOUNT, name, amount))


def test_the_line_shows_price_discount_and_net() -> None:
    """The discount's name and percentage stand under the line; the column heads say what the figures are."""
    document = invoice(of("s1", cycle("A", "10", "22.00")), discount("-22.00"), template=INLINE)
    view = viewed(document)
    [one] = view.blocks[0].lines
    assert (one.unit_price, one.discount, one.amount, one.notes) == ("22.00", "-22.00", "198.00", ("10% discount",))
    assert (view.discount_label, view.amount_label) == ("Discount (USD)", "Net (USD)")
    assert view.totals.net == "198.00"


def test_without_the_column_it_stays_a_line_of_its_own() -> None:
    """As a run posted it, in the reader's language."""
    view = viewed(invoice(of("s1", cycle("A", "10", "22.00")), discount("-22.00")), "es")
    assert [(one.description, one.amount) for one in view.blocks[0].lines] == [
        ("A", "220,00"),
        ("Descuento 10\N{NO-BREAK SPACE}% sobre A", "-22,00"),
    ]


def test_what_is_no_plain_discount_stays_a_line() -> None:
    """Another subscription's, one that is taken back, one larger than the charge, one under another tax."""
    charge = of("s1", cycle("A", "10", "22.00"))
    for kept in (
        discount("-22.00", "s2"),
        discount("22.00"),
        discount("-220.01"),
        replace(discount("-22.00"), tax_percent=Decimal(7)),
        replace(discount("-22.00"), subscription=""),
    ):
        assert [one.line for one in folded((Shown(charge), Shown(kept)), ENGLISH)] == [charge, kept]


def test_several_discounts_stand_on_one_line() -> None:
    """F3 on one line: 310.00 less ten per cent and less the contract's 5.00 is 274.00, and both are named."""
    lines = (
        of("s1", cycle("A", "10", "31.00")),
        discount("-31.00", name="Loyal 10 % on A"),
        discount("-5.00", name="Welcome on A"),
    )
    view = viewed(invoice(*lines, template=INLINE))
    [one] = view.blocks[0].lines
    assert (one.unit_price, one.discount, one.amount) == ("31.00", "-36.00", "274.00")
    assert one.notes == ("Loyal 10%", "Welcome")
    assert view.totals.net == "274.00"


@pytest.mark.parametrize(
    ("posted", "under_the_line", "as_a_line"),
    [
        ("Discount 10 % on A", "10\N{NO-BREAK SPACE}% Rabatt", "Rabatt 10\N{NO-BREAK SPACE}% auf A"),
        ("Promotion Spring 25 % on A", "Promotion Spring 25\N{NO-BREAK SPACE}%", "Promotion Spring 25\N{NO-BREAK SPACE}% auf A"),
        ("Loyalty on A", "Loyalty", "Loyalty on A"),
    ],
)
def test_a_discount_is_named_with_its_percentage(posted: str, under_the_line: str, as_a_line: str) -> None:
    """What a person typed is not translated; what stands around it is."""
    writing = LANGUAGES.formats("de")
    [one] = folded((Shown(of("s1", cycle("A", "10", "22.00"))), Shown(discount("-5.00", name=posted))), writing)
    assert [reduction.name for reduction in one.reductions] == [under_the_line]
    assert reworded(discount("-5.00", name=posted), writing) == as_a_line


@given(
    st.lists(st.tuples(st.sampled_from(["s1", "s2"]), st.integers(0, 10**6)), max_size=6),
    st.lists(st.tuples(st.sampled_from(["s1", "s2"]), st.integers(-(10**6), 10**5)), max_size=3),
)
def test_folding_keeps_the_sum(charges: list[tuple[str, int]], discounts: list[tuple[str, int]]) -> None:
    """Whatever moves onto whichever line: the printed lines come to the total."""
    lines = [of(name, line(Kind.CYCLE, "A", str(Decimal(minor) / 100))) for name, minor in charges]
    lines += [discount(str(Decimal(minor) / 100), name) for name, minor in discounts]
    code = invoice().currency
    shown = folded([Shown(one) for one in lines], ENGLISH)
    assert total((one.line.amount for one in shown), code) == total((one.amount for one in lines), code)
    assert all(one.line.amount.minor >= 0 for one in shown if one.reductions)
    assert all(one.line in lines or (one.reductions and one.before.minor >= one.line.amount.minor) for one in shown)
