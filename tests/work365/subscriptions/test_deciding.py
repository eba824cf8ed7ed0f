"""What a change does, and why it may not be: the rules for one subscription, without any store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from work365.contracts.contract import BillingContract
from work365.errors import Refused
from work365.money import Currency
from work365.subscriptions.deciding import Wish, decide
from work365.subscriptions.held import Agreed, Entry, Held, Place, Status, windows_of
from work365.subscriptions.ledger import Event, LogRow, breaks
from work365.terms.said import said
from work365.terms.term import Term
from work365.terms.windows import returnable

START = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PLACE = Place(BillingContract("c", Currency("EUR"), date(2026, 1, 1)), "C-1", "acc", "Europe/Berlin")
YEAR = Agreed(Term.YEAR, START, date(2027, 3, 2))


def held(*later: tuple[date, int, int], **more: Any) -> Held:  # noqa: ANN401  fields of the value
    """Ten seats at 31.00 from 2 March on, and later rows of (day, seats, delta)."""
    rows = [(START, 10, 10), *later]
    entries = tuple(
        Entry(
            LogRow(number, day, seats, delta, Decimal(31), Event.QUANTITY),
            str(number),
            datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
        )
        for number, (day, seats, delta) in enumerate(rows, 1)
    )
    made = Held("s", "Premium", PLACE, "p", Status.ACTIVE, rows[-1][1], Decimal(31), START, entries)
    return replace(made, **more)


def wish(event: Event, on: str = "2026-03-16", **more: Any) -> Wish:  # noqa: ANN401  fields of the value
    return Wish(event, date.fromisoformat(on), **more)


@pytest.mark.parametrize(
    ("one", "wanted", "seats", "price", "status"),
    [
        (held(), wish(Event.QUANTITY, quantity=15), 15, 31, Status.ACTIVE),
        (held(), wish(Event.QUANTITY, quantity=0), 0, 31, Status.ACTIVE),
        (held(), wish(Event.QUANTITY, quantity=15, unit_price=Decimal(29)), 15, 29, Status.ACTIVE),
        (held(), wish(Event.PRICE, unit_price=Decimal(33)), 10, 33, Status.ACTIVE),
        (held(), wish(Event.PAUSE), 10, 31, Status.SUSPENDED),
        (held(place=replace(PLACE, pause_stops=True)), wish(Event.PAUSE), 0, 31, Status.SUSPENDED),
        (held(status=Status.SUSPENDED), wish(Event.RESUME), 10, 31, Status.ACTIVE),
        (held((date(2026, 3, 9), 0, -10)), wish(Event.RESUME), 10, 31, Status.ACTIVE),
        (held((date(2026, 3, 9), 0, -10)), wish(Event.RESUME, quantity=4), 4, 31, Status.ACTIVE),
        (held(), wish(Event.CANCEL), 0, 31, Status.CANCELLED),
        (held((date(2026, 3, 9), 0, -10), status=Status.CANCELLED), wish(Event.REACTIVATE), 10, 31, Status.ACTIVE),
    ],
    ids=[
        "more seats",
        "none: rests",
        "seats and price",
        "price",
        "pause, billed on",
        "pause, not billed",
        "resume",
        "resume from nothing",
        "resume with fewer",
        "cancel",
        "reactivate",
    ],
)
def test_what_each_event_does(one: Held, wanted: Wish, seats: int, price: int, status: Status) -> None:
    decision = decide(one, wanted, NOON)
    assert (decision.quantity, decision.unit_price, decision.status) == (seats, Decimal(price), status)
    assert breaks([*one.rows, *decision.rows], decision.quantity, decision.rows[-1].sequence) == []


@pytest.mark.parametrize(
    ("one", "wanted", "why"),
    [
        (held(status=Status.CANCELLED), wish(Event.QUANTITY, quantity=5), r"is Cancelled.*reactivate it first"),
        (held(status=Status.SUSPENDED), wish(Event.QUANTITY, quantity=5), r"is Suspended.*resume it first"),
        (held(), wish(Event.REACTIVATE), r"is Active: Reactivate is not possible"),
        (held(), wish(Event.RESUME), r"has 10 seats and is not paused"),
        (held(), wish(Event.QUANTITY, quantity=10), r"has 10 seats at 31 on 2026-03-16 already"),
        (held(), wish(Event.QUANTITY), r"say how many seats"),
        (held(), wish(Event.QUANTITY, quantity=-1), r"quantity of -1 is not possible"),
        (held(), wish(Event.QUANTITY, on="2026-02-28", quantity=5), r"starts on 2026-03-02"),
    ],
    ids=["cancelled", "suspended", "not cancelled", "not paused", "no change", "no number", "negative", "before its start"],
)
def test_what_is_refused_in_words(one: Held, wanted: Wish, why: str) -> None:
    with pytest.raises(Refused, match=why):
        decide(one, wanted, NOON)


@pytest.mark.parametrize(
    ("on", "seats", "allowed"),
    [
        ("2026-03-05", 6, True),
        ("2026-03-08", 6, True),
        ("2026-03-10", 6, False),
        ("2026-03-10", 15, True),
        ("2027-03-01", 6, False),
        ("2027-03-02", 6, True),
    ],
    ids=["third day", "seventh day", "ninth day", "more seats", "last day of the term", "at the renewal"],
)
def test_seats_under_a_term_go_in_their_window_or_at_its_end(on: str, seats: int, allowed: bool) -> None:
    """F14: a reduction that the rule forbids is refused with the day on which it becomes possible."""
    one, wanted = held(agreed=YEAR), wish(Event.QUANTITY, on=on, quantity=seats)
    if allowed:
        assert decide(one, wanted, NOON).quantity == seats
    else:
        with pytest.raises(Refused, match=r"4 seats of Premium cannot be given back.*becomes possible on 2027-03-02"):
            decide(one, wanted, NOON)


def test_a_cancellation_under_a_term_is_a_reduction_to_nothing() -> None:
    assert decide(held(agreed=YEAR), wish(Event.CANCEL, on="2026-03-04"), NOON).quantity == 0
    with pytest.raises(Refused, match=r"10 seats .* 2027-03-02"):
        decide(held(agreed=YEAR), wish(Event.CANCEL), NOON)


def test_each_batch_has_its_own_window_and_the_supplier_is_believed_over_it() -> None:
    """F159: ten seats on 2 March, five more on the 12th; on the 16th the five may go, not the ten."""
    one = held((date(2026, 3, 12), 15, 5), agreed=YEAR)
    assert returnable(windows_of(one), datetime(2026, 3, 16, tzinfo=UTC)) == 5
    assert decide(one, wish(Event.QUANTITY, quantity=10), NOON).quantity == 10
    with pytest.raises(Refused, match=r"6 seats .* cannot .* 5 of them may, until 2026-03-19 12:00 UTC"):
        decide(one, wish(Event.QUANTITY, quantity=9), NOON)
    own = '{"refundableQuantity": {"details": [{"quantity": 8, "allowedUntilDateTime": "2026-03-20T00:00:00Z"}]}}'
    told = replace(one, agreed=replace(YEAR, said=said(own)))
    assert decide(told, wish(Event.QUANTITY, quantity=7), NOON).quantity == 7


def test_the_supplier_says_until_when_it_can_be_cancelled() -> None:
    """Its own moment counts, later or earlier than seven days."""
    told = held(agreed=replace(YEAR, said=said('{"cancellationAllowedUntilDate": "2026-03-17T00:00:00Z"}')))
    assert decide(told, wish(Event.CANCEL, on="2026-03-16"), NOON).status is Status.CANCELLED
    with pytest.raises(Refused, match="becomes possible on 2027-03-02"):
        decide(told, wish(Event.CANCEL, on="2026-03-17"), NOON)


def test_a_renewal_opens_a_window_for_all_seats() -> None:
    renewed = Agreed(Term.YEAR, date(2027, 3, 2), date(2028, 3, 2))
    assert decide(held(agreed=renewed), wish(Event.QUANTITY, on="2027-03-05", quantity=1), NOON).quantity == 1


def test_what_microsoft_says_about_windows_is_read_as_it_says_it() -> None:
    """The published answer of "Get a subscription by id"; text that is not one counts as nothing said."""
    found = said(
        '{"refundOptions": [{"type": "Full", "expiresAt": "2021-01-15T00:00:00Z"}], "refundableQuantity": {"totalQuantity": 10,'
        ' "details": [{"quantity": 10, "allowedUntilDateTime": "2021-01-24T20:39:17.182697Z"}]}}'
    )
    assert found is not None
    (window,) = found.windows
    assert (window.seats, window.full_until) == (10, datetime(2021, 1, 15, tzinfo=UTC))
    assert window.until == datetime(2021, 1, 24, 20, 39, 17, 182697, tzinfo=UTC)
    assert [said(text) for text in (None, "", "[]", "nonsense", '{"refundableQuantity": {"details": [{}]}}')] == [None] * 5
