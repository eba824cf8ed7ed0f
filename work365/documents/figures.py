"""How a language writes figures and days. Without a catalogue it is plain English, for sentences that are always English."""

from __future__ import annotations

from dataclasses import dataclass

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """The marks and patterns of one language.

    Attributes:
        grouped_from: whole digits from which thousands are grouped: 1234 stays together in Spanish, 12.345 does not.
        long_day, short_day, day_and_month, day_alone: how a day is written, whole or as the beginning of a range.
    """

    thousands: str = ","
    decimal: str = "."
    grouped_from: int = 4
    until: str = "\N{EN DASH}"
    months: tuple[str, ...] = _MONTHS
    short_months: tuple[str, ...] = tuple(month[:3] for month in _MONTHS)
    long_day: str = "{day} {month} {year}"
    short_day: str = "{day} {month} {year}"
    day_and_month: str = "{day} {month}"
    day_alone: str = "{day}"
    amount_with_currency: str = "{amount} {currency}"
    percent: str = "{number}%"


ENGLISH_FIGURES = Figures()
