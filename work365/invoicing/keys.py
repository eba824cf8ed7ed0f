"""Line keys: what makes a second copy of a line impossible (docs/adr/0003-keys.md).

    <contract>/<subscription>/<first day of the cycle>/<slot>.<version>

A slot is a place that the contract's history can fill: the cycle's base charge `b`, the credit `2024-03-10-` and the charge
`2024-03-10+` of what changed on a day, the contract's discount `d`, a discount of the subscription's own `d-<its id>`. The
version says which line of that place it is: `0` fills it, `1r` takes out what it held, `1` fills it again, `1s` shortens or
lengthens what it holds. The key is made from the history alone, so two runs that decide the same make the same key, and the
store refuses the second.
"""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import NamedTuple

from work365.errors import InvariantBroken

LONGEST_KEY = 120
LONGEST_PART = 40

BASE = "b"
DISCOUNT = "d"
OWN_DISCOUNT = "d-"
LONGEST_DISCOUNT = 20


class Version(NamedTuple):
    """Which line of a slot a key is for; they sort in the order in which they were posted.

    Attributes:
        rank: 0 takes out, 1 fills or resizes.
        action: "r" takes out, "" fills, "s" resizes.
    """

    number: int
    rank: int
    action: str


def prefix(contract: str, subscription: str) -> str:
    """The part of the key that all lines of a subscription share, with a closing slash."""
    return f"{_part(contract)}/{_part(subscription)}/"


def own_discount(discount: str) -> str:
    """The slot of one of a subscription's own discounts."""
    if len(discount) <= LONGEST_DISCOUNT and discount.isalnum():
        return f"{OWN_DISCOUNT}{discount}"
    return f"{OWN_DISCOUNT}{sha256(discount.encode(errors='surrogatepass')).hexdigest()[:LONGEST_DISCOUNT]}"


def is_discount(slot: str) -> bool:
    """Whether the last part of a slot is that of a discount."""
    return slot == DISCOUNT or slot.startswith(OWN_DISCOUNT)


def is_base(key: str) -> bool:
    """Whether a line key is that of a cycle's base charge."""
    return slot_name(key) == BASE


def cycle_of(key: str, contract: str, subscription: str) -> date | None:
    """The first day of the cycle of a line that `bill` made for a subscription; None for a key of another kind."""
    before = prefix(contract, subscription)
    return date.fromisoformat(key[len(before) :].partition("/")[0]) if key.startswith(before) else None


def earlier(key: str) -> list[str]:
    """The keys that charges of the same slot had before this one; none for a key that billing did not make."""
    try:
        slot, version = parse(key)
    except InvariantBroken:
        return []
    return [f"{slot}.{number}{action}" for number in range(version.number) for action in ("", "s")]


def slot_name(key: str) -> str:
    """The last part of a line key, without its version: `b`, `2024-03-10+`, `d-spring`."""
    return key.rpartition("/")[2].rpartition(".")[0]


def parse(key: str) -> tuple[str, Version]:
    """A slot and a version from a line key. Errors: InvariantBroken for a key that this module did not make."""
    slot, _, tail = key.rpartition(".")
    if slot and tail.isdecimal():
        return slot, Version(int(tail), 1, "")
    action = tail[-1:] if tail[-1:] in ("r", "s") else ""
    number = tail.removesuffix(action)
    if not slot or not action or not number.isdecimal():
        message = f"'{key}' is not the key of an invoice line that billing made; lines made by hand must not be passed to it"
        raise InvariantBroken(message)
    return slot, Version(int(number), 0 if action == "r" else 1, action)


def _part(identifier: str) -> str:
    """Ids as they are; longer ones, and those that could be read in two ways, by their digest."""
    if len(identifier) <= LONGEST_PART and "/" not in identifier:
        return identifier
    return sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest()[:LONGEST_PART]
