"""A charge that the bank declined is tried again by itself, each attempt once, whoever else charges meanwhile."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from cli import retries
from dataverse.rows import bind, choice_value
from dataverse.webapi import Ref
from local.clock import FixedClock
from local.desks.retrying import CONTRACT, RetryDesk
from work365.handlers import retrying

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def desk() -> Iterator[RetryDesk]:
    found = RetryDesk()
    yield found
    found.close()


def test_it_is_tried_on_the_days_of_the_plan_and_then_left_to_people(desk: RetryDesk) -> None:
    invoice = desk.owed()
    assert [day for day, asked in enumerate(desk.nights(20), start=1) if asked] == [3, 8, 15]
    assert desk.bill(invoice).payments == ("Failed",) * 4
    assert desk.bill(invoice).taken == 0


def test_it_succeeds_as_soon_as_there_is_money(desk: RetryDesk) -> None:
    invoice = desk.owed()
    desk.nights(3)
    desk.behave("succeeds")
    desk.nights(20)
    bill = desk.bill(invoice)
    assert (bill.payments, bill.status, bill.taken) == (("Failed", "Failed", "Succeeded"), "Paid", 1)


def test_what_cannot_pass_is_never_tried_again(desk: RetryDesk) -> None:
    desk.behave("stolen_card")
    invoice = desk.owed()
    assert sum(desk.nights(20)) == 0
    assert desk.bill(invoice).payments == ("Failed",)


def test_a_gateway_that_is_switched_off_is_left_alone_until_it_is_on_again(desk: RetryDesk) -> None:
    """Invoices are not touched; who presses Charge is told, and nights pass without an attempt."""
    invoice = desk.owed()
    desk.behave("succeeds")
    processor = Ref("w365_paymentprocessor", desk.processor)
    desk.quiet.update(processor, {"statecode": 1})
    assert sum(desk.nights(5)) == 0
    job = desk.job(invoice)
    desk.run(job)
    assert desk.state_of(job) == (
        "Refused",
        (
            "The payment profile Visa ending 4242 is at stripe, which is switched off; activate that payment processor, or "
            "choose another profile."
        ),
    )
    assert (desk.bill(invoice).payments, desk.bill(invoice).status) == (("Failed",), "Issued")
    desk.quiet.update(processor, {"statecode": 0})
    assert desk.nights(1) == [1]
    assert desk.bill(invoice).status == "Paid"


def test_another_card_is_tried_the_next_night(desk: RetryDesk) -> None:
    desk.behave("stolen_card")
    invoice = desk.owed()
    fresh = desk.enrol("pm_card_visa")
    desk.quiet.update(Ref(CONTRACT, desk.contract), bind("w365_PaymentProfile", "w365_paymentprofile", fresh))
    assert desk.nights(2) == [1, 0]
    assert desk.bill(invoice).status == "Paid"


def test_a_second_timer_and_a_person_make_no_second_charge(desk: RetryDesk) -> None:
    invoice = desk.owed()
    desk.later(days=3)
    desk.behave("succeeds")
    assert retrying.retry_due(book=desk.retries, now=desk.now) == 1
    assert retrying.retry_due(book=desk.retries, now=desk.now) == 0
    desk.run(desk.job(invoice))
    assert desk.night() == 0
    assert desk.bill(invoice).taken == 1


def test_only_what_is_charged_by_itself_is_tried(desk: RetryDesk) -> None:
    desk.quiet.update(Ref(CONTRACT, desk.contract), {"w365_autocharge": choice_value(CONTRACT, "w365_autocharge", "No")})
    desk.owed()
    other = desk.invoice()
    desk.run(desk.job(other))
    assert sum(desk.nights(10)) == 0


def test_the_plan_is_a_setting(desk: RetryDesk) -> None:
    desk.quiet.update(Ref(CONTRACT, desk.contract), {"w365_chargeretries": "1"})
    desk.owed()
    assert desk.nights(5) == [1, 0, 0, 0, 0]
    desk.quiet.update(Ref(CONTRACT, desk.contract), {"w365_chargeretries": "sometimes"})
    desk.owed()
    assert sum(desk.nights(5)) == 0


def test_staff_see_todays_list_the_largest_first(desk: RetryDesk) -> None:
    desk.owed("20.00")
    desk.behave("lost_card")
    desk.owed("90.00")
    app = typer.Typer()
    retries.register(app, lambda: retries.Ports(desk.retries, FixedClock(desk.now)))
    said = CliRunner().invoke(app, ["--output", "json"])
    first, second = json.loads(said.stdout)["declined"]
    assert (first["open"], first["next try"]) == ("90.00", "")
    assert "ask the customer for another way to pay" in first["why"]
    assert (second["open"], second["next try"], second["why"]) == ("20.00", "2026-03-13", "try 2 of 4")
    assert "20.00" in CliRunner().invoke(app, []).stdout
