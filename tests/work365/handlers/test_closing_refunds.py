"""F112, F114, F29: what is paid when a contract is closed comes back as each product's policy says, unless the person chose."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from dataverse.rows import bind, choice_value
from dataverse.webapi import Ref
from local.desks.closing import ClosingDesk

MARCH, APRIL, MAY = (date(2026, month, 1) for month in (3, 4, 5))
TODAY, LATER = date(2026, 3, 17), date(2026, 4, 11)
CONTRACT, SUBSCRIPTION = "w365_billingcontract", "w365_subscription"
OWN_NO = "Our own policy: License is not refunded. The seats are billed up to 2026-03-31."


def policy(desk: ClosingDesk, rule: str, kind: str = "License", windows: dict[str, int] | None = None) -> None:
    labels = {"billingtype": kind, "rule": rule}
    chosen = {f"w365_{name}": choice_value("w365_refundpolicy", f"w365_{name}", label) for name, label in labels.items()}
    desk.api.create(
        "w365_refundpolicy", {"w365_name": kind, **chosen, **{f"w365_{name}": days for name, days in (windows or {}).items()}}
    )


@pytest.fixture
def desk() -> ClosingDesk:
    """Contract C-1 with ten seats of 31.00, billed for March; it is 17 March."""
    made = ClosingDesk(MARCH)
    made.standing("C-1", start=MARCH)
    made.run(MARCH)
    made.at(TODAY)
    return made


def amounts(desk: ClosingDesk) -> list[str]:
    return [amount for one in sorted(desk.invoices(), key=lambda one: (one.issued, one.number)) for amount in one.amounts]


@pytest.mark.parametrize(
    ("rule", "windows", "refund", "said", "billed"),
    [
        ("", {}, "", "150.00 EUR of its cycle come off.", ["310.00", "-150.00"]),
        ("", {}, "no", "What is paid in advance is kept to its end: no refund.", ["310.00"]),
        ("By days", {}, "", "The days that are left are given back. 150.00 EUR of its cycle", ["310.00", "-150.00"]),
        ("By days", {}, "no", "no refund.", ["310.00"]),
        ("None", {}, "", OWN_NO, ["310.00"]),
        ("By days", {"providerdays": 7}, "", "The provider: it takes License back within 7 days, and 16 have", ["310.00"]),
        ("Full", {"days": 20}, "yes", "is given back in full. 310.00 EUR of its cycle", ["310.00", "-310.00"]),
        ("By hours", {}, "", "The hours that are left are given back. 144.36 EUR", ["310.00", "-144.36"]),
    ],
)
def test_each_gets_what_its_policy_says(
    desk: ClosingDesk, rule: str, windows: dict[str, int], refund: str, said: str, billed: list[str]
) -> None:
    """Closed on the 17th at 12:00 UTC: 15 of March's 31 days are left, 346 of its 743 hours; and the contract ends at once."""
    if rule:
        policy(desk, rule, windows=windows)
    (line,) = desk.planned_closing("C-1", TODAY, refund=refund).lines
    assert said in line.becomes
    assert desk.close("C-1", TODAY, refund=refund).startswith("Succeeded: Contract C-1 is closed")
    assert (amounts(desk), desk.status_of("C-1"), desk.unbilled()) == (billed, "Ended", [])
    for day in (APRIL, MAY):
        desk.night(day)
    assert amounts(desk) == billed


def test_money_that_the_policy_keeps_stops_the_closing(desk: ClosingDesk) -> None:
    """It is asked for, and refused with who says no; nothing is written."""
    policy(desk, "None")
    made = desk.planned_closing("C-1", TODAY, refund="yes")
    assert len(made.stops) == 1
    assert OWN_NO in made.stops[0]
    assert desk.close("C-1", TODAY, refund="yes").startswith("Refused: ")
    assert desk.status_of("C-1") == "Active"


def test_two_products_are_asked_about_one_by_one(desk: ClosingDesk) -> None:
    """Licences come back by days, and a service does not: 2 x 10.00 are kept to the end of March, and so is the contract."""
    policy(desk, "By days")
    policy(desk, "None", "Service")
    desk = _with_service(desk)
    becomes = [line.becomes for line in desk.planned_closing("C-1", TODAY).lines if line.what == "Subscription"]
    assert ["come off" in one for one in becomes] == [True, False]
    assert "Service is not refunded" in becomes[1]
    desk.close("C-1", TODAY)
    assert amounts(desk) == ["310.00", "-150.00", "20.00"]
    assert desk.status_of("C-1") == "Ended"


def _with_service(desk: ClosingDesk) -> ClosingDesk:
    service = desk.product("SERVICE")
    desk.api.update(
        Ref("w365_product", service), {"w365_billingtype": choice_value("w365_product", "w365_billingtype", "Service")}
    )
    contract = next(iter(desk.numbers))
    one = desk.bought(contract, seats=2, price=Decimal(10), start=MARCH)
    desk.api.update(Ref(SUBSCRIPTION, one), bind("w365_Product", "w365_product", service))
    return desk


@pytest.mark.parametrize("late", [0, 3, 25])
@pytest.mark.parametrize(("refund", "april"), [("no", "310.00"), ("", "103.33")])
def test_a_day_to_come_is_billed_as_it_was_chosen(desk: ClosingDesk, refund: str, april: str, late: int) -> None:
    """Closed on 11 April: without refund April is kept, else its ten days are billed; also when the timer comes late."""
    desk.close("C-1", LATER, refund=refund)
    desk.night(APRIL)
    for day in (LATER + timedelta(days=late), MAY + timedelta(days=9), MAY + timedelta(days=10)):
        desk.night(day)
    assert (amounts(desk), desk.status_of("C-1")) == (["310.00", april], "Ended")


@pytest.mark.parametrize(
    ("rule", "billed"), [("", ["3720.00", "-3556.93"]), ("None", ["3720.00"]), ("Full", ["3720.00", "-3720.00"])]
)
def test_what_has_cycles_of_its_own_is_asked_about_too(rule: str, billed: list[str]) -> None:
    """Ten seats by the year for 372.00, ended on 17 March: 349 of 365 days, or nothing, or all of it."""
    desk = ClosingDesk(MARCH)
    yearly: dict[str, Any] = {"frequency": choice_value(SUBSCRIPTION, "w365_frequency", "Annual")}
    contract = desk.contract("C-1", start=MARCH, scheduledby=choice_value(CONTRACT, "w365_scheduledby", "Item"))
    one = desk.bought(contract, price=Decimal(372), start=MARCH, **yearly)
    desk.run(MARCH)
    desk.at(TODAY)
    if rule:
        policy(desk, rule)
    asked = desk.ask(one, "Quantity", quantity=0, on=TODAY)
    assert (asked[0], "2027-02-28" in asked[1]) == ("Succeeded", rule == "None")
    desk.month(APRIL)
    assert amounts(desk) == billed
