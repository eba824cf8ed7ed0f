"""`w365 approval requests`, `request`, `approve`, `refuse`, `delegate`: two people, each at a keyboard of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from cli import approving, changing, scheduled
from cli.approvers import Ports
from local.desks.approvals import LATER, TODAY, ApprovalDesk, Member
from work365.errors import BadInput, NotAuthorised

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typer.testing import Result

WHAT = f"Quantity of Microsoft 365 Business Premium on contract C-1 from {TODAY} on: 15 seats"
ME = ("--sign-in", "azure-cli")


class Office:
    """Five more seats of C-1 wait. The workers take each message as it is sent, and what it brings."""

    def __init__(self) -> None:
        self.desk = ApprovalDesk.that_says("approve-purchases", "100.00 EUR")
        self.job = self.desk.wants(self.desk.seller, "Quantity", quantity=15)
        (self.one,) = self.desk.waiting()

    def send(self, queue: str, message: Mapping[str, str], *, delay_s: int = 0) -> None:
        """What the queue does, and at once what a worker does."""
        self.desk.queue.send(queue, message, delay_s=delay_s)
        self.desk.deliver()

    def types(self, who: Member, *words: str) -> Result:
        """A command at somebody's keyboard."""
        self.desk.passes(seconds=2)
        app = typer.Typer()
        approving.register(app, lambda _: Ports(who.api, self, self.desk.clock))
        return CliRunner().invoke(app, ["approval", *words])

    def listed(self, *words: str) -> list[dict[str, Any]]:
        """What the list says."""
        found: list[dict[str, Any]] = json.loads(self.types(self.desk.approver, "requests", *words, "--output", "json").stdout)[
            "requests"
        ]
        return found


@pytest.fixture
def office() -> Office:
    return Office()


def test_a_request_is_seen_and_approved_and_the_command_says_what_came_of_it(office: Office) -> None:
    desk = office.desk
    shown = office.types(desk.approver, "requests")
    assert shown.exit_code == 1
    (listed,) = office.listed()
    assert listed == {
        "request": office.one.id,
        "matter": "Purchase",
        "size": "155.00 EUR",
        "customer": "Customer of C-1",
        "what": WHAT,
        "asked by": "Sam Seller",
        "asked on": "2026-03-16 12:00 UTC",
        "answer by": "2026-03-23 12:00 UTC",
        "state": "Waiting",
    }
    said = office.types(desk.approver, "request", office.one.id).stdout.splitlines()
    assert said[:3] == [
        f"{WHAT}: Waiting",
        "155.00 EUR added a month waits for an approver: 100.00 EUR or more does.",
        "asked by Sam Seller on 2026-03-16 12:00 UTC, until 2026-03-23 12:00 UTC",
    ]
    assert {"  seats now: 10", "  price now: 31", "  seats afterwards: 15", "  state: Active"} <= set(said)
    done = office.types(desk.approver, "approve", office.one.id, "--reason", "Agreed with finance")
    assert (done.exit_code, done.stdout) == (0, f"Approved: {WHAT}.\n")
    assert done.stderr.startswith("w365: the request: Microsoft 365 Business Premium has 15 seats at 31 from 2026-03-16 on.")
    assert desk.stands(desk.one) == (15, "Active")
    assert office.types(desk.approver, "requests").exit_code == 0
    assert [one["state"] for one in office.listed("--all")] == ["Approved"]
    answered = json.loads(office.types(desk.approver, "request", office.one.id, "--output", "json").stdout)
    assert (answered["answered by"], answered["reason"]) == ("Ann Approver", "Agreed with finance")


def test_approving_what_has_changed_meanwhile_says_what_and_that_it_is_asked_again(office: Office) -> None:
    desk = office.desk
    desk.wants(desk.second, "Quantity", quantity=11)
    done = office.types(desk.approver, "approve", office.one.id)
    assert done.exit_code == 4
    assert "the request: The facts changed after Ann Approver had approved it: seats now 11 instead of 10" in done.stderr
    assert [one["state"] for one in office.listed("--all")] == ["Waiting", "Overtaken"]


def test_a_refusal_needs_a_reason_and_ends_the_request(office: Office) -> None:
    desk = office.desk
    assert office.types(desk.approver, "refuse", office.one.id).exit_code == 2
    assert office.types(desk.approver, "refuse", office.one.id, "--reason", "Over budget").stdout == f"Refused: {WHAT}.\n"
    assert desk.said(office.job) == ("Refused", f"Ann Approver refused it: Over budget ({WHAT}.)")


