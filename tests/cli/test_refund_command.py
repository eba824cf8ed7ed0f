"""`w365 refund` over a tenant in memory, with a worker that is always there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cli import refunding as commands
from local.desks.giving_back import GivingDesk
from tests.cli.keyboard import Keyboard
from work365.errors import BadInput, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def finance() -> Iterator[Keyboard[GivingDesk]]:
    """An invoice that was paid by card."""
    desk = GivingDesk()
    yield Keyboard(desk, desk.paid(), commands.register)
    desk.close()


def test_a_dry_run_shows_where_the_money_comes_from_and_gives_nothing(finance: Keyboard[GivingDesk]) -> None:
    """In words and as JSON; with a credit note, that comes first."""
    finance.desk.credited(finance.invoice, "30.00")
    words = (finance.number, "40.00", "--reason", "Too many seats", "--dry-run")
    shown = finance.types(*words)
    assert f"Invoice {finance.number} is open again by 10.00 EUR; its balance is 10.00 EUR. 30.00 EUR had been" in shown.stdout
    said = json.loads(finance.types(*words, "--output", "json").stdout)
    assert (said["refund"], said["spare"], said["credited"], said["open_again"]) == ("40.00", "0.00", "30.00", "10.00")
    assert (said["invoice"], said["left"]) == (finance.number, "110.00")
    assert finance.desk.held(finance.invoice) == 15000


def test_a_refund_waits_for_what_the_gateway_says(finance: Keyboard[GivingDesk]) -> None:
    """By the invoice's number, then the rest by the gateway's id of the payment."""
    shown = finance.types(finance.number, "40.00", "--reason", "Too many seats")
    assert (shown.exit_code, shown.stdout.startswith("Refunded 40.00 EUR to Visa ending 4242: Too many seats.")) == (0, True)
    payment = finance.desk.only_payment(finance.invoice)["w365_gatewayreference"]
    answered = json.loads(finance.types(payment, "--reason", "The rest", "--output", "json").stdout)
    assert answered["message"].startswith("Refunded 110.00 EUR")
    assert finance.desk.held(finance.invoice) == 0


@pytest.mark.parametrize(
    ("words", "error", "says"),
    [
        (("{number}", "150.01", "--reason", "x"), Refused, "Give back at most 150.00 EUR."),
        (("{number}", "1.001", "--reason", "x"), Refused, "Give back at most 150.00 EUR."),
        (("{number}", "ten", "--reason", "x"), BadInput, "AMOUNT"),
        (("{number}",), BadInput, "say why"),
        (("INV-404", "--reason", "x"), Refused, "Nothing was paid"),
    ],
)
def test_what_may_not_be_is_refused_before_a_job_is_written(
    finance: Keyboard[GivingDesk], words: tuple[str, ...], error: type[Exception], says: str
) -> None:
    """The permitted maximum is named."""
    shown = finance.types(*(word.format(number=finance.number) for word in words))
    assert isinstance(shown.exception, error)
    assert says in str(shown.exception)
    assert finance.desk.held(finance.invoice) == 15000
