"""List price, discount and net per line, where the template says so; and an empty column where no list price is known."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.desks.documents import ENGLISH, MARCH, cycle, invoice, line, seats_added, viewed
from local.desks.documents import USD as MONEY
from work365.documents.blocks import shown_lines
from work365.documents.document import DocumentLine
from work365.documents.shown import listed
from work365.documents.template import Template
from work365.documents.terms import e_invoice_of
from work365.invoicing.lines import Kind
from work365.money import rounded, total, zero

BOTH = Template(columns=("discount", "list_price"))
LISTED = Template(columns=("list_price",))


def listing(made: DocumentLine, price: str | None) -> DocumentLine:
    """The line of a subscription with a list price."""
    return replace(made, subscription="s1", list_price=None if price is None else Decimal(price))


OWN = listing(cycle("A", "10", "28.00"), "31.00")
OFF = replace(line(Kind.DISCOUNT, "Spring 10 % on A", "-28.00", period=MARCH), subscription="s1")


def test_list_price_discount_and_net_stand_on_the_line() -> None:
    """Ten at 31.00, 30.00 off by the own price and 28.00 by the discount: 252.00; what is taken off is named."""
    view = viewed(invoice(OWN, OFF, template=BOTH))
    [one] = view.blocks[0].lines
    assert (one.list_price, one.unit_price, one.discount, one.amount) == ("31.00", "", "-58.00", "252.00")
    assert one.notes == ("28.00 instead of the list price, 9.68% less", "Spring 10%")
    assert (view.totals.net, view.blocks[0].subtotal) == ("252.00", "252.00")


def test_the_template_decides_what_is_shown() -> None:
    """Without the column a price below the list is just the price; with list prices alone discounts stay lines."""
    plain = viewed(invoice(OWN, OFF)).blocks[0].lines
    assert [(one.list_price, one.unit_price, one.discount, one.amount) for one in plain] == [
        ("", "28.00", "", "280.00"),
        ("", "", "", "-28.00"),
    ]
    alone = viewed(invoice(OWN, OFF, template=LISTED)).blocks[0].lines
    assert [(one.list_price, one.discount, one.amount) for one in alone] == [("31.00", "-30.00", "280.00"), ("", "", "-28.00")]


@pytest.mark.parametrize(
    ("of", "shown"),
    [
        (listing(cycle("the list's price", "10", "31.00"), "31.00"), ("31.00", "", "")),
        (listing(cycle("no list price", "10", "28.00"), None), ("", "28.00", "")),
        (listing(cycle("dearer than the list", "10", "35.00"), "31.00"), ("", "35.00", "")),
        (listing(cycle("free", "10", "0"), "31.00"), ("31.00", "", "-310.00")),
        (listing(line(Kind.CYCLE, "tiers", "310.00", quantity=Decimal(12)), "31.00"), ("", "", "")),
        (
            listing(replace(cycle("tax inside", "10", "28.00"), amount=rounded(Decimal("233.33"), MONEY)), "31.00"),
            ("", "28.00", ""),
        ),
        (listing(seats_added()[0], "25.00"), ("25.00", "", "20.35")),
        (listing(seats_added()[1], "25.00"), ("25.00", "", "-24.43")),
    ],
    ids=lambda value: value.description if isinstance(value, DocumentLine) else None,
)
def test_a_list_price_is_known_or_its_column_is_empty(of: DocumentLine, shown: tuple[str, str, str]) -> None:
    """Never invented, and never a discount that is none; a credit gives the discount back."""
    [one] = viewed(invoice(of, template=BOTH)).blocks[0].lines
    assert (one.list_price, one.unit_price, one.discount) == shown


def test_the_e_invoice_says_the_same() -> None:
    """Gross price 31.00 and net price 28.00 per unit; the discount is an allowance of the line; the net is the printed one."""
    terms = e_invoice_of(invoice(OWN, OFF, template=BOTH), ENGLISH)
    [one] = terms.lines
    assert (one.list_price, one.price, str(one.net.major)) == (Decimal("31.00"), Decimal("28.00"), "252.00")
    assert [(off.charge, str(off.amount.major), off.reason) for off in one.differences] == [(False, "28.00", "Spring 10%")]
    assert e_invoice_of(invoice(OWN, OFF), ENGLISH).lines[0].list_price is None


PRICES = st.decimals(Decimal(0), Decimal(200), places=4)


@given(st.lists(st.tuples(st.integers(0, 500), PRICES, st.none() | PRICES, st.integers(1, 31), st.integers(0, 50)), max_size=6))
def test_every_shown_line_can_be_checked(rows: list[tuple[int, Decimal, Decimal | None, int, int]]) -> None:
    """Whichever price is printed: times quantity and fraction, and the discount, is the net; and the nets are the total."""
    lines = []
    for index, (seats, price, list_price, days, percent) in enumerate(rows):
        amount = rounded(seats * price * days / Decimal(31), MONEY)
        made = line(
            Kind.STUB, "A", str(amount.major), period=MARCH, quantity=Decimal(seats), unit_price=price, fraction=(days, 31)
        )
        lines.append(replace(made, subscription=f"s{index}", list_price=list_price))
        taken = line(Kind.DISCOUNT, "Discount 5 % on A", str(-amount.major * percent / 100), period=MARCH)
        lines.append(replace(taken, subscription=f"s{index}"))
    document = invoice(*lines, template=BOTH)
    shown = shown_lines(document, ENGLISH)
    assert total((one.line.amount for one in shown), MONEY) == document.net
    for one in shown:
        if one.line.kind is not Kind.DISCOUNT and one.line.quantity is not None and one.line.fraction is not None:
            printed = one.listed.price if one.listed else one.line.unit_price
            full = rounded(one.line.quantity * (printed or 0) * one.line.fraction[0] / Decimal(31), MONEY)
            assert full + (one.off or zero(MONEY)) == one.line.amount
            assert (one.listed is not None) == (listed(replace(one.line, amount=one.before)) is not None)
