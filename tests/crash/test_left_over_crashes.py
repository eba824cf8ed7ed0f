"""What a payment has left over is used and taken back once, whatever request it dies at; nobody else uses the same money."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING

import pytest

from local.desks.left_over import LeftOverDesk
from local.faults import CRASHES, Died, Fault
from local.gocardless.enrolling import control as door
from local.stripe.enrolling import control
from work365.errors import External, Refused
from work365.ports.payments import About

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.points import Tried

FAULTS = (*CRASHES, Fault.ERROR_AFTER, Fault.NOT_REACHED)
STEPS: dict[str, tuple[bool, Callable[[LeftOverDesk], object]]] = {
    "left over used": (False, lambda desk: desk.use()),
    "left over taken back": (True, lambda desk: desk.take_back(desk.sixty)),
}


def seen(desk: LeftOverDesk) -> tuple[object, ...]:
    """What is left over, the three invoices, and what the customer owes."""
    return desk.left(), [desk.stand(one) for one in (desk.twice, desk.sixty, desk.forty)], desk.owed()


@contextlib.contextmanager
def office(*, used: bool = False) -> Iterator[LeftOverDesk]:
    """An invoice that was paid twice; perhaps what is left over is used already."""
    desk = LeftOverDesk()
    if used:
        desk.use()
    desk.fuse.reset()
    yield desk
    desk.close()


def clean_end(step: Callable[[LeftOverDesk], object], *, used: bool) -> tuple[int, tuple[object, ...]]:
    """How many requests a step takes, and what it comes to."""
    with office(used=used) as desk:
        step(desk)
        return desk.fuse.count, seen(desk)


@pytest.mark.parametrize("what", STEPS)
def test_each_step_happens_once(what: str, tried: Tried) -> None:
    """Typed again after it died, it finds what was done, or does it."""
    used, step = STEPS[what]
    count, end = clean_end(step, used=used)
    for at, fault in tried(what, [(at, fault) for at in range(1, count + 1) for fault in FAULTS]):
        with office(used=used) as desk:
            desk.fuse.arm(at=at, fault=fault)
            with contextlib.suppress(Died, External):
                step(desk)
            desk.fuse.reset()
            with contextlib.suppress(Refused):
                step(desk)
            assert seen(desk) == end, f"{what}, {fault.value} at {at} of {count}"


def transfer(desk: LeftOverDesk) -> None:
    """The customer pays one of the invoices by bank."""
    desk.transfer(desk.sixty, 6000, "T-1")


def refund(desk: LeftOverDesk) -> None:
    """Somebody gives a part of the same payment back."""
    desk.run(desk.wish(desk.twice, "100.00", payment=desk.card))


def charge_back(desk: LeftOverDesk) -> None:
    """The payment's own invoice needs the money."""
    door(desk.gocardless, "move", payment=desk.debits(desk.twice)[0]["id"], to="charged_back")
    desk.ask(desk.twice, About.RETURN)


def dispute(desk: LeftOverDesk) -> None:
    """The bank takes the payment back."""
    control(desk.stripe, "dispute", {"payment_intent": desk.intent, "amount": None, "inquiry": False})
    desk.ask(desk.twice, About.RETURN)


RIVALS: dict[str, Callable[[LeftOverDesk], object]] = {
    "another bookkeeper": lambda desk: desk.use(),
    "a transfer": transfer,
    "a refund": refund,
    "a debit charged back": charge_back,
    "a dispute": dispute,
}


@pytest.mark.parametrize("rival", RIVALS)
@pytest.mark.parametrize("what", STEPS)
def test_nobody_uses_the_same_money_twice(what: str, rival: str, tried: Tried) -> None:
    """Somebody else may act wholly between any two requests; no cent is lost, and nothing is open beside money left over."""
    used, step = STEPS[what]
    count, _ = clean_end(step, used=used)
    for at in tried(f"{what}, {rival}", range(1, count + 1)):
        with office(used=used) as desk:
            desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=partial(_or_refused, desk, RIVALS[rival]))
            with contextlib.suppress(Refused):
                step(desk)
            desk.fuse.reset()
            where = f"{what}, {rival} before request {at} of {count}"
            twice, sixty, forty = (desk.stand(one) for one in (desk.twice, desk.sixty, desk.forty))
            left = desk.left_overs.left_over(desk.intent)
            of_card = left.share.used + left.left
            elsewhere = sum(part.payment.amount.minor for part in desk.left_overs.parts(left))
            assert of_card.minor + elsewhere == desk.held(desk.twice) - _of_debit(desk), where
            assert all(one.charged == one.used for one in (twice, sixty, forty)), where
            assert left.left.minor <= 0 or twice.balance == "0.00", where
            closing, kept = desk.owed()
            assert closing == kept, where


def _or_refused(desk: LeftOverDesk, act: Callable[[LeftOverDesk], object]) -> None:
    with contextlib.suppress(Refused):
        act(desk)


def _of_debit(desk: LeftOverDesk) -> int:
    """What GoCardless holds of the debit."""
    return sum(one["amount"] for one in desk.debits(desk.twice) if one["status"] in ("confirmed", "paid_out"))
