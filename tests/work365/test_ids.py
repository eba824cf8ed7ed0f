"""Keys are derived, never drawn."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.ids import derived, is_id

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


@pytest.mark.parametrize(
    ("text", "could"),
    [
        ("7152ec05-628e-5dd7-a4f3-ed087c5072b7", True),
        ("7152EC05-628E-5DD7-A4F3-ED087C5072B7", True),
        ("7152ec05628e5dd7a4f3ed087c5072b7", False),
        ("{7152ec05-628e-5dd7-a4f3-ed087c5072b7}", False),
        ("7152ec05-628e-5dd7-a4f3-ed087c5072b7\n", False),
        ("", False),
    ],
)
def test_what_could_be_the_id_of_a_row(text: str, *, could: bool) -> None:
    """Only as rows write it: a transfer's end-to-end id is often a GUID without its hyphens."""
    assert is_id(text) == could
