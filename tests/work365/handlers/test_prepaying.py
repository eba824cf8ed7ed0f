"""F161: an increase waits for its payment and expires unpaid; a decrease is kept for the next term."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from dataverse.rows import status
from dataverse.webapi import Ref
from local.desks.prepaying import TODAY, PrepayingDesk
from work365.errors import Refused
from work365.handlers.prepaying import Looked
from work365.subscriptions.scheduling import ScheduleState

APRIL, MAY = date(2026, 4, 1), date(2026, 5, 1)


@pytest.fixture
def desk() -> PrepayingDesk:
    return PrepayingDesk()


def test_an_increase_waits_for_its_payment(desk: PrepayingDesk) -> None:
    """Five seats more for 16 of 31 days are 80.00; until they are paid the subscription has ten."""
    state, said = desk.wants(15)
    assert state == "Succeeded"
    assert said == (
        "Planned for 2026-03-16: 15 seats of E3, once 80.00 EUR are paid. The next run bills them; "
        "unpaid after 2026-03-30 it expires, and until then it can be cancelled."
    )
    assert desk.planned() == [("2026-03-16", "Waiting for payment")]
    assert desk.look() == Looked()
    desk.run(TODAY + timedelta(days=1))
    assert desk.invoices()[-1].amounts == ["80.00"]
    assert (desk.look(), desk.stands(desk.one)) == (Looked(), (10, "Active"))


def test_the_payment_releases_it_and_is_taken_off(desk: PrepayingDesk) -> None:
    """Paid on the 18th it counts from then: 14 of 31 days are 70.00, and 80.00 were paid, so April is 10.00 less."""
    desk.wants(15)
    desk.run(TODAY + timedelta(days=1))
    desk.at(date(2026, 3, 18))
    desk.pays()
    assert desk.look() == Looked(released=1)
    assert (desk.stands(desk.one), desk.planned()) == ((15, "Active"), [("2026-03-18", "Done")])
    assert desk.look() == Looked()
    assert [(event, day) for event, day, _, _ in desk.log(desk.one)][1:] == [("Quantity", "2026-03-18")]
    desk.run(APRIL)
    april = desk.invoices()[-1]
    assert sorted(april.amounts) == ["-140.00", "-80.00", "210.00", "465.00"]
    assert april.net == Decimal(465) + Decimal(70) - Decimal(80)


@pytest.mark.parametrize("paid_on", [17, 20, 29])
def test_whenever_the_money_comes_the_year_costs_the_same_as_without_waiting(paid_on: int) -> None:
    """Everything that is billed by May is what the same increase on the day of the payment would have cost."""
    desk = PrepayingDesk()
    desk.wants(15)
    desk.run(TODAY + timedelta(days=1))
    desk.at(date(2026, 3, paid_on))
    desk.pays()
    desk.look()
    plain = PrepayingDesk()
    plain.at(date(2026, 3, paid_on))
    plain.ask(plain.one, "Quantity", quantity=15, on=date(2026, 3, paid_on))
    for one in (desk, plain):
        one.run(APRIL)
        one.run(MAY)
    assert sum(one.net for one in desk.invoices()) == sum(one.net for one in plain.invoices())


def test_paid_early_it_happens_on_its_day(desk: PrepayingDesk) -> None:
    """Seats for the 25th that are paid on the 18th."""
    desk.wants(15, on=date(2026, 3, 25))
    desk.run(TODAY + timedelta(days=1))
    desk.pays()
    desk.look()
    assert (desk.planned(), desk.stands(desk.one)) == ([("2026-03-25", "Scheduled")], (10, "Active"))
    desk.timer(date(2026, 3, 25))
    assert (desk.planned(), desk.stands(desk.one)) == ([("2026-03-25", "Done")], (15, "Active"))


def test_unpaid_it_expires_and_its_invoice_is_credited(desk: PrepayingDesk) -> None:
    """Nothing is left to pay, no seat came, and April is billed as if nobody had asked."""
    desk.wants(15, pay_by=date(2026, 3, 20))
    desk.run(TODAY + timedelta(days=1))
    desk.at(date(2026, 3, 20))
    assert desk.look() == Looked()
    desk.at(date(2026, 3, 21))
    assert desk.look() == Looked(expired=1)
    assert (desk.planned(), desk.said_of_each()) == ([("2026-03-16", "Expired")], ["It was not paid by 2026-03-20."])
    (said,) = desk.credits()
    assert said.startswith("95.20 EUR given back with tax; 0.00 EUR is left")
    assert desk.open_amounts()[2] == 0
    desk.run(APRIL)
    assert (desk.invoices()[-1].amounts, desk.stands(desk.one)) == (["310.00"], (10, "Active"))


def test_what_was_never_billed_is_left_out(desk: PrepayingDesk) -> None:
    """Cancelled before a run came: no bill, no credit, and the day is free for another change."""
    desk.wants(15)
    (planned,) = desk.changing.planned(states=[ScheduleState.AWAITING.value])
    desk.changing.withdraw(planned, ScheduleState.CANCELLED, "Cancelled.")
    assert desk.wants(12)[0] == "Succeeded"
    desk.run(TODAY + timedelta(days=1))
    assert sorted(desk.item_states()) == ["Billed", "Excluded"]
    assert desk.invoices()[-1].amounts == ["32.00"]


def test_cancelled_after_it_was_paid_the_money_comes_back_with_the_next_invoice(desk: PrepayingDesk) -> None:
    """The invoice stays paid; April is 35.00 less: five seats for seven of 31 days."""
    desk.wants(15, on=date(2026, 3, 25))
    desk.run(TODAY + timedelta(days=1))
    desk.pays()
    desk.look()
    (planned,) = desk.changing.planned()
    desk.changing.withdraw(planned, ScheduleState.CANCELLED, "Cancelled.")
    desk.run(APRIL)
    assert sorted(desk.invoices()[-1].amounts) == ["-35.00", "310.00"]


def test_paid_in_part_a_person_decides(desk: PrepayingDesk) -> None:
    """It neither comes nor goes by itself; once the rest is paid it is tried again."""
    desk.wants(15, pay_by=date(2026, 3, 20))
    desk.run(TODAY + timedelta(days=1))
    number = desk.pays(all_of_it=False)
    desk.at(date(2026, 3, 21))
    assert desk.look() == Looked(undecided=1)
    assert desk.said_of_each() == [
        f"Invoice {number} is paid in part and was due by 2026-03-20: try again once the rest is paid, or cancel."
    ]
    desk.pays()
    (failed,) = desk.changing.planned(states=["Failed"])
    desk.changing.retry(failed)
    desk.look()
    assert desk.stands(desk.one) == (15, "Active")


def test_nothing_expires_while_its_invoice_is_a_draft(desk: PrepayingDesk) -> None:
    """Nobody was asked to pay yet; whoever cancels is told what comes first."""
    desk.wants(15, pay_by=date(2026, 3, 20))
    desk.run(TODAY + timedelta(days=1))
    desk.api.update(Ref("w365_invoice", desk.invoices()[-1].id), status("w365_invoice", "Draft"))
    desk.at(date(2026, 3, 25))
    assert desk.look() == Looked()
    (planned,) = desk.changing.planned(states=[ScheduleState.AWAITING.value])
    with pytest.raises(Refused, match="stands on a draft; issue or cancel that first"):
        desk.changing.withdraw(planned, ScheduleState.CANCELLED, "Cancelled.")


def test_trying_again_does_not_jump_the_payment(desk: PrepayingDesk) -> None:
    """A failed change that is not paid waits for its payment again."""
    desk.wants(15, pay_by=date(2026, 3, 20))
    desk.run(TODAY + timedelta(days=1))
    desk.pays(all_of_it=False)
    desk.at(date(2026, 3, 21))
    desk.look()
    (failed,) = desk.changing.planned(states=["Failed"])
    desk.changing.retry(failed)
    assert desk.planned() == [("2026-03-16", "Waiting for payment")]


def test_seats_that_came_meanwhile_are_not_taken_away(desk: PrepayingDesk) -> None:
    """15 were paid for; there are 20 by now: a person decides."""
    desk.wants(15)
    desk.run(TODAY + timedelta(days=1))
    desk.pays()
    desk.at(date(2026, 3, 18))
    desk.ask(desk.one, "Quantity", quantity=20, on=date(2026, 3, 18))
    desk.look()
    assert desk.stands(desk.one) == (20, "Active")
    assert desk.said_of_each()[0].startswith("E3 has 20 seats by now, and 15 were paid for; cancel this change")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"quantity": 8}, "cannot be given back"),
        ({"event": "Price", "price": 29}, "only more seats can wait for a payment"),
        ({"quantity": 15, "on": date(2026, 3, 15)}, "which is over; choose today or a later day"),
        ({"quantity": 15, "pay_by": date(2026, 3, 1)}, "is billed on 2026-03-16 at the earliest"),
        ({"quantity": 15, "when": "soon"}, "'soon' is no time for a change"),
    ],
)
def test_what_cannot_wait_is_refused(desk: PrepayingDesk, more: dict[str, object], said: str) -> None:
    """In words, before anything is written."""
    arguments = {"event": "Quantity", "on": TODAY, "when": "paid", **more}
    event = str(arguments.pop("event"))
    state, message = desk.ask(desk.one, event, **arguments)
    assert (state, desk.planned(), desk.item_states()) == ("Refused", [], [])
    assert said in message


def test_where_changes_ride_on_the_next_invoice_the_prepayment_does() -> None:
    """A day before that invoice cannot be kept, so it is not promised."""
    desk = PrepayingDesk(changesbilled="Next cycle")
    state, message = desk.wants(15, pay_by=date(2026, 3, 20))
    assert state == "Refused"
    assert "billed on 2026-04-01 at the earliest" in message
    assert "unpaid after 2026-04-15 it expires" in desk.wants(15)[1]


def test_fewer_seats_are_kept_for_the_next_term(desk: PrepayingDesk) -> None:
    """Refused today, planned for the term's end, visible until then; the next term has six seats, and its first bill too."""
    assert desk.ask(desk.one, "Quantity", quantity=6, on=TODAY)[0] == "Refused"
    state, said = desk.ask(desk.one, "Quantity", quantity=6, when="renewal")
    assert (state, said) == ("Succeeded", "Planned for 2027-02-01: Quantity of E3. It can be cancelled until then.")
    assert desk.planned() == [("2027-02-01", "Scheduled")]
    desk.run(date(2027, 1, 1))
    assert desk.month(date(2027, 2, 1)) == ["186.00"]
    assert desk.stands(desk.one) == (6, "Active")
    assert desk.agreed(desk.one)[:2] == ("2027-02-01", "2028-02-01")


