"""What several notices write in the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.periods import zone_named
from work365.receivables.payments import ProfileKind

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from work365.documents.formats import Formats
    from work365.money import Currency
    from work365.receivables.payments import Profile


def moment(at: datetime, zone: str, writing: Formats) -> str:
    """`19 March 2026, 09:00 (Europe/Berlin)`: a moment as the clocks of a zone show it."""
    there = zone_named(zone)
    local = at.astimezone(there)
    return writing.labels.moment.format(day=writing.day(local.date()), time=f"{local:%H:%M}", zone=there.key)


def means(paid_with: Profile, writing: Formats) -> str:
    """`Visa ending in 4242`; `Bank account` where the gateway says no more."""
    labels = writing.labels
    name = paid_with.brand or (labels.means_card if paid_with.kind is ProfileKind.CARD else labels.means_bank)
    return labels.means_ending.format(name=name, digits=paid_with.last_four) if paid_with.last_four else name


def priced(price: Decimal, code: Currency, writing: Formats) -> str:
    """`31.00 EUR`: a unit price with its currency."""
    return writing.labels.amount_with_currency.format(amount=writing.price(price, code), currency=code)
