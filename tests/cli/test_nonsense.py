"""What nobody can have meant: each command of the money rooms says what is wrong and what to do, and writes nothing."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import wiring
from tests.same_key.town import Town

if TYPE_CHECKING:
    import pytest

HUGE = "9" * 40
LONG = "x" * 4100

SAID = f"""
receipt post K-1 5 EUR --reference {LONG} => --reference: has 4100 characters; 100 fit: say what tells this money from other money
receipt post K-1 {HUGE} EUR --reference 1 => AMOUNT: '{HUGE}' is more than can be kept; use at most 922337203685477
receipt post K-1 5 EUR --reference 1 --on 0001-01-01 => --on: 0001-01-01 cannot be kept; use a day from 1753-01-01 to 9999-12-30
receipt post '' 5 EUR --reference 1 => ACCOUNT: no account has the number ''; look it up under Accounts
receipt apply '' '' => REFERENCE: account '' has no receipt with the reference ''
receipt list NOPE => ACCOUNT: no account has the number 'NOPE'; look it up under Accounts
receipt list '' => ACCOUNT: no account has the number ''
credit-note list NOPE => ACCOUNT: no account has the number 'NOPE'
writeoff list NOPE => ACCOUNT: no account has the number 'NOPE'
profile list NOPE => ACCOUNT: no account has the number 'NOPE'
profile withdraw nope => ID: 'nope' is no id; `w365 profile list` shows those of links
notices retry nope => NOTICE: there is no notice 'nope'; look it up with `w365 notices list`
writeoff post INV-CO-2026-00001 {HUGE} --reason x => AMOUNT: '{HUGE}' is more than can be kept
prepaid add C-1 {HUGE} --reason x => AMOUNT: '{HUGE}' is more than can be kept
prepaid show '' => no active contract with a currency has the number ''; look it up under Billing contracts
credit INV-CO-2026-00001 --reason {LONG} => what is asked for takes 4127 characters, and 4000 fit; say it in fewer words
contract close '' --on 2026-03-01 => no billing contract has the number ''
contract amend C-1 --on 0001-01-01 --policy arrears --reason x => on: 0001-01-01 cannot be kept
one-off '' --line 'GEN-1 at 5' => No active contract has the number ; look it up under Billing contracts.
subscription change '' --on 2026-03-01 --quantity 5 => SUBSCRIPTION: no subscription is called ''
subscription change ms-1 --on 2026-03-01 --quantity {HUGE} => quantity: '{HUGE}' is more than can be kept; use at most 2147483647
subscription change ms-1 --on 2026-03-01 --price {HUGE} => price: '{HUGE}' is more than can be kept; use at most 2147483647
reminders dispute INV-CO-2026-00001 --reason '' => --reason: say why, in at most 300 characters; it stays with the invoice
reminders opt-out INV-CO-2026-00001 --reason ' ' => --reason: say why
reminders pause INV-CO-2026-00001 --reason {LONG} => --reason: say why
reminders pause INV-CO-2026-00001 --reason x --until 2026-01-31 => --until: 2026-01-31 is over, so nothing would be paused
statements send K-1 --to 2026-01-31 => --from: say both the first and the last day, or neither for last month
statements send K-1 --from 2026-03-01 --to 2026-01-31 => --to: the period ends on 2026-01-31, before it begins on 2026-03-01
statements send K-1 --from 2026-01-01 --to 9999-12-31 => --to: 9999-12-31 cannot be kept; use a day from 1753-01-01
"""


def test_what_nobody_can_have_meant_is_said_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2: the input is wrong; never that the program or the tenant is."""
    town = Town(capsys)
    before = town.office.rows()
    told = {line: town.office.types(*shlex.split(line.partition(" => ")[0])) for line in SAID.strip().splitlines()}
    wiring.install(None)
    wrong = [(line[:90], said) for line, said in told.items() if said.code != 2 or line.partition(" => ")[2] not in said.err]
    assert wrong == []
    assert town.office.rows() == before
