"""Play one month: the same seed is the same month, and a month without some of its steps is otherwise the same one.

Each step has dice of its own, made from the seed and its place, so leaving one out changes nothing that others draw. How a month
begins depends on its first day alone, so whoever plays many begins each once and plays it on in copies.
"""

from __future__ import annotations

import random
import traceback
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from dataverse.rows import status_label
from local.months import booking, chasing, deciding, giving, giving_up, leaving_over, linking, receiving, taking, trouble
from local.months.acts import drawn
from local.months.late_laws import note_suspensions, proposed_once
from local.months.laws import AT_REST, at_any_time
from local.months.office import Office
from local.months.outcomes import outcomes
from local.months.partner import Partner
from local.months.settling import settle

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

ROOMS = (taking, linking, giving, leaving_over, giving_up, receiving, chasing, deciding, booking, trouble)
"""The modules with acts; each registers its own when it is imported."""
STEPS = 12
APART_H = 110
DRAWN_MAX = 8
"""How often dice are thrown for one step, when what they say cannot happen now."""


@dataclass(frozen=True, slots=True)
class Played:
    """A month that is over.

    Attributes:
        broken: which laws were, and when.
        acts: how often what was done.
        ends: how often what came of it.
    """

    seed: int
    log: tuple[str, ...]
    broken: tuple[str, ...]
    acts: Counter[str]
    ends: Counter[str]


def first_day(seed: int) -> date:
    """The day on which the month of a seed begins."""
    return date(2026, 1 + random.Random(seed).randint(0, 10), 1)


def begin(first: date) -> Office:
    """A partner on the first of a month, once its contracts are billed and charged."""
    office = Office(Partner(first))
    with office.at_rest():
        office.night()
        office.partner.later(minutes=20)
        office.sweep()
    return office


def play(seed: int, *, without: Collection[int] = ()) -> Played:
    """Play the month of a seed. Shape: `without` are the numbers of steps that are left out, counted from 1."""
    office = begin(first_day(seed))
    try:
        return play_on(office, seed, without=without)
    finally:
        office.partner.close()


def play_on(office: Office, seed: int, *, without: Collection[int] = ()) -> Played:
    """Play a month that has begun; the office is used up by it."""
    acts = Counter[str]()
    try:
        broken = tuple(_lived(office, seed, without, acts))
    except Exception:  # noqa: BLE001  whatever nobody had foreseen breaks the month
        broken = (traceback.format_exc(limit=-8),)
    return Played(seed, tuple(office.log), broken, acts, Counter(outcomes(office.partner)))


def _lived(office: Office, seed: int, without: Collection[int], acts: Counter[str]) -> Iterator[str]:
    """What broke, up to the first step that broke something."""
    histories: dict[str, list[str]] = {}
    for number in range(1, STEPS + 1):
        dice = office.dice = random.Random(f"{seed}.{number}")
        office.partner.later(hours=dice.randint(1, APART_H))
        if number not in without:
            acts[_step(office, number, dice)] += 1
        note_suspensions(office.partner, histories)
        broken = [f"after step {number}: {what}" for what in (*at_any_time(office.partner), *proposed_once(histories))]
        if broken:
            yield from broken
            return
    with office.at_rest():
        settle(office)
    for row in sorted(_standing(office.partner)):
        office.says(row)
    for law in AT_REST:
        for what in law(office.partner):
            yield f"settled, {law.__name__.replace('_', ' ')}: {what}"


def _step(office: Office, number: int, dice: random.Random) -> str:
    """Something happens: what the dice say first of what can happen now; its name."""
    at = len(office.log)
    for _ in range(DRAWN_MAX):
        act, moment = drawn(dice), f"{office.partner.now:%m-%d %H:%M}"
        said = act.do(office, dice)
        if said is not None:
            office.log.insert(at, f"{number}. {moment} {act.name}{': ' if said else ''}{said}")
            return act.name
    return "nothing"


def _standing(partner: Partner) -> Iterator[str]:
    """How every document ends, for the log."""
    for row in partner.rows("w365_invoice"):
        amounts = f"{row['w365_amountcharged']:.2f} of {row['w365_total']:.2f}"
        yield f"{row['w365_number']} {status_label('w365_invoice', row)} {amounts}"
