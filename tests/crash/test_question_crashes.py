"""A question is asked, answered and closed once, whatever dies; two people at the same moment dispute no more than is open."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING

from dataverse.query import Query
from local.desks.reminding import ReminderDesk
from local.faults import Died, Fault
from work365.errors import External, Refused
from work365.handlers import questions
from work365.questions.thread import Question, Said, Side

if TYPE_CHECKING:
    from tests.points import Tried

FAULTS = (Fault.DIE_BEFORE, Fault.DIE_AFTER, Fault.LOSE_ANSWER, Fault.ERROR_AFTER, Fault.NOT_REACHED)
FORTY, SEVENTY = Decimal(40), Decimal(70)


class Desk(ReminderDesk):
    """One open invoice over 100.00."""

    def __init__(self) -> None:
        super().__init__()
        self.open(self.customer("A-1"), "INV-1", "100.00", due=date(2026, 3, 10))

    def says(self, text: str, side: Side = Side.STAFF) -> Said:
        return Said(side, "", self.clock.now(), text)

    def asked(self, text: str = "Why seven?", amount: Decimal = FORTY) -> Question:
        return questions.ask("INV-1", None, self.says(text, Side.CUSTOMER), amount, book=self.questions)

    def all_of_it(self) -> None:
        one = self.asked()
        questions.reply(one.id, self.says("One came in March."), book=self.questions)
        questions.close(one.id, self.says("Agreed"), book=self.questions)

    @property
    def disputed(self) -> Decimal:
        (row,) = self.api.find(Query("w365_invoice", ("w365_disputedamount",)))
        return Decimal(row["w365_disputedamount"] or 0)

    @property
    def threads(self) -> list[list[str]]:
        return [[said.text for said in one.said] for one in self.questions.listed("INV-1", closed=True)]


def attempt(desk: Desk) -> None:
    with suppress(Died, External, Refused):
        desk.all_of_it()


def test_each_step_is_taken_once_whatever_breaks(tried: Tried) -> None:
    """The command is given again until it has an answer; a closed question that is closed again stays as it is."""
    clean = Desk()
    clean.fuse.reset()
    clean.all_of_it()
    for at, fault in tried("questions", product(range(1, clean.fuse.count + 1), FAULTS)):
        desk = Desk()
        desk.fuse.arm(at=at, fault=fault)
        attempt(desk)
        place = f"{fault.value} at {at}: {desk.fuse.blown}"
        assert desk.fuse.blown is not None, place
        desk.fuse.reset()
        attempt(desk)
        assert (desk.threads, desk.disputed) == (clean.threads, Decimal(0)), place


def test_two_questions_at_once_dispute_no_more_than_is_open(tried: Tried) -> None:
    """Wherever the second one comes in between: one of the two is refused with what is left, and what stands is its amount."""
    clean = Desk()
    clean.fuse.reset()
    clean.asked()
    for at in tried("questions, two people", range(1, clean.fuse.count + 1)):
        desk = Desk()
        desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=lambda desk=desk: desk.asked("And line 3?", SEVENTY))  # type: ignore[misc]  # a default binds the loop's value
        refused = ""
        try:
            desk.asked()
        except Refused as error:
            refused = str(error)
        assert refused == "40.00 EUR cannot be disputed of INV-1: 30.00 EUR of it is open and not disputed yet"
        assert (desk.threads, desk.disputed) == ([["And line 3?"]], SEVENTY)


def test_two_answers_at_once_are_both_there(tried: Tried) -> None:
    """The second one takes the next place in the thread."""
    clean = Desk()
    one = clean.asked()
    clean.fuse.reset()
    questions.reply(one.id, clean.says("Because of April."), book=clean.questions)
    for at in tried("answers, two people", range(1, clean.fuse.count + 1)):
        desk = Desk()
        one = desk.asked()

        def other(desk: Desk = desk, one: Question = one) -> None:
            questions.reply(one.id, desk.says("Because of March."), book=desk.questions)

        desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=other)
        questions.reply(one.id, desk.says("Because of April."), book=desk.questions)
        assert desk.threads == [["Why seven?", "Because of March.", "Because of April."]]
