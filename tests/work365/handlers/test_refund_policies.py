"""F114: fewer seats give back what their product's policy says; a refusal names who said no, and keeps what is paid."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dataverse.rows import choice_value
from local.desks.changes import ChangeDesk

MARCH, FOURTH, NINTH, APRIL, MAY = (date(2026, *day) for day in ((3, 1), (3, 4), (3, 9), (4, 1), (5, 1)))
OWN_NO = "Our own policy: License is not refunded. The seats are billed up to 2026-03-31."
PROVIDERS_NO = "The provider: it takes License back within 7 days, and 8 have passed. The seats are billed up to"


def bought(*, policy: dict[str, Any] | None, **columns: Any) -> tuple[ChangeDesk, str]:  # noqa: ANN401  values of columns
    """Ten seats of 31.00, billed for March, and what holds for licences."""
    desk = ChangeDesk(MARCH)
    one = desk.bought(desk.contract("C-1", start=MARCH, **columns), start=MARCH)
    desk.month(MARCH)
    if policy is not None:
        labels = {"billingtype": "License", "rule": policy.pop("rule")}
        chosen = {f"w365_{name}": choice_value("w365_refundpolicy", f"w365_{name}", label) for name, label in labels.items()}
        desk.api.create("w365_refundpolicy", {"w365_name": "Licences", **chosen, **policy})
    return desk, one


@pytest.mark.parametrize(
    ("policy", "day", "said", "april"),
    [
        (None, FOURTH, "", ["-280.00", "112.00", "124.00"]),
        ({"rule": "None"}, FOURTH, OWN_NO, ["124.00"]),
        ({"rule": "By days", "w365_providerdays": 7}, FOURTH, "", ["-280.00", "112.00", "124.00"]),
        ({"rule": "By days", "w365_providerdays": 7}, NINTH, PROVIDERS_NO, ["124.00"]),
        ({"rule": "Full", "w365_days": 2}, FOURTH, "Our own policy: License is refunded within 2 days, and 3 have", ["124.00"]),
        ({"rule": "None"}, MARCH, "", ["-310.00", "124.00", "124.00"]),
        ({"rule": "Full", "w365_days": 7}, FOURTH, "", ["-310.00", "124.00", "124.00"]),
        ({"rule": "By hours"}, FOURTH, "", ["-274.54", "109.81", "124.00"]),
    ],
    ids=[
        *("nobody said", "our own no", "in the window", "the provider's no", "our window", "on the first day nothing is used"),
        *("in full: 6 x 31.00", "since 13:00 in Berlin: 658 of March's 743 hours"),
    ],
)
def test_fewer_seats_give_back_what_the_policy_says(
    policy: dict[str, Any] | None, day: date, said: str, april: list[str]
) -> None:
    """Four seats instead of ten: 6 x 31.00 x 28/31 = 168.00 come back, or March is kept; from April on four are billed."""
    desk, one = bought(policy=policy)
    desk.at(day)
    state, message = desk.ask(one, "Quantity", quantity=4, on=day)
    assert (state, said in message, "no refund" in message) == ("Succeeded", True, bool(said))
    assert desk.month(APRIL) == april
    assert desk.month(MAY) == ["124.00"]


@pytest.mark.parametrize("more", [{"source": "Provider"}, {"event": "Price", "price": "20.00"}, {"quantity": 12}])
def test_only_what_a_person_takes_away_is_asked_about(more: dict[str, Any]) -> None:
    """What the supplier reports it has decided; a price and more seats give nothing back."""
    desk, one = bought(policy={"rule": "None"})
    desk.at(FOURTH)
    arguments = {"quantity": 4, **more}
    event = arguments.pop("event", "Quantity")
    if event == "Price":
        del arguments["quantity"]
    assert "is not refunded" not in desk.ask(one, event, on=FOURTH, **arguments)[1]
    assert len(desk.month(APRIL)) == 3


def test_a_planned_reduction_counts_from_its_day_and_not_a_month_later() -> None:
    """Asked for in March for the first of April: nothing is paid for April by then, so nothing is kept."""
    desk, one = bought(policy={"rule": "None"})
    desk.at(FOURTH)
    desk.ask(one, "Quantity", quantity=4, on=APRIL)
    assert desk.month(APRIL) == ["124.00"]


def test_a_late_reduction_is_kept_to_the_end_of_what_was_paid_when_it_was_learned() -> None:
    """Learned on 4 April of fewer seats since 4 March: April is paid by then."""
    desk, one = bought(policy={"rule": "None"})
    desk.month(APRIL)
    desk.at(date(2026, 4, 4))
    assert "The seats are billed up to 2026-04-30." in desk.ask(one, "Quantity", quantity=4, on=FOURTH)[1]
    assert desk.month(MAY) == ["124.00"]


def test_money_that_the_policy_keeps_is_not_asked_for() -> None:
    """Refused with who says no; without a policy it is given back."""
    desk, one = bought(policy={"rule": "None"})
    desk.at(FOURTH)
    state, said = desk.ask(one, "Cancel", on=FOURTH, refund="yes")
    assert state == "Refused"
    assert "Our own policy: License is not refunded." in said
    assert "a credit of its line" in said
