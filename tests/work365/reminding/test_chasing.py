"""Which step an invoice has reached, what holds it back, and what goes into one mail: tables of cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from work365.money import Money, currency
from work365.reminding.bundling import INVOICES_MAX, Debtor, bundled
from work365.reminding.chasing import Due, due_step, held_back
from work365.reminding.owed import Owed
from work365.reminding.plan import Channel, Plan, Step

EUR, USD = currency("EUR"), currency("USD")
DUE = date(2026, 3, 10)
OWED = Owed(
    id="i-1", number="INV-1", account="a", entity="e", issued=DUE, due=DUE, balance=Money(100_00, EUR), disputed=Money(0, EUR)
)
PLAN = Plan("STD", tuple(Step(day) for day in (-3, 3, 10, 20)))

REACHED: list[tuple[str, int, set[int], int | None]] = [
    ("nothing before the first", -4, set(), None),
    ("announced", -3, set(), -3),
    ("announced late, and on the due day itself", 0, set(), -3),
    ("not announced once it is due", 1, set(), None),
    ("the first after it", 3, {-3}, 3),
    ("once", 9, {-3, 3}, None),
    ("only the newest where the plan starts late", 25, set(), 20),
    ("the newest is taken", 15, {10}, None),
    ("a later one was taken of another plan: an earlier one never follows it", 12, {11}, None),
]


@pytest.mark.parametrize(("late", "taken", "step"), [one[1:] for one in REACHED], ids=[one[0] for one in REACHED])
def test_the_step_that_is_due(late: int, taken: set[int], step: int | None) -> None:
    """F48: each step once, only the newest, none after a later one."""
    found = due_step(replace(OWED, taken=frozenset(taken)), PLAN, DUE + timedelta(days=late))
    assert (None if found is None else found.step.day) == step


HELD: list[tuple[str, dict[str, Any], int, str]] = [
    ("open and late", {}, 3, ""),
    ("paid", {"balance": Money(0, EUR)}, 3, "it is paid"),
    ("opted out", {"opted_out": True}, 3, "it is never reminded of"),
    ("promised up to that day", {"paused_until": date(2026, 3, 13)}, 3, "it is paused until 2026-03-13"),
    ("promised up to the day before", {"paused_until": date(2026, 3, 12)}, 3, ""),
    ("disputed in full", {"disputed": Money(100_00, EUR)}, 3, "all of what is open is disputed"),
    ("disputed beyond it", {"disputed": Money(150_00, EUR)}, 3, "all of what is open is disputed"),
    ("disputed in part", {"disputed": Money(99_99, EUR)}, 3, ""),
    ("a payment on its way", {"on_its_way": True}, 3, "a payment of it is on its way"),
    ("charged by itself, and not late", {"collected": True}, 0, "it is charged by itself"),
    ("charged by itself, and late", {"collected": True}, 1, ""),
]


@pytest.mark.parametrize(("columns", "late", "why"), [one[1:] for one in HELD], ids=[one[0] for one in HELD])
def test_what_holds_it_back(columns: dict[str, Any], late: int, why: str) -> None:
    """F48, F130, F137."""
    assert held_back(replace(OWED, **columns), DUE + timedelta(days=late)) == why


def due(number: int, *, account: str = "a", code: Any = EUR, channel: Channel = Channel.MAIL) -> tuple[Debtor, Due]:  # noqa: ANN401  a currency
    """A step of an invoice."""
    owed = replace(OWED, id=f"i-{number}", number=f"INV-{number}", balance=Money(100, code), disputed=Money(0, code))
    return Debtor(account=account, entity="e", customer=account), Due(owed, Step(3, channel), "STD")


def test_one_mail_for_each_customer_and_currency() -> None:
    """Amounts of two currencies are never added up; what staff alone are asked about is in no mail."""
    found = [due(1), due(2, code=USD), due(3), due(4, account="b"), due(5, channel=Channel.TASK), due(6, channel=Channel.BOTH)]
    assert [(str(one.asked), one.mails, [each.owed.number for each in one.dues]) for one in bundled(found)] == [
        ("3.00 EUR", True, ["INV-1", "INV-3", "INV-6"]),
        ("1.00 USD", True, ["INV-2"]),
        ("1.00 EUR", True, ["INV-4"]),
        ("1.00 EUR", False, ["INV-5"]),
    ]


def test_a_mail_holds_so_many_invoices_and_the_rest_is_another() -> None:
    """Each of them once."""
    sizes = [len(one.dues) for one in bundled(due(number) for number in range(2 * INVOICES_MAX + 1))]
    assert sizes == [INVOICES_MAX, INVOICES_MAX, 1]
