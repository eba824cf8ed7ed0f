"""Seeded months: a few of the two thousand of `make months`, and the game itself: laws that speak up, seeds that replay."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from dataverse.rows import status
from dataverse.webapi import Ref
from local.http import Request
from local.months import laws
from local.months.__main__ import main
from local.months.acts import ACTS
from local.months.month import STEPS, begin, first_day, play, play_on
from local.months.shrinking import shrunk
from local.stripe.enrolling import control

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from local.months.office import Office
    from local.months.partner import Partner

MONTHS = range(1, 13)


def test_months_end_with_the_same_money_on_both_sides() -> None:
    """Whatever people, banks and crashes made of them: every law holds at any time, and once the month is settled."""
    for seed in MONTHS:
        played = play(seed)
        assert played.broken == (), f"python -m local.months --seed {seed}"


def test_the_same_seed_is_the_same_month() -> None:
    """Its log, word for word; another seed is another month."""
    first, again, other = play(7), play(7), play(8)
    assert first.log == again.log
    assert first.log != other.log


def test_a_step_that_is_left_out_changes_no_other_draw() -> None:
    """So a broken month can be made short."""
    whole, fewer = play(7), play(7, without=[1])
    assert next(line for line in whole.log if line.startswith("2. ")).split()[:3] == fewer.log[0].split()[:3]
    assert not any(line.startswith("1. ") for line in fewer.log)
    assert fewer.acts.total() == STEPS - 1


def test_a_broken_month_is_made_as_short_as_it_can_be() -> None:
    """Here only the third and the ninth step together break it."""

    def breaks(without: Collection[int]) -> bool:
        return not {3, 9} & set(without)

    assert shrunk(breaks) == tuple(number for number in range(1, STEPS + 1) if number not in (3, 9))


def test_acts_have_names_of_their_own() -> None:
    names = [act.name for act in ACTS]
    assert len(names) == len(set(names)) > 20


@pytest.fixture
def office() -> Iterator[Office]:
    """A month that has begun: one invoice is paid by card, one is being debited."""
    begun = begin(first_day(1))
    yield begun
    begun.partner.close()


def a_row(partner: Partner, table: str, **where: str) -> dict[str, Any]:
    """The first row of a table that has these values."""
    return next(row for row in partner.rows(table) if all(row[name] == value for name, value in where.items()))


def more_charged(partner: Partner) -> None:
    invoice = a_row(partner, "w365_invoice", w365_number="INV-CO-2026-00001")
    partner.quiet.update(Ref("w365_invoice", invoice["w365_invoiceid"]), {"w365_amountcharged": Decimal("368.91")})


def charged_past_us(partner: Partner) -> None:
    """Somebody charges the card at Stripe once more in the name of the invoice."""
    with partner.stripe.world() as world:
        [charge] = world.shelf.all("charge")
        world.shelf.put("charge", {**charge, "id": "ch_twice"})


def disputed_past_us(partner: Partner) -> None:
    """A bank takes money, and nobody looks."""
    with partner.stripe.world() as world:
        [charge] = world.shelf.all("charge")
    control(partner.stripe, "dispute", {"payment_intent": charge["payment_intent"]})


def no_allocation(partner: Partner) -> None:
    part = a_row(partner, "w365_allocation")
    partner.quiet.delete(Ref("w365_allocation", part["w365_allocationid"]))


def forgotten(partner: Partner) -> None:
    """The debit is on its way, and no bank will ever end it."""


def silent(partner: Partner) -> None:
    """A job failed, and nobody knows why."""
    job = a_row(partner, "w365_job")
    partner.quiet.update(Ref("w365_job", job["w365_jobid"]), {"w365_message": None, **status("w365_job", "Failed")})


def told_twice(partner: Partner) -> None:
    """A mail goes out again, with the mark of the first."""
    partner.application.tell()
    [first, *_] = partner.graph.outbox()
    message = {name: first[name] for name in first if name not in ("mailbox", "createdDateTime")}
    headers = {"authorization": "Bearer token", "content-type": "application/json"}
    path = f"/v1.0/users/{first['mailbox']}/sendMail"
    assert partner.graph(Request("POST", path, "", headers, json.dumps({"message": message}).encode())).status == 202


LAWS: tuple[tuple[Callable[[Partner], None], Callable[[Partner], Iterator[str]], str], ...] = (
    (charged_past_us, laws.at_any_time, "INV-CO-2026-00001 over 36890 was charged 73780"),
    (more_charged, laws.at_any_time, "INV-CO-2026-00001 over 36890 counts 36891 as charged"),
    (more_charged, laws.invoices_count_what_they_use, "INV-CO-2026-00001: the balance is not what is left of the total"),
    (disputed_past_us, laws.money_is_where_it_should_be, "INV-CO-2026-00001: gateways hold 0, came less went 36890"),
    (no_allocation, laws.money_is_where_it_should_be, "came less went 36890, allocated and spare 0"),
    (no_allocation, laws.invoices_count_what_they_use, "EUR: documents count 36890, allocations say 0"),
    (forgotten, laws.every_attempt_is_explained, "w365_payment is left Processing"),
    (silent, laws.every_attempt_is_explained, "w365_job is Failed: nobody knows why"),
    (told_twice, laws.everybody_is_told_once, "a mail went out 2 times"),
)


@pytest.mark.parametrize(("tamper", "law", "says"), LAWS, ids=lambda one: getattr(one, "__name__", ""))
def test_a_law_says_what_breaks_it(
    office: Office, tamper: Callable[[Partner], None], law: Callable[[Partner], Iterator[str]], says: str
) -> None:
    tamper(office.partner)
    assert says in " | ".join(law(office.partner))


def test_what_breaks_between_two_steps_ends_the_month_there(office: Office) -> None:
    charged_past_us(office.partner)
    played = play_on(office, 1)
    assert played.broken == ("after step 1: INV-CO-2026-00001 over 36890 was charged 73780",)


def test_the_command_counts_what_it_played() -> None:
    """In a process of its own: it copies itself, which a process with threads must not."""
    command = [sys.executable, "-m", "local.months", "--seed", "20", "--months", "3", "--processes", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "months: 3 from seed 20, 36 steps, 0 broken, " in done.stdout


def test_one_month_is_shown_with_its_log(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--seed", "7", "--without", "2,3"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("1. ")
    assert "\n2. " not in said
    assert "INV-CO-2026-00001 " in said
