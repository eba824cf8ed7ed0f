"""What GoCardless takes in a request, and what is wrong with one.

Source: GoCardless, API reference, "Create a payment", "List payments", "List events", "Cursor pagination" (limit 1 to 500, 50
when absent), as GoCardless' own client libraries of 2026 type them.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from local.gocardless.faults import invalid, mistyped, misuse, not_drawn, unknown_parameter

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

PAYMENT = {
    "amount": int,
    "currency": str,
    "charge_date": str,
    "description": str,
    "links": dict,
    "metadata": dict,
    "retry_if_possible": bool,
}
REFUND = {"amount": int, "links": dict, "metadata": dict, "reference": str, "total_amount_confirmation": int}
NOT_DRAWN = frozenset({"app_fee", "faster_ach", "psu_interaction_type", "reference"})
KEYS_MAX, KEY_MAX, VALUE_MAX = 3, 50, 500
RANGES = {f"created_at[{name}]" for name in ("gt", "gte", "lt", "lte")}
LISTS = {
    "payments": {"after", "limit", "customer", "mandate", "status", "currency", *RANGES},
    "refunds": {"after", "limit", "payment", *RANGES},
    "events": {"after", "limit", "payment", "resource_type", "action", *RANGES},
    "creditors": {"after", "limit"},
    "payouts": {"after", "limit", "status", "currency", *RANGES},
    "payout_items": {"after", "limit", "payout"},
}
LISTS_NOT_DRAWN = {
    "payments": {"before", "creditor", "scheme", "sort_direction", "sort_field", "subscription", "charge_date[gt]"},
    "refunds": {"before", "mandate", "refund_type"},
    "events": {"before", "include", "mandate", "payout", "refund", "subscription", "parent_event"},
    "creditors": {"before", *RANGES},
    "payouts": {"before", "creditor", "creditor_bank_account", "metadata", "payout_type", "reference"},
    "payout_items": {"before", "include_2020_tax_cutover"},
}
LIMIT, LIMIT_MAX = 50, 500
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def enveloped(body: Any, resource: str) -> dict[str, Any]:  # noqa: ANN401  decoded JSON
    """The parameters inside of an envelope."""
    if not isinstance(body, dict) or not isinstance(body.get(resource), dict) or len(body) != 1:
        raise misuse(400, "missing_envelope", f"the body must be an object with the one member '{resource}'")
    found: dict[str, Any] = body[resource]
    return found


def check_payment(given: Mapping[str, Any]) -> None:
    """Errors: Fault naming the first parameter that is unknown, mistyped, missing or out of range."""
    _known(given, PAYMENT, NOT_DRAWN, "a payment with")
    _typed(given, PAYMENT, ("amount", "currency", "links"))
    _known(given["links"], {"mandate"}, (), "links")
    if not isinstance(given["links"].get("mandate"), str):
        raise invalid("links.mandate", "is required")
    if "charge_date" in given and not _DAY.fullmatch(given["charge_date"]):
        raise invalid("charge_date", "is not a date")
    _metadata(given.get("metadata", {}))


def check_refund(given: Mapping[str, Any]) -> None:
    """Errors: Fault as `check_payment`. Source: "Create a refund": the confirmation is required with a payment."""
    _known(given, REFUND, ("fx",), "a refund with")
    _typed(given, REFUND, ("amount", "links", "total_amount_confirmation"))
    _known(given["links"], {"payment"}, ("mandate",), "a refund of")
    if not isinstance(given["links"].get("payment"), str):
        raise invalid("links.payment", "is required")
    _metadata(given.get("metadata", {}))


def _typed(given: Mapping[str, Any], kinds: Mapping[str, type], required: Collection[str]) -> None:
    for name, value in given.items():
        if not isinstance(value, kinds[name]) or (kinds[name] is int and isinstance(value, bool)):
            raise mistyped(name)
    for name in required:
        if name not in given:
            raise invalid(name, "is required")
    if given["amount"] <= 0:
        raise invalid("amount", "must be greater than 0")


def _metadata(given: Mapping[str, Any]) -> None:
    if len(given) > KEYS_MAX:
        raise invalid("metadata", f"can have at most {KEYS_MAX} keys")
    for name, value in given.items():
        if len(name) > KEY_MAX or not isinstance(value, str) or len(value) > VALUE_MAX:
            raise invalid("metadata", f"names have at most {KEY_MAX}, values are texts of at most {VALUE_MAX} characters")


def check_list(resource: str, given: Mapping[str, str]) -> int:
    """How many are asked for. Errors: Fault."""
    _known(given, LISTS[resource], LISTS_NOT_DRAWN[resource], f"list of {resource} by")
    if "payment" in given and "resource_type" in given:
        raise misuse(400, "conflicting_parameters", "resource_type cannot be used together with payment")
    for name in RANGES & given.keys():
        moment(given[name], name)
    limit = given.get("limit", str(LIMIT))
    if not limit.isdecimal() or not 1 <= int(limit) <= LIMIT_MAX:
        raise misuse(400, "invalid_limit", f"limit must be between 1 and {LIMIT_MAX}")
    return int(limit)


def moment(text: str, name: str) -> datetime:
    """A timestamp in UTC. Errors: Fault."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise misuse(400, "invalid_timestamp", f"{name} must be an ISO 8601 timestamp with a time zone")
    return found


def _known(given: Mapping[str, Any], known: Collection[str], elsewhere: Collection[str], what: str) -> None:
    for name in given:
        if name in elsewhere:
            raise not_drawn(f"{what} {name}")
        if name not in known:
            raise unknown_parameter(name)
