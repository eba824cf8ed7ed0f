"""`w365 renewals --at-end …` above a threshold: a job asks, and somebody else approves it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from cli import renewals
from cli.asking import Asker
from dataverse.rows import choice_label
from dataverse.stores.renewing import Renewals
from dataverse.webapi import Ref
from local.desks.approvals import START, ApprovalDesk, Member
from local.desks.billing import SUBSCRIPTION
from work365.handlers import renewal_policies
from work365.jobs import JobKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typer.testing import Result

    from work365.handlers.jobs import Doer
    from work365.jobs import Job, JobResult

UNTIL = date(2026, 4, 10)


class TermOffice(ApprovalDesk):
    """Ten seats at 31.00 under a term that ends in April; renewals of 400.00 EUR a month or more wait."""

    def __init__(self) -> None:
        super().__init__()
        self.says("approve-renewals", "400.00 EUR")
        self.term = self.bought(self.contract_id, start=START, term="P1Y", until=UNTIL)

    def doers(self) -> dict[JobKind, Doer]:
        def book_for(person: str | None) -> Renewals:
            return Renewals(self.api if person is None else self.api.as_user(person), self.tenant.currencies)

        def set_renewals(job: Job) -> JobResult:
            return renewal_policies.set_renewals(job, book_for=book_for, gate=self.gate, clock=self.clock)

        return super().doers() | {JobKind.SET_RENEWALS: set_renewals}

    def send(self, queue: str, message: Mapping[str, str], *, delay_s: int = 0) -> None:
        """What the queue does, and at once what a worker does."""
        self.queue.send(queue, message, delay_s=delay_s)
        self.deliver()

    def types(self, who: Member, *words: str) -> Result:
        """A command at somebody's keyboard."""
        self.passes(seconds=2)
        app = typer.Typer()
        book, asker = Renewals(who.api, self.tenant.currencies), Asker(who.api, self, self.clock, self.gate)
        renewals.register(app, lambda: renewals.Ports(book, self.clock, asker))
        return CliRunner().invoke(app, [*words])

    def at_end(self) -> str:
        """What happens at the end of the term; "" where nobody said."""
        value = self.api.read(Ref(SUBSCRIPTION, self.term), select=("w365_atend",))["w365_atend"]
        return "" if value is None else choice_label(SUBSCRIPTION, "w365_atend", value)


@pytest.fixture
def office() -> TermOffice:
    return TermOffice()


def test_a_renewal_below_the_threshold_is_set_at_once(office: TermOffice) -> None:
    """310.00 a month."""
    assert office.types(office.seller, "--at-end", "renew").exit_code == 0
    assert office.at_end() == "Renew"
    assert office.asked() == []


def test_a_renewal_above_it_waits_and_is_then_set_as_whoever_asked(office: TermOffice) -> None:
    """Ten seats at 40.30 are 403.00 a month."""
    asked = office.types(office.seller, "--at-end", "renew", "--price", "+30")
    assert asked.exit_code == 4
    assert asked.stderr == (
        "w365: Waits for approval until 2026-03-23 12:00 UTC. 403.00 EUR a month from its renewal on waits for an approver: "
        "400.00 EUR or more does.\n"
    )
    assert office.at_end() == ""
    assert [what for _, what in office.asked()] == ["Terms that end until 2026-06-14, 1 of them: Renew, +30 %"]
    (one,) = office.waiting()
    assert office.answers(office.approver, "approve")[0] == "Succeeded"
    assert office.said(one.job) == ("Succeeded", "Set for 1 of 1 terms that end until 2026-06-14.")
    assert office.at_end() == "Renew"
    row = office.api.read(Ref(SUBSCRIPTION, office.term), select=("_modifiedby_value",))
    assert row["_modifiedby_value"] == office.seller.id


def test_more_seats_since_ask_again(office: TermOffice) -> None:
    office.types(office.seller, "--at-end", "renew", "--price", "+30")
    office.wants(office.second, "Quantity", subscription=office.term, quantity=11)
    (one,) = office.waiting()
    office.answers(office.approver, "approve", one.id)
    assert [state for state, _ in office.asked()] == ["Overtaken", "Waiting"]
    assert office.at_end() == ""


def test_an_end_is_measured_by_what_it_takes_away_and_a_lower_price_by_its_percent(office: TermOffice) -> None:
    office.says("approve-reductions", "310.00 EUR")
    office.says("approve-discounts", "20")
    assert "310.00 EUR taken away a month waits" in office.types(office.seller, "--at-end", "end").stderr
    assert office.types(office.seller, "--at-end", "renew", "--price", "-19").exit_code == 0
    assert "20 % off the price waits" in office.types(office.seller, "--at-end", "renew", "--price", "-20").stderr


def test_what_is_not_known_waits(office: TermOffice) -> None:
    """The list that it renews at has no price."""
    assert "is not known" in office.types(office.seller, "--at-end", "renew", "--price", "list").stderr
    assert office.at_end() == ""
