"""Which rows of a supplier's bill are kept: whatever comes again, the rows of a line sum to what the supplier said last."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.fakes.small_partner import charges
from work365.provisioning.holding import Provider
from work365.supplied.charging import marked_up
from work365.supplied.keeping import EXCLUDED, NOBODY, UNBILLED, Keeping, KeptLine, bills_of, identified, to_keep

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.provisioning.lines import ChargeLine

SUPPLIER = Provider("p-1", "partner-center")
STATES = (UNBILLED, "Billed", EXCLUDED, NOBODY)
CENTS = st.integers(-100_000, 100_000).map(lambda cents: Decimal(cents) / 100)


def always(state: str) -> Callable[[ChargeLine], str]:
    return lambda _: state


@given(st.lists(st.tuples(CENTS, st.sampled_from(STATES)), min_size=1, max_size=8))
def test_the_rows_of_a_line_sum_to_what_was_said_last(told: list[tuple[Decimal, str]]) -> None:
    """Between two imports the newest row is left, billed or excluded; what is billed is never changed."""
    (first,) = charges("new 2026-01-05..2026-02-04 +10 @12 r-1")
    kept: dict[str, KeptLine] = {}
    for subtotal, state in told:
        (line,) = identified([replace(first, subtotal=abs(subtotal), invoice="G-1")])
        rows = sorted(kept.values(), key=lambda one: one.part)
        before = {one.id: one for one in rows if one.state not in (UNBILLED, NOBODY)}
        for one in to_keep([line], {("G-1", line.reference): rows}, SUPPLIER, always(UNBILLED)):
            kept[one.id] = KeptLine(one.id, "G-1", line.reference, one.part, one.subtotal, one.state, "1")
        assert before.items() <= kept.items()
        assert sum(one.subtotal for one in kept.values()) == abs(subtotal)
        assert not to_keep(
            [line], {("G-1", line.reference): sorted(kept.values(), key=lambda one: one.part)}, SUPPLIER, always(UNBILLED)
        )
        newest = max(kept.values(), key=lambda one: one.part)
        kept[newest.id] = replace(newest, state=state)


@pytest.mark.parametrize(
    ("held", "state", "said", "expected"),
    [
        (NOBODY, NOBODY, 120, None),
        (NOBODY, NOBODY, 100, (Keeping.RESTATE, NOBODY)),
        (NOBODY, UNBILLED, 120, (Keeping.RESTATE, UNBILLED)),
        (NOBODY, EXCLUDED, 120, None),
        (UNBILLED, EXCLUDED, 100, (Keeping.RESTATE, UNBILLED)),
        (EXCLUDED, UNBILLED, 100, (Keeping.CORRECT, EXCLUDED)),
        ("Billed", NOBODY, 100, (Keeping.CORRECT, NOBODY)),
        ("Billed", EXCLUDED, 100, (Keeping.CORRECT, EXCLUDED)),
    ],
)
def test_who_bills_a_line_from_now_on(held: str, state: str, said: int, expected: tuple[Keeping, str] | None) -> None:
    """A line of 120.00 that is held comes again, and its contract gives it a state: what nobody billed begins to be billed."""
    (line,) = identified(charges("new 2026-01-05..2026-02-04 +10 @12 r-1", subtotal=Decimal(said), invoice="G-1"))
    rows = {("G-1", line.reference): [KeptLine("a", "G-1", line.reference, 1, Decimal(120), held, "1")]}
    found = [(one.keeping, one.state) for one in to_keep([line], rows, SUPPLIER, always(state))]
    assert found == ([] if expected is None else [expected])


def test_decimals_beyond_what_is_kept_are_no_correction() -> None:
    """A distributor's 199.123456789 is kept as 199.1235, and is the same when it comes again."""
    (line,) = identified(charges("new 2026-01-05..2026-02-04 +10 @12 r-1", subtotal=Decimal("199.123456789"), invoice="G-1"))
    (new,) = to_keep([line], {}, SUPPLIER, always(UNBILLED))
    kept = KeptLine(new.id, "G-1", line.reference, 1, new.subtotal, "Billed", "1")
    assert new.subtotal == Decimal("199.1235")
    assert not to_keep([line], {("G-1", line.reference): [kept]}, SUPPLIER, always(UNBILLED))


def test_a_bill_is_the_sum_of_all_its_lines_in_the_file() -> None:
    """Its days are from the first to the last that its lines are about."""
    lines = charges("cycleCharge 2026-02-05..2026-03-04 +10 @12 r-3\nnew 2026-01-05..2026-02-04 +10 @11 r-1", invoice="G-1")
    (bill,) = bills_of(lines).values()
    assert (bill.start, bill.last_start, bill.end) == (date(2026, 1, 5), date(2026, 2, 5), date(2026, 3, 5))
    assert bill.total == 230


def test_both_rows_of_a_change_are_lines_of_their_own() -> None:
    """They carry one reference; the sign tells them apart, and identical lines are told apart by their order."""
    text = "addQuantity 2026-01-20..2026-02-04 -10 @6 r-2\naddQuantity 2026-01-20..2026-02-04 +12 @6 r-2"
    found = identified(charges(text) + charges(text))
    assert len({line.reference for line in found}) == len(found) == 4
    assert [line.reference.endswith("#2") for line in found] == [False, False, True, True]


def test_the_order_of_the_file_does_not_matter_where_lines_differ() -> None:
    lines = charges("new 2026-01-05..2026-02-04 +10 @12 -\ncycleCharge 2026-02-05..2026-03-04 +10 @12 -")
    assert {one.reference for one in identified(lines)} == {one.reference for one in identified(reversed(lines))}


def test_a_bill_without_a_number_is_known_by_the_month_of_its_charges() -> None:
    (line,) = identified(charges("new 2026-01-05..2026-02-04 +10 @12 r-1"))
    assert line.invoice == "~2026-01"


def test_the_mark_up_is_exact_to_ten_decimals() -> None:
    """74.32 with 15 % is 85.468; a third of a cent is not lost before the one rounding."""
    assert marked_up(Decimal("74.322"), Decimal(1), Decimal(15)) == Decimal("85.4703")
    assert marked_up(Decimal("-0.01"), Decimal("0.9234567891"), Decimal("12.5")) == Decimal("-0.0103888889")
