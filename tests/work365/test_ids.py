"""Keys are derived, never drawn."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from work365.ids import derived

PARTS = st.lists(st.text(max_size=5), max_size=4).map(tuple)


@given(PARTS, PARTS)
def test_same_cause_same_id(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    """Two ids are equal exactly when kind and parts are."""
    assert (derived("payment", *one) == derived("payment", *other)) is (one == other)
    assert derived("payment", *one) != derived("refund", *one)


def test_the_form() -> None:
    """A lower-case GUID that never changes: rows in tenants are named by it."""
    assert derived("payment", "inv-1", "1") == str(UUID(derived("payment", "inv-1", "1")))
    assert derived("payment", "inv-1", "1") == "7152ec05-628e-5dd7-a4f3-ed087c5072b7"
