"""Job rows: which ones a sweep wakes, and what a person's "run now" looks like."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from dataverse.rows import choice_value, status
from dataverse.webapi import Ref
from local.desks.charge import ChargeDesk

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def desk() -> Iterator[ChargeDesk]:
    """One tenant for this module; every test has its own job."""
    tenant = ChargeDesk()
    yield tenant
    tenant.close()


@pytest.mark.parametrize(
    ("state", "begun_h", "asked_h", "asked_for", "woken"),
    [
        # state, hours since it was begun and since a person asked (None: never); is it asked for, does a sweep wake it
        ("Waiting", None, None, False, True),
        ("Running", 1, None, False, True),
        ("Confirming", 1, None, False, True),
        ("Paused", 1, None, False, False),
        ("Failed", 3, None, False, False),
        ("Failed", 3, 2, True, True),
        ("Failed", 2, 3, False, False),
        ("Paused", 3, 2, True, True),
        ("Cancelled", 3, 2, True, True),
        ("Refused", 50, 49, True, False),
    ],
)
def test_a_sweep_wakes_what_is_open_and_what_a_person_has_asked_for(
    desk: ChargeDesk, state: str, begun_h: int | None, asked_h: int | None, asked_for: bool, woken: bool
) -> None:
    """An ask is kept for a day: one that was lost longer ago is asked again by the person who waits for it."""
    key = f"{state}-{begun_h}-{asked_h}"
    row = {
        "w365_name": key,
        "w365_key": key,
        "w365_kind": choice_value("w365_job", "w365_kind", "Charge"),
        "w365_startedon": None if begun_h is None else desk.now - begun_h * HOUR,
        "w365_askedon": None if asked_h is None else desk.now - asked_h * HOUR,
    }
    job = desk.quiet.create("w365_job", row)
    desk.quiet.update(Ref("w365_job", job), status("w365_job", state))
    assert desk.jobs.load(job).asked is asked_for
    assert (job in set(desk.jobs.due(desk.now + HOUR, untouched_s=60))) is woken


@pytest.mark.parametrize(
    ("written", "read", "unread"),
    [
        (None, {}, ""),
        (" ", {}, ""),
        ("{}", {}, ""),
        ('{"reason": "too many", "line": 2}', {"reason": "too many", "line": "2"}, ""),
        ("nonsense", {}, "nonsense"),
        ("[1]", {}, "[1]"),
        ("null", {}, "null"),
        ("40.00", {}, "40.00"),
        ("[" * 4000, {}, "[" * 4000),
    ],
)
def test_arguments_are_a_json_object_or_none(desk: ChargeDesk, written: str | None, read: dict[str, str], unread: str) -> None:
    """What is no object is kept apart: it is neither taken for nothing, nor does it keep the job from being read."""
    row = {"w365_name": "a", "w365_kind": choice_value("w365_job", "w365_kind", "Charge"), "w365_arguments": written}
    job = desk.jobs.load(desk.quiet.create("w365_job", row | {"w365_key": f"arguments {written}"[:50]}))
    assert (job.arguments, job.unread) == (read, unread)


def test_a_charge_with_arguments_that_cannot_be_read_takes_nothing(desk: ChargeDesk) -> None:
    """Neither the part that was meant nor the balance."""
    invoice = desk.invoice("150.00")
    job = desk.job(invoice)
    desk.quiet.update(Ref("w365_job", job), {"w365_arguments": "[40]"})
    desk.run(job)
    state, says = desk.state_of(job)
    assert (state, says[:20]) == ("Refused", "Nothing was done for")
    assert desk.bill(invoice).payments == ()
