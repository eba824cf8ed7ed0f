"""Every command that writes either takes a key (test_commands.py), or is safe to say twice by its nature, which is shown here.

A command that stands nowhere in this file fails the first test: whoever adds one says why it may be said twice.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.main import get_command

import wiring
from cli.main import build
from tests.same_key.test_commands import WISHES
from tests.same_key.town import Town

if TYPE_CHECKING:
    from collections.abc import Iterator

SAID_TWICE = """
The bank statement's words make up the id of a receipt.
receipt post K-1 500.00 EUR --reference 4711 --for INV-CO-2026-00001

An invoice takes from a receipt once.
receipt post K-1 500.00 EUR --reference 4711
receipt apply K-1 4711 --for INV-CO-2026-00001=50.00

The oldest are paid as far as the money goes; then there is none.
receipt post K-1 500.00 EUR --reference 4711
receipt apply K-1 4711 --oldest-first

What was taken back pays nothing any more.
receipt post K-1 500.00 EUR --reference 4711 --for INV-CO-2026-00001
receipt take-back K-1 4711 INV-CO-2026-00001 --reason Wrong

A receipt is returned once.
receipt post K-1 500.00 EUR --reference 4711 --oldest-first
receipt return K-1 4711 --reason "No funds"

An invoice takes from a credit note once.
receipt post K-1 368.90 EUR --reference 4711 --for INV-CO-2026-00001
credit INV-CO-2026-00001 --reason Outage
credit-note apply CN-CO-2026-00001 --for INV-CO-2026-00002=50.00

What was taken back pays nothing any more.
receipt post K-1 368.90 EUR --reference 4711 --for INV-CO-2026-00001
credit INV-CO-2026-00001 --reason Outage
credit-note apply CN-CO-2026-00001 --for INV-CO-2026-00002=50.00
credit-note take-back CN-CO-2026-00001 INV-CO-2026-00002 --reason Wrong

A credit note is given to the balance once.
receipt post K-1 368.90 EUR --reference 4711 --for INV-CO-2026-00001
credit INV-CO-2026-00001 --reason Outage
prepaid credit CN-CO-2026-00001 --reason "As agreed"

What has expired has left.
prepaid add C-1 50.00 --reason Bank --expires 2026-02-02
on 2026-02-03
prepaid expire

A customer is on hold, or is not.
hold place K-1 --reason "No answer"

hold place K-1 --reason "No answer"
hold lift K-1 --reason "Has called"

The same words are the same question.
question ask INV-CO-2026-00001 --text "What is this?" --dispute 10.00

The last words said again add nothing.
question ask INV-CO-2026-00001 --text "What is this?"
question answer {question} --text "Your seats"

question ask INV-CO-2026-00001 --text "What is this?"
question add {question} --text "Which?"

question ask INV-CO-2026-00001 --text "What is this?"
question close {question} --reason "All clear"

An invoice is disputed, paused or left out, or is not.
reminders dispute INV-CO-2026-00001 --reason "Too much" --amount 10.00

reminders pause INV-CO-2026-00001 --reason Promised --until 2026-03-10

reminders opt-out INV-CO-2026-00001 --reason "By hand"

Everything on the list is asked for once; an item is ticked, or open.
hold checklist start K-1

hold checklist start K-1
hold checklist tick K-1 vat-form --note "Of 3 March"

hold checklist start K-1
hold checklist tick K-1 vat-form --note "Of 3 March"
hold checklist untick K-1 vat-form --reason "Is another's"

A value is said, or is not.
settings set payment-terms-days 20 --customer K-1 --reason Agreed

settings set payment-terms-days 20 --customer K-1 --reason Agreed
settings revert payment-terms-days --customer K-1

A row is left out, or waits for its bill.
unbilled exclude {nonrecurringitem} --reason Gift

unbilled exclude {nonrecurringitem} --reason Gift
unbilled take-back {nonrecurringitem} --reason "No gift"

A planned change is there, cancelled, or as it was edited.
subscription change ms-1 --quantity 15 --on 2026-02-20
scheduled edit {scheduledchange} --quantity 16

