"""A charge that the bank declined is tried again by itself, each attempt once, whoever else charges meanwhile."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from cli import retries
from cli.book_ports import Ports
from dataverse.rows import bind, choice_value, status
from dataverse.stores.currencies import Currencies
from dataverse.stores.job_rows import follow_up
from dataverse.stores.receipts import Receipts
from dataverse.webapi import Ref
from local.clock import FixedClock
from local.desks.retrying import CONTRACT, RetryDesk
from local.stripe.enrolling import control
from work365.handlers import receiving, retrying
from work365.jobs import JobKind
from work365.money import Currency, Money
from work365.receivables.receipts import Method, posted
from work365.receivables.spreading import Wish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from work365.receivables.payments import InvoiceId


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


def test_what_the_bank_advises_against_is_never_tried_again(desk: RetryDesk) -> None:
    """Want of funds would be tried again; the advice in the same answer says not to."""
    desk.behave("insufficient_funds for good")
    invoice = desk.owed()
    assert sum(desk.nights(20)) == 0
    assert desk.bill(invoice).payments == ("Failed",)
    assert [one["why"] for one in listed(desk)] == [REFUSED_FOR_GOOD]


REFUSED_FOR_GOOD = "Visa ending 4242 was refused for good on 2026-03-10; ask the customer for another one"


def test_a_card_that_is_refused_for_good_is_charged_for_no_other_invoice(desk: RetryDesk) -> None:
    """A stolen one: by nobody and in no night, though the second invoice was never tried; and nobody is told why."""
    desk.behave("stolen_card")
    first, _ = desk.issued()
    second, job = desk.issued("80.00")
    assert (desk.bill(first).payments, desk.bill(second).payments) == (("Failed",), ())
    assert desk.state_of(job) == ("Refused", f"The payment profile {REFUSED_FOR_GOOD}.")
    pressed = desk.job(second)
    desk.run(pressed)
    assert desk.state_of(pressed)[0] == "Refused"
    assert desk.nights(20) == [0] * 20
    assert [one["why"] for one in listed(desk)] == [REFUSED_FOR_GOOD] * 2
    assert len(declines(desk)) == 1


@pytest.mark.parametrize("how", ["insufficient_funds", "expired_card", "generic_decline", "authentication_required"])
def test_what_a_bank_says_of_one_payment_refuses_no_other(desk: RetryDesk, how: str) -> None:
    desk.behave(how)
    desk.issued()
    second, _ = desk.issued("80.00")
    assert desk.bill(second).payments == ("Failed",)


def test_once_the_card_is_another_one_both_invoices_are_charged(desk: RetryDesk) -> None:
    desk.behave("lost_card")
    invoices = [desk.issued()[0], desk.issued("80.00")[0]]
    fresh = desk.enrol("pm_card_visa")
    desk.quiet.update(Ref(CONTRACT, desk.contract), bind("w365_PaymentProfile", "w365_paymentprofile", fresh))
    assert desk.nights(1) == [2]
    assert [desk.bill(one).status for one in invoices] == ["Paid", "Paid"]


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


NOT_YET = {
    "an expired card": ({"w365_expirymonth": 2, "w365_expiryyear": 2026}, {"w365_expirymonth": 2, "w365_expiryyear": 2030}),
    "a revoked one": (status("w365_paymentprofile", "Inactive"), status("w365_paymentprofile", "Active")),
    "one that a bank has still to confirm": (status("w365_paymentprofile", "Pending"), status("w365_paymentprofile", "Active")),
}


@pytest.mark.parametrize("name", NOT_YET)
def test_what_could_not_be_sent_is_listed_and_charged_once_it_can(desk: RetryDesk, name: str) -> None:
    """F47, F138: an invoice of the night whose card is no good is no decline, and is not forgotten either."""
    bad, good = NOT_YET[name]
    profile = Ref("w365_paymentprofile", desk.profile)
    desk.behave("succeeds")
    desk.quiet.update(profile, bad)
    invoice, job = desk.issued()
    said, why = desk.state_of(job)
    assert (said, desk.bill(invoice).payments) == ("Refused", ())
    [line] = listed(desk)
    assert (line["attempts"], line["next try"], line["decline"]) == ("0", "", why)
    assert line["why"].startswith("Visa ending 4242 ")
    assert desk.nights(3) == [0, 0, 0]
    desk.quiet.update(profile, good)
    assert listed(desk)[0]["why"] == "Visa ending 4242 was not tried yet"
    assert desk.nights(2) == [1, 0]
    assert (desk.bill(invoice).status, desk.bill(invoice).taken, listed(desk)) == ("Paid", 1, [])


def test_a_customer_without_a_card_is_listed_until_there_is_one(desk: RetryDesk) -> None:
    none = {"w365_PaymentProfile@odata.bind": None}
    desk.quiet.update(Ref(CONTRACT, desk.contract), none)
    desk.quiet.update(Ref("w365_paymentprofile", desk.profile), {"w365_isdefault": False})
    invoice, _ = desk.issued()
    assert desk.nights(2) == [0, 0]
    assert listed(desk)[0]["why"] == "there is no payment profile; ask the customer for one"
    desk.enrol("pm_card_visa", default=True)
    assert desk.nights(2) == [1, 0]
    assert desk.bill(invoice).status == "Paid"


def test_a_card_that_is_no_good_on_the_day_of_its_retry_does_not_lose_its_turn(desk: RetryDesk) -> None:
    invoice = desk.owed()
    profile = Ref("w365_paymentprofile", desk.profile)
    desk.quiet.update(profile, {"w365_expirymonth": 2, "w365_expiryyear": 2026})
    assert sum(desk.nights(5)) == 0
    assert "expired after 02/2026" in listed(desk)[0]["why"]
    desk.behave("succeeds")
    desk.quiet.update(profile, {"w365_expirymonth": 2, "w365_expiryyear": 2030})
    assert desk.nights(2) == [1, 0]
    assert desk.bill(invoice).status == "Paid"


def test_a_retry_that_was_refused_at_the_last_moment_is_asked_for_again(desk: RetryDesk) -> None:
    """The card expired between the timer and the worker: the next night asks in another name."""
    invoice = desk.owed()
    desk.later(days=3)
    assert retrying.retry_due(book=desk.retries, now=desk.now) == 1
    profile = Ref("w365_paymentprofile", desk.profile)
    desk.quiet.update(profile, {"w365_expirymonth": 2, "w365_expiryyear": 2026})
    desk.behave("succeeds")
    assert desk.night() == 0
    desk.quiet.update(profile, {"w365_expirymonth": 2, "w365_expiryyear": 2030})
    assert desk.nights(2) == [1, 0]
    assert (desk.bill(invoice).status, desk.bill(invoice).payments) == ("Paid", ("Failed", "Succeeded"))


def test_a_part_that_comes_by_bank_stops_no_retry_of_the_rest(desk: RetryDesk) -> None:
    invoice = desk.owed()
    receipts = Receipts(desk.quiet, Currencies(desk.quiet), desk.now.date)
    number = desk.quiet.read(Ref("w365_invoice", invoice), select=("w365_number",))["w365_number"]
    money, day = Money(50_00, Currency("EUR")), desk.now.date()
    receipt = posted(desk.account, desk.entity, Method.BANK_TRANSFER, "line 4", day, money, today=day)
    receiving.post(receipt, [Wish(number)], book=receipts, now=desk.now)
    assert [(one["open"], one["attempts"], one["next try"]) for one in listed(desk)] == [("100.00", "1", "2026-03-13")]
    desk.behave("succeeds")
    assert desk.nights(3) == [0, 0, 1]
    assert desk.bill(invoice).status == "Paid"


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("w365_disputedamount", Decimal("40.00"), "it is disputed; it goes on once nothing of it is, or press Charge"),
        ("w365_reminderspauseduntil", date(2026, 3, 20), "it is paused until 2026-03-20; it goes on after that, or press Charge"),
    ],
    ids=["disputed", "promised"],
)
def test_what_is_disputed_or_promised_is_not_taken_by_itself(desk: RetryDesk, column: str, value: object, says: str) -> None:
    """F130, F137: what stops reminders stops retries; it goes on where it stood."""
    invoice = desk.owed()
    desk.behave("succeeds")
    desk.quiet.update(Ref("w365_invoice", invoice), {column: value})
    assert desk.nights(10) == [0] * 10
    assert [(one["next try"], one["why"]) for one in listed(desk)] == [("", says)]
    if column == "w365_disputedamount":
        desk.quiet.update(Ref("w365_invoice", invoice), {column: None})
    assert desk.nights(1) == [1]
    assert desk.bill(invoice).status == "Paid"


def test_what_was_declined_half_a_year_ago_is_listed_and_waits_for_a_card(desk: RetryDesk) -> None:
    desk.behave("stolen_card")
    invoice = desk.owed()
    desk.later(days=180)
    assert [one["open"] for one in listed(desk)] == ["150.00"]
    fresh = desk.enrol("pm_card_visa")
    desk.quiet.update(Ref(CONTRACT, desk.contract), bind("w365_PaymentProfile", "w365_paymentprofile", fresh))
    assert desk.nights(1) == [1]
    assert desk.bill(invoice).status == "Paid"


def test_another_card_is_tried_the_next_night(desk: RetryDesk) -> None:
    desk.behave("stolen_card")
    invoice = desk.owed()
    fresh = desk.enrol("pm_card_visa")
    desk.quiet.update(Ref(CONTRACT, desk.contract), bind("w365_PaymentProfile", "w365_paymentprofile", fresh))
    assert desk.nights(2) == [1, 0]
    assert desk.bill(invoice).status == "Paid"


@pytest.mark.parametrize("default", [False, True], ids=["named by the contract", "the customer's default"])
def test_a_night_of_many_invoices_tries_one_card_no_more_often_than_networks_bear(desk: RetryDesk, *, default: bool) -> None:
    """Twelve contracts' invoices on a card without money: nine declines, the rest on later nights; a person may always charge."""
    if default:
        desk.quiet.update(Ref(CONTRACT, desk.contract), {"w365_PaymentProfile@odata.bind": None})
    issued = [desk.issued(f"{amount}.00") for amount in range(1, 13)]
    refused = [desk.state_of(job)[1] for invoice, job in issued if not desk.bill(invoice).payments]
    assert (len(declines(desk)), len(refused)) == (9, 3)
    assert "Visa ending 4242 was declined so often of late that its network would fine more. It is charged" in refused[0]
    desk.run(desk.job(issued[-1][0]))
    assert len(declines(desk)) == 10
    days: list[date] = []
    for _ in range(40):
        before = len(declines(desk))
        desk.nights(1)
        days += [desk.now.date()] * (len(declines(desk)) - before)
    days = [date(2026, 3, 10)] * 10 + days
    assert max(sum(0 <= (day - first).days <= 30 for day in days) for first in days) <= 14
    assert {len(desk.bill(invoice).payments) for invoice, _ in issued[9:]} != {0}


