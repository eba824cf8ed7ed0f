"""What a contract has lived through up to a document: its runs, who paid, what was cancelled, and cycles billed one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime

from work365.contracts.contract import BillingContract
from work365.explaining.lived import Document, lived
from work365.money import Currency
from work365.simulating.standing import Cancelled

CONTRACT = BillingContract("c", Currency("EUR"), date(2026, 1, 1))


def at(day: int, hour: int = 3) -> datetime:
    return datetime(2026, 4, day, hour, tzinfo=UTC)


def written(
    name: str,
    day: int,
    month: int,
    *,
    run: str = "",
    payer: str = "p",
    hour: int = 3,
    cancelled: datetime | None = None,
) -> Document:
    """A document of a run of a day in April, about a month of 2026."""
    return Document(
        name,
        run or f"run {name}",
        date(2026, 4, day),
        date(2026, month, 1),
        payer,
        whole=True,
        made=at(day, hour),
        cancelled=cancelled,
    )


def test_missed_cycles_one_by_one_are_each_due_on_their_own_day() -> None:
    """All but the last bill what was due on the day of their cycle; what came after the explained one is not there."""
    each = [written(str(month), 5, month, run="one") for month in (1, 2, 3, 4)]
    life = lived(each, "3", CONTRACT)
    assert life.runs == (date(2026, 4, 5),) * 3
    assert life.due == {1: date(2026, 1, 1), 2: date(2026, 2, 1), 3: date(2026, 3, 1)}
    assert lived(each, "4", CONTRACT).due == life.due


def test_two_payers_of_one_run_are_one_step() -> None:
    """Both have the same place, also where the explained document is the first of them."""
    both = [written("old", 5, 3, run="one", payer="a"), written("new", 5, 4, run="one", payer="b")]
    life = lived(both, "old", CONTRACT)
    assert (life.places, life.due) == ({"old": 1, "new": 1}, {})


def test_a_cancellation_counts_from_the_next_document_on() -> None:
    """One that was cancelled after the explained document was written stood then."""
    documents = [written("1", 1, 1, cancelled=at(3)), written("2", 2, 2), written("3", 4, 1), written("4", 6, 4, cancelled=at(9))]
    assert lived(documents, "2", CONTRACT).cancelled == ()
    assert lived(documents, "4", CONTRACT).cancelled == (Cancelled(1, 3),)
    assert lived(documents, "4", CONTRACT).runs == tuple(date(2026, 4, day) for day in (1, 2, 4, 6))
