"""Exemption certificates: which are told, when, and which documents are taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from work365.errors import BadInput
from work365.taxing.certificates import BYTES_MAX, Certificate, Document, keys, watched

TODAY, DAY = date(2026, 6, 1), timedelta(days=1)
ONE = Certificate("1", "C-9", "a", "Charity", date(2025, 1, 1), documents=("c9.pdf",))


def ends_in(days: int) -> Certificate:
    """One that ends so many days from now."""
    return replace(ONE, valid_to=TODAY + days * DAY)


@pytest.mark.parametrize(
    ("certificate", "codes"),
    [
        (ONE, []),
        (ends_in(31), []),
        (ends_in(30), ["exemption-ends"]),
        (ends_in(0), ["exemption-ends"]),
        (ends_in(-29), ["exemption-ends"]),
        (ends_in(-30), []),
        (replace(ONE, documents=()), ["exemption-without-document"]),
        (replace(ends_in(5), documents=()), ["exemption-ends", "exemption-without-document"]),
        (replace(ends_in(-90), documents=()), []),
    ],
)
def test_what_is_told_of_one(certificate: Certificate, codes: list[str]) -> None:
    """From 30 days before its end to 30 days after it; a document is asked for as long as it holds."""
    assert [finding.code for finding in watched([certificate], TODAY)] == codes


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (Certificate("2", "C-10", "a", "Charity", TODAY + 5 * DAY, documents=("x.pdf",)), False),
        (Certificate("2", "C-10", "a", "Charity", TODAY + 6 * DAY, documents=("x.pdf",)), True),
        (Certificate("2", "C-10", "b", "Other", TODAY, documents=("x.pdf",)), True),
        (Certificate("2", "C-10", "a", "Charity", TODAY, category="books", documents=("x.pdf",)), True),
        (Certificate("2", "C-10", "a", "Charity", TODAY, TODAY + 5 * DAY, documents=("x.pdf",)), True),
    ],
    ids=["from its end on", "a day too late", "another customer", "of one category only", "ends with it"],
)
def test_one_that_takes_its_place_says_nothing_is_wrong(other: Certificate, *, told: bool) -> None:
    """The same customer, freed of at least the same, without a gap."""
    found = [finding for finding in watched([ends_in(5), other], TODAY) if finding.key.endswith(":1")]
    assert bool(found) is told


def test_the_sentence_says_what_happens_and_what_to_do() -> None:
    """Before and after the day."""
    (before,), (after,) = watched([ends_in(5)], TODAY), watched([ends_in(-5)], TODAY)
    assert before.message.startswith("Exemption certificate C-9 of Charity ends on 2026-06-06: from that day on tax is charged.")
    assert "C-9 of Charity ended on 2026-05-27" in after.message
    assert set(keys([ONE])) == {"exemption-ends:1", "exemption-without-document:1"}


@pytest.mark.parametrize(
    ("name", "size", "said"),
    [
        ("c9.exe", 10, "no document that is kept"),
        ("c9", 10, "no document that is kept"),
        ("c9.pdf", 0, "has 0 bytes"),
        ("c9.pdf", BYTES_MAX + 1, "it may have 1 to"),
    ],
)
def test_what_is_not_taken(name: str, size: int, said: str) -> None:
    """Its name, or its size."""
    with pytest.raises(BadInput, match=said):
        Document(name, b"x" * size).check()


def test_what_is_taken() -> None:
    """Letter case aside; with its media type."""
    for name, kind in (("A.PDF", "application/pdf"), ("b.jpeg", "image/jpeg"), ("c.tif", "image/tiff")):
        document = Document(name, b"x")
        document.check()
        assert document.kind == kind
