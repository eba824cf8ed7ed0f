"""The sentence about the change that is behind a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.crediting.policy import RefundRule
from work365.explaining.day_words import said_day

if TYPE_CHECKING:
    from work365.explaining.subject import ChangeBehind

SOURCES = {
    "Staff": "entered by",
    "Portal": "made in the portal by",
    "Provider": "reported by the provider and recorded by",
    "Import": "imported by",
    "Schedule": "scheduled, and carried out by",
}
GIVEN_BACK = {
    RefundRule.NONE: " It was without refund: what was paid is kept to its end.",
    RefundRule.DAYS: "",
    RefundRule.HOURS: " Its refund policy gives back the hours that are left.",
    RefundRule.FULL: " Its refund policy gives back all of the cycle, as if the seats had never been there.",
}
"""What is said of a change that took seats away."""


def change_sentence(change: ChangeBehind) -> str:
    """What changed from which day on, who said so and when, and what it gave back."""
    before = change.quantity - change.delta
    what = {
        "Create": f"the subscription began with {change.quantity}",
        "Cancel": f"the subscription was cancelled; there were {before} before",
        "Pause": f"the subscription was paused; there were {before} before",
        "Price": f"the price changed, at {change.quantity}",
        "Renewal": f"a new term began with {change.quantity}",
        "Upgrade": f"seats moved to or from another product; there were {before} before, then {change.quantity}",
        "Split": _split(change),
        "Promotion": f"a promotion was given, at {change.quantity}",
        "Transfer": f"seats moved to or from another subscription; there were {before} before, then {change.quantity}",
    }.get(change.event, f"the quantity went from {before} to {change.quantity}")
    learned = f" on {said_day(change.recorded)}" if change.recorded else ""
    late = " It was learned of after it took effect." if change.recorded and change.recorded > change.effective else ""
    who = f"{SOURCES.get(change.source, 'recorded by')} {change.by}" if change.by else change.source.lower()
    reference = f" (reference {change.reference})" if change.reference else ""
    given = "" if change.refund is None else GIVEN_BACK[change.refund]
    since = said_day(change.effective)
    return f"From {since} on, {what}: change {change.sequence} of the log, {who}{learned}{reference}.{late}{given}"


def _split(change: ChangeBehind) -> str:
    if change.delta == 0:
        return "the seats are split over several payers, each of whom is billed for a part"
    return f"the seats that this payer pays for went from {change.quantity - change.delta} to {change.quantity}"
