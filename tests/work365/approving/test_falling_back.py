"""F122: what was verified as a fingerprint, part by part, and the words for what was changed since."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from work365.approving.falling_back import Edit, Verified, why_a_draft_again
from work365.approving.fingerprint import Part, changed, fingerprint

SAID: dict[Part, list[list[str]]] = {Part.HEAD: [["PO-1", "310.00"]], Part.LINES: [["a", "bc"], ["d"]]}
BEFORE = fingerprint(SAID)
EDITED = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
ROWS = st.lists(st.lists(st.text(max_size=3), max_size=3), max_size=3)


@given(before=ROWS, after=ROWS)
def test_a_fingerprint_tells_documents_apart(before: list[list[str]], after: list[list[str]]) -> None:
    """However their texts are cut; and it says in which part they differ."""
    parts = changed(fingerprint({Part.LINES: before}), fingerprint({Part.LINES: after}))
    assert parts == ([] if before == after else [Part.LINES])


def test_a_fingerprint_fits_its_column() -> None:
    """Whatever the document says."""
    assert len(fingerprint({part: [["x" * 4000]] * 300 for part in Part})) <= 400


def test_a_document_that_is_the_same_stays_verified() -> None:
    assert why_a_draft_again(Verified("i", "1", BEFORE, BEFORE, "Bo")) == ""


def test_each_changed_part_says_who_and_when() -> None:
    """Nobody is named for a part of which nobody knows who wrote it, such as a line that was deleted."""
    now = fingerprint({**SAID, Part.HEAD: [["PO-2", "310.00"]], Part.LINES: [["d"]]})
    edits = {Part.HEAD: Edit("Ada", EDITED)}
    assert why_a_draft_again(Verified("i", "1", BEFORE, now, "Bo", edits)) == (
        "Changed since Bo verified it: its head (customer, dates, purchase order, currency or totals), "
        "by Ada on 2026-03-01 09:30 UTC; its lines. Look at it and verify it again."
    )


def test_what_an_earlier_version_verified_is_looked_at_again() -> None:
    """Its hash was of lines and totals alone."""
    assert why_a_draft_again(Verified("i", "1", "0" * 64, BEFORE, "Bo")).startswith(
        "An earlier version of Work365 had it verified"
    )
