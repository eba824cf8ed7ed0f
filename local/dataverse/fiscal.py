"""The fiscal year of a new organisation: it begins on January 1 and has four quarters.

The settings `fiscalcalendarstart` and `fiscalperiodtype` of an organisation are not part of this server; these are the defaults.
Source: Microsoft Learn, "Aggregate data using FetchXML" (`Quarter 1 FY2023`), "Work with fiscal year settings".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

PERIODS = 4
MONTHS = 12 // PERIODS


def period(day: date) -> int:
    """The number of the fiscal period of a day, from 1."""
    return (day.month - 1) // MONTHS + 1


def first_month(number: int) -> int:
    """The month in which a fiscal period begins."""
    return (number - 1) * MONTHS + 1


def year_label(year: int) -> str:
    """What a person reads: `FY2023`."""
    return f"FY{year}"


def period_label(number: int, year: int) -> str:
    """What a person reads: `Quarter 1 FY2023`."""
    return f"Quarter {number} {year_label(year)}"
