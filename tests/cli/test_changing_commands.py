"""`w365 subscription change`, `w365 scheduled` and `w365 renewals`: what a person sees before anything is written."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from cli import changing, renewals, scheduled
from dataverse.query import Query
from dataverse.rows import choice_value
from dataverse.webapi import Ref
from local.desks.changes import ChangeDesk
from work365.errors import BadInput, Refused

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


REFUSING = {"w365_billingtype": "License", "w365_rule": "None"}
FRESH = {"seats": 10, "until": "2026-03-19T08:00:00+00:00", "refund": "150.00", "hours_left": 48}


class Person:
    """Somebody at the keyboard of a tenant in March: ten seats are billed, and it is the 16th."""

    def __init__(self) -> None:
        self.desk = ChangeDesk(MARCH)
        self.contract = self.desk.contract("C-1", start=MARCH)
        self.one = self.desk.bought(self.contract, start=MARCH, printedname="Premium", externalid="ms-1")
        self.desk.month(MARCH)
        self.desk.at(date(2026, 3, 16))
        self.app = typer.Typer()
        for command in (changing, scheduled):
            command.register(self.app, lambda: changing.Ports(self.desk.changing, self.desk.book, self.desk.clock))
        renewals.register(self.app, lambda: renewals.Ports(self.desk.renewals, self.desk.clock))

    def types(self, *arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(self.app, list(arguments), catch_exceptions=True)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout

    def answered(self, *arguments: str) -> Any:  # noqa: ANN401  a JSON document
        code, out = self.types(*arguments, "--output", "json")
        assert code == 0
        return json.loads(out)

    def jobs(self) -> list[str]:
        found = self.desk.api.find(Query("w365_job", ("w365_jobid",)))
        return [row["w365_jobid"] for row in found]


@pytest.fixture
def person() -> Person:
    return Person()


def test_what_was_typed_over_is_shown_as_it_will_be_billed_once_it_is_asked_for(person: Person) -> None:
    """Until then nothing is: 20.00 was typed over 31.00."""
    person.desk.api.update(Ref("w365_subscription", person.one), {"w365_unitprice": Decimal("20.00")})
    shown = person.answered("subscription", "change", "ms-1", "--price", "20.00", "--on", "2026-04-01", "--dry-run")[
        "next_invoice"
    ]
    assert (shown["before"], shown["after"]) == ("0.00", "200.00")


def test_a_change_shows_the_rule_and_the_next_invoice_by_the_code_that_bills_it(person: Person) -> None:
    """F14: 10 to 15 seats on 16 March; what is shown is what the invoice of 1 April says, and a dry run asks for nothing."""
    typed = ("subscription", "change", "ms-1", "--quantity", "15", "--on", "2026-03-16")
    said = person.answered(*typed, "--dry-run")
    shown = said["next_invoice"]
    assert (shown["day"], shown["before"], shown["after"]) == ("2026-04-01", "310.00", "545.00")
    assert [(line["amount"], line["fraction"]) for line in shown["lines"]] == [
        ("-160.00", "16/31"),
        ("240.00", "16/31"),
        ("465.00", "30/30"),
    ]
    assert (said["quantity"], said["dry_run"], person.jobs()) == (15, True, [])
    code, out = person.types(*typed)
    assert code == 0
    assert "rule: It is bound by no term" in out
    assert "invoice of 2026-04-01: 545.00 EUR instead of 310.00 EUR" in out
    (job,) = person.jobs()
    person.types(*typed)
    assert person.jobs() == [job]
    person.desk.run_job(job)
    assert person.desk.month(APRIL) == [line["amount"] for line in shown["lines"]]


def test_a_reduction_shows_who_says_no_to_its_refund_and_what_is_kept(person: Person) -> None:
    """F114: licences are not refunded; the next invoice is that of four seats, as it then comes."""
    chosen = {name: choice_value("w365_refundpolicy", name, label) for name, label in REFUSING.items()}
    person.desk.api.create("w365_refundpolicy", {"w365_name": "Licences", **chosen})
    typed = ("subscription", "change", "ms-1", "--quantity", "4", "--on", "2026-03-16")
    assert person.answered(*typed, "--dry-run")["next_invoice"]["after"] == "124.00"
    assert "Our own policy: License is not refunded. The seats are billed up to" in person.types(*typed)[1]
    (job,) = person.jobs()
    person.desk.run_job(job)
    assert person.desk.month(APRIL) == ["124.00"]


def test_the_preview_writes_nothing(person: Person) -> None:
    before = person.desk.tenant.shape()
    person.answered("subscription", "change", "Premium", "--event", "Cancel", "--on", "2026-03-16", "--dry-run")
    assert person.desk.tenant.shape() == before


def test_the_supplier_s_id_is_understood_also_where_it_looks_like_ours(person: Person) -> None:
    """Those of Partner Center do."""
    theirs = "6f2c7a14-9d3e-4c55-8a2b-0d1e5f7a9b3c"
    person.desk.bought(person.contract, start=MARCH, printedname="Teams Rooms", externalid=theirs)
    for text in (theirs, theirs.upper()):
        answer = person.answered("subscription", "change", text, "--quantity", "12", "--on", "2026-03-16", "--dry-run")
        assert answer == person.answered(
            "subscription", "change", "Teams Rooms", "--quantity", "12", "--on", "2026-03-16", "--dry-run"
        )


def test_what_is_typed_wrongly_is_said_in_words(person: Person) -> None:
    with pytest.raises(BadInput, match="no subscription is called 'Nobody'"):
        person.types("subscription", "change", "Nobody", "--quantity", "1", "--on", "2026-03-16")
    with pytest.raises(BadInput, match="'tomorrow' is not a day"):
        person.types("subscription", "change", "Premium", "--quantity", "1", "--on", "tomorrow")
    with pytest.raises(Refused, match="has 10 seats at 31"):
        person.types("subscription", "change", "Premium", "--quantity", "10", "--on", "2026-03-16")
    person.desk.bought(person.contract, start=MARCH, printedname="Premium")
    with pytest.raises(BadInput, match="several subscriptions are called 'Premium'"):
        person.types("subscription", "change", "Premium", "--quantity", "1", "--on", "2026-03-16")


def test_planned_changes_are_listed_cancelled_and_tried_again(person: Person) -> None:
    """F21."""
    person.types("subscription", "change", "Premium", "--quantity", "15", "--on", "2026-03-20")
    person.desk.run_job(person.jobs()[0])
    (planned,) = person.answered("scheduled", "list")
    assert {name: planned[name] for name in ("day", "change", "quantity", "status")} == {
        "day": "2026-03-20",
        "change": "Quantity",
        "quantity": "15",
        "status": "Scheduled",
    }
    with pytest.raises(BadInput, match="is failed"):
        person.types("scheduled", "retry", planned["id"])
    assert person.types("scheduled", "edit", planned["id"], "--on", "2026-04-20", "--quantity", "6")[0] == 0
    (edited,) = person.answered("scheduled", "list")
    assert (edited["id"], edited["day"], edited["quantity"]) == (planned["id"], "2026-04-20", "6")
    for nonsense in (("--price", "9.00"), ("--on", "2026-03-16")):
        with pytest.raises(Refused):
            person.types("scheduled", "edit", planned["id"], *nonsense)
    assert person.types("scheduled", "cancel", planned["id"])[0] == 0
    assert person.answered("scheduled", "list") == []
    assert person.desk.timer(date(2026, 3, 20)).done == 0


def test_what_waits_for_its_payment_is_shown_listed_and_cancelled(person: Person) -> None:
    """F161: the amount first; then it is pending, with the day to pay by and the invoice, and can be cancelled."""
    person.desk.api.update(
        Ref("w365_billingcontract", person.contract),
        {"w365_changesbilled": choice_value("w365_billingcontract", "w365_changesbilled", "Now")},
    )
    typed = ("subscription", "change", "Premium", "--quantity", "15", "--on", "2026-03-16", "--when-paid")
    said = person.answered(*typed, "--pay-by", "2026-03-20", "--dry-run")
    assert (said["prepayment"], said["pay_by"], person.jobs()) == ("80.00", "2026-03-20", [])
    code, out = person.types(*typed, "--pay-by", "2026-03-20")
    assert code == 0
    assert "to be paid first, by 2026-03-20, without tax: 80.00 EUR" in out
    person.desk.run_job(person.jobs()[0])
    person.desk.run(date(2026, 3, 17))
    (pending,) = person.answered("scheduled", "list")
    number = person.desk.invoices()[-1].number
    shown = {name: pending[name] for name in ("quantity", "status", "pay_by", "invoice")}
    assert shown == {"quantity": "15", "status": "Waiting for payment", "pay_by": "2026-03-20", "invoice": number}
    assert person.types("scheduled", "cancel", pending["id"])[0] == 0
    assert person.answered("scheduled", "list") == []


def test_what_is_kept_for_the_next_term_is_listed_and_cancelled(person: Person) -> None:
    """F161: the day is the term's."""
    person.desk.bought(person.contract, start=MARCH, term="P1Y", until=date(2027, 3, 1), printedname="Bound", atend="Renew")
    said = person.answered("subscription", "change", "Bound", "--quantity", "6", "--at-renewal", "--dry-run")
    assert (said["on"], said["quantity"]) == ("2027-03-01", 6)
    person.types("subscription", "change", "Bound", "--quantity", "6", "--at-renewal")
    person.desk.run_job(person.jobs()[0])
    (pending,) = person.answered("scheduled", "list")
    assert (pending["day"], pending["status"]) == ("2027-03-01", "Scheduled")
    assert person.types("scheduled", "cancel", pending["id"])[0] == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--at-renewal", "--on", "2026-03-16"), "the next term says the day"),
        (("--on", "2026-03-16", "--pay-by", "2026-03-20"), "there is nothing to pay"),
        ((), "'' is not a day"),
        (("--on", "2026-03-16", "--when-paid", "--pay-by", "soon"), "'soon' is not a day"),
    ],
)
def test_when_is_said_once(person: Person, options: tuple[str, ...], said: str) -> None:
    """Options that contradict each other are refused before anything is read."""
    with pytest.raises(BadInput, match=said):
        person.types("subscription", "change", "Premium", "--quantity", "15", *options)


