"""Bundles on paper: one priced line or the breakdown, by a setting; and never a cent lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.desks.documents import ENGLISH, MARCH, USD, invoice, line, viewed
from work365.documents.bundles import folded_parts
from work365.documents.document import ChangeNamed, DocumentLine, Part
from work365.documents.template import Bundles, Template
from work365.documents.terms import e_invoice_of
from work365.invoicing.lines import Kind
from work365.money import rounded, total
from work365.periods import Period

LATE = Period(date(2026, 3, 16), date(2026, 4, 1))
FOUR_TO_SIX = ChangeNamed(2, "Quantity", date(2026, 3, 16), 6, 2)


def seats(
    name: str,
    count: int,
    price: str,
    *,
    per: int = 0,
    hidden: bool = True,
    kind: Kind = Kind.CYCLE,
    days: tuple[int, int] = (31, 31),
) -> DocumentLine:
    """Seats of the bundle, or so many of a part per seat of it; amounts are rounded line by line."""
    sign = -1 if kind is Kind.CREDIT else 1
    amount = rounded(Decimal(price) * count * days[0] * sign / days[1], USD)
    made = line(kind, name, str(amount.major), quantity=Decimal(count), unit_price=Decimal(price), fraction=days)
    part = Part("bundle", "Office package", per, hidden) if per else None
    change = None
    if kind in (Kind.CREDIT, Kind.CHARGE):
        change = replace(FOUR_TO_SIX, quantity=6 * (per or 1), delta=2 * (per or 1))
    period = MARCH if days == (31, 31) else LATE
    return replace(made, subscription=name if per else "bundle", part=part, period=period, change=change)


PACKAGE, ONE, FIVE = seats("Office package", 4, "20.00"), seats("Desk", 4, "1.00", per=1), seats("Pen", 20, "0.50", per=5)


def printed(
    *lines: DocumentLine, bundles: Bundles = Bundles.AS_SOLD, columns: tuple[str, ...] = ()
) -> list[tuple[str, str, str, str]]:
    """Description, quantity, unit price and amount of every line, print and e-invoice held against each other."""
    document = invoice(*lines, template=Template(bundles=bundles, columns=columns))
    shown = [one for block in viewed(document).blocks for one in block.lines]
    terms = e_invoice_of(document, ENGLISH)
    assert sorted(one.amount for one in shown) == sorted(f"{one.net.major:,}" for one in terms.lines)
    return [(one.description, one.quantity, one.unit_price, one.amount) for one in shown]


def test_hidden_parts_stand_in_the_line_of_their_bundle() -> None:
    """F1: four packages at 20.00 with one part at 1.00 and five at 0.50 each are four at 23.50."""
    assert printed(PACKAGE, ONE, FIVE) == [("Office package", "4", "23.50", "94.00")]


def test_a_part_that_is_shown_stays_a_line() -> None:
    """The catalogue says it part by part; the template may say it for all of them."""
    pens = replace(FIVE, part=Part("bundle", "Office package", 5, hidden=False))
    breakdown = [("Office package", "4", "20.00", "80.00"), ("Desk", "4", "1.00", "4.00"), ("Pen", "20", "0.50", "10.00")]
    assert printed(PACKAGE, ONE, pens) == [("Office package", "4", "21.00", "84.00"), breakdown[2]]
    assert printed(PACKAGE, ONE, pens, bundles=Bundles.PARTS) == breakdown
    assert printed(PACKAGE, ONE, pens, bundles=Bundles.ONE_LINE) == [("Office package", "4", "23.50", "94.00")]


def test_a_change_of_the_bundle_is_one_credit_and_one_charge() -> None:
    """Four become six from 16 March: the parts follow, and the change is named in seats of the bundle."""
    lines = [
        seats(name, count * (per or 1), price, per=per, kind=kind, days=(16, 31))
        for kind, count in ((Kind.CREDIT, 4), (Kind.CHARGE, 6))
        for name, price, per in (("Office package", "20.00", 0), ("Desk", "1.00", 1), ("Pen", "0.50", 5))
    ]
    assert [one[:2] for one in printed(*lines)] == [("Office package", "4"), ("Office package", "6")]
    shown = viewed(invoice(*lines[1:3], *lines[4:6])).blocks[0].lines  # a package that is free by itself
    assert [(one.description, one.quantity, one.notes) for one in shown] == [
        ("Office package", "4", ("Change 2: quantity 4 → 6 from 16 Mar 2026",)),
        ("Office package", "6", ("Change 2: quantity 4 → 6 from 16 Mar 2026",)),
    ]


def test_a_price_that_does_not_give_the_amount_is_left_out() -> None:
    """Three amounts of 0.005 each round to 0.01: 0.03 is no 1 x 0.015."""
    thirds = [seats(name, 1, "0.005", per=per) for name, per in (("Office package", 0), ("Desk", 1), ("Pen", 1))]
    assert printed(*thirds) == [("Office package", "1", "", "0.03")]


@pytest.mark.parametrize(
    ("columns", "wanted"),
    [
        ((), [("Office package", "4", "23.50", "94.00"), ("Discount 10% on Office package", "1", "-9.40", "-9.40")]),
        (("discount",), [("Office package", "4", "23.50", "84.60")]),
    ],
)
def test_discounts_of_hidden_parts_are_discounts_of_the_bundle(columns: tuple[str, ...], wanted: list[tuple[str, ...]]) -> None:
    """The contract's ten per cent, posted for each of them, is one line; or stands on the bundle's."""
    off = [
        replace(
            line(Kind.DISCOUNT, f"Discount 10 % on {of.description}", f"{-of.amount.major / 10}", quantity=Decimal(1)),
            subscription=of.subscription,
            period=MARCH,
            part=of.part,
            unit_price=-of.amount.major / 10,
            fraction=(1, 1),
        )
        for of in (PACKAGE, ONE, FIVE)
    ]
    assert printed(PACKAGE, ONE, FIVE, *off, columns=columns) == wanted


def test_what_was_metered_is_no_share_of_the_price() -> None:
    """Usage of a hidden part keeps its own line."""
    usage = replace(line(Kind.USAGE, "Calls", "3.00", period=MARCH), subscription="Desk", part=ONE.part)
    assert printed(PACKAGE, ONE, usage)[1][0] == "Calls"


COUNTS = st.tuples(st.integers(0, 40), st.decimals(Decimal(0), Decimal(90), places=3), st.integers(0, 6), st.booleans())


@given(st.lists(st.tuples(COUNTS, st.sampled_from([Kind.CYCLE, Kind.CREDIT, Kind.CHARGE]), st.integers(1, 31)), max_size=8))
def test_folding_keeps_every_cent(rows: list[tuple[tuple[int, Decimal, int, bool], Kind, int]]) -> None:
    """Net and tax sum to what they did, each shown line can be checked, and no hidden part is named."""
    lines = [
        seats(f"Part {place}" if per else "Office package", count, str(price), per=per, hidden=hidden, kind=kind, days=(days, 31))
        for place, ((count, price, per, hidden), kind, days) in enumerate(rows)
    ]
    shown = folded_parts(lines, Bundles.AS_SOLD)
    for what in ("amount", "tax"):
        assert total((getattr(one, what) for one in shown), USD) == total((getattr(one, what) for one in lines), USD)
    assert all(one.unit_price is None or one.at(one.unit_price) == one.amount for one in shown)
    assert {one.description for one in shown} <= {"Office package"} | {
        one.description for one in lines if one.part is not None and not one.part.hidden
    }
    assert folded_parts(lines, Bundles.PARTS) == tuple(lines)
