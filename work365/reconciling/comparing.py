"""Compare one payment here with what moved at its gateway. Pure.

Three things are compared, each in the payment's own currency: what came, what was given back, and what banks hold. Where the
three together come to the same, nothing differs: a debit that failed before it was ever paid out came and went here, and never
moved there. What is young is not a difference yet, but counts in the totals as what is still to come.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from work365.money import total
from work365.receivables.payments import CAME, PaymentState
from work365.receivables.refunds import RefundState
from work365.reconciling import wording
from work365.reconciling.difference import Difference, age_days, netted
from work365.reconciling.movement import MovementKind
from work365.reconciling.side import Side

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from work365.money import Money
    from work365.receivables.payments import Payment
    from work365.receivables.refunds import Refund
    from work365.reconciling.case import MoneyCase, Patience

COMPARED = (MovementKind.PAYMENT, MovementKind.REFUND, MovementKind.DISPUTE)


@dataclass(frozen=True, slots=True)
class Compared:
    """What comparing found.

    Attributes:
        here, there: everything that our ledger and the gateway say, in any currency.
        young: by how much the gateway holds more that is not a difference yet.
    """

    here: tuple[Money, ...]
    there: tuple[Money, ...]
    differences: tuple[Difference, ...] = ()
    young: tuple[Money, ...] = ()


def compare(case: MoneyCase, *, patience: Patience, today: date, read_to: date, known: Collection[str] = frozenset()) -> Compared:
    """What differs of one payment.

    Shape: what moved at the gateway is known up to `read_to`; a difference whose key is `known` stands already and is not young.
    """
    sides = [_side(case, kind) for kind in COMPARED]
    here = tuple(one for side in sides for one in side.here)
    there = tuple(one for side in sides for one in side.there)
    differences: list[Difference] = []
    young: list[Money] = []
    if netted(there, here):
        for side in (side for side in sides if side.gap):
            difference = _difference(case, side)
            if difference.key not in known and (_is_young(case, side, patience, today) or _unread(side, read_to)):
                young += side.gap
            else:
                differences.append(difference)
    if not differences:
        differences += _waiting(case, patience, today)
    return Compared(here, there, tuple(differences), tuple(young))


def _side(case: MoneyCase, kind: MovementKind) -> Side:
    here, here_on = {MovementKind.PAYMENT: _came, MovementKind.REFUND: _given, MovementKind.DISPUTE: _held}[kind](case)
    moved = [one for one in case.movements if one.kind is kind]
    there = tuple(one.amount for one in moved if one.amount is not None)
    return Side(kind, here, there, here_on, max((one.moved_at.date() for one in moved), default=None))


def _came(case: MoneyCase) -> tuple[tuple[Money, ...], date | None]:
    payment = case.payment
    if payment is None or payment.state not in CAME:
        return (), None
    return (payment.amount,), payment.received_on or payment.sent_on.date()


def _given(case: MoneyCase) -> tuple[tuple[Money, ...], date | None]:
    given = [one for one in case.refunds if one.state is RefundState.SUCCEEDED]
    last = max((_last_day(one) for one in case.refunds), default=None)
    return tuple(-one.amount for one in given), last


def _last_day(refund: Refund) -> date:
    return refund.came_back_on or refund.given_on or refund.sent_on.date()


def _held(case: MoneyCase) -> tuple[tuple[Money, ...], date | None]:
    days = [day for one in case.disputes for day in (one.taken_on, one.back_on) if day is not None]
    return tuple(-one.away for one in case.disputes if one.away.minor), max(days, default=None)


def _is_young(case: MoneyCase, side: Side, patience: Patience, today: date) -> bool:
    if side.kind is MovementKind.REFUND and _on_its_way_back(case, side.gap):
        return True
    if side.kind is MovementKind.PAYMENT and _on_its_way(case, side.gap):
        return True
    wait = patience.known_days if side.here_on is None else patience.appears_days
    return age_days(side.since, today) < wait


def _unread(side: Side, read_to: date) -> bool:
    return side.here_on is not None and side.here_on >= read_to


def _on_its_way(case: MoneyCase, gap: tuple[Money, ...]) -> bool:
    """A gateway may count a bank debit as pending money before it says that it has succeeded."""
    payment = case.payment
    return payment is not None and payment.state is PaymentState.PROCESSING and gap == (payment.amount,)


def _on_its_way_back(case: MoneyCase, gap: tuple[Money, ...]) -> bool:
    """A gateway moves the money of a refund before it says that it has arrived."""
    under_way = [one.amount for one in case.refunds if not one.state.final]
    if not under_way or len(gap) != 1 or gap[0].currency != under_way[0].currency:
        return False
    return gap[0].minor <= 0 and -total(under_way, gap[0].currency) <= gap[0]


def _difference(case: MoneyCase, side: Side) -> Difference:
    code, words, next_step = wording.described(case, side)
    payment = case.payment
    return Difference(
        code=code,
        about=case.about,
        part=side.kind.value.lower(),
        subject=f"{case.processor.code}: {case.label}",
        amount=side.gap[0],
        since=side.since,
        words=words,
        next_step=next_step,
        here="" if payment is None else payment.id,
        there=case.reference,
        gaps=side.gap,
        invoice="" if payment is None else payment.invoice,
        ask=payment is not None and (side.kind is not MovementKind.PAYMENT or payment.state not in CAME),
    )


def _waiting(case: MoneyCase, patience: Patience, today: date) -> list[Difference]:
    """The first attempt that takes too long: the payment's own, else a refund of it."""
    payment = case.payment
    if payment is None:
        return []
    attempts: list[Payment | Refund] = [payment, *case.refunds]
    late = (one for one in attempts if not one.state.final and _too_long(one, patience, today))
    return [_late(case, payment, one) for one in islice(late, 1)]


def _under_way(one: Payment | Refund) -> bool:
    return one.state in (PaymentState.PROCESSING, RefundState.PROCESSING)


def _too_long(one: Payment | Refund, patience: Patience, today: date) -> bool:
    days = patience.under_way_days if _under_way(one) else patience.unanswered_days
    return age_days(one.sent_on.date(), today) >= days


def _late(case: MoneyCase, payment: Payment, one: Payment | Refund) -> Difference:
    code, words, next_step = wording.waiting(case, one, under_way=_under_way(one))
    return Difference(
        code=code,
        about=case.about,
        part="waiting" if one is payment else "waiting refund",
        subject=f"{case.processor.code}: {case.label}",
        amount=one.amount,
        since=one.sent_on.date(),
        words=words,
        next_step=next_step,
        here=payment.id,
        there=case.reference,
        invoice=payment.invoice,
        ask=True,
    )
