"""F51, F52: what a credit hold blocks, what it never blocks, and what happens when it is lifted."""

from __future__ import annotations

from datetime import date

import pytest

from dataverse.query import Query
from dataverse.stores.hold_rows import LOG, logged
from dataverse.stores.holding import Holds
from dataverse.webapi import Ref
from local.desks.charge import ChargeDesk
from local.desks.holds import LATER, TODAY, HoldDesk
from work365.errors import BadInput, NotAuthorised, Refused
from work365.handlers import holding
from work365.holding.hold import Action, HoldKind

NEXT = date(2026, 4, 1)
TEXT = "Please call accounts receivable on 555-0100."


def lines(desk: HoldDesk) -> list[tuple[Action, HoldKind, str]]:
    return [(one.action, one.kind, one.reason) for one in desk.told()]


def test_while_held_more_seats_wait_and_come_when_it_is_lifted() -> None:
    desk = HoldDesk()
    desk.hold()
    state, said = desk.more(15)
    assert (state, said[:22]) == ("Succeeded", "Awaiting: credit hold.")
    assert desk.planned() == [("2026-03-16", "Waiting for credit hold")]
    assert desk.timer(LATER).done == 0
    assert desk.sweep() == 0
    assert desk.stands(desk.one) == (10, "Active")
    assert desk.lift() == 1
    assert desk.log(desk.one)[-1] == ("Quantity", "2026-03-20", 15, 5), "they come on the day on which they are released"
    assert desk.planned()[0][1] == "Done"
    assert (desk.sweep(), desk.timer(NEXT).done) == (0, 0)


def test_what_was_planned_before_waits_when_its_day_comes() -> None:
    desk = HoldDesk()
    desk.more(15, on=LATER)
    desk.hold()
    applied = desk.timer(LATER)
    assert (applied.done, applied.held, applied.failed) == (0, 1, 0)
    assert desk.planned() == [("2026-03-20", "Waiting for credit hold")]
    assert desk.waiting()[0].startswith("Awaiting: credit hold. Nothing can be added at the moment")
    assert desk.lift() == 1
    assert desk.stands(desk.one) == (15, "Active")


def test_what_waited_is_released_in_the_order_of_entry_each_once() -> None:
    """Seats are absolute: in another order the customer would end with other seats."""
    desk = HoldDesk()
    other = desk.bought(desk.contract_id)
    desk.more(25, on=LATER)
    desk.hold()
    desk.passes()
    desk.more(12)
    desk.passes()
    desk.more(5, subscription=other)
    desk.passes()
    desk.more(30, subscription=other)
    desk.timer(LATER)
    assert desk.lift() == 3
    assert [row[2] for row in desk.log(desk.one)] == [10, 25, 12]
    assert [row[2] for row in desk.log(other)] == [10, 5, 30]


def test_a_tick_that_is_cleared_on_the_form_releases_without_a_further_click() -> None:
    desk = HoldDesk()
    desk.ticks(on=True)
    desk.more(15)
    desk.ticks(on=False)
    assert desk.sweep() == 1
    assert desk.stands(desk.one) == (15, "Active")


def test_what_was_for_a_later_day_is_planned_for_it_again() -> None:
    desk = HoldDesk()
    desk.more(15, on=LATER)
    desk.hold()
    desk.api.update(Ref("w365_billingcontract", desk.contract_id), {"w365_nextinvoicedate": TODAY})
    desk.timer(TODAY)
    assert desk.planned() == [("2026-03-20", "Waiting for credit hold")], "the cycle is about to be billed, without these seats"
    assert desk.lift() == 1
    assert desk.planned() == [("2026-03-20", "Scheduled")]


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("Quantity", {"quantity": 8}),
        ("Price", {"price": 29}),
        ("Pause", {}),
        ("Cancel", {}),
        ("Quantity", {"quantity": 15, "source": "Provider"}),
        ("Quantity", {"quantity": 15, "source": "Import"}),
    ],
)
def test_less_is_never_held_back_nor_what_the_supplier_did(event: str, arguments: dict[str, object]) -> None:
    desk = HoldDesk(changes="refuse")
    desk.hold()
    assert desk.ask(desk.one, event, on=TODAY, **arguments)[0] == "Succeeded"
    assert desk.planned() == []


@pytest.mark.parametrize("source", ["Staff", "Portal"])
def test_staff_and_portal_are_refused_with_the_companys_text(source: str) -> None:
    desk = HoldDesk(changes="refuse")
    desk.says("hold-text", TEXT)
    desk.hold()
    for on in (TODAY, LATER):
        assert desk.more(15, on=on, source=source) == ("Refused", TEXT)
    assert desk.planned() == []
    desk.lift()
    assert desk.more(15, source=source)[0] == "Succeeded"


