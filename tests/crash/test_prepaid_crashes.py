"""Prepaid money is used once and never lost, whatever request a run, an issue or an expiry dies at.

Every time the movements must sum to the balance; the desk checks that with each look.
"""

from __future__ import annotations

import contextlib
from datetime import date
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING

import pytest

from local.desks.prepaid import PrepaidDesk
from local.faults import CRASHES, Died
from work365.errors import External, Refused
from work365.handlers import prepaid

if TYPE_CHECKING:
    from tests.points import Tried

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


def office() -> PrepaidDesk:
    """Two contracts, one of them prepaid with two lots, one of which expires in February."""
    desk = PrepaidDesk(JANUARY)
    desk.standing("C-1", autocharge=True)
    desk.standing("C-2")
    desk.top_up("C-1", "100.00")
    desk.top_up("C-1", "300.00", expires=FEBRUARY)
    desk.fuse.reset()
    return desk


def seen(desk: PrepaidDesk) -> tuple[object, ...]:
    payments = len(desk.states("w365_payment")), len(desk.states("w365_allocation"))
    return desk.paid(), desk.left(), payments, len(desk.tenant.shape().jobs)


def test_a_run_takes_it_once(tried: Tried) -> None:
    clean = office()
    clean.run(JANUARY)
    expected = seen(clean)
    assert clean.left() == "31.10"
    for at, fault in tried("prepaid in a run", product(range(1, clean.fuse.count + 1), CRASHES)):
        desk = office()
        desk.fuse.arm(at=at, fault=fault)
        with contextlib.suppress(Died, External):
            desk.run(JANUARY)
        desk.fuse.reset()
        for _ in range(3):
            desk.sweep_after(20)
            desk.work()
        desk.run(JANUARY)
        assert seen(desk) == expected, f"{fault.value} at {at}: {desk.fuse.blown}"


def test_a_document_that_a_person_issues_takes_it_once(tried: Tried) -> None:
    clean = office()
    job = clean.asked("C-1", "GEN-1 at 100.00")
    clean.does(job)
    expected = seen(clean)
    for at, fault in tried("prepaid at an issue", product(range(1, clean.fuse.count + 1), CRASHES)):
        desk = office()
        desk.fuse.arm(at=at, fault=fault)
        for _ in range(4):
            try:
                desk.does(desk.asked("C-1", "GEN-1 at 100.00"))
            except (Died, External):
                continue
            break
        else:
            pytest.fail("the job never answered")
        assert seen(desk) == expected, f"{fault.value} at {at}: {desk.fuse.blown}"


def test_money_expires_once(tried: Tried) -> None:
    clean = office()
    prepaid.expire_due(today=FEBRUARY, book=clean.prepaid)
    for at, fault in tried("prepaid expiring", product(range(1, clean.fuse.count + 1), CRASHES)):
        desk = office()
        desk.fuse.arm(at=at, fault=fault)
        with contextlib.suppress(Died, External):
            prepaid.expire_due(today=FEBRUARY, book=desk.prepaid)
        desk.fuse.reset()
        prepaid.expire_due(today=FEBRUARY, book=desk.prepaid)
        assert desk.balance().total.major == Decimal(100), f"{fault.value} at {at}"


def test_a_credit_note_is_given_once(tried: Tried) -> None:
    def credited() -> PrepaidDesk:
        desk = office()
        desk.run(JANUARY)
        desk.credit("INV-CO-2026-00001", "1=100.00")
        desk.fuse.reset()
        return desk

    def give(desk: PrepaidDesk) -> None:
        prepaid.credit("CN-CO-2026-00001", reason="Agreed", expires=None, today=JANUARY, book=desk.prepaid)

    clean = credited()
    give(clean)
    for at, fault in tried("credit notes on a balance", product(range(1, clean.fuse.count + 1), CRASHES)):
        desk = credited()
        desk.fuse.arm(at=at, fault=fault)
        with contextlib.suppress(Died, External):
            give(desk)
        desk.fuse.reset()
        with contextlib.suppress(Refused):
            give(desk)
        assert desk.left() == clean.left() == "150.10", f"{fault.value} at {at}"