def test_the_renewal_list_says_what_happens_and_sets_it_in_bulk(person: Person) -> None:
    """F22, F156: last day, lock, windows, policy and price afterwards; a bulk setting; nothing after the lock."""
    for until in (date(2026, 3, 16), date(2026, 4, 10), date(2026, 9, 1)):
        person.desk.bought(person.contract, start=MARCH, term="P1Y", until=until, printedname=f"Until {until}")
    listed = person.answered("renewals")
    assert [(one["subscription"], one["last_day"], one["notice_days"], one["then"]) for one in listed] == [
        ("Until 2026-03-16", "2026-03-15", 7, "left to the supplier"),
        ("Until 2026-04-10", "2026-04-09", 30, "left to the supplier"),
    ]
    assert listed[1]["locked_from"] == "2026-04-10T00:00:00+00:00"
    dry = person.answered("renewals", "--at-end", "renew", "--price", "+10", "--dry-run")
    assert [one["then"] for one in dry] == ["Renew", "Renew"]
    assert person.answered("renewals") == listed
    code, out = person.types("renewals", "--at-end", "renew", "--price", "+10", "--output", "json")
    assert code == 4
    assert [(one["then"], one["price"], one["price_after"]) for one in json.loads(out)] == [
        ("left to the supplier", "31", None),
        ("Renew", "31", "34.1"),
    ]
    assert len(person.answered("renewals", "--days", "400", "--contract", "C-1")) == 3
    assert person.answered("renewals", "--contract", "C-2") == []
    assert "2026-04-09" in person.types("renewals")[1]


@pytest.mark.parametrize(
    ("option", "value", "why"),
    [
        ("--at-end", "explode", "use renew, extend or end"),
        ("--price", "a lot", "no price rule"),
        ("--price", "-100", "no price rule"),
    ],
)
def test_nonsense_for_a_renewal_is_refused(person: Person, option: str, value: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        person.types("renewals", f"{option}={value}")


def test_seats_that_may_go_back_are_counted_down(person: Person) -> None:
    """F159: a purchase of 12 March may be given back until the 19th for the 15 days that are left."""
    person.desk.bought(person.contract, start=date(2026, 3, 12), term="P1M", until=date(2026, 4, 12), printedname="Fresh")
    person.desk.bought(person.contract, start=MARCH, term="P1M", until=APRIL, printedname="Old")
    person.desk.at(date(2026, 3, 17))
    listed = {one["subscription"]: one["windows"] for one in person.answered("renewals")}
    assert listed == {"Old": [], "Fresh": [FRESH]}
