"""Whose job takes money: the platform decides by the rights of whoever asked, at the moment when the intent is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dataverse.security.roles import ROLES
from local.dataverse import seed
from local.dataverse.rights_seed import role_id
from local.desks.charge import ChargeDesk
from work365.jobs import JobState

if TYPE_CHECKING:
    from collections.abc import Iterator

CHARGING = {"Work365 Administrator", "Work365 Billing"}
PRESSING = {"Work365 Sales", "Work365 Customer Service", *CHARGING}
"""Who may create a job at all, as a person."""


@pytest.fixture(scope="module")
def desk() -> Iterator[ChargeDesk]:
    """One tenant, in which our own user has no more than the role of the application."""
    tenant = ChargeDesk()
    tenant.give(seed.APPLICATION_USER_ID, role_id("Work365 Application user"))
    yield tenant
    tenant.close()


@pytest.fixture(scope="module")
def plain(desk: ChargeDesk) -> ChargeDesk:
    """The same, without the rights of a system administrator; hired first, as hiring needs them."""
    for name in sorted(PRESSING):
        desk.people[name] = desk.hire(name)
    desk.people["portal"] = desk.hire("Work365 Portal service", application="0b1e5f1a-0000-4000-8000-00000000000b")
    desk.people["other"] = desk.hire("Work365 Sales", application="0b1e5f1a-0000-4000-8000-00000000000c")
    return desk


@pytest.mark.parametrize("name", sorted(PRESSING))
def test_people(plain: ChargeDesk, name: str) -> None:
    """Sales and Customer Service may ask for jobs, and a charge among them is refused before the gateway hears of it."""
    invoice = plain.invoice()
    result = plain.run(plain.job(invoice, by=plain.people[name]))
    assert result is not None
    bill = plain.bill(invoice)
    if name in CHARGING:
        assert (result.state, bill.balance, bill.taken) == (JobState.SUCCEEDED, "0.00", 1)
        return
    assert result.state is JobState.REFUSED
    assert "was not charged: your roles do not let you take money" in result.message
    assert (bill.balance, bill.payments, bill.taken) == ("150.00", (), 0)


@pytest.mark.parametrize(("name", "charges"), [("portal", 1), ("other", 0)])
def test_other_applications_have_their_own_rights(plain: ChargeDesk, name: str, charges: int) -> None:
    """Only our own user's jobs are done with our own rights; another application's are done with its rights."""
    invoice = plain.invoice()
    plain.run(plain.job(invoice, by=plain.people[name]))
    assert plain.bill(invoice).taken == charges


def test_our_own_jobs(plain: ChargeDesk) -> None:
    """What the system asks for itself, e.g. automatic payment, is done by its own rights."""
    invoice = plain.invoice()
    result = plain.run(plain.job(invoice, by=seed.APPLICATION_OBJECT_ID))
    assert result is not None
    assert result.state is JobState.SUCCEEDED


def test_the_application_needs_no_administrator(plain: ChargeDesk) -> None:
    """The role of the application user is enough for a charge from the job to the allocation, for a person and for itself."""
    plain.give(seed.APPLICATION_USER_ID, seed.ROLE_ID, "DELETE")
    for who in (plain.people["Work365 Billing"], seed.APPLICATION_OBJECT_ID):
        invoice = plain.invoice()
        result = plain.run(plain.job(invoice, by=who))
        assert result is not None
        assert result.state is JobState.SUCCEEDED, result.message
        assert plain.bill(invoice).allocated == ("150.00",)


def test_every_role_was_thought_of() -> None:
    """A new role must be put on one side or the other."""
    assert {role.name for role in ROLES} - PRESSING == {
        "Work365 Auditor",
        "Work365 Provisioning",
        "Work365 Reseller",
        "Work365 Portal service",
        "Work365 Application user",
        "Work365 Approver",
    }
