"""The wish that the arguments of a job spell: what somebody asks of a subscription, for which day. Pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, TypeVar

from work365.crediting.policy import RefundRule
from work365.errors import BadInput, Refused
from work365.subscriptions.deciding import ALLOWED, Wish
from work365.subscriptions.ledger import Event, Source
from work365.subscriptions.scheduling import next_term

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from work365.subscriptions.held import Held

N = TypeVar("N", int, Decimal)
NUMBER_MAX = 2_147_483_647
"""As many seats as a row holds, and far more than a price."""
EVENTS = {event.value: event for event in Event if event in ALLOWED}
SOURCES = {source.value: source for source in Source}
WHEN_PAID, AT_RENEWAL = "paid", "renewal"
"""What the argument `when` of a job may say."""
REFUNDS = {"yes": RefundRule.DAYS, "no": RefundRule.NONE}
"""What the argument `refund` of a job may say; where the product's type has a policy, that one says how much."""


def wish_for(held: Held, arguments: Mapping[str, str], now: datetime) -> Wish:
    """The wish about one subscription: on the day that was said, or with its next term. Errors: Refused."""
    when = arguments.get("when", "")
    if when not in ("", WHEN_PAID, AT_RENEWAL):
        message = f"'{when}' is no time for a change; use {WHEN_PAID} or {AT_RENEWAL}, or say only the day"
        raise BadInput(message, "when")
    if when != AT_RENEWAL:
        return wish_of(arguments)
    wish = wish_of({**arguments, "on": next_term(held, now).isoformat()})
    if wish.event is not Event.QUANTITY:
        message = "only a number of seats can be kept for the next term; for anything else say the day"
        raise Refused(message)
    return wish


def wish_of(arguments: Mapping[str, str]) -> Wish:
    """The wish that a job's arguments spell. Errors: BadInput naming the argument."""
    event = EVENTS.get(arguments.get("event", ""))
    if event is None:
        message = f"'{arguments.get('event', '')}' is no change; use one of {', '.join(EVENTS)}"
        raise BadInput(message, "event")
    source = SOURCES.get(arguments.get("source") or Source.STAFF.value)
    if source is None:
        message = f"'{arguments['source']}' is no source; use one of {', '.join(SOURCES)}"
        raise BadInput(message, "source")
    return Wish(
        event,
        day_said(arguments.get("on", ""), "on"),
        _whole(arguments.get("quantity")),
        _price(arguments.get("price")),
        product=arguments.get("product") or None,
        contract=arguments.get("contract") or None,
        into=arguments.get("into") or None,
        source=source,
        note=arguments.get("note", ""),
        refund=_refund(arguments.get("refund", ""), event),
    )


def _refund(text: str, event: Event) -> RefundRule | None:
    """What was said; an end gives nothing back unless somebody says so."""
    return RefundRule.NONE if event is Event.CANCEL and not text else refund_said(text)


def refund_said(text: str) -> RefundRule | None:
    """What a job was told about refunds; None where nobody was asked. Errors: BadInput."""
    if not text:
        return None
    if text not in REFUNDS:
        message = f"'{text}' is no answer; use {' or '.join(REFUNDS)}"
        raise BadInput(message, "refund")
    return REFUNDS[text]


def day_said(text: str, name: str) -> date:
    """A day that a job was told. Errors: BadInput naming the argument."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"'{text}' is not a day; write it as 2026-03-16"
        raise BadInput(message, name) from None


def _whole(text: str | None) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit():
        message = f"'{text}' is not a number of seats; use 0 or more"
        raise BadInput(message, "quantity")
    return _held(int(text), text, "quantity")


def _price(text: str | None) -> Decimal | None:
    if not text:
        return None
    try:
        price = Decimal(text)
    except InvalidOperation:
        price = Decimal("NaN")
    if not price.is_finite():
        message = f"'{text}' is not a price; write it as 31.00"
        raise BadInput(message, "price")
    return _held(price, text, "price")


def _held(number: N, text: str, name: str) -> N:
    """A number that a row can hold. Errors: BadInput."""
    if number > NUMBER_MAX:
        message = f"'{text}' is more than can be kept; use at most {NUMBER_MAX}"
        raise BadInput(message, name)
    return number
