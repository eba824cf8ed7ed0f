"""Whatever is decided about missed cycles, the sums are those of the history."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from work365.contracts.contract import BillingContract
from work365.contracts.policy import Policy
from work365.invoicing.catching_up import document, missed, unbilled
from work365.invoicing.decision import CatchUp, CycleDecision, Decision
from work365.invoicing.work import Article, ContractWork
from work365.money import currency, total
from work365.periods import MONTHLY, QUARTERLY
from work365.subscriptions.change_log import Change, Subscription

if TYPE_CHECKING:
    from work365.invoicing.outline import Outline
    from work365.money import Money

START = date(2025, 1, 31)
EURO = currency("EUR")
WORDS = {"bill": CatchUp.BILL_EACH, "combine": CatchUp.COMBINE, "skip": CatchUp.SKIP}


@st.composite
def works(draw: st.DrawFn) -> ContractWork:
    """A contract made long after it began, with changes on any day."""
    contract = BillingContract(
        id="c",
        currency=EURO,
        start=START + timedelta(days=draw(st.integers(0, 40))),
        frequency=draw(st.sampled_from([MONTHLY, QUARTERLY])),
        bill_day=draw(st.sampled_from([1, 15, 31])),
        policy=draw(st.sampled_from(list(Policy))),
        discount_percent=draw(st.sampled_from([Decimal(0), Decimal("7.5")])),
    )
    days = draw(st.lists(st.integers(0, 400), max_size=3, unique=True))
    seats = draw(st.lists(st.integers(0, 20), min_size=4, max_size=4))
    log = tuple(
        Change(f"x{n}", contract.start + timedelta(days=day), seats[n + 1], recorded=START)
        for n, day in enumerate(sorted(days))
        if day
    )
    first = Change("first", contract.start, seats[0], recorded=START)
    subscription = Subscription("s", contract.start, Decimal("31.07"), (first, *log))
    articles = {"s": Article(None, "Seats", "standard")}
    return ContractWork(contract, "C-1", "a", "DE", (subscription,), articles, created=date(2026, 6, 2))


def _documents(work: ContractWork, choice: CatchUp, as_of: date) -> tuple[Outline, ...]:
    made = document(replace(work, decision=Decision(choice)), as_of).outline
    return () if made is None else (*made.earlier, made)


def _net(documents: tuple[Outline, ...]) -> Money:
    return total((entry.line.amount for one in documents for entry in one.entries), EURO)


@settings(max_examples=60)
@given(works(), st.integers(0, 120))
def test_one_by_one_and_together_come_to_the_same(work: ContractWork, later: int) -> None:
    """What was shown is what is billed either way; each line and each change once; skipping bills the last cycle alone."""
    as_of = date(2026, 6, 2) + timedelta(days=later)
    shown = missed(work, as_of)
    each, together = (_documents(work, choice, as_of) for choice in (CatchUp.BILL_EACH, CatchUp.COMBINE))
    assert _net(each) == _net(together)
    if not shown:
        return
    assert _net(together) == total((one.amount for one in shown), EURO)
    keys = [entry.line.key for one in each for entry in one.entries]
    settled = [change for one in each for change in one.settles]
    assert (len(set(keys)), len(set(settled))) == (len(keys), len(settled))
    assert len(each) <= len(shown)
    last = _documents(work, CatchUp.SKIP, as_of)
    assert _net(last) == shown[-1].amount
    assert document(work, as_of).outline is None


@settings(max_examples=60)
@given(works(), st.integers(0, 120), st.lists(st.sampled_from(list(WORDS)), min_size=24, max_size=24))
def test_what_is_billed_is_what_was_not_skipped(work: ContractWork, later: int, words: list[str]) -> None:
    """Whatever is decided about each cycle: the sum is that of the cycles to bill and to combine, each on one document, once."""
    as_of = date(2026, 6, 2) + timedelta(days=later)
    shown, cycles = missed(work, as_of), unbilled(work, as_of)
    if not shown:
        return
    said = dict(zip((cycle.start for cycle in cycles), words, strict=False))
    own = {("", start): CycleDecision(WORDS[word]) for start, word in said.items()}
    made = document(replace(work, decided=own), as_of)
    documents = () if made.outline is None else (*made.outline.earlier, made.outline)
    wanted = [one.amount for one, cycle in zip(shown, cycles, strict=True) if said[cycle.start] != "skip"]
    assert _net(documents) == total(wanted, EURO)
    written = made.outline or made.advance
    assert written is not None
    skipped = [one.cycle.start for document in documents or (written,) for one in document.skipped]
    assert sorted(skipped) == [start for start, word in said.items() if word == "skip"]
    assert written.billed_through == cycles[-1].end or work.contract.end is not None
    for one in documents:
        days = {entry.line.cycle_start for entry in one.entries}
        assert len(days) == 1 or {said[day] for day in days} == {"combine"}
