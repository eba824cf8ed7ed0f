"""Pay links: whoever has one sees one invoice without signing in, and pays its balance on the gateway's page (`pay_pages.py`).

What a mail carries, which links open nothing, what an invoice's page offers, and at which gateway it is paid.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from work365.errors import Refused
from work365.ids import derived
from work365.money import zero
from work365.paying.rules import NOTHING_SAID, Method, PaymentRule
from work365.receivables.charging import CHARGEABLE
from work365.receivables.gateways import PAGE_DEBITS, capabilities
from work365.receivables.links import LinkClosed, LinkTrouble
from work365.receivables.pay_pages import open_page_of
from work365.receivables.payments import InvoiceStatus, ProfileKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from work365.money import Currency
    from work365.receivables.payments import Debt, InvoiceId, Payment, Processor

DAYS_MAX = 365
OFF = "off"


@dataclass(frozen=True, slots=True)
class PayLink:
    """A link as its row says it.

    Attributes:
        status: of its invoice.
        language: the customer's.
        withdrawn: a person has closed it.
    """

    id: str
    invoice: InvoiceId
    link_hash: str
    expires: datetime
    status: InvoiceStatus
    language: str = ""
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link that is about to be mailed: its row holds the hash.

    Attributes:
        delivery, notice: the mail's row, where it is that of an invoice, or of a reminder or statement; else "".
    """

    id: str
    invoice: str
    link_hash: str
    expires: datetime
    recipient: str
    delivery: str = ""
    notice: str = ""


@dataclass(frozen=True, slots=True)
class PayTerms:
    """What decides whether an invoice's mail carries a link.

    Attributes:
        good_for: how long it opens the invoice.
        processors: the partner's gateways, the preferred one first.
    """

    good_for: timedelta
    processors: Sequence[Processor]
    rule: PaymentRule = NOTHING_SAID


@dataclass(frozen=True, slots=True)
class Linking:
    """How links are made. Shape: `public_url` is where customers reach us, "" where nobody said; `token` answers a new one."""

    public_url: str
    token: Callable[[], str]


@dataclass(frozen=True, slots=True)
class PayCase:
    """What opening a page is decided on.

    Shape: `payments` were read before `debt`, as for a charge.

    Attributes:
        name, language: the customer's.
        processors: the partner's gateways, the preferred one first.
        customers: the gateway's ids of this customer, by the id of the processor.
    """

    payments: Sequence[Payment]
    debt: Debt
    name: str
    language: str
    processors: Sequence[Processor]
    customers: dict[str, str]
    rule: PaymentRule = NOTHING_SAID


class Standing(Enum):
    """What an invoice's page offers."""

    PAYABLE = "payable"
    PAID = "paid"
    UNDER_WAY = "under way"
    ELSEWHERE = "elsewhere"


class PaidElsewhere(Refused):
    """An invoice that cannot be paid by a link: no gateway has a page for it, or the agreed ways are others."""


def good_for(text: str) -> timedelta | None:
    """How long a mailed link opens its invoice, as the setting `pay-link` says it; None where none is mailed. Errors: Refused."""
    if text == OFF:
        return None
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= DAYS_MAX:
        message = f"is not a number of days from 1 to {DAYS_MAX}, nor {OFF}"
        raise Refused(message)
    return timedelta(days=int(text))


def refuse_mailing(terms: PayTerms, currency: Currency, public_url: str) -> None:
    """Errors: PaidElsewhere with a sentence when a link would lead nowhere."""
    if not public_url:
        message = "the setting W365_PUBLIC_URL does not say where customers reach this deployment"
        raise PaidElsewhere(message)
    processor_for(terms.processors, terms.rule, currency)


def link_id(link_hash: str) -> str:
    """The id of a link's row."""
    return derived("paymentlink", link_hash)


def refuse_closed(link: PayLink, now: datetime) -> None:
    """Errors: LinkClosed when its time is over, it was withdrawn, or its invoice is none any more."""
    if link.withdrawn or now >= link.expires:
        raise LinkClosed(LinkTrouble.EXPIRED, link.language)
    if link.status is InvoiceStatus.CANCELLED:
        raise LinkClosed(LinkTrouble.CANCELLED, link.language)


def standing_of(debt: Debt, payments: Sequence[Payment]) -> Standing:
    """What the invoice's page offers; an open page of the gateway can be gone on with."""
    if debt.status is InvoiceStatus.WRITTEN_OFF:
        return Standing.ELSEWHERE
    if debt.status is InvoiceStatus.PAID or debt.balance <= zero(debt.balance.currency):
        return Standing.PAID
    if any(not one.state.final for one in payments if one is not open_page_of(payments)):
        return Standing.UNDER_WAY
    return Standing.PAYABLE if debt.status in CHARGEABLE else Standing.ELSEWHERE


def offered(rule: PaymentRule, currency: Currency) -> tuple[ProfileKind, ...]:
    """The ways of paying that a page offers: those that it has, as far as they are agreed on."""
    ways = [ProfileKind.CARD, *([ProfileKind.BANK_DEBIT] if currency in PAGE_DEBITS else [])]
    return tuple(way for way in ways if not rule.refusal(Method(way.value)))


def processor_for(processors: Sequence[Processor], rule: PaymentRule, currency: Currency) -> Processor:
    """The gateway whose page takes an invoice: the first that has one. Errors: PaidElsewhere with a sentence."""
    able = [one for one in processors if _takes(one, currency)]
    if not able:
        kinds = ", ".join(sorted({one.kind for one in processors})) or "none is set up"
        message = f"no payment processor can be paid by a link in {currency} ({kinds}); it needs one of the kind Stripe"
        raise PaidElsewhere(message)
    if not offered(rule, currency):
        message = "the payment rule of the customer or the price list allows neither card nor bank debit"
        raise PaidElsewhere(message)
    return able[0]


def _takes(processor: Processor, currency: Currency) -> bool:
    can = capabilities(processor.kind)
    return can.pay_page and (can.currencies is None or currency in can.currencies)
