"""`w365 money` and `w365 payouts`: what differs, by how much, since when and what to do; what reached the bank."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from cli import money as commands
from dataverse.stores.booked import BookedRows
from local.clock import FixedClock
from local.desks.three_way import ThreeWayDesk
from local.stripe.enrolling import control

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typer.testing import Result

    from work365.accounting.deciding import BooksSystem
    from work365.ports.books import Ledger


def no_books(system: BooksSystem) -> Ledger:
    """No company keeps books here."""
    raise AssertionError(system)


class Keyboard:
    """Somebody at the desk of Contoso's money."""

    def __init__(self) -> None:
        self.desk = ThreeWayDesk()
        self.app = typer.Typer()
        commands.register(self.app, self._ports)

    def _ports(self) -> commands.Ports:
        desk = self.desk
        return commands.Ports(desk.money, BookedRows(desk.guarded), desk.money_for, no_books, FixedClock(desk.now))

    def run(self, *arguments: str) -> Result:
        """One command."""
        return CliRunner().invoke(self.app, list(arguments))

    def said(self, *arguments: str) -> Any:  # noqa: ANN401  JSON
        """One command, answered as JSON."""
        return json.loads(self.run(*arguments, "--output", "json").stdout)


@pytest.fixture(scope="module")
def idle() -> Iterator[Keyboard]:
    """A tenant where nothing happens."""
    made = Keyboard()
    yield made
    made.desk.close()


@pytest.fixture
def keyboard() -> Iterator[Keyboard]:
    """A tenant with a payment that agrees, and one that was given back by hand, three days ago."""
    made = Keyboard()
    made.desk.paid("80.00")
    made.desk.given_by_hand(made.desk.paid("150.00"), 2000)
    made.desk.later(days=3)
    yield made
    made.desk.close()


def test_a_check_shows_each_difference_and_what_the_totals_come_to(keyboard: Keyboard) -> None:
    """Exit 1; the amount, the age, both references, a next step; ledger and differences are the gateway's total."""
    done = keyboard.run("money", "check", "--output", "json")
    said = json.loads(done.stdout)
    [one] = said["differences"]
    assert (one["code"], one["amount"], one["currency"], one["days"]) == ("money-not-here", "-20.00", "EUR", "3")
    assert (one["there"][:3], len(one["here"]), one["next step"][-1]) == ("pi_", 36, ".")
    [total] = said["totals"]
    assert (total["here"], total["there"], total["differing"], total["agree"]) == ("230.00", "210.00", "-20.00", "yes")
    assert done.exit_code == 1
    assert "money-not-here" in keyboard.run("money", "check").stdout


def test_a_payout_that_did_not_arrive_is_shown_until_it_is_explained(keyboard: Keyboard) -> None:
    """Also on the night after it was found."""
    keyboard.run("money", "check")
    keyboard.desk.later(days=1)
    [payout] = keyboard.desk.payouts_at_stripe()
    control(keyboard.desk.stripe, "payout", {"payout": payout["id"], "to": "failed"})
    for _ in range(2):
        assert [one["code"] for one in keyboard.said("money", "check")["differences"]] == ["payout-failed", "money-not-here"]
        keyboard.desk.later(days=1)
    keyboard.run("money", "explain", payout["id"], "--reason", "The new account is entered")
    assert [one["code"] for one in keyboard.said("money", "check")["differences"]] == ["money-not-here"]


def test_what_is_explained_is_listed_with_its_reason_and_counts_no_more(keyboard: Keyboard) -> None:
    """Exit 0 from then on; the totals still agree."""
    keyboard.run("money", "check")
    [one] = keyboard.said("money", "list")["differences"]
    assert (one["state"], one["amount"]) == ("open", "-20.00 EUR")
    for _ in range(2):
        assert keyboard.run("money", "explain", one["there"], "--reason", "Goodwill, by phone").exit_code == 0
    done = keyboard.run("money", "check", "--output", "json")
    assert (done.exit_code, json.loads(done.stdout)["differences"]) == (0, [])
    assert "1 more differ as somebody has explained" in done.stderr
    assert keyboard.said("money", "list")["differences"][0]["state"] == "explained: Goodwill, by phone"


def test_a_dry_run_over_a_year_writes_nothing(keyboard: Keyboard) -> None:
    """It shows what the last reading implies."""
    keyboard.run("money", "check")
    keyboard.desk.later(days=100)
    assert keyboard.said("money", "check", "--dry-run", "--since", "2026-01-01")["totals"][0]["here"] == "230.00"
    assert keyboard.desk.says() == ["money-not-here -20.00 EUR Open"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("money", "explain", "pi_404", "--reason", "x"), "nothing that differs has the id 'pi_404'"),
        (("money", "explain", "pi_404"), "say why it differs"),
        (("money", "check", "--since", "2026-01-01"), "only with --dry-run"),
        (("money", "check", "--dry-run", "--since", "soon"), "is not a day"),
        (("payouts", "--since", "soon"), "is not a day"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(idle: Keyboard, arguments: tuple[str, ...], says: str) -> None:
    """With what to do instead."""
    done = idle.run(*arguments)
    assert done.exit_code != 0
    assert says in str(done.exception)


def test_a_gateway_that_is_silent_is_said(keyboard: Keyboard) -> None:
    """Exit 4."""
    keyboard.desk.keyless = True
    done = keyboard.run("money", "check")
    assert done.exit_code == 4
    assert "stripe was not compared: the vault has no secret stripe-key" in done.stderr


def test_payouts_are_listed_to_match_with_the_bank_statement(keyboard: Keyboard) -> None:
    """The latest first; of one processor; since a day."""
    keyboard.run("money", "check")
    keyboard.desk.later(days=2)
    keyboard.run("money", "check")
    [one] = keyboard.said("payouts")["payouts"]
    assert (one["processor"], one["amount"], one["fees"], one["payments"]) == ("stripe", "206.05", "3.95", "2")
    assert (one["arrives on"], one["state"]) == ("2026-03-15", "Paid")
    assert keyboard.said("payouts", "--processor", "debits")["payouts"] == []
    assert keyboard.said("payouts", "--since", "2026-04-01")["payouts"] == []
