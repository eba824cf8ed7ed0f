"""The daily check of a gateway: read what moved, keep it, compare it with our payments, write what differs.

What moved is read in windows that overlap, so that what appears late is seen, and kept under ids that the gateway gives; a night
that fails goes on where it stopped, and a night without the gateway says so and is caught up with by the next. Nothing here moves
money: there is no intent to write first. Findings are derived from rows that are kept, so that comparing twice, or two workers at
once, writes the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from work365.handlers.silence import SilentError, heard, not_checked, reading
from work365.ports.payments import About, PaymentHint
from work365.ports.reconciling import Touched
from work365.receivables.marking import Owner
from work365.reconciling.case import LONGEST_DAYS, PATIENCE, about
from work365.reconciling.comparing import compare
from work365.reconciling.payouts import PaidOut, compare_payout, payout_about, unrecorded
from work365.reconciling.standing import decide
from work365.reconciling.totals import totals

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from work365.ports.reconciling import GatewayMoney, GatewayMoneyFor, MoneyBook, Position
    from work365.receivables.payments import Processor
    from work365.reconciling.case import MoneyCase
    from work365.reconciling.comparing import Compared
    from work365.reconciling.difference import Difference
    from work365.reconciling.movement import Movement, Payout
    from work365.reconciling.standing import Standing
    from work365.reconciling.totals import Totals

WINDOW = timedelta(days=7)
OVERLAP = timedelta(days=3)
PAYOUTS_OVERLAP = timedelta(days=14)
"""For how long a payout is asked about again: one that was said to be paid may still fail."""

LOOK_BACK = timedelta(days=LONGEST_DAYS + 2)
"""Payments are compared until nothing about them can be young any more."""

WINDOWS_MAX = 60
"""In one night: more than a year; the next one goes on."""

ABOUTS = {"refund": About.REFUND, "waiting refund": About.REFUND, "dispute": About.RETURN}
"""What a gateway is asked about again, by the part that differs; else about the payment itself."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check of one gateway, or of one company's books, found.

    Attributes:
        code: what a person knows it by.
        differences: everything that differs, explained or not.
        explained: keys of what a person has set aside.
        totals: what was compared with a gateway, by currency.
        ask: what the gateway is to be asked about again.
        silent: why it was not read to the end; then nothing was compared.
    """

    code: str
    differences: tuple[Difference, ...] = ()
    explained: frozenset[str] = frozenset()
    totals: tuple[Totals, ...] = ()
    ask: tuple[PaymentHint, ...] = ()
    silent: str = ""


def check_all(*, book: MoneyBook, money_for: GatewayMoneyFor, now: datetime) -> Iterator[Checked]:
    """Every processor that was ever used; one that is silent does not hold up the others. Errors: as `check`."""
    for position in book.positions():
        if position.first is not None:
            yield check(position, book=book, money_for=money_for, now=now)


def check(position: Position, *, book: MoneyBook, money_for: GatewayMoneyFor, now: datetime) -> Checked:
    """Read, keep, compare and write what differs. Errors: External of the tenant; running it again goes on."""
    processor, standing = position.processor, book.standing()
    try:
        money = heard(partial(money_for, processor))
        payouts = _read_payouts(position, standing, book=book, money=money, now=now)
        read_on = _read(position, book=book, money=money, now=now)
        compared, examined = _compare(read_on, standing, book=book, money=money, now=now)
    except SilentError as error:
        return _silent(position, standing, str(error), book=book, now=now)
    checked = _checked(processor, compared, standing)
    outcome = decide(checked.differences, standing, examined | {reading(processor.id)})
    book.record(outcome, today=now.date())
    book.move_on(replace(read_on, checked_to=now))
    return replace(checked, differences=(*payouts, *checked.differences))


def look(position: Position, *, book: MoneyBook, now: datetime, since: datetime | None = None) -> Checked:
    """Compare what is kept, since a moment or as the night does, without asking the gateway; nothing is written."""
    standing = book.standing()
    if since is not None:
        position = replace(position, checked_to=since + LOOK_BACK)
    compared, _ = _compare(position, standing, book=book, money=None, now=now)
    return _checked(position.processor, compared, standing)


def _checked(processor: Processor, compared: Sequence[Compared], standing: Sequence[Standing]) -> Checked:
    differences = tuple(one for each in compared for one in each.differences)
    explained = frozenset(one.key for one in standing if one.explained)
    ask = tuple(_hint(one) for one in differences if one.ask and one.key not in explained)
    return Checked(processor.code, differences, explained, totals(compared), ask)


def _hint(difference: Difference) -> PaymentHint:
    return PaymentHint(difference.there, difference.here, ABOUTS.get(difference.part, About.PAYMENT))


def _since(position: Position, now: datetime) -> datetime:
    """From where on it is read; a clock that was ahead is not believed."""
    return min(position.read_to or position.first or now, now) - OVERLAP


def _read(position: Position, *, book: MoneyBook, money: GatewayMoney, now: datetime) -> Position:
    """Keep everything that moved until now, window by window. Errors: SilentError."""
    since = _since(position, now)
    for _ in range(WINDOWS_MAX):
        until = min(since + WINDOW, now)
        found = heard(partial(_movements, money, since, until))
        book.keep(position.processor, found, ())
        position = replace(position, read_to=until)
        book.move_on(position)
        if until == now:
            return position
        since = until
    message = f"it is read up to {until:%Y-%m-%d}, and the next night goes on from there"
    raise SilentError(message)


def _read_payouts(
    position: Position, standing: Sequence[Standing], *, book: MoneyBook, money: GatewayMoney, now: datetime
) -> list[Difference]:
    """Keep payouts that are news, and what is wrong with them.

    Shape:  a finding is written before its payout is kept, because what is kept is not compared again, unless it stands open.
    Errors: SilentError.
    """
    processor, since = position.processor, _since(position, now) - PAYOUTS_OVERLAP
    differing: list[Difference] = []
    open_ones = {one.there for one in standing if not one.explained}
    kept = {id_: state for id_, state in book.kept_payouts(processor, since).items() if id_ not in open_ones}
    news = unrecorded(heard(partial(_payouts, money, since, now)), kept)
    for payout in sorted(news, key=lambda one: (one.made_at, one.id)):
        parts = heard(partial(money.parts, payout))
        paid = PaidOut(payout, None if parts is None else tuple(parts))
        found = compare_payout(paid, processor)
        book.record(decide(found, standing, {payout_about(processor.id, payout.id)}), today=now.date())
        book.keep(processor, paid.parts or (), (paid,))
        differing += found
    return differing


def _movements(money: GatewayMoney, since: datetime, until: datetime) -> list[Movement]:
    return list(money.movements(since, until))


def _payouts(money: GatewayMoney, since: datetime, until: datetime) -> list[Payout]:
    return list(money.payouts(since, until))


def _compare(
    position: Position, standing: Sequence[Standing], *, book: MoneyBook, money: GatewayMoney | None, now: datetime
) -> tuple[list[Compared], set[str]]:
    """Everything that may have changed, and the names of what was compared. Errors: SilentError."""
    processor = position.processor
    mine = [one for one in standing if one.about.startswith(about(processor.id, ""))]
    touched = Touched(frozenset(one.here for one in mine if one.here), frozenset(one.there for one in mine if one.there))
    since = min(position.checked_to or position.first or now, now) - LOOK_BACK
    compared, examined, known = [], {one.about for one in mine}, frozenset(one.key for one in mine)
    read_to = (position.read_to or since).date()
    for case in book.cases(processor, touched | book.touched(processor, since)):
        examined.add(case.about)
        if case.payment is None and _owner(case, money) is Owner.ANOTHER:
            continue
        compared.append(compare(case, patience=PATIENCE[processor.kind], today=now.date(), read_to=read_to, known=known))
    return compared, examined


def _owner(case: MoneyCase, money: GatewayMoney | None) -> Owner | None:
    if case.owner is not None or money is None:
        return case.owner
    return heard(partial(money.owner, case.reference))


def _silent(position: Position, standing: Sequence[Standing], why: str, *, book: MoneyBook, now: datetime) -> Checked:
    processor = position.processor
    since = (position.checked_to or now).date()
    found = not_checked(processor.id, processor.code, f"What moved at {processor.kind}", why, since)
    book.record(decide([found], standing, {found.about}), today=now.date())
    return Checked(processor.code, (found,), silent=why)
