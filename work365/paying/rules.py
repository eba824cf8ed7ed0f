"""In which ways a customer may pay, and what each adds to a document: a rule of the customer, and one of the price list.

What the customer's rule says goes before the price list's, each word by itself. Nothing said means: in every way, and nothing is
added. A surcharge is a setting because it is forbidden in places; the partner answers for where it is switched on.
Source: Directive (EU) 2015/2366, article 62 (4): none for consumer cards under Regulation (EU) 2015/751, nor for SEPA payments.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from work365.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Method(Enum):
    """A way of paying. The values are what a person types, and what a payment profile's kind is called."""

    CARD = "Card"
    BANK_DEBIT = "Bank debit"
    TRANSFER = "Transfer"


_HUNDRED = 100
_BY_NAME = {method.value.casefold(): method for method in Method}


@dataclass(frozen=True, slots=True)
class SurchargeArticle:
    """What a surcharge is called, booked and taxed as: a product of the catalogue."""

    product: str
    name: str
    tax_category: str


@dataclass(frozen=True, slots=True)
class PaymentRule:
    """What is agreed on with a customer, or for a price list; what it leaves out is None or missing.

    Attributes:
        allowed: the ways that are allowed.
        surcharges: percent of the net that a way adds; 0 says that it adds nothing.
        article: what a surcharge is called, booked and taxed as.
        paid_monthly_percent: what is added to the price of a longer plan where its term is paid monthly.
        paid_first: seats are added only while nothing of the contract is open.

    Errors: BadInput for a percentage that is none.
    """

    allowed: frozenset[Method] | None = None
    surcharges: Mapping[Method, Decimal] = field(default_factory=dict)
    article: SurchargeArticle | None = None
    paid_monthly_percent: Decimal | None = None
    paid_first: bool | None = None

    def __post_init__(self) -> None:
        for percent in (*self.surcharges.values(), self.paid_monthly_percent or Decimal(0)):
            if not 0 <= percent <= _HUNDRED:
                message = f"a surcharge of {percent.normalize():f} percent is not possible; use 0 to 100 under Payment rules"
                raise BadInput(message)

    def before(self, price_list: PaymentRule) -> PaymentRule:
        """What holds: these words, and those of the price list where these are silent."""
        return PaymentRule(
            price_list.allowed if self.allowed is None else self.allowed,
            {**price_list.surcharges, **self.surcharges},
            self.article or price_list.article,
            price_list.paid_monthly_percent if self.paid_monthly_percent is None else self.paid_monthly_percent,
            price_list.paid_first if self.paid_first is None else self.paid_first,
        )

    def refusal(self, method: Method) -> str:
        """Why a way of paying is not possible, and what to do; empty when it is allowed."""
        if self.allowed is None or method in self.allowed:
            return ""
        return f"payment by {method.value.lower()} is not agreed on; allowed: {listed_ways(self.allowed)}"


NOTHING_SAID = PaymentRule()


@dataclass(frozen=True, slots=True)
class Paying:
    """How a contract is paid.

    Attributes:
        method: None where it is charged to whatever profile the customer prefers then.
        customer, price_list: what each is called, and its rule.
    """

    number: str
    method: Method | None
    customer: tuple[str, PaymentRule]
    price_list: tuple[str, PaymentRule]

    @property
    def refusal(self) -> str:
        """Why the way in which it is paid is not possible; empty when it is, or when nobody can say."""
        return "" if self.method is None else self.customer[1].before(self.price_list[1]).refusal(self.method)

    def told(self) -> list[tuple[str, str, str]]:
        """What holds, in words: about what, what, and who says it; the last is empty where nobody does."""
        own, listed = (rule for _, rule in (self.customer, self.price_list))
        rule = own.before(listed)
        pays = "by the customer's preferred profile" if self.method is None else self.method.value
        allowed = "in every way" if rule.allowed is None else listed_ways(rule.allowed)
        rows = [("pays", pays, ""), ("allowed", allowed, self._who(own.allowed is not None, listed.allowed is not None))]
        for method, percent in rule.surcharges.items():
            who = self._who(method in own.surcharges, method in listed.surcharges)
            rows.append((f"surcharge {method.value}", f"{percent.normalize():f} %", who))
        if rule.paid_monthly_percent is not None:
            who = self._who(own.paid_monthly_percent is not None, listed.paid_monthly_percent is not None)
            rows.append(("years paid monthly", f"{rule.paid_monthly_percent.normalize():f} %", who))
        paid_first = self._who(own.paid_first is not None, listed.paid_first is not None)
        return [*rows, ("seats paid first", "yes" if rule.paid_first else "no", paid_first)]

    def _who(self, customer: bool, price_list: bool) -> str:
        if customer:
            return f"customer {self.customer[0]}"
        return f"price list {self.price_list[0]}" if price_list else ""


def read_methods(text: str, where: str) -> frozenset[Method] | None:
    """The ways that somebody typed, separated by commas; None when nothing was typed.

    Errors: BadInput that names the word and where it stands.
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    unknown = [word for word in words if word.casefold() not in _BY_NAME]
    if unknown:
        message = f"'{unknown[0]}' is no way of paying; {where} may list {listed_ways(Method)}, separated by commas"
        raise BadInput(message, "w365_methods")
    return frozenset(_BY_NAME[word.casefold()] for word in words) or None


def listed_ways(methods: Iterable[Method]) -> str:
    """Ways of paying in words, always in one order."""
    known = set(methods)
    return ", ".join(method.value for method in Method if method in known)