def test_whoever_asked_is_refused_and_so_is_a_stranger(office: Office) -> None:
    desk = office.desk
    own = office.types(desk.seller, "approve", office.one.id)
    assert (own.exit_code, own.stderr) == (2, "w365: You asked for this yourself, so somebody else has to answer it.\n")
    clerk = desk.member("Carl Clerk", "Work365 Billing")
    stranger = office.types(clerk, "approve", office.one.id)
    assert (stranger.exit_code, "You are no approver" in stranger.stderr) == (2, True)
    unknown = office.types(desk.approver, "approve", "R-1").exception
    assert isinstance(unknown, BadInput)
    assert str(unknown) == "REQUEST: there is no request 'R-1'; `w365 approval requests` lists those that wait"


def test_an_approver_names_a_delegate_and_withdraws_it(office: Office) -> None:
    desk = office.desk
    clerk = desk.member("Carl Clerk", "Work365 Billing")
    for _ in range(2):  # said twice it is one, so withdrawing it once is enough
        named = office.types(desk.approver, "delegate", "Carl Clerk", "--from", "2026-03-16", "--until", "2026-03-20", *ME)
        assert named.stdout == "Carl Clerk may answer in your place from 2026-03-16 on, until 2026-03-20.\n"
    (row,) = json.loads(office.types(desk.approver, "delegates", "--output", "json").stdout)["delegations"]
    identity = row.pop("delegation")
    assert row == {"approver": "Ann Approver", "delegate": "Carl Clerk", "from": "2026-03-16", "until": "2026-03-20"}
    assert office.types(desk.approver, "undelegate", identity).stdout == "It is withdrawn.\n"
    assert "You are no approver" in office.types(clerk, "approve", office.one.id).stderr
    for _ in range(2):
        office.types(desk.approver, "delegate", clerk.id, "--from", "2026-03-16", *ME)
    assert len(json.loads(office.types(desk.approver, "delegates", "--output", "json").stdout)["delegations"]) == 1
    assert office.types(clerk, "approve", office.one.id).exit_code == 0
    shown = office.types(desk.approver, "request", office.one.id).stdout
    assert "answered by Carl Clerk in place of Ann Approver" in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("delegate", "Bob", "--from", "2026-03-16", *ME),
            "USER: no user is called 'Bob'; give the name, user name, address or id",
        ),
        (
            ("delegate", "Sam Seller", "--from", "2026-03-16", "--until", "2026-03-16", *ME),
            "--until: 2026-03-16 is not after 2026-03-16; it would count on no day",
        ),
        (("delegate", "Sam Seller", "--from", "now", *ME), "--from: 'now' is not a day; write it as 2026-02-01"),
        (
            ("delegate", "Bo Approver", "--from", "2026-03-16"),
            "--sign-in: a delegation is an approver's own: say who you are, by azure-cli or device-code",
        ),
        (("undelegate", "D-1"), "DELEGATION: there is no delegation 'D-1'; `w365 approval delegates` lists them"),
    ],
)
def test_what_is_typed_wrong_is_said(office: Office, words: tuple[str, ...], said: str) -> None:
    refused = office.types(office.desk.approver, *words).exception
    assert isinstance(refused, BadInput)
    assert str(refused) == said


def test_who_has_no_right_to_delegations_makes_none(office: Office) -> None:
    """Only approvers have it, and administrators."""
    refused = office.types(office.desk.seller, "delegate", "Bo Approver", "--from", "2026-03-16", *ME).exception
    assert isinstance(refused, NotAuthorised)


def test_an_approved_plan_is_not_edited_into_another_request(office: Office) -> None:
    """`w365 scheduled edit` refuses what would have to be approved; less than the threshold may be edited."""
    desk = office.desk
    desk.wants(desk.second, "Quantity", quantity=12, on=LATER)
    app = typer.Typer()
    for command in (changing, scheduled):
        command.register(app, lambda: changing.Ports(desk.changing, desk.book, desk.clock, gate=desk.gate))
    (planned,) = desk.changing.planned()
    edit = ["scheduled", "edit", planned.id, "--quantity"]
    assert CliRunner().invoke(app, [*edit, "13"]).exit_code == 0
    refused = CliRunner().invoke(app, [*edit, "20"]).exception
    assert str(refused) == (
        "310.00 EUR added a month waits for an approver: 100.00 EUR or more does. Cancel this change, and ask for the other one "
        "with `w365 subscription change`."
    )
    assert [one.wish.quantity for one in desk.changing.planned()] == [13]
