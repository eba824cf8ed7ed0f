"""What is to happen at the end of many terms, as an approver is shown it."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.approving.matters import Matter
from work365.approving.request import Request
from work365.approving.thresholds import Size
from work365.money import rounded
from work365.planning import fingerprint
from work365.revenue.recurring import per_month
from work365.terms.renewal import AtEnd, PriceRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from decimal import Decimal

    from work365.money import Currency
    from work365.subscriptions.renewing import Outlook

HUNDRED = 100
NAMED_MAX = 20
PRICES = {PriceRule.KEEP: "at the price before", PriceRule.LIST: "at the list's price"}


def of_renewals(after: Sequence[Outlook], until: date) -> Request:
    """Terms with what is said of their end. Shape: as they are afterwards, so that doing it changes no fact."""
    names = sorted({f"{one.held.name} on {one.held.place.number}" for one in after})
    more = f"; and {len(names) - NAMED_MAX} more" if len(names) > NAMED_MAX else ""
    facts = {
        "terms": str(len(after)),
        "until": until.isoformat(),
        "of": "; ".join(names[:NAMED_MAX]) + more,
        "lines": fingerprint("renewals", map(_line, after)),
    }
    said = sorted({_said(one) for one in after})
    return Request(f"Terms that end until {until}, {len(after)} of them: {'; '.join(said)}", tuple(_sizes(after)), facts)


def _line(one: Outlook) -> str:
    agreed, prices = one.agreed, (one.price, one.price_after)
    return "|".join(map(str, (one.held.id, agreed.end, one.held.quantity, *prices, _said(one))))


def _said(one: Outlook) -> str:
    agreed = one.agreed
    then = "left to the supplier" if agreed.at_end is None else agreed.at_end.value
    price = f"{agreed.percent.normalize():+f} %" if agreed.rule is PriceRule.PERCENT else PRICES[agreed.rule]
    return f"{then}, {price}"


def _sizes(after: Sequence[Outlook]) -> Iterator[Size]:
    """What renews and what ends, a month, in each currency; and the largest fall of a price."""
    goes_on = [one for one in after if one.agreed.at_end in (AtEnd.RENEW, AtEnd.EXTEND)]
    yield from _sums(Matter.RENEWAL, [(one, one.price_after) for one in goes_on])
    yield from _sums(Matter.REDUCTION, [(one, one.price) for one in after if one.agreed.at_end is AtEnd.END])
    prices = ((one.price, one.price_after) for one in goes_on if one.price_after is not None and one.price)
    falls = [(old - new) / old * HUNDRED for old, new in prices if new < old]
    if falls:
        yield Size(Matter.DISCOUNT, percent=max(falls))


def _sums(matter: Matter, priced: Sequence[tuple[Outlook, Decimal | None]]) -> Iterator[Size]:
    """A month's worth; one that is not known, or is priced in another currency than its contract, is a size that is not known."""
    sums: dict[Currency, Fraction] = defaultdict(Fraction)
    for one, price in priced:
        if price is None or one.held.currency:
            yield Size(matter)
            continue
        terms = one.held.terms.on(one.agreed.end)
        sums[one.held.place.contract.currency] += per_month(one.held.quantity * Fraction(price), terms.frequency)
    for code, worth in sorted(sums.items()):
        yield Size(matter, rounded(worth, code))
