"""F1: a bundle of parts 1, 5 and 2, the last not billable, sold four times: its parts follow every change of it."""

from __future__ import annotations

from datetime import date

import pytest

from dataverse.batch import Delete
from dataverse.query import Query, eq
from dataverse.webapi import Ref
from local.desks.bundles import COMPONENT, MARCH, Bundled
from work365.subscriptions.ledger import breaks

APRIL, MAY = date(2026, 4, 1), date(2026, 5, 1)


def test_the_parts_follow_with_one_row_each() -> None:
    """From four to six on 16 March: 6, 30 and 12 parts, and both priced lines and their parts are billed for the days."""
    sold = Bundled()
    assert sold.desk.month(MARCH) == ["80.00", "4.00", "10.00"]
    sold.desk.at(date(2026, 3, 16))
    assert sold.desk.ask(sold.bundle, "Quantity", quantity=6, on="2026-03-16")[0] == "Succeeded"
    assert sold.stand() == [(6, "Active"), (6, "Active"), (30, "Active"), (12, "Active")]
    rows = [("Quantity", "2026-03-16", 6, 2), ("Quantity", "2026-03-16", 30, 10), ("Quantity", "2026-03-16", 12, 4)]
    assert [sold.desk.log(one)[1:] for one in sold.parts] == [[row] for row in rows]
    # 16 of 31 days: 4 x 20.00, 6 x 20.00; 4 x 1.00, 6 x 1.00; 20 x 0.50, 30 x 0.50
    adjusted = ["-41.29", "61.94", "-2.06", "3.10", "-5.16", "7.74"]
    assert sorted(sold.desk.month(APRIL)) == sorted([*adjusted, "120.00", "6.00", "15.00"])


def test_a_planned_change_and_a_late_one_take_the_parts_along() -> None:
    sold = Bundled()
    sold.desk.ask(sold.bundle, "Quantity", quantity=6, on="2026-04-01")
    assert sold.stand()[2] == (20, "Active")
    sold.desk.timer(APRIL)
    assert sold.stand()[1:] == [(6, "Active"), (30, "Active"), (12, "Active")]
    sold.desk.ask(sold.bundle, "Quantity", quantity=5, on="2026-03-16")
    assert sold.desk.log(sold.parts[1]) == [
        ("Create", "2026-03-01", 20, 20),
        ("Quantity", "2026-04-01", 30, 10),
        ("Quantity", "2026-03-16", 25, 5),
        ("Quantity", "2026-04-01", 30, -5),
    ]
    for one in sold.parts:
        assert not breaks(sold.desk.held(one).rows, sold.desk.held(one).quantity)


def test_what_ends_ends_with_its_parts_and_comes_back_with_them() -> None:
    sold = Bundled({"pausestops": True})
    for event, day, seats, status in (
        ("Pause", "2026-03-05", 0, "Suspended"),
        ("Resume", "2026-03-10", 4, "Active"),
        ("Cancel", "2026-03-20", 0, "Cancelled"),
        ("Reactivate", "2026-03-25", 4, "Active"),
    ):
        sold.desk.at(date.fromisoformat(day))
        assert sold.desk.ask(sold.bundle, event, on=day)[0] == "Succeeded"
        assert sold.stand() == [(seats * each, status) for each in (1, 1, 5, 2)]


def test_a_bundle_that_ends_with_its_term_is_not_billed_in_parts() -> None:
    sold = Bundled(term="P1M", until=APRIL, atend="End")
    sold.desk.month(MARCH)
    assert sold.desk.renew(APRIL).subscriptions == 1
    assert sold.stand() == [(0, "Cancelled")] * 4
    sold.desk.run(APRIL)
    assert [amount for invoice in sold.desk.invoices()[1:] for amount in invoice.amounts] == []


def test_a_price_is_the_bundles_own_or_the_parts_own() -> None:
    sold = Bundled()
    assert sold.desk.ask(sold.bundle, "Price", price="21.00", on="2026-03-01")[0] == "Succeeded"
    assert sold.desk.ask(sold.parts[0], "Price", price="1.10", on="2026-03-01")[0] == "Succeeded"
    assert [len(sold.desk.log(one)) for one in (sold.bundle, *sold.parts)] == [2, 2, 1, 1]


@pytest.mark.parametrize(
    ("which", "event", "said", "why"),
    [
        ("part", "Quantity", {"quantity": "9"}, "is a part of the bundle"),
        ("part", "Cancel", {}, "change that one, and its parts follow"),
        ("bundle", "Upgrade", {"product": "other"}, "its parts cannot go along"),
    ],
)
def test_what_would_tear_a_bundle_apart_is_refused(which: str, event: str, said: dict[str, str], why: str) -> None:
    sold = Bundled()
    state, answer = sold.desk.ask(sold.bundle if which == "bundle" else sold.parts[0], event, on="2026-03-01", **said)
    assert (state, why in answer) == ("Refused", True)
    assert sold.stand() == [(4, "Active"), (4, "Active"), (20, "Active"), (8, "Active")]


def test_how_many_go_into_a_seat_is_never_guessed() -> None:
    """The catalogue has no component any more: more seats are refused, an end is not."""
    sold = Bundled()
    for row in sold.desk.api.find(Query(COMPONENT, ("w365_productcomponentid",), eq("w365_name", "FIVE"))):
        sold.desk.api.change([Delete(Ref(COMPONENT, row["w365_productcomponentid"]))])
    state, answer = sold.desk.ask(sold.bundle, "Quantity", quantity=6, on="2026-03-01")
    assert state == "Refused"
    assert "enter it under the components of the bundle's product" in answer
    assert sold.desk.ask(sold.bundle, "Cancel", on="2026-03-01")[0] == "Succeeded"
    assert sold.stand() == [(0, "Cancelled")] * 4
