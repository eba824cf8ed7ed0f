"""`w365 approval`: the queue says who has to act, and two people verify and issue, each at a keyboard of their own."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from cli import approving
from cli.approvers import Ports
from dataverse.query import Query
from dataverse.webapi import Ref
from local.dataverse import seed
from local.desks.one_off import OneOffDesk
from local.sample.generated import ENTITY
from work365.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typer.testing import Result

MARCH = date(2026, 3, 1)


class Office:
    """Documents of 300.00 or more wait for two people; one is over it, one under. The worker works on each job as it is sent."""

    def __init__(self) -> None:
        self.desk = OneOffDesk(MARCH)
        rule = {"w365_approvalfrom": Decimal(300), "w365_twopeople": True}
        self.desk.api.update(Ref("w365_legalentity", ENTITY), rule)
        self.desk.standing("C-1", start=MARCH)
        self.desk.subscription(self.desk.contract("C-2", start=MARCH), seats=1, start=MARCH)
        self.desk.run(MARCH)

    def send(self, queue: str, message: Mapping[str, str], *, delay_s: float = 0) -> None:
        self.desk.work_on(message["job"])

    def types(self, *words: str, admin: bool = False) -> Result:
        """A command of the application user's, or of the administrator's."""
        self.desk.clock.moment += timedelta(minutes=1)
        api = self.desk.api.as_user(seed.ADMIN_OBJECT_ID) if admin else self.desk.api
        app = typer.Typer()
        approving.register(app, lambda _: Ports(api, self, self.desk.clock))
        return CliRunner().invoke(app, ["approval", *words])

    def queue(self) -> list[dict[str, Any]]:
        """What waits, after a look at the exit code: 1 as long as a person has to act."""
        shown = self.types("queue", "--output", "json")
        found: list[dict[str, Any]] = json.loads(shown.stdout)["waiting"]
        assert shown.exit_code == (1 if found else 0)
        return found


@pytest.fixture
def office() -> Office:
    return Office()


def test_two_people_verify_and_issue_and_the_queue_says_whose_turn_it_is(office: Office) -> None:
    """F122: Draft, Verified, Issued; whoever verified is refused the second step in words."""
    (waiting,) = office.queue()
    document = waiting.pop("document")
    assert waiting == {
        "kind": "Invoice",
        "customer": "Customer of C-1",
        "contract": "C-1",
        "total": "368.90 EUR",
        "state": "Draft",
        "turn": "Somebody has to verify it.",
    }
    early = office.types("issue", document)
    assert (early.exit_code, "must be verified first" in early.stderr) == (2, True)
    assert "Verified: 368.90 EUR" in office.types("verify", document, admin=True).stdout
    assert [(one["state"], one["turn"]) for one in office.queue()] == [
        ("Verified", "Somebody other than Local Administrator has to issue it.")
    ]
    assert "somebody else has to issue it" in office.types("issue", document, admin=True).stderr
    assert "Issued as INV-CO-2026-00002" in office.types("issue", document).stdout
    assert office.types("queue").stdout == "Every document has its number.\n"


def test_a_document_that_was_changed_since_stands_there_to_be_verified_again(office: Office) -> None:
    """Before anybody tries to issue it; the attempt makes it a draft again."""
    (waiting,) = office.queue()
    document = waiting["document"]
    office.types("verify", document, admin=True)
    line = office.desk.api.first(Query("w365_invoiceline", ("w365_invoicelineid",), filter=f"_w365_invoice_value eq {document}"))
    assert line is not None
    office.desk.api.update(Ref("w365_invoiceline", line["w365_invoicelineid"]), {"w365_description": "Something else"})
    (changed,) = office.queue()
    again = "It was changed after Local Administrator had verified it: somebody has to verify it again."
    assert (changed["state"], changed["turn"]) == ("Verified", again)
    assert "The document is a draft again. Changed since Local Administrator" in office.types("issue", document).stderr
    (fallen,) = office.queue()
    assert fallen["state"] == "Draft"
    assert fallen["turn"] == (
        "Changed since Local Administrator verified it: its lines, by # Work365 on 2026-03-01 03:17 UTC. "
        "Look at it and verify it again."
    )
    office.types("verify", document, admin=True)
    assert [one["turn"] for one in office.queue()] == ["Somebody other than Local Administrator has to issue it."]


@pytest.mark.parametrize("document", ["", "INV-CO-2026-00001", "00000000-0000-4000-8000-000000000000"])
def test_what_waits_for_nothing_is_refused(office: Office, document: str) -> None:
    """A number, or an id of nothing that waits: the queue lists those that do."""
    refused = office.types("verify", document).exception
    assert isinstance(refused, BadInput)
    assert "`w365 approval queue` lists them" in str(refused)
