"""Ports to the book of exchange rates, and to whoever publishes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from work365.currencies.rates import ExchangeRate


class RateBook(Protocol):
    """The dated rates of the partner."""

    def between(self, first: date, last: date) -> Sequence[ExchangeRate]:
        """Every row of these days, both included."""

    def add(self, rates: Sequence[ExchangeRate]) -> int:
        """Write new rows, those of a day together or not at all; how many were new.

        Shape: one that somebody else has just written is left as it is.
        """


class RateSource(Protocol):
    """Somebody who publishes rates. What it answers is whole: an answer with anything in it that cannot be read is refused.

    Errors of both: External.
    """

    @property
    def name(self) -> str:
        """What its rows say as their source."""

    def latest(self) -> Sequence[ExchangeRate]:
        """The rates of the newest day that is out, and of no other."""

    def recent(self) -> Sequence[ExchangeRate]:
        """The rates of about the last 90 days."""