@pytest.mark.parametrize("event", ["Reactivate", "Resume"])
def test_what_comes_back_is_held_back(event: str) -> None:
    desk = HoldDesk(changes="refuse")
    desk.ask(desk.one, {"Reactivate": "Cancel", "Resume": "Pause"}[event], on=TODAY)
    desk.hold()
    assert desk.ask(desk.one, event, on=TODAY)[0] == "Refused"


def test_with_the_switch_off_nothing_is_blocked_and_no_request_more_is_sent() -> None:
    desk = HoldDesk()
    desk.says("credit-hold", "off")
    desk.more(11)
    job = desk.job(desk.one, "Quantity", quantity=15, on=TODAY)
    desk.fuse.reset()
    desk.run_job(job)
    free = desk.fuse.count
    desk.hold()
    job = desk.job(desk.one, "Quantity", quantity=16, on=TODAY)
    desk.fuse.reset()
    desk.run_job(job)
    assert (desk.fuse.count, desk.stands(desk.one)[0]) == (free, 16)


def test_invoices_still_go_out_and_sales_still_build() -> None:
    desk = HoldDesk()
    desk.hold()
    desk.bought(desk.contract_id, seats=1)
    assert desk.month(NEXT) == ["310.00", "31.00"] * 2
    assert all(invoice.number for invoice in desk.invoices())


def test_an_override_is_let_in_and_listed_with_its_reason() -> None:
    desk = HoldDesk(changes="refuse")
    desk.hold()
    desk.passes()
    assert desk.more(15, override="Promised by the CFO")[0] == "Succeeded"
    assert desk.stands(desk.one)[0] == 15
    newest = desk.told()[0]
    assert (newest.action, newest.reason, newest.subscription) == (Action.OVERRIDDEN, "Promised by the CFO", "A subscription")
    assert newest.by
    assert newest.at == desk.clock.now()


def test_an_override_without_a_hold_is_a_change_like_any_other() -> None:
    desk = HoldDesk()
    assert desk.more(15, override="Just in case")[0] == "Succeeded"
    assert desk.told() == []


def test_one_waiting_change_may_be_overridden() -> None:
    desk = HoldDesk()
    desk.hold()
    desk.more(15)
    (waiting,) = desk.changing.planned(states=["Waiting for credit hold"])
    with pytest.raises(BadInput, match="say why"):
        holding.override(waiting, " ", book=desk.changing, clock=desk.clock)
    desk.passes()
    holding.override(waiting, "Paid by phone", book=desk.changing, clock=desk.clock)
    assert (desk.stands(desk.one)[0], desk.planned()[0][1]) == (15, "Done")
    assert lines(desk)[0] == (Action.OVERRIDDEN, HoldKind.MANUAL, "Paid by phone")


def test_an_override_is_for_today() -> None:
    desk = HoldDesk()
    desk.hold()
    state, said = desk.more(15, on=LATER, override="Promised")
    assert (state, "w365 hold override" in said) == ("Refused", True)


def test_placing_and_lifting_is_logged_and_not_done_twice() -> None:
    desk = HoldDesk()
    desk.hold()
    with pytest.raises(Refused, match="on hold already"):
        desk.hold()
    desk.lift()
    with pytest.raises(Refused, match="is not on hold"):
        desk.lift()
    told = [(Action.LIFTED, HoldKind.MANUAL, "Paid"), (Action.PLACED, HoldKind.MANUAL, "Bounced cheque")]
    assert sorted(lines(desk), key=str) == sorted(told, key=str)
    (row,) = desk.api.find(Query("account", ("w365_holdkind", "w365_holdreason", "creditonhold"), "accountnumber eq 'K-1'"))
    assert (row["creditonhold"], row["w365_holdkind"], row["w365_holdreason"]) == (False, None, None)


@pytest.mark.parametrize(
    ("role", "may"), [("Work365 Billing", True), ("Work365 Customer Service", False), ("Work365 Portal service", False)]
)
def test_who_may_override(role: str, *, may: bool) -> None:
    """The log's row is written with the change, as whoever asked: without the right to it there is no change either."""
    tenant = ChargeDesk()
    number = tenant.quiet.create("account", {"name": "Fabrikam", "accountnumber": "K-7"})
    person = tenant.quiet.as_user(tenant.hire(role))
    row = logged(number, Action.OVERRIDDEN, HoldKind.MANUAL, "Promised by the CFO")
    if may:
        person.create(LOG, row)
        assert [one.by for one in Holds(tenant.quiet).log("K-7")] == [role]
    else:
        with pytest.raises(NotAuthorised):
            person.create(LOG, row)
    tenant.close()
