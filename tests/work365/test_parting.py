"""A bill of several payers is parted: each line, cycle, change and item on one document, and the parts are the whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from work365.commitments.terms import Commitment
from work365.commitments.truing import Committed
from work365.contracts.amendment import Amendment, ScheduledBy
from work365.contracts.contract import BillingContract
from work365.contracts.policy import Policy
from work365.errors import BadInput
from work365.invoicing.catching_up import document
from work365.invoicing.decision import CatchUp, Decision
from work365.invoicing.drafting import draft
from work365.invoicing.items import Item, one_day
from work365.invoicing.lines import Kind
from work365.invoicing.payer import Payer
from work365.invoicing.work import Article, ContractWork
from work365.money import currency
from work365.periods import MONTHLY, QUARTERLY
from work365.subscriptions.change_log import Change, Subscription
from work365.taxing.assessing import Buyer

if TYPE_CHECKING:
    from work365.invoicing.outline import Outline

START, EURO = date(2025, 1, 31), currency("EUR")
ALPHA, BETA, GAMMA = (Payer(name, Buyer(name, "DE")) for name in ("Alpha", "Beta", "Gamma"))
PAYERS = {"": ALPHA, "Alpha": ALPHA, "Beta": BETA, "Gamma": GAMMA}
DAYS = st.integers(1, 400).map(lambda days: START + timedelta(days=days))


@st.composite
def works(draw: st.DrawFn) -> ContractWork:
    """A contract that nobody has billed, with up to three changes of payer, changes of seats and items on any day."""
    said = draw(st.lists(st.tuples(DAYS, st.sampled_from(["Alpha", "Beta", "Gamma"])), min_size=1, max_size=3))
    contract = BillingContract(
        id="c",
        currency=EURO,
        start=START,
        frequency=draw(st.sampled_from([MONTHLY, QUARTERLY])),
        bill_day=draw(st.sampled_from([1, 15, 31])),
        policy=draw(st.sampled_from(list(Policy))),
        discount_percent=draw(st.sampled_from([Decimal(0), Decimal("7.5")])),
        scheduled_by=draw(st.sampled_from(ScheduledBy)),
        amendments=tuple(Amendment(f"a{number}", day, payer=payer) for number, (day, payer) in enumerate(said)),
    )
    log = [Change("first", START, 5)]
    log += [Change(f"x{n}", day, draw(st.integers(0, 9))) for n, day in enumerate(draw(st.lists(DAYS, max_size=3, unique=True)))]
    subscription = Subscription("s", START, Decimal("31.07"), tuple(sorted(log, key=lambda one: one.effective)))
    items = tuple(_item(str(number), day) for number, day in enumerate(draw(st.lists(DAYS, max_size=3))))
    articles, created = {"s": Article(None, "Seats", "standard")}, date(2026, 6, 2)
    return ContractWork(contract, "C-1", "Alpha", "DE", (subscription,), articles, items=items, created=created, payers=PAYERS)


def _item(name: str, day: date) -> Item:
    return Item(
        "w365_nonrecurringitem", (name,), f"item/{name}", Kind.ONE_TIME, "Set-up", one_day(day), Decimal(1), Decimal(9), "x"
    )


@settings(max_examples=60)
@given(works(), st.sampled_from([CatchUp.BILL_EACH, CatchUp.COMBINE]))
def test_the_parts_are_the_whole(work: ContractWork, choice: CatchUp) -> None:
    """F110: together or one by one, the documents sum to what one payer alone would be billed, each line for who paid then."""
    as_of = date(2026, 6, 2)
    made, alone = (document(replace(work, decision=Decision(choice), payers=payers), as_of).outline for payers in (PAYERS, {}))
    assert (made is None) == (alone is None)
    if made is None or alone is None:
        return
    documents = made.documents
    assert _parts(documents) == _parts(alone.documents)
    assert all(one.work.account == work.payer_on(entry.line.period.start) for one in documents for entry in one.entries)
    assert len({one.id for one in documents}) == len({one.key for one in documents}) == len(documents)
    if choice is CatchUp.COMBINE:
        assert len({one.work.account for one in documents}) == len(documents)


def _parts(documents: tuple[Outline, ...]) -> Counter[object]:
    """Each line, cycle, change and item, as often as it stands on a document."""
    lines = (entry.line for one in documents for entry in one.entries)
    cycles = (cycle for one in documents if one.by_cycle for cycle in one.cycles)
    return Counter((*lines, *cycles, *(part for one in documents for part in (*one.settles, *one.items))))


def test_a_minimum_over_the_days_of_two_payers_is_held() -> None:
    """Nobody has said who owes the shortfall."""
    contract = BillingContract("c", EURO, date(2026, 1, 1), end=date(2026, 3, 1), amendments=(_to("Beta", date(2026, 2, 1)),))
    seats = Subscription("s", date(2026, 1, 1), Decimal(10), (Change("first", date(2026, 1, 1), 1),))
    committed = Committed(Commitment(Decimal(100), None, "p", "x", cycles=2), date(2026, 1, 1))
    work = ContractWork(
        contract, "C-1", "Alpha", "DE", (seats,), {"s": Article(None, "Seats", "x")}, committed=committed, payers=PAYERS
    )
    with pytest.raises(BadInput, match="the minimum of 2026-01-01 to 2026-02-28 falls short, and its days have two payers"):
        draft(work, date(2026, 3, 1))


def _to(payer: str, day: date) -> Amendment:
    return Amendment(payer, day, payer=payer)
