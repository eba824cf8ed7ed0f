"""What a person reads when he asks why: each kind of line, and what a calculator gives."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from work365.contracts.policy import Policy, Prorate
from work365.crediting.policy import RefundRule
from work365.explaining.kind_words import NAMES
from work365.explaining.subject import ChangeBehind, LineBehind, Origin, TermsBehind
from work365.explaining.words import explain, heading
from work365.invoicing.lines import Kind
from work365.money import Currency, Money
from work365.periods import Period

if TYPE_CHECKING:
    from collections.abc import Mapping

EUR = Currency("EUR")
MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))
LATE_MARCH = Period(date(2026, 3, 16), date(2026, 4, 1))
TERMS = TermsBehind("C-1", "monthly", Policy.ADVANCE, Prorate.DAYS, Decimal(0))
UP = ChangeBehind(2, "Quantity", date(2026, 3, 16), 15, 5, "Staff", "Ann Example", date(2026, 3, 20))
CYCLE = LineBehind(
    ordinal=1,
    kind=Kind.CYCLE,
    description="Microsoft 365 E3",
    period=MARCH,
    quantity=Decimal(10),
    unit_price=Decimal("31.00"),
    used=31,
    whole=31,
    amount=Money(31000, EUR),
    tax=Money(5890, EUR),
    tax_percent=Decimal(19),
    tax_code="DE19",
    terms=TERMS,
)
CREDIT: dict[str, Any] = {
    "kind": Kind.CREDIT, "period": LATE_MARCH, "used": 16, "amount": Money(-16000, EUR), "tax": Money(-3040, EUR), "change": UP,
    "origin": Origin("INV-7", 1, Money(31000, EUR)),
}  # fmt: skip


FIRST_OFF = Origin("I-7", 2, Money(-3100, EUR))
LEARNED_LATE = (
    "From 16 March 2026 on, the quantity went from 10 to 15: change 2 of the log, entered by Ann Example on 20 March 2026. "
    "It was learned of after it took effect."
)
SPREAD = (
    "Tax: 19% of 56.70 is 10.77 EUR, posted as 10.78 EUR: tax is rounded on the whole document and its cents spread (code DE19)."
)
MOVED = (
    "The charges of 1 March 2026 to 31 March 2026 have changed, so their discount moves with them: this line is the difference."
)
METERED = (
    "It is what was metered from 1 March 2026 to 31 March 2026: the provider's cost and the mark-up, or the "
    "price of the meter. The usage records that name this document keep what each of them comes to, to ten "
    "decimals; this line is their sum."
)
REVISED = (
    "The provider has revised what was metered, or took it back; this line is the difference to what was "
    "billed for 1 March 2026 to 31 March 2026."
)
TIMED = (
    "It is approved time of 1 March 2026 to 31 March 2026: hours times the price per hour. The time entries name this document."
)
MADE_UP = (
    "A shortfall was billed for 1 March 2026 to 31 March 2026; since then more was charged, and what is "
    "missing no more is given back."
)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (
            {},
            [
                "The contract is billed monthly, in advance; this line is for 1 March 2026 to 31 March 2026.",
                "10 x 31.00 = 310.00 EUR.",
                "Tax: 19% of 310.00 is 58.90 EUR (code DE19).",
            ],
        ),
        (
            CREDIT,
            [
                LEARNED_LATE,
                "What had been charged for 16 March 2026 to 31 March 2026 before the change is given back.",
                "-10 x 31.00 x 16/31 = -160.00 EUR.",
                "That is 16 of the 31 days of the cycle.",
                "It refers to line 1 of INV-7, over 310.00 EUR.",
                "Tax: 19% of -160.00 is -30.40 EUR (code DE19).",
            ],
        ),
        (
            {"unit_price": Decimal("7.99"), "period": LATE_MARCH, "used": 22, "amount": Money(5670, EUR), "kind": Kind.STUB,
             "tax": Money(1078, EUR)},
            [
                "Only a part of the cycle is billed, 16 March 2026 to 31 March 2026, because something starts or ends in it.",
                "10 x 7.99 x 22/31 = 56.703226, rounded once to 56.70 EUR.",
                "That is 22 of the 31 days of the cycle.",
                SPREAD,
            ],
        ),
        (
            {"unit_price": Decimal("18.00"), "amount": Money(18000, EUR), "tax_percent": None, "price_currency": "USD",
             "exchange_rate": Decimal("0.9000000000")},
            [
                "The contract is billed monthly, in advance; this line is for 1 March 2026 to 31 March 2026.",
                "The price is in USD, converted at 0.9 EUR for one.",
                "10 x 18.00 = 180.00 EUR.",
            ],
        ),
        (
            {"amount": Money(26050, EUR), "tax": Money(4950, EUR), "price_includes_tax": True},
            [
                "The contract is billed monthly, in advance; this line is for 1 March 2026 to 31 March 2026.",
                "10 x 31.00 = 310.00 EUR.",
                "Tax: 310.00 EUR includes 19%, 49.50 EUR; 260.50 EUR is left (code DE19).",
            ],
        ),
        (
            {"kind": Kind.CREDIT, "amount": Money(-30999, EUR), "tax_percent": Decimal(0), "tax_code": ""},
            [
                "What had been charged for 1 March 2026 to 31 March 2026 before the change is given back.",
                "-10 x 31.00 = -310.00; posted is -309.99 EUR, exactly what was charged before.",
                "No tax is added.",
            ],
        ),
        (
            {
                "kind": Kind.CORRECTION,
                "reason": "Wrong customer",
                "quantity": Decimal(1),
                "unit_price": Decimal("-6.20"),
                "amount": Money(620, EUR),
                "tax_percent": Decimal(0),
                "tax_code": "",
            },
            ["A person took back what had been taken off: Wrong customer.", "-1 x -6.20 = 6.20 EUR.", "No tax is added."],
        ),
        (
            {"unit_price": None, "tax_percent": None},
            [
                "The contract is billed monthly, in advance; this line is for 1 March 2026 to 31 March 2026.",
                "10 are priced by tiers or packages, so there is no single price per seat; the whole cycle comes to 310.00 EUR.",
            ],
        ),
        (
            {"kind": Kind.ONE_TIME, "period": Period(date(2026, 3, 5), date(2026, 3, 6)), "quantity": Decimal("2.5"), "used": 1,
             "whole": 1, "amount": Money(7750, EUR), "terms": None, "tax_percent": None},
            ["It is billed once, for 5 March 2026, and never prorated.", "2.5 x 31.00 = 77.50 EUR."],
        ),
        (
            {"kind": Kind.USAGE, "quantity": Decimal(1), "unit_price": Decimal("12.0049999999"), "used": 1, "whole": 1,
             "amount": Money(1200, EUR), "terms": None, "tax_percent": None},
            [
                METERED,
                "1 x 12.0049999999 = 12.0049999999, rounded once to 12.00 EUR.",
            ],
        ),
        (
            {"kind": Kind.USAGE, "quantity": Decimal(-1), "unit_price": Decimal("12.00"), "used": 1, "whole": 1,
             "amount": Money(-1200, EUR), "terms": None, "tax_percent": None},
            [
                REVISED,
                "-1 x 12.00 = -12.00 EUR.",
            ],
        ),
        (
            {"kind": Kind.TIME, "quantity": Decimal("1.5"), "used": 1, "whole": 1, "amount": Money(4650, EUR), "terms": None,
             "tax_percent": None},
            [
                TIMED,
                "1.5 x 31.00 = 46.50 EUR.",
            ],
        ),
        (
            {"kind": Kind.MINIMUM, "amount": Money(-3000, EUR), "tax_percent": None},
            [
                MADE_UP,
                "The amount is -30.00 EUR, rounded once.",
            ],
        ),
        (
            {"kind": Kind.DISCOUNT, "amount": Money(-800, EUR), "tax_percent": None, "origin": FIRST_OFF},
            [
                MOVED,
                "The amount is -8.00 EUR, rounded once.",
                "It refers to line 2 of I-7, over -31.00 EUR.",
            ],
        ),
    ],
)  # fmt: skip
def test_a_line_is_explained(columns: Mapping[str, Any], expected: list[str]) -> None:
    assert explain(replace(CYCLE, **columns)) == expected


def test_a_heading_names_the_line() -> None:
    assert heading(replace(CYCLE, **CREDIT)) == "Line 1: Credit for Microsoft 365 E3, -160.00 EUR"


def test_every_kind_has_a_name_and_a_reason() -> None:
    assert set(NAMES) == set(Kind)
    for kind in Kind:
        assert explain(replace(CYCLE, kind=kind))


@pytest.mark.parametrize(
    ("prorate", "used", "whole", "said"),
    [
        (Prorate.DAYS, 16, 31, "That is 16 of the 31 days of the cycle."),
        (Prorate.DAYS30, 15, 30, "That is 15 of the 30 days of the cycle, counted in months of 30 days."),
        (Prorate.MONTHS, 2, 3, "That is 2 of the 3 months of the cycle."),
    ],
)
def test_the_share_is_said_in_the_contracts_measure(prorate: Prorate, used: int, whole: int, said: str) -> None:
    line = replace(CYCLE, kind=Kind.STUB, used=used, whole=whole, terms=replace(TERMS, prorate=prorate))
    assert said in explain(line)


@pytest.mark.parametrize(
    ("refund", "used", "whole", "said"),
    [
        (RefundRule.HOURS, 371, 743, "Its refund policy gives back the hours that are left."),
        (RefundRule.HOURS, 371, 743, "That is 371 of the 743 hours of the cycle."),
        (RefundRule.HOURS, 16, 31, "That is 16 of the 31 days of the cycle."),
        (RefundRule.FULL, 31, 31, "gives back all of the cycle, as if the seats had never been there."),
        (RefundRule.NONE, 16, 31, "It was without refund: what was paid is kept to its end."),
    ],
)
def test_what_a_reduction_gives_back_is_said(refund: RefundRule, used: int, whole: int, said: str) -> None:
    """With the change behind the line, and in the measure of the line."""
    down = replace(UP, quantity=4, delta=-6, refund=refund)
    line = replace(CYCLE, **{**CREDIT, "change": down, "used": used, "whole": whole})
    assert any(said in sentence for sentence in explain(line))


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("Renewal", "a new term began with 15"),
        ("Upgrade", "seats moved to or from another product; there were 10 before, then 15"),
        ("Transfer", "seats moved to or from another subscription; there were 10 before, then 15"),
        ("Resume", "the quantity went from 10 to 15"),
    ],
)
def test_changes_of_terms_and_moves_are_called_by_what_they_are(event: str, said: str) -> None:
    """A renewal, an upgrade and a transfer are no mere changes of quantity."""
    line = replace(CYCLE, **{**CREDIT, "change": replace(UP, event=event)})
    assert any(f"From 16 March 2026 on, {said}: change 2 of the log" in sentence for sentence in explain(line))


@pytest.mark.parametrize(
    ("list_price", "said"),
    [("34.00", ["The list price was 34.00; the own price of 31.00 is 8.82% less."]), ("31.00", []), (None, [])],
)
def test_a_price_below_the_list_is_compared_with_it(list_price: str | None, said: list[str]) -> None:
    """Where the list price was kept on the line, whether or not it is printed."""
    sentences = explain(replace(CYCLE, list_price=None if list_price is None else Decimal(list_price)))
    assert [sentence for sentence in sentences if "list price" in sentence] == said
