"""A percentage off says what it is a percentage of, wherever that is not what is printed beside it: every sum can be redone."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.desks.documents import ENGLISH, LANGUAGES, MARCH, USD, cycle, invoice, line, viewed
from tests.work365.documents.test_bundles import FIVE, ONE, PACKAGE, seats
from work365.documents.bases import with_bases
from work365.documents.blocks import shown_lines
from work365.documents.template import Template
from work365.documents.terms import e_invoice_of
from work365.invoicing.discounts import percent_of
from work365.invoicing.lines import Kind
from work365.money import Money, rounded, total

if TYPE_CHECKING:
    from work365.documents.document import Document, DocumentLine

INLINE = Template(columns=("discount",))
STATED = re.compile(r"(?P<percent>[\d.]+)% (?:discount )?on (?P<base>-?[\d,.]+\d)")


def off(of: DocumentLine, percent: str, *, base: Money | None = None, called: str = "Discount") -> DocumentLine:
    """A percentage of a line, or of what earlier discounts left of it, as a run posts it."""
    amount = percent_of(of.amount if base is None else base, Decimal(percent))
    made = line(Kind.DISCOUNT, f"{called} {percent} % on {of.description}", str(-amount.major), quantity=Decimal(1))
    return replace(made, subscription=of.subscription, period=MARCH, part=of.part, fraction=(1, 1))


def words(document: Document, language: str = "en") -> list[tuple[str, str, tuple[str, ...]]]:
    """Description, amount and small print of every line."""
    blocks = viewed(document, language).blocks
    return [(one.description, one.amount, one.notes) for block in blocks for one in block.lines]


def test_a_discount_of_one_part_says_of_which_sum() -> None:
    """Ten per cent of the desk's 4.00 stands beside a package of 94.00: 4.00 is said."""
    document = invoice(PACKAGE, ONE, FIVE, off(ONE, "10"))
    assert words(document) == [("Office package", "94.00", ()), ("Discount 10% on 4.00 of Office package", "-0.40", ())]
    assert words(document, "de")[1][0] == "Rabatt 10\N{NO-BREAK SPACE}% auf 4,00 von Office package"
    assert words(replace(document, template=INLINE)) == [("Office package", "93.60", ("10% discount on 4.00",))]


def test_a_discount_of_the_bundle_alone_says_of_which_sum() -> None:
    """Of 80.00, which nobody sees: the parts stand in the same line."""
    document = invoice(PACKAGE, ONE, FIVE, off(PACKAGE, "5", called="Loyalty"))
    assert words(document)[1] == ("Loyalty 5% on 80.00 of Office package", "-4.00", ())
    assert words(replace(document, template=INLINE)) == [("Office package", "90.00", ("Loyalty 5% on 80.00",))]


def test_what_is_printed_beside_it_need_not_be_said() -> None:
    """A percentage of the whole line, and one of a plain subscription."""
    assert words(invoice(PACKAGE, ONE, off(PACKAGE, "10"), off(ONE, "10")))[1] == ("Discount 10% on Office package", "-8.40", ())
    plain = replace(cycle("A", "10", "22.00"), subscription="s", period=MARCH)
    assert words(invoice(plain, off(plain, "10")))[1] == ("Discount 10% on A", "-22.00", ())


def test_a_percentage_of_what_another_left_says_so() -> None:
    """F3: the line's ten per cent of 310.00, then the contract's five of 279.00."""
    plain = replace(cycle("A", "10", "31.00"), subscription="s", period=MARCH)
    second = off(plain, "5", base=Money(27900, USD))
    lines = words(invoice(plain, off(plain, "10", called="Loyal"), second))
    assert [one[:2] for one in lines[1:]] == [("Loyal 10% on A", "-31.00"), ("Discount 5% on 279.00 of A", "-13.95")]


def test_parts_that_are_rounded_one_by_one_are_said() -> None:
    """A tenth of 0.05 is 0.01, thrice: 0.03 is no tenth of 0.15."""
    thirds = [seats(name, 1, "0.05", per=per) for name, per in (("Office package", 0), ("Desk", 1), ("Pen", 1))]
    document = invoice(*thirds, *(off(one, "10") for one in thirds))
    assert words(document)[1] == (
        "Discount 10% on 0.15 of Office package",
        "-0.03",
        ("Each part is rounded by itself",),
    )
    assert words(replace(document, template=INLINE))[0][2] == ("10% discount on 0.15 (each part is rounded by itself)",)
    (only,) = e_invoice_of(replace(document, template=INLINE), ENGLISH).lines
    assert [(one.percent, one.base) for one in only.differences] == [(None, None)]


def test_the_e_invoice_says_percentage_and_base() -> None:
    """BT-138 of BT-137 is BT-136, and the line's net is what is left."""
    (only,) = e_invoice_of(invoice(PACKAGE, ONE, FIVE, off(ONE, "10"), template=INLINE), ENGLISH).lines
    (allowance,) = only.differences
    assert (allowance.percent, allowance.base, allowance.amount, only.net) == (
        Decimal(10),
        Money(400, USD),
        Money(40, USD),
        Money(9360, USD),
    )


@pytest.mark.parametrize("amount", ["-0.39", "-12.34"])
def test_a_percentage_that_no_sum_gives_says_no_base(amount: str) -> None:
    """It holds for some of the days only, or moves an earlier one: as it was posted."""
    some = replace(off(ONE, "10"), amount=rounded(Decimal(amount), USD))
    assert [one.base for one in with_bases([PACKAGE, ONE, some])] == [None, None, None]


PRICES = st.decimals(Decimal("0.01"), Decimal(90), places=2)
PARTS = st.lists(st.tuples(PRICES, st.integers(1, 4), st.sampled_from(["0", "5", "12.5", "33"])), min_size=1, max_size=4)


@given(count=st.integers(1, 20), own=st.tuples(PRICES, st.sampled_from(["0", "10", "33"])), parts=PARTS, inline=st.booleans())
def test_every_percentage_can_be_redone_from_what_is_printed(
    count: int, own: tuple[Decimal, str], parts: list[tuple[Decimal, int, str]], inline: bool
) -> None:
    """Whatever is discounted and hidden: the base that is said, or else the line's own sum, gives the amount; no cent is lost."""
    sold = [(seats("Office package", count, str(own[0])), own[1])]
    sold += [(seats(f"Part {n}", count * per, str(price), per=per), percent) for n, (price, per, percent) in enumerate(parts)]
    discounts = [off(one, percent) for one, percent in sold if percent != "0"]
    document = invoice(*(one for one, _ in sold), *discounts, template=INLINE if inline else Template())
    shown = shown_lines(document, LANGUAGES.formats("en"))
    assert total((one.line.amount for one in shown), USD) == document.net
    if inline:
        said = [(one.name, one.amount, shown[0].before) for one in shown[0].reductions]
    else:
        texts = words(document)
        said = [
            (f"{text} {' '.join(notes)}", -one.line.amount, shown[0].line.amount)
            for (text, _, notes), one in zip(texts[1:], shown[1:], strict=True)
        ]
    for text, amount, beside in said:
        stated = STATED.search(text)
        percent = Decimal(re.search(r"([\d.]+)%", text)[1])  # type: ignore[index]  # each of them is a percentage
        base = rounded(Decimal(stated["base"].replace(",", "")), USD) if stated else beside
        assert percent_of(base, percent) == amount or "rounded by itself" in text
