"""Amounts as GoCardless counts them: whole minor units; every currency of its has the two places that ISO 4217 gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from work365.errors import InvariantBroken
from work365.money import Money, currency

if TYPE_CHECKING:
    from collections.abc import Mapping


def from_units(resource: Mapping[str, Any]) -> Money:
    """What a payment or a refund is over. Errors: InvariantBroken for what is no amount, or a currency that we do not know."""
    units = resource["amount"]
    if not isinstance(units, int) or isinstance(units, bool):
        message = f"GoCardless holds {units!r} for {resource['id']}, which is no amount"
        raise InvariantBroken(message)
    return Money(units, currency(str(resource["currency"])))
