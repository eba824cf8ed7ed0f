"""Which rate holds: by place, category and day; certificates; what a row means and when it contradicts itself."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from work365.taxing.rates import Exemption, TaxRate, TaxTable, Treatment

NO_TAX = Decimal(0)


def rate(
    place: str,
    category: str,
    since: str,
    percent: str,
    *,
    until: str = "",
    treatment: Treatment = Treatment.UNSAID,
    note: str = "",
    code: str = "",
    exempt_code: str = "",
) -> TaxRate:
    """A row of the table."""
    ends = date.fromisoformat(until) if until else None
    begins = date.fromisoformat(since)
    return TaxRate(place, category, begins, Decimal(percent), code, note, ends, treatment, exempt_code=exempt_code)


TABLE = TaxTable(
    [
        rate("FI", "standard", "2013-01-01", "24"),
        rate("FI", "standard", "2024-09-01", "25.5"),
        rate("FI", "books", "2013-01-01", "10", until="2026-01-01"),
        rate("US", "standard", "2020-01-01", "0", treatment=Treatment.OUTSIDE_SCOPE),
        rate("US-CA", "standard", "2020-01-01", "7.25"),
        rate("US-CA", "standard", "2025-01-01", "7.5", until="2026-01-01"),
    ]
)


@pytest.mark.parametrize(
    ("place", "category", "day", "percent"),
    [
        ("FI", "standard", "2012-12-31", None),
        ("FI", "standard", "2013-01-01", "24"),
        ("FI", "standard", "2024-08-31", "24"),
        ("FI", "standard", "2024-09-01", "25.5"),
        ("FI", "books", "2025-12-31", "10"),
        ("FI", "books", "2026-01-01", None),
        ("FI", "software", "2026-01-01", None),
        ("EE", "standard", "2026-01-01", None),
        ("US-CA", "standard", "2024-12-31", "7.25"),
        ("US-CA", "standard", "2025-06-30", "7.5"),
        ("US-CA", "standard", "2026-01-01", "7.25"),
        ("US-OR", "standard", "2026-01-01", "0"),
    ],
)
def test_the_rate_of_a_day(place: str, category: str, day: str, percent: str | None) -> None:
    """The newest row that has begun and not ended; a region's before its country's; none is none, never zero."""
    found = TABLE.rate(place, category, date.fromisoformat(day))
    assert (None if found is None else found.percent) == (None if percent is None else Decimal(percent))


STANDARD = rate("GB", "standard", "2020-01-01", "20", code="S20", exempt_code="E0")
CERTIFICATES = TaxTable(
    [],
    [
        Exemption("charity", "C-9", date(2026, 1, 1), date(2026, 7, 1), "standard", "Charity"),
        Exemption("embassy", "D-1", date(2026, 1, 1)),
    ],
)


@pytest.mark.parametrize(
    ("account", "day", "percent", "code", "note"),
    [
        ("charity", date(2025, 12, 31), "20", "S20", ""),
        ("charity", date(2026, 1, 1), "0", "E0", "Charity, exemption certificate C-9"),
        ("charity", date(2026, 6, 30), "0", "E0", "Charity, exemption certificate C-9"),
        ("charity", date(2026, 7, 1), "20", "S20", ""),
        ("embassy", date(2030, 1, 1), "0", "E0", "Exemption certificate D-1"),
        ("shop", date(2026, 3, 1), "20", "S20", ""),
    ],
)
def test_a_certificate_frees_its_customer_until_it_expires(account: str, day: date, percent: str, code: str, note: str) -> None:
    """Before it and from its expiry on, the customer pays the rate."""
    applied = CERTIFICATES.applied(STANDARD, account, day)
    assert (applied.percent, applied.code, applied.note) == (Decimal(percent), code, note)
    assert applied.meaning is (Treatment.STANDARD if applied.percent else Treatment.EXEMPT)


def test_a_certificate_for_a_category_frees_no_other() -> None:
    """A certificate for `standard` leaves `books` taxed."""
    books = rate("GB", "books", "2020-01-01", "5")
    assert CERTIFICATES.applied(books, "charity", date(2026, 3, 1)) == books


@pytest.mark.parametrize("treatment", [Treatment.REVERSE_CHARGE, Treatment.EXPORT, Treatment.OUTSIDE_SCOPE])
def test_a_certificate_changes_nothing_where_nothing_is_charged(treatment: Treatment) -> None:
    """What is not charged for another reason keeps that reason."""
    applied = CERTIFICATES.applied(rate("AT", "standard", "2020-01-01", "0", treatment=treatment), "embassy", date(2026, 3, 1))
    assert applied.meaning is treatment


@pytest.mark.parametrize(
    ("own", "printed"), [("", "Reverse charge"), ("Steuerschuldnerschaft des Empfängers", "Steuerschuldnerschaft des Empfängers")]
)
def test_a_reverse_charge_prints_its_note(own: str, printed: str) -> None:
    """The row's own sentence, or the words that the directive asks for."""
    row = rate("AT", "standard", "2020-01-01", "0", treatment=Treatment.REVERSE_CHARGE, note=own)
    assert TaxTable([]).applied(row, "anyone", date(2026, 1, 1)).note == printed


@pytest.mark.parametrize(
    ("percent", "treatment", "meaning", "contradicts"),
    [
        ("19", Treatment.UNSAID, Treatment.STANDARD, False),
        ("19", Treatment.STANDARD, Treatment.STANDARD, False),
        ("0", Treatment.UNSAID, Treatment.UNSAID, False),
        ("0", Treatment.ZERO, Treatment.ZERO, False),
        ("0", Treatment.STANDARD, Treatment.STANDARD, True),
        ("19", Treatment.REVERSE_CHARGE, Treatment.REVERSE_CHARGE, True),
        ("-1", Treatment.UNSAID, Treatment.STANDARD, True),
    ],
)
def test_what_a_row_means(percent: str, treatment: Treatment, meaning: Treatment, *, contradicts: bool) -> None:
    """Only the standard treatment has a rate above zero, and it always has."""
    row = rate("DE", "standard", "2020-01-01", percent, treatment=treatment)
    assert (row.meaning, bool(row.contradiction)) == (meaning, contradicts)