subscription change ms-1 --quantity 15 --on 2026-02-20
scheduled cancel {scheduledchange}

subscription change ms-1 --quantity 15 --on 2026-02-20
fails {scheduledchange}
scheduled retry {scheduledchange}

The terms are what they have become.
contract amend C-1 --policy arrears --reason Agreed

A decision about these cycles stands.
contract catch-up C-9 --combine --reason Late

A term ends as it was last said, and a price is a rule, not a step.
renewals --contract C-1 --at-end renew --price +10

Only what is due and not billed is billed.
on 2026-03-01
run billing --as-of 2026-03-01 --contract C-1

What is drawn from the books is what the books say.
balance

exposure
"""

SHOWN_ELSEWHERE = """
approval delegate = cli/test_requests_command.py::test_an_approver_names_a_delegate_and_withdraws_it
approval undelegate = cli/test_requests_command.py::test_an_approver_names_a_delegate_and_withdraws_it
certificate attach = cli/test_certificates_command.py::test_a_document_goes_in_and_comes_out_as_it_was
hold check = crash/test_hold_rule_crashes.py::test_each_is_held_or_released_once_by_two_workers
hold override = crash/test_hold_crashes.py::test_what_waited_happens_once
left-over apply = work365/handlers/test_applying_left_over.py::test_what_is_refused
left-over take-back = work365/handlers/test_applying_left_over.py::test_it_is_taken_back_with_a_reason
import billing-lines = same_key/test_imports.py::test_the_same_file_adds_nothing
import ecb-rates = work365/handlers/test_fetching_rates.py::test_a_day_is_fetched_once
import prices = cli/test_prices_command.py::test_a_price_sheet_is_compared_staged_approved_and_then_unchanged
import provider-lines = cli/test_import_command.py::test_counts_and_findings_are_data_and_the_exit_code_says_clean
import rates = same_key/test_imports.py::test_the_same_file_adds_nothing
import usage = work365/handlers/test_metering.py::test_a_file_twice_adds_nothing_and_its_total_is_held
import users = cli/test_split_command.py::test_a_list_is_imported_once_and_keeps_what_is_asked_for
install = cli/test_install_command.py::test_applied_by_hash_then_nothing_to_do
instalments keep = work365/handlers/test_instalments.py::test_keeping_plans_survives_every_crash
ledger check = cli/test_ledger_command.py::test_a_broken_log_is_a_finding_until_it_is_mended
money check = crash/test_money_check_crashes.py::test_each_difference_is_found_once_by_two_workers
money explain = cli/test_money_command.py::test_what_is_explained_is_listed_with_its_reason_and_counts_no_more
notices retry = cli/test_notices_command.py::test_what_failed_is_sent_once_more
notices send = crash/test_telling_crashes.py::test_everyone_is_told_once_by_two_workers
prices approve = cli/test_prices_command.py::test_a_part_is_approved_and_the_rest_rejected_leaves_no_price_behind
prices change = cli/test_prices_command.py::test_a_percentage_changes_each_subscription_once_none_inside_its_commitment
prices reject = cli/test_prices_command.py::test_a_part_is_approved_and_the_rest_rejected_leaves_no_price_behind
promotions give = cli/test_promotions_command.py::test_what_was_cut_off_is_given_once_when_it_is_asked_for_again
split apply = work365/handlers/test_splitting.py::test_dividing_again_writes_nothing
split forget = cli/test_split_command.py::test_a_user_is_forgotten_and_the_seats_stay_counted
statements send = cli/test_statements_command.py::test_one_customer_gets_it_once
suspensions check = work365/handlers/test_suspending.py::test_the_same_invoice_again_opens_the_same_row
suspensions confirm = cli/test_suspensions_command.py::test_what_is_decided_twice_is_decided_once
suspensions decline = cli/test_suspensions_command.py::test_what_is_decided_twice_is_decided_once
suspensions resume = cli/test_suspensions_command.py::test_what_is_decided_twice_is_decided_once
tiers apply = cli/test_tiers_command.py::test_apply_follows_once_and_a_dry_run_only_says_so
usage check = work365/handlers/test_metering.py::test_thresholds_are_told_once_each_per_cycle
"""
"""Commands that need more than a town, and the test below tests/ in which what they do is done twice."""

HARMLESS = frozenset({"profile open", "profile request", "profile withdraw"})
"""Each link works once and expires, and nothing is stored or charged before a customer has entered it: two are two links."""

READS = """
approval delegates | approval queue | approval request | approval requests | audit export | audit verify
certificate fetch | certificate list | contract history | costs unmatched | coterm | credit-note list | credit-note show
disputes | doctor | explain invoice | export | hold checklist items | hold checklist show | hold list | hold log
instalments show | invoice | left-over list | left-over show | local clock show | money list | notices list | payment-rule
payouts | prepaid show | prices next | profile list | promotions list | question list | question show | receipt list
receipt show | refundable | reminders due | reminders fees list | reminders list | retries | revenue bridge
revenue journal | revenue schedule | run check | run parked | scheduled list | settings overrides | settings show
simulate | split check | split show | statement | suspensions list | tiers check | tiers margins | tiers show | usage show
windows | writeoff list
"""
"""They write files of this machine, or nothing."""

MACHINE = frozenset({"local up", "local dataverse", "local clock set", "local clock advance"})
"""The system on this machine and its time: no tenant's rows. Time that passes once more has passed once more."""


