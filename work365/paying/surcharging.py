"""A surcharge for the way in which a document is paid: a percentage of its net, as a line of its own with its own tax.

Its quantity is the net that it is taken of and its price the percentage, so it can be checked like any other line. It follows the
net of each document: one that gives back takes its surcharge back.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.errors import BadInput
from work365.invoicing.lines import Kind, Line
from work365.money import rounded, total
from work365.periods import Period

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from work365.money import Currency
    from work365.paying.rules import Method, PaymentRule, SurchargeArticle

KEYS = "surcharge"
"""How the keys of surcharges begin; those of a contract's history begin with its id."""
KEY_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Surcharge:
    """What a way of paying adds: percent of the net, above 0."""

    percent: Decimal
    article: SurchargeArticle

    @property
    def description(self) -> str:
        """Printed, e.g. `Card fee 1.5 %`."""
        return f"{self.article.name} {self.percent.normalize():f} %"


def surcharge_of(rule: PaymentRule, method: Method | None) -> Surcharge | None:
    """What the documents of a contract bear; None for nothing.

    Shape: `method` is how they will be paid; None where nobody can say.
    Errors: BadInput where a surcharge depends on what nobody has entered.
    """
    percents = {one: percent for one, percent in rule.surcharges.items() if percent}
    if not percents:
        return None
    if method is None:
        message = (
            "how it is paid decides a surcharge, and it names no payment profile; choose one on the contract, or a payment rule "
            "without surcharges on the account"
        )
        raise BadInput(message)
    if method not in percents:
        return None
    if rule.article is None:
        message = (
            f"payment by {method.value.lower()} bears a surcharge, but nobody has said what it is booked and taxed as; "
            "enter the surcharge product beside the percentage, under Payment rules"
        )
        raise BadInput(message)
    return Surcharge(percents[method], rule.article)


def surcharge_line(contract: str, percent: Decimal, lines: Sequence[Line], code: Currency) -> Line | None:
    """The surcharge on what a document bills of a contract; None where it comes to nothing. Rounded once."""
    if not lines:
        return None
    net, rate = total((line.amount for line in lines), code), percent / 100
    amount = rounded(net.major * rate, code)
    if not amount.minor:
        return None
    key = hashlib.sha256("\n".join(line.key for line in lines).encode(errors="surrogatepass")).hexdigest()[:KEY_LENGTH]
    start, end = min(line.period.start for line in lines), max(line.period.end for line in lines)
    period = Period(start, end)
    return Line(f"{KEYS}/{contract}/{key}", "", Kind.SURCHARGE, None, period, net.major, rate, (1, 1), amount, None, start)
