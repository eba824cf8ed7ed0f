"""Tiers and their margins as rows and as documents."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from work365.parts.keeping import bought, seats_on
from work365.pricing import price_text
from work365.reselling.chain import Circular, chains
from work365.subscriptions.ledger import standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from work365.money import Money
    from work365.ports.reselling import Market, ResoldSeen
    from work365.reselling.margins import Earned

LEVEL = ("subscription", "day", "seller", "contract", "bills", "seats", "unit_price", "held_back")
EARNED = ("subscription", "customer", "from", "to", "seller", "contract", "bought", "sold", "margin", "currency")
UNKNOWN, LISTED, PLACES = "unknown", "of its list", 2
_DAY = timedelta(days=1)


def level_rows(seen: ResoldSeen, market: Market, day: date) -> Iterator[dict[str, Any]]:
    """Who bills whom on a day: the topmost tier first, the customer's contract last."""
    try:
        steps = chains(market.purchases, seen.entity, seen.provider)
    except Circular as error:
        steps = chains(market.purchases, seen.entity, seen.provider, before=error.day)
    step = next((one for one in reversed(steps) if one.day <= day), None)
    parts = {part.payer: part for part in seen.parts}
    known = {"subscription": seen.name, "day": day.isoformat()}
    for tier in reversed(step.tiers) if step else ():
        part = parts.get(tier.contract)
        stands = standing(part.rows if part else (), day)
        price = "" if part is None else LISTED if part.listed else _price(stands.unit_price)
        yield known | {
            "seller": market.entities[tier.seller],
            "contract": market.contracts[tier.contract].payer.number,
            "bills": market.entities[tier.buyer],
            "seats": stands.quantity,
            "unit_price": price,
            "held_back": part.held_back if part else "not followed yet",
        }
    own = [change for change in seen.changes if change.effective <= day and change.unit_price is not None]
    yield known | {
        "seller": market.entities.get(seen.entity, ""),
        "contract": seen.number,
        "bills": seen.customer,
        "seats": seats_on(bought(seen.changes, seen.end), day),
        "unit_price": _price(own[-1].unit_price) if own else LISTED,
        "held_back": "",
    }


def earned_rows(one: Earned) -> Iterator[dict[str, Any]]:
    """A tier each, and the total."""
    known = {"subscription": one.sale.name, "customer": one.sale.customer, **_days(one), "currency": one.currency}
    for tier in one.margins:
        amounts = {"bought": _shown(tier.bought), "sold": _shown(tier.sold), "margin": _shown(tier.amount)}
        yield known | {"seller": tier.seller, "contract": tier.contract} | amounts
    cost, price = one.charges[0].amount, one.charges[-1].amount
    amounts = {"bought": _shown(cost), "sold": _shown(price), "margin": _shown(one.total)}
    yield known | {"seller": "total", "contract": ""} | amounts


def earned_said(one: Earned) -> dict[str, Any]:
    """The same as a document; what is not known is null, and why stands beside it."""
    return {
        "subscription": one.sale.name,
        "customer": one.sale.customer,
        **_days(one),
        "currency": one.currency,
        "charges": [
            {"seller": charge.seller, "contract": charge.contract, "amount": _said(charge.amount), "unknown": charge.unknown}
            for charge in one.charges
        ],
        "margins": [{"seller": tier.seller, "contract": tier.contract, "margin": _said(tier.amount)} for tier in one.margins],
        "total": _said(one.total),
    }


def totals(shown: Iterable[Earned]) -> list[dict[str, Any]]:
    """What each tier earns by currency, and of how many subscriptions and periods that is not known."""
    sums: dict[tuple[str, str], list[Money | None]] = defaultdict(list)
    for one in shown:
        for tier in one.margins:
            sums[tier.seller, one.currency].append(tier.amount)
        sums["total", one.currency].append(one.total)
    rows = []
    for (seller, currency), amounts in sorted(sums.items(), key=lambda pair: (pair[0][0] == "total", pair[0])):
        known = [amount for amount in amounts if amount is not None]
        margin = _said(sum(known[1:], known[0])) if known else None
        rows.append({"seller": seller, "currency": currency, "margin": margin, "unknown": len(amounts) - len(known)})
    return rows


def _price(price: Decimal | None) -> str:
    return price_text(price or Decimal(0), PLACES)


def _days(one: Earned) -> dict[str, str]:
    return {"from": one.period.start.isoformat(), "to": (one.period.end - _DAY).isoformat()}


def _said(amount: Money | None) -> str | None:
    return None if amount is None else f"{amount.major}"


def _shown(amount: Money | None) -> str:
    return UNKNOWN if amount is None else f"{amount.major}"