def test_a_next_term_that_does_not_come_keeps_nothing(desk: PrepayingDesk) -> None:
    """Without a term, with one that ends for good, and while it is being renewed."""
    free = desk.bought(desk.contract("C-2"), printedname="Free")
    assert "is bound by no term" in desk.ask(free, "Quantity", quantity=6, when="renewal")[1]
    over = desk.bought(desk.contract("C-3"), term="P1Y", until=TODAY, printedname="Over", atend="Renew")
    assert "could be changed until 2026-03-16 00:00 UTC" in desk.ask(over, "Quantity", quantity=6, when="renewal")[1]
    last = desk.bought(desk.contract("C-4"), term="P1Y", until=APRIL, printedname="Last", atend="End")
    assert "ends with its term on 2026-04-01" in desk.ask(last, "Quantity", quantity=6, when="renewal")[1]
    assert "only a number of seats" in desk.ask(desk.one, "Cancel", when="renewal")[1]


@pytest.mark.parametrize(
    ("prorate", "amount"), [("Days", "80.00"), ("30-day months", "77.50"), ("Months", "155.00"), ("None", "155.00")]
)
def test_the_first_charge_is_what_the_bill_will_say(prorate: str, amount: str) -> None:
    """By the contract's own way of proration: asked for first, or billed afterwards, it is the same amount."""
    desk, plain = PrepayingDesk(prorate=prorate), PrepayingDesk(prorate=prorate)
    assert f"once {amount} EUR are paid" in desk.wants(15)[1]
    plain.ask(plain.one, "Quantity", quantity=15, on=TODAY)
    plain.run(TODAY + timedelta(days=1))
    assert f"{plain.invoices()[-1].net:.2f}" == amount
