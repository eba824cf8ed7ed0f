"""Port to the book of exchange rates."""

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
        """Write new rows; how many were new. One that somebody else has just written is left as it is."""
