"""Seeded months: a few of the two thousand of `make months`, and the game itself: laws that speak up, seeds that replay."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from dataverse.rows import bind, choice_value, status
from dataverse.webapi import Ref
from local.http import Request
from local.months import asked_laws, books_laws, late_laws, laws
from local.months.__main__ import main
from local.months.acts import ACTS
from local.months.month import STEPS, begin, first_day, play, play_on
from local.months.shrinking import shrunk
from local.stripe.enrolling import control
from work365.handlers import questions
from work365.questions.thread import Said, Side

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


def a_row(partner: Partner, table: str, **where: object) -> dict[str, Any]:
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


def offered_past_us(partner: Partner) -> None:
    """A page asks for what the card has paid."""
    invoice = a_row(partner, "w365_invoice", w365_number="INV-CO-2026-00001")["w365_invoiceid"]
    with partner.stripe.world() as world:
        page = {"status": "open", "mode": "payment", "expires_at": world.now + 60, "amount_total": 1}
        world.shelf.put("checkout.session", {"id": "cs_1", "created": world.now, "metadata": {"w365_invoice": invoice}, **page})


def billed_out_of_nothing(partner: Partner) -> None:
    """A line bills a fee, and no reminder has charged one."""
    of = bind("w365_Invoice", "w365_invoice", the_debited(partner)["w365_invoiceid"])
    kind = choice_value("w365_invoiceline", "w365_kind", "Fee")
    row = {"w365_name": "Fee", "w365_key": "item/1", "w365_kind": kind, "w365_quantity": 1, "w365_ordinal": 9}
    partner.quiet.create("w365_invoiceline", {**row, "w365_amount": Decimal(1), **of})


def asked_although_disputed(partner: Partner) -> None:
    """The customer accepts 68.90 of 368.90, and an hour later is reminded of all of it, at twice the price."""
    number, now = the_debited(partner)["w365_number"], partner.now
    questions.ask(number, None, Said(Side.CUSTOMER, "", now, "Why?"), Decimal(300), book=partner.application.questions)
    partner.later(hours=1)
    row = {
        "w365_name": "3",
        "w365_day": 3,
        "w365_dueon": now.date(),
        "w365_amount": Decimal("368.90"),
        "w365_fee": Decimal("14.76"),
    }
    partner.quiet.create("w365_reminder", row | of_the_debited(partner))


def proposed_past_us(partner: Partner) -> None:
    """Nothing is late."""
    cause = choice_value("w365_suspension", "w365_cause", "Overdue")
    row = {"w365_name": "S", "w365_key": "S", "w365_cause": cause, "w365_reason": "-", **status("w365_suspension", "Proposed")}
    of = a_row(partner, "w365_subscription")["w365_subscriptionid"]
    row |= bind("w365_Invoice", "w365_invoice", the_debited(partner)["w365_invoiceid"])
    partner.quiet.create("w365_suspension", row | bind("w365_Subscription", "w365_subscription", of))


def given_back_unasked(partner: Partner) -> None:
    """All of a payment, by a job that waited for nobody."""
    payment = a_row(partner, "w365_payment", w365_amount=Decimal("368.9000"))
    row = {"w365_name": "R", "w365_attempt": 1, "w365_amount": Decimal("368.90"), "w365_reason": "-"}
    row |= bind("w365_Payment", "w365_payment", payment["w365_paymentid"])
    row |= bind("w365_Job", "w365_job", a_row(partner, "w365_job")["w365_jobid"]) | status("w365_refund", "Succeeded")
    euro = payment["_transactioncurrencyid_value"]
    partner.quiet.create("w365_refund", row | bind("transactioncurrencyid", "transactioncurrency", euro))


def paid_there(partner: Partner) -> None:
    """A bookkeeper enters a payment, and nobody reads it."""
    partner.quickbooks.pay(partner.company.realm, the_debited(partner)["w365_number"], Decimal(8))


def the_debited(partner: Partner) -> dict[str, Any]:
    """The invoice that is in the books."""
    return a_row(partner, "w365_invoice", w365_number="INV-CO-2026-00002")


def of_the_debited(partner: Partner) -> dict[str, Any]:
    """Columns of what is about it."""
    row = the_debited(partner)
    euro = bind("transactioncurrencyid", "transactioncurrency", row["_transactioncurrencyid_value"])
    return bind("w365_Invoice", "w365_invoice", row["w365_invoiceid"]) | euro


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
    (offered_past_us, laws.at_any_time, "INV-CO-2026-00001 over 36890 was charged 36890, and a page asks for 1"),
    (billed_out_of_nothing, late_laws.fees_are_charged_once_a_step, "a fee is billed that no step has charged: 1"),
    (asked_although_disputed, late_laws.what_is_disputed_bears_no_fee, "asked for 36890, although 30000 were disputed"),
    (asked_although_disputed, late_laws.what_is_disputed_bears_no_fee, "a fee of 1476 on 36890, 738 at most"),
    (proposed_past_us, late_laws.suspensions_go_with_their_cause, "a suspension is Proposed, and nothing is late: -"),
    (given_back_unasked, asked_laws.nothing_large_is_done_unasked, "was done 1 times and approved 0 times"),
    (paid_there, books_laws.the_books_agree, "in the books [(36890, 36090)], here [(36890, 36890)]"),
)


@pytest.mark.parametrize(("tamper", "law", "says"), LAWS, ids=lambda one: getattr(one, "__name__", ""))
def test_a_law_says_what_breaks_it(
    office: Office, tamper: Callable[[Partner], None], law: Callable[[Partner], Iterator[str]], says: str
) -> None:
    tamper(office.partner)
    assert says in " | ".join(law(office.partner))


@pytest.mark.parametrize(
    ("states", "broken"),
    [
        (("Warned", "Proposed", "Declined"), False),
        (("Proposed", "Withdrawn", "Proposed"), False),
        (("Proposed", "Warned", "Proposed"), True),
        (("Proposed", "Declined", "Proposed"), True),
    ],
)
def test_a_suspension_is_proposed_once_until_it_ends(states: tuple[str, ...], *, broken: bool) -> None:
    assert bool(list(late_laws.proposed_once({"one": states}))) is broken


def test_what_breaks_between_two_steps_ends_the_month_there(office: Office) -> None:
    charged_past_us(office.partner)
    played = play_on(office, 1)
    assert [what[:51] for what in played.broken] == ["after step 1: INV-CO-2026-00001 over 36890 was char"]


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
