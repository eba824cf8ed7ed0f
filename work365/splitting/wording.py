"""What people are told about a split: why somebody pays for so many seats, and what is wrong with the division."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.findings import Finding, Severity
from work365.parts.dated import in_force

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from work365.splitting.dividing import Part
    from work365.splitting.history import Step

HELD, SHORT, STRANGERS = "split-held", "split-more-asked-than-bought", "split-users-in-no-share"
WITHOUT_TERMS, UNREADABLE, UNDIVIDED = "split-without-terms", "split-unreadable", "split-not-divided"
DISCOUNTED = "split-discount-on-whole"
FINDINGS = (HELD, SHORT, STRANGERS, WITHOUT_TERMS, UNREADABLE, DISCOUNTED)
"""They are over once a division does not find them any more."""


def why(part: Part) -> str:
    """`12 seats: 8 of its users or agreed on, 2 up to its minimum, 2 that nobody asks for`."""
    pieces = (
        (part.own, "of its users, or agreed on"),
        (part.topped_up, "up to its minimum"),
        (part.borne, "of others, included for them"),
        (part.rest, "that nobody asks for"),
        (-part.cut, "because fewer were bought than are asked for"),
    )
    said = ", ".join(f"{'less ' if seats < 0 else ''}{abs(seats)} {words}" for seats, words in pieces if seats)
    return f"{_many(part.seats, 'seat')}: {said}" if said else "no seats"


def wrong(subscription: str, steps: Sequence[Step], until: date) -> Iterator[Finding]:
    """What a person must look at in the division of a subscription, up to and with a day."""
    held = held_from(steps, until)
    if held is not None:
        message = f"Subscription {subscription} cannot be billed from {held.day} on: {held.division.held}."
        yield Finding(HELD, subscription, message)
    short = in_force(steps, until)
    if short is not None and short.division.short:
        asked, seats = short.division.asked, short.division.seats
        message = (
            f"From {short.day} on the payers of subscription {subscription} ask for {asked} seats by their users and minimums, "
            f"and {seats} were bought; they are divided in proportion. Buy {short.division.short} more, or take licences away."
        )
        yield Finding(SHORT, subscription, message, Severity.WARNING)


def held_from(steps: Iterable[Step], until: date) -> Step | None:
    """The first day, up to and with another, from which nobody can be billed."""
    return next((step for step in steps if step.day <= until and step.division.held), None)


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def discounted(subscription: str, names: Iterable[str]) -> Finding:
    """A discount of a subscription that bills nothing itself: nobody knows to which payers it was promised."""
    message = (
        f"Subscription {subscription} is billed by its parts, and its discount {', '.join(names)} is not on them. Give it to the "
        "parts that it was promised to, and end it on the subscription."
    )
    return Finding(DISCOUNTED, subscription, message, Severity.WARNING)


def strangers(subscription: str, count: int, day: date) -> Finding:
    """Users that hold a seat and belong to no payer."""
    message = (
        f"Subscription {subscription} had {_many(count, 'user')} on {day} whom no share of its split finds; their seats follow "
        "the rule for the rest. Name their department or group in a share, if one should pay for them."
    )
    return Finding(STRANGERS, subscription, message, Severity.WARNING)
