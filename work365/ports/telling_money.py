"""Ports to what people are told about payments and stored cards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from work365.telling.cards import CardExpiring
    from work365.telling.payments import PaymentReceived


class PaymentNews(Protocol):
    """Payments as far as their customers are told of them."""

    def received(self, since: date) -> Iterable[PaymentReceived]:
        """Charges at a gateway that succeeded on a day or later, for invoices of a contract's own customer."""


class CardNews(Protocol):
    """Stored cards as far as somebody is told of them."""

    def expiring(self, month: date) -> Iterable[CardExpiring]:
        """Active cards that expire with the month of a day and that an active contract of their customer uses, each once."""