def declines(desk: RetryDesk) -> list[object]:
    """Every attempt that was declined."""
    return [one for one in control(desk.stripe, "charges") if not one["paid"]]


def test_a_second_timer_and_a_person_make_no_second_charge(desk: RetryDesk) -> None:
    invoice = desk.owed()
    desk.later(days=3)
    desk.behave("succeeds")
    assert retrying.retry_due(book=desk.retries, now=desk.now) == 1
    assert retrying.retry_due(book=desk.retries, now=desk.now) == 0
    desk.run(desk.job(invoice))
    assert desk.night() == 0
    assert desk.bill(invoice).taken == 1


def beside_a_part(desk: RetryDesk) -> InvoiceId:
    """An invoice to be charged by itself; its job was refused because a person had begun to collect 50.00 by bank debit."""
    desk.behave("succeeds")
    invoice = desk.invoice("150.00", **bind("w365_Contract", CONTRACT, desk.contract))
    asked = follow_up(JobKind.CHARGE, invoice, "it", cause=invoice, arguments={"source": "Auto charge"})
    desk.quiet.change([asked])
    part = desk.job(invoice, amount="50.00", profile=desk.enrol("pm_usBankAccount_success"))
    desk.run(part)
    desk.later(minutes=1)
    desk.run(str(asked.id))
    assert "a bank debit of 50.00 EUR is on its way" in desk.state_of(str(asked.id))[1]
    return invoice


