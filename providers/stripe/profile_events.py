"""Stripe's events about pages, cards and mandates: which of them concern a profile of ours, and the ids that they name.

Source: docs.stripe.com/api/events/types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from providers.stripe.hosted import PROFILE
from work365.ports.profiles import ProfileHint

if TYPE_CHECKING:
    from collections.abc import Mapping

OF_A_PAGE = frozenset(
    {
        *("checkout.session.completed", "checkout.session.expired"),
        *("setup_intent.succeeded", "setup_intent.setup_failed", "setup_intent.canceled"),
    }
)
OF_A_METHOD = frozenset({"payment_method.detached", "payment_method.automatically_updated", "payment_method.updated"})
OF_A_MANDATE = frozenset({"mandate.updated"})
WANTED = OF_A_PAGE | OF_A_METHOD | OF_A_MANDATE


def profile_hint(kind: str, value: Mapping[str, Any]) -> ProfileHint | None:
    """What an event's object names; None when it is a page that is none of ours.

    Errors: LookupError, TypeError, AttributeError when the object is not what Stripe sends.
    """
    if kind in OF_A_METHOD:
        return ProfileHint(method=str(value["id"]))
    if kind in OF_A_MANDATE:
        return ProfileHint(method=str(value["payment_method"]))
    profile = str((value.get("metadata") or {}).get(PROFILE, ""))
    return ProfileHint(profile=profile) if profile else None