def commands(command: Any, *path: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401  typer brings its own click
    """Every command with its words."""
    found: dict[str, Any] | None = getattr(command, "commands", None)
    if found is None:
        yield " ".join(path), command
    for name, one in (found or {}).items():
        yield from commands(one, *path, name)


COMMANDS = dict(commands(get_command(build())))


def command_of(words: str) -> str:
    """The command in what is typed."""
    return next(name for name in sorted(COMMANDS, key=len, reverse=True) if f"{words} ".startswith(f"{name} "))


STORIES = [story.strip().splitlines() for story in SAID_TWICE.strip().split("\n\n")]
ELSEWHERE = dict(line.split(" = ") for line in SHOWN_ELSEWHERE.strip().splitlines())
TAKE_A_KEY = frozenset(WISHES)
LISTED = frozenset(one.strip() for one in READS.replace("\n", "|").split("|") if one.strip())


def test_every_command_says_why_it_may_be_typed_twice() -> None:
    """In one way each: by its key, by its nature as a story or another test shows, or because it writes nothing here."""
    by_nature = [*dict.fromkeys(command_of(story[-1]) for story in STORIES), *ELSEWHERE]
    ways = [*TAKE_A_KEY, *by_nature, *HARMLESS, *MACHINE, *LISTED]
    assert sorted(ways) == sorted(COMMANDS), set(ways) ^ set(COMMANDS)


def test_what_takes_a_key_is_what_is_tried_with_one() -> None:
    takes = {name for name, command in COMMANDS.items() if any(param.name == "key" for param in command.params)}
    assert takes == TAKE_A_KEY


@pytest.mark.parametrize("test", sorted(set(ELSEWHERE.values())))
def test_what_is_shown_elsewhere_is_shown_there(test: str) -> None:
    file, _, name = test.partition("::")
    assert f"def {name}(" in (Path(__file__).parents[1] / file).read_text("utf-8")


@pytest.fixture
def town(capsys: pytest.CaptureFixture[str]) -> Iterator[Town]:
    yield Town(capsys)
    wiring.install(None)


@pytest.mark.parametrize("story", STORIES, ids=[story[-1] for story in STORIES])
def test_a_command_that_is_said_twice_acts_once(story: list[str], town: Town) -> None:
    """Whatever it answers the second time, the tenant holds what it held after the first."""
    *before, last = [line for line in story if not line.endswith(".")]
    for line in before:
        town.does(line)
    held = town.office.rows()
    words = shlex.split(town.named(last))
    first = town.office.types(*words)
    done = town.office.rows()
    assert (first.code in {0, 1}, done != held) == (True, True), first
    again = town.office.types(*words)
    assert "reference" not in again.err, again
    assert town.office.rows() == done, again
