"""Cancellations and credits between the runs of any contract: in the end every seat-day is billed once, and no more is given back
than was charged.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.work365.test_billing_properties import scenarios
from work365.approving.deciding import DocumentState
from work365.contracts.policy import ChangesBilled
from work365.crediting.asking import Wish
from work365.crediting.cancelling import cancel
from work365.crediting.noting import Note, note
from work365.crediting.subject import Applied, BilledLine, Mention, Party, Subject
from work365.errors import Refused
from work365.invoicing.billing import bill
from work365.invoicing.keys import earlier, parse, slot_name
from work365.invoicing.lines import Line, Posted
from work365.invoicing.rounds import open_from
from work365.money import Money, total, zero
from work365.simulation import simulate
from work365.taxing.assessing import tax_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from work365.scenario import Scenario

PERCENT = Decimal(19)
SOME = settings(max_examples=60)


@dataclass
class Document:
    """An issued document: lines of a run, or a note about another document."""

    number: int
    lines: Sequence[Line] = ()
    note: Note | None = None
    of: Document | None = None
    cancelled: bool = False

    @property
    def name(self) -> str:
        """What refusals call it."""
        return f"D-{self.number}"


@dataclass
class Office:
    """The documents of one contract, and what its row says; the rules decide everything."""

    scenario: Scenario
    documents: list[Document] = field(default_factory=list)
    billed_through: date | None = None
    reopened: date | None = None
    learned_to: date = date.min

    def run(self, day: date) -> None:
        """The run of a day, over what it may read."""
        contract, subscriptions = self.scenario.contract, self.scenario.subscriptions
        late = [change.effective for one in subscriptions for change in one.changes if change.known_on > self.learned_to]
        opening = open_from(contract, self.billed_through, [*late, *([self.reopened] if self.reopened else [])])
        posted = [
            Posted(
                line.key,
                line.subscription,
                line.period,
                line.quantity,
                line.unit_price,
                line.amount,
                one.cancelled,
                origin=line.origin,
            )
            for one in self.documents
            for line in one.lines
            if line.cycle_start >= opening
        ]
        result = bill(
            contract,
            subscriptions,
            posted,
            as_of=day,
            billed_through=self.billed_through,
            open_from=opening,
            reopened=self.reopened,
            credited=self.credited(),
        )
        waits = contract.changes_billed is ChangesBilled.NEXT_CYCLE and self.reopened is None
        if result.cycles or result.next_invoice_date is None or not waits:
            self.learned_to = day
        self.billed_through, self.reopened = result.billed_through, None
        if result.lines:
            self.documents.append(Document(len(self.documents), result.lines))

    def credited(self) -> dict[str, int]:
        """What people gave back of standing charges, by slot."""
        given: dict[str, int] = defaultdict(int)
        for one in self.documents:
            if one.note is not None and one.of is not None and not one.cancelled and not one.of.cancelled and one.of.lines:
                for line in one.note.lines:
                    given[parse(line.of.key)[0]] -= line.net.minor
        return {slot: minor for slot, minor in given.items() if minor > 0}

    def subject(self, one: Document) -> Subject:
        """A document of a run, with what became of its lines."""
        code = self.scenario.contract.currency
        lines = tuple(self._line(one, ordinal, line) for ordinal, line in enumerate(one.lines, 1))
        gross = total((line.net + line.tax for line in lines), code)
        state = DocumentState.CANCELLED if one.cancelled else DocumentState.ISSUED
        nothing = zero(code)
        return Subject(
            *(one.name, one.name, state, gross.minor < 0, code, lines, gross, gross, nothing, nothing),
            paying=False,
            entity="e",
            zone="UTC",
            account="a",
            contracts=(Party("C-1", reopened=self.reopened),),
        )

    def _line(self, one: Document, ordinal: int, line: Line) -> BilledLine:
        mentions = tuple(mention for other in self.documents if other is not one for mention in self._mentions(other, line.key))
        later = [mine for other in self.documents if other is not one and not other.cancelled for mine in other.lines]
        return BilledLine(
            *(line.key, ordinal, "A product", line.period, Decimal(line.quantity), line.unit_price, line.fraction, line.amount),
            tax=tax_on(line.amount, PERCENT),
            applied=Applied(PERCENT),
            cycle_start=line.cycle_start,
            origin=line.origin or "",
            mentions=mentions,
            carried=tuple(
                one for other in self.documents for key in earlier(line.key) for one in self._mentions(other, key) if one.by_hand
            ),
            replaced=any(_takes_out(other.key, line.key) for other in later),
        )

    @staticmethod
    def _mentions(other: Document, key: str) -> list[Mention]:
        if other.cancelled:
            return []
        by_run = [_by_run(other.name, line) for line in other.lines if line.origin == key]
        noted = other.note.lines if other.note else ()
        by_hand = [
            Mention(other.name, line.net, line.tax, by_hand=True, units=line.quantity if line.how == "q" else Decimal(0))
            for line in noted
            if line.of.key == key
        ]
        return by_run + by_hand

    def cancel(self, pick: int) -> None:
        """Cancel one of the runs' documents, unless the rules refuse."""
        one = self._picked(pick)
        if one is None:
            return
        try:
            done = cancel(self.subject(one))
        except Refused:
            return
        one.cancelled, self.reopened = True, done.reopen["C-1"]
        if done.note is not None:
            self.documents.append(Document(len(self.documents), note=done.note, of=one))

    def credit(self, pick: int, line: int, thirds: int) -> None:
        """Credit a part of a line, unless the rules refuse."""
        one = self._picked(pick)
        if one is None:
            return
        subject = self.subject(one)
        chosen = subject.lines[line % len(subject.lines)]
        part = Money(abs(chosen.net.minor) * thirds // 3, chosen.net.currency).major
        try:
            made = note(subject, [Wish(chosen.ordinal, net=part) if part else Wish(chosen.ordinal)])
        except Refused:
            return
        self.documents.append(Document(len(self.documents), note=made, of=one))

    def _picked(self, pick: int) -> Document | None:
        runs = [one for one in self.documents if one.lines]
        return runs[pick % len(runs)] if runs else None

    def per_cycle(self) -> dict[tuple[str, date, bool], int]:
        """What everything comes to, cancelled documents and their notes included, by subscription and cycle."""
        sums: dict[tuple[str, date, bool], int] = defaultdict(int)
        home = {}
        for one in self.documents:
            for line in one.lines:
                home[line.key] = place = _place(line)
                sums[place] += line.amount.minor
        for one in self.documents:
            for noted in one.note.lines if one.note else ():
                sums[home[noted.of.key]] += noted.net.minor
        return {place: minor for place, minor in sums.items() if minor}


def _by_run(document: str, line: Line) -> Mention:
    return Mention(document, line.amount, tax_on(line.amount, PERCENT), by_hand=False)


def _place(line: Line) -> tuple[str, date, bool]:
    return line.subscription, line.cycle_start, slot_name(line.key).startswith("d")


def _takes_out(key: str, earlier: str) -> bool:
    (slot, version), (other, before) = parse(key), parse(earlier)
    return slot == other and version.action == "r" and version > before


def _plain(scenario: Scenario) -> dict[tuple[str, date, bool], int]:
    office = Office(scenario)
    for day in scenario.runs:
        office.run(day)
    return office.per_cycle()


steps = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=10)


