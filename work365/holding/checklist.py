"""What a new customer has to bring before it gets anything: a checklist, and what of it is missing.

Each account has its own entries, made from the items that hold on the day on which it was entered. A person ticks an entry and
says what was seen; a payment profile and an agreement tick themselves once they are there. The account is held until a person
releases it, which is possible once nothing that is required is missing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from work365.errors import BadInput, Refused
from work365.ids import derived

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

NOTE_MAX = 300
WORDS_MAX = 300
COMPLETE = "Complete"


class ItemKind(Enum):
    """What ticks an entry. The values are the labels of the choice."""

    BY_HAND = "By hand"
    PAYMENT_PROFILE = "Payment profile"
    AGREEMENT = "Agreement"


@dataclass(frozen=True, slots=True)
class Item:
    """What is asked of customers that are entered from a day on. Shape: nobody waits for an `optional` one."""

    id: str
    code: str
    name: str
    kind: ItemKind
    optional: bool
    ordinal: int
    since: date


@dataclass(frozen=True, slots=True)
class Entry:
    """One item on one account's checklist.

    Attributes:
        note: what was seen, or why it is open again.
        by, at: name of whoever ticked it or opened it again, and when; nobody where it ticked itself.
        person: user id of whoever that was.
        etag: the row's version when it was read.
    """

    id: str
    code: str
    name: str
    kind: ItemKind
    optional: bool = False
    done: bool = False
    note: str = ""
    by: str = ""
    at: datetime | None = None
    person: str = ""
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A wish of a person who looked at a checklist: an entry of it is ticked, or else opened again.

    Attributes:
        note: what was seen, or why it is to be seen to again.
        version: the entry's etag as the person saw it: what has changed since is not changed again.
    """

    code: str
    done: bool
    note: str
    version: str


def entry_id(account: str, item: str) -> str:
    """The id of an account's entry for an item: asked once."""
    return derived("checklist entry", account, item)


def asked_of(items: Iterable[Item], entered: date) -> list[Item]:
    """What is asked of a customer that was entered on a day, in order."""
    return sorted((one for one in items if one.since <= entered), key=lambda one: (one.ordinal, one.code))


def missing(entries: Iterable[Entry]) -> list[str]:
    """The names of what is required and open."""
    return [one.name for one in entries if not one.done and not one.optional]


def in_words(entries: Iterable[Entry]) -> str:
    """For the account's form: `Complete`, or `Missing: Agreement, Tax form`."""
    names = missing(entries)
    return f"Missing: {', '.join(names)}"[:WORDS_MAX] if names else COMPLETE


def ticked(entries: Sequence[Entry], code: str, note: str) -> Entry:
    """An entry that a person has seen to.

    Errors: BadInput for a code that is not on the checklist, or no note; Refused when it is ticked.
    """
    one = _named(entries, code)
    if one.done:
        message = f"{one.name} is ticked already: {one.note}"
        raise Refused(message)
    return replace(one, done=True, note=_said(note, "what was seen, such as the form's date, or why it is not needed"))


def opened(entries: Sequence[Entry], code: str, reason: str) -> Entry:
    """An entry that is to be seen to again. Errors: as `ticked`."""
    one = _named(entries, code)
    if not one.done:
        message = f"{one.name} is not ticked"
        raise Refused(message)
    return replace(one, done=False, note=_said(reason, "why it is open again"))


def marked(entries: Sequence[Entry], mark: Mark, person: str) -> Entry | None:
    """An entry as a person who looked at it wants it; None when it stands so already, by that person.

    Errors: as `ticked`; Refused when the entry has changed since it was looked at.
    """
    one = _named(entries, mark.code)
    changed = ticked if mark.done else opened
    if one.etag == mark.version:
        return changed(entries, mark.code, mark.note)
    if (one.done, one.note, one.person) == (mark.done, _on_one_line(mark.note), person):
        return None
    raise Refused(_changed_since(one))


def ticking_themselves(entries: Iterable[Entry], evidence: Mapping[ItemKind, str]) -> list[Entry]:
    """Open entries for which there is something in the tenant; not those that a person has opened again.

    Shape: `evidence` says in words what there is.
    """
    open_ones = (one for one in entries if not one.done and not one.note)
    return [replace(one, done=True, note=evidence[one.kind]) for one in open_ones if one.kind in evidence]


def with_changed(entries: Iterable[Entry], changed: Iterable[Entry]) -> list[Entry]:
    """The checklist as it is after some entries changed."""
    news = {one.id: one for one in changed}
    return [news.get(one.id, one) for one in entries]


def refuse_missing(name: str, entries: Iterable[Entry]) -> None:
    """Nobody is released while something is missing. Errors: Refused, naming it."""
    names = missing(entries)
    if names:
        message = (
            f"{name} is held until its documents are there. Missing: {', '.join(names)}. Tick what you have seen "
            "(Checklist on the account's form, or `w365 hold checklist tick`); what is not needed is ticked with a note that "
            "says why."
        )
        raise Refused(message)


def _named(entries: Sequence[Entry], code: str) -> Entry:
    found = next((one for one in entries if one.code == code), None)
    if found is None:
        known = ", ".join(one.code for one in entries) or "nothing"
        message = f"'{code}' is not on this checklist, which has {known}"
        raise BadInput(message, "item")
    return found


def _changed_since(one: Entry) -> str:
    stands = "is open"
    if one.note:
        what = "was ticked" if one.done else "was opened again"
        stands = f"{what} by {one.by}: {one.note}" if one.by else f"ticked itself: {one.note}"
    return f"{one.name} has changed since you looked at it: it {stands}"


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _said(text: str, what: str) -> str:
    said = _on_one_line(text)
    if not said or len(said) > NOTE_MAX:
        message = f"say {what}, in up to {NOTE_MAX} characters; it is kept with the entry"
        raise BadInput(message, "note")
    return said
