"""Tiers, packages and exchange rates, as a scenario writes them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from work365.contracts.as_json import without_nones
from work365.currencies.conversion import Conversion
from work365.errors import BadInput
from work365.money import currency
from work365.pricing import Package, Tier, TierModel, Tiers
from work365.strict_json import choice, day, each, members, needed, number, optional, refuse, shown, text, whole

if TYPE_CHECKING:
    from datetime import date

    from work365.contracts.as_json import Json
    from work365.pricing import Pricing

MOST_TIERS, MOST_SEATS, MOST_RATES = 1_000, 1_000_000_000, 5_000
_ZERO = Decimal(0)


def pricing(value: object, path: str) -> Pricing:
    """Tiers or packages. Errors: BadInput, with the path of what is wrong."""
    if isinstance(value, dict) and value.get("model") == "package":
        row = members(value, path, "model size price free")
        free = optional(row, path, "free", whole(0, MOST_SEATS)) or 0
        return Package(needed(row, path, "size", whole(1, MOST_SEATS)), needed(row, path, "price", number), free)
    row = members(value, path, "model tiers")
    model = needed(row, path, "model", _tier_model)
    tiers = needed(row, path, "tiers", each(MOST_TIERS, _tier))
    try:
        return Tiers(model, tiers)
    except BadInput as error:
        refuse(f"{path}.tiers", error.message)


def pricing_said(one: Pricing | None) -> Json | None:
    """Tiers or packages in the words that `pricing` reads."""
    if one is None:
        return None
    if isinstance(one, Package):
        return {"model": "package", "size": one.size, "price": f"{one.price:f}", "free": one.free}
    return {"model": one.model.value, "tiers": [_tier_said(tier) for tier in one.tiers]}


def priced_in(value: object, path: str) -> Conversion:
    """The currency that a subscription is priced in, and what each cycle is converted at. Errors: BadInput."""
    row = members(value, path, "currency rates")
    code = needed(row, path, "currency", lambda found, where: currency(text(found, where), where))
    rates = needed(row, path, "rates", each(MOST_RATES, _rate))
    if not rates:
        refuse(f"{path}.rates", "a price in another currency needs at least one rate")
    return Conversion(code, rates[-1][1], dict(rates))


def priced_in_said(one: Conversion) -> Json:
    """The same in the words that `priced_in` reads."""
    kept = sorted(one.kept.items())
    return {"currency": one.currency, "rates": [{"start": start.isoformat(), "rate": f"{rate:f}"} for start, rate in kept]}


def _rate(value: object, path: str) -> tuple[date, Decimal]:
    row = members(value, path, "start rate")
    rate = needed(row, path, "rate", number)
    if not rate:
        refuse(f"{path}.rate", "a rate of 0 is not possible")
    return needed(row, path, "start", day), rate


def _tier_model(value: object, path: str) -> TierModel:
    try:
        return choice(TierModel)(value, path)
    except BadInput:
        refuse(path, f"{shown(value)} is not a pricing model; use graduated, volume, flat or package")


def _tier(value: object, path: str) -> Tier:
    row = members(value, path, "up_to unit flat cap size")
    return Tier(
        up_to=optional(row, path, "up_to", whole(1, MOST_SEATS)),
        unit=optional(row, path, "unit", number) or _ZERO,
        flat=optional(row, path, "flat", number) or _ZERO,
        cap=optional(row, path, "cap", number),
        size=optional(row, path, "size", whole(1, MOST_SEATS)) or 1,
    )


def _tier_said(tier: Tier) -> Json:
    cap = None if tier.cap is None else f"{tier.cap:f}"
    size = None if tier.size == 1 else tier.size
    return without_nones(up_to=tier.up_to, unit=f"{tier.unit:f}", flat=f"{tier.flat:f}", cap=cap, size=size)