@SOME
@given(scenarios(), steps)
def test_cancelling_changes_nothing_in_the_end(scenario: Scenario, cancellations: list[tuple[int, int]]) -> None:
    """F134: after the last run each subscription and cycle has come to what it would have without any cancellation."""
    office = Office(scenario)
    for number, day in enumerate(scenario.runs):
        office.run(day)
        for after, pick in cancellations:
            if after == number:
                office.cancel(pick)
    office.cancel(len(cancellations))
    office.run(scenario.runs[-1])
    assert office.per_cycle() == _plain(scenario)
    before = len(office.documents)
    office.run(scenario.runs[-1])
    assert len(office.documents) == before
    keys = [line.key for one in office.documents for line in one.lines]
    assert len(keys) == len(set(keys))


@SOME
@given(scenarios(), steps)
def test_a_cancelled_document_and_its_note_are_nothing(scenario: Scenario, cancellations: list[tuple[int, int]]) -> None:
    """Net and tax of each cancelled document, of what was credited of it and of its note come to zero, to the cent."""
    office = Office(scenario)
    for day in scenario.runs:
        office.run(day)
        for thirds, pick in cancellations:
            office.credit(pick, thirds, 1 + thirds % 3)
        office.cancel(len(cancellations))
    code = scenario.contract.currency
    for one in office.documents:
        if one.cancelled:
            notes = [other.note for other in office.documents if other.of is one and other.note]
            assert total([line.amount for line in one.lines] + [made.net for made in notes], code).minor == 0
            taxes = [tax_on(line.amount, PERCENT) for line in one.lines]
            assert total(taxes + [made.tax for made in notes], code).minor == 0


@settings(SOME, max_examples=150)
@given(scenarios(), st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 3)), max_size=4))
def test_no_more_is_given_back_than_was_charged(scenario: Scenario, credits_: list[tuple[int, int, int]]) -> None:
    """E6: whoever gives back, people or billing, no charge goes below zero; and billing again adds nothing."""
    office = Office(scenario)
    for day in scenario.runs:
        office.run(day)
        for pick, line, thirds in credits_:
            office.credit(pick, line, thirds)
    office.run(scenario.runs[-1])
    before = len(office.documents)
    office.run(scenario.runs[-1])
    assert len(office.documents) == before
    for slot, minor in _charges(office).items():
        assert minor >= 0, slot


def _charges(office: Office) -> dict[str, int]:
    """What each charge comes to after everything that was given back of it."""
    lines = {line.key: line for one in office.documents for line in one.lines}
    slots: dict[str, int] = defaultdict(int)
    for line in lines.values():
        charge = line
        while parse(charge.key)[0].endswith("-") and charge.origin in lines:
            charge = lines[charge.origin]
        slot = parse(charge.key)[0]
        if not slot_name(charge.key).startswith("d") and not slot.endswith("-"):
            slots[slot] += line.amount.minor
    for one in office.documents:
        for noted in one.note.lines if one.note else ():
            slot = parse(noted.of.key)[0]
            if noted.net.minor < 0 and slot in slots:
                slots[slot] += noted.net.minor
    return slots


@SOME
@given(scenarios())
def test_the_office_bills_as_the_simulator_does(scenario: Scenario) -> None:
    """The ledger of this test is no engine of its own: without cancellations it has the simulator's lines."""
    office = Office(scenario)
    for day in scenario.runs:
        office.run(day)
    assert [tuple(one.lines) for one in office.documents] == [invoice.lines for invoice in simulate(scenario).invoices]


def _stored(line: Line, *, cancelled: bool) -> Posted:
    """A line as a store keeps it."""
    said = (line.key, line.subscription, line.period, line.quantity, line.unit_price, line.amount)
    return Posted(*said, cancelled, origin=line.origin)