def test_the_rest_is_charged_once_a_part_that_was_in_the_way_has_come(desk: RetryDesk) -> None:
    """F47: the night's own charge is neither lost nor made beside the other one."""
    invoice = beside_a_part(desk)
    assert desk.nights(2) == [0, 0]
    desk.later(days=3)
    desk.sweep(invoice)
    assert [(one["open"], one["why"]) for one in listed(desk)] == [("100.00", "the rest was not tried yet")]
    assert desk.nights(3) == [1, 0, 0]
    bill = desk.bill(invoice)
    assert (bill.status, sorted(bill.allocated), bill.taken, listed(desk)) == ("Paid", ["100.00", "50.00"], 2, [])


def test_what_went_back_meanwhile_is_not_charged_again_by_itself(desk: RetryDesk) -> None:
    invoice = beside_a_part(desk)
    desk.later(days=5)
    desk.sweep(invoice)
    desk.quiet.update(Ref("w365_invoice", invoice), {"w365_amountcharged": Decimal("30.00"), "w365_balance": Decimal("120.00")})
    assert (desk.nights(3), listed(desk)) == ([0, 0, 0], [])


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


def listed(desk: RetryDesk) -> list[dict[str, str]]:
    """What `w365 retries` shows."""
    app = typer.Typer()
    retries.register(app, lambda: Ports(desk.retries, FixedClock(desk.now)))
    found: list[dict[str, str]] = json.loads(CliRunner().invoke(app, ["--output", "json"]).stdout)["declined"]
    return found


def test_staff_see_todays_list_the_largest_first(desk: RetryDesk) -> None:
    desk.owed("20.00")
    desk.behave("expired_card")
    desk.owed("90.00")
    first, second = listed(desk)
    assert (first["open"], first["next try"]) == ("90.00", "")
    assert "ask the customer for another way to pay" in first["why"]
    assert (second["open"], second["next try"], second["why"]) == ("20.00", "2026-03-13", "try 2 of 4")
