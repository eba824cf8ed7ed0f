"""Which rows of a supplier's bill are kept: whatever comes again, the rows of a line sum to what the supplier said last."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from local.fakes.small_partner import charges
from work365.provisioning.holding import Provider
from work365.supplied.charging import marked_up
from work365.supplied.keeping import KeptLine, identified, to_keep

SUPPLIER = Provider("p-1", "partner-center")
STATES = ("Unbilled", "Billed", "Excluded")
CENTS = st.integers(-100_000, 100_000).map(lambda cents: Decimal(cents) / 100)


@given(st.lists(st.tuples(CENTS, st.sampled_from(STATES)), min_size=1, max_size=8))
def test_the_rows_of_a_line_sum_to_what_was_said_last(told: list[tuple[Decimal, str]]) -> None:
    """Between two imports the newest row is left, billed or excluded; what is billed is never changed."""
    (first,) = charges("new 2026-01-05..2026-02-04 +10 @12 r-1")
    kept: dict[str, KeptLine] = {}
    for subtotal, state in told:
        (line,) = identified([replace(first, subtotal=abs(subtotal), invoice="G-1")])
        rows = sorted(kept.values(), key=lambda one: one.part)
        before = {one.id: one for one in rows if one.state != "Unbilled"}
        for one in to_keep([line], {("G-1", line.reference): rows}, SUPPLIER):
            kept[one.id] = KeptLine(one.id, "G-1", line.reference, one.part, one.subtotal, one.state, "1")
        assert before.items() <= kept.items()
        assert sum(one.subtotal for one in kept.values()) == abs(subtotal)
        assert not to_keep([line], {("G-1", line.reference): sorted(kept.values(), key=lambda one: one.part)}, SUPPLIER)
        newest = max(kept.values(), key=lambda one: one.part)
        kept[newest.id] = replace(newest, state=state)


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
