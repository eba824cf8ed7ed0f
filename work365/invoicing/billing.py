"""Bill one contract: the lines that its history implies and that are not posted yet.

    bill(contract, subscriptions, posted, as_of=…, billed_through=…, open_from=…) -> Bill

`bill` is pure. Calling it again with its own lines among `posted` gives no lines; calling it after each change, once at the end,
or for each cycle separately gives the same sum.

What the caller reads, so that the cost of a bill does not grow with the contract's age:

1. `billed_through`: the first day that no cycle invoice has billed, as the last bill left it; None at first.
2. `open_from(contract, billed_through, dates)`, where `dates` are the effective dates of the contract's changes that no bill has
   settled yet, and every date from which something else was edited afterwards (an `end` that was moved: the earlier of the two
   dates; corrected terms: the date from which they hold; cancelled documents: their first cycle). The answer is the first day
   of a cycle.
3. The posted lines of the contract whose period starts on or after `open_from` (a cycle's lines never leave their cycle), without
   lines that were made by hand. A read that failed half-way must not come here: lines that are missing would be posted again.
4. For each subscription on the contract, also those that ended since `open_from`: one change that tells the state on `open_from`
   (of the changes effective on or before that day the last effective one, for one day the last recorded), and all later ones.
   Changes that earlier bills settled carry `settled=True`.

What the caller writes, in one change set: the lines (each key is unique in the tenant), one schedule row per cycle in `cycles`,
the changes in `settles` as billed, and `billed_through` and `next_invoice_date` on the contract.

On a contract by item each subscription with a schedule is billed in cycles of its own, by the same rules. There `billed_through`
is the day after the last one whose due cycles were billed, whatever their length; the items' terms go into `open_from` too.

A cancellation is a change to quantity 0. `end` on a subscription is for terms that were known before they were billed; moving it
afterwards works too, but then every line that ran past it is corrected one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from work365.contracts.policy import ChangesBilled
from work365.errors import InvariantBroken
from work365.findings import Finding, Severity
from work365.invoicing.credits import limited
from work365.invoicing.desired import part_of, wanted
from work365.invoicing.discounts import off_minor, own_minor, percent_minor, shares
from work365.invoicing.keys import DISCOUNT, is_base, is_discount, own_discount, prefix
from work365.invoicing.posted import Held, held
from work365.invoicing.proration import ruler
from work365.invoicing.reconciling import Place, compared, discounted, taken_out
from work365.invoicing.rounds import billed_to, fresh_cycles, next_invoice_date, rounds
from work365.money import EXPONENT, Money, total
from work365.subscriptions.change_log import Change, Subscription, Timeline, known
from work365.subscriptions.counting import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from work365.contracts.contract import BillingContract
    from work365.invoicing.lines import Line, Posted
    from work365.invoicing.proration import Ruler
    from work365.invoicing.rounds import Round
    from work365.periods import Period
    from work365.subscriptions.state import State

_DATE = 10
_NOTHING: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Bill:
    """What one run bills for one contract.

    Attributes:
        lines: to post; empty when there is nothing to bill.
        cycles: the whole cycles that this bill is the first to bill, also those without a line; and those that it bills again,
            because their invoice was cancelled.
        settles: ids of the changes that are now billed, among those not marked settled.
        billed_through: first day that no cycle invoice has billed after this one.
        next_invoice_date: first day on which a run bills the next cycle; None when the contract has ended.
        findings: what a person should look at; nothing is held back because of them.
    """

    lines: tuple[Line, ...]
    cycles: tuple[Period, ...]
    settles: tuple[str, ...]
    billed_through: date
    next_invoice_date: date | None
    findings: tuple[Finding, ...]

    def total(self, contract: BillingContract) -> Money:
        """The sum of the lines."""
        return total((line.amount for line in self.lines), contract.currency)


def bill(
    contract: BillingContract,
    subscriptions: Sequence[Subscription],
    posted: Sequence[Posted | Line],
    *,
    as_of: date,
    seen_to: date | None = None,
    billed_through: date | None = None,
    open_from: date | None = None,
    skipped: frozenset[date] = frozenset(),
    reopened: date | None = None,
    credited: Mapping[str, int] | None = None,
    left_out: Mapping[str, frozenset[date]] | None = None,
) -> Bill:
    """Bill a contract as of a day.

    Args:
        contract: its terms.
        subscriptions: those on it; each id once.
        posted: the lines of its open cycles.
        as_of: decides which cycles are due.
        seen_to: changes recorded later than this day are not known yet; None means `as_of`.
        billed_through: first day that no cycle invoice has billed; None when none has.
        open_from: first day of the first open cycle; earlier cycles are neither read nor billed. None means the whole history.
        skipped: first days of cycles that a person decided never to bill.
        reopened: first day of the earliest cycle whose invoice was cancelled since the last bill; None for none.
        credited: what people gave back of posted lines, in minor units by slot; the bill's own credits stop before it.
        left_out: by subscription the first days of cycles in which nothing of it is billed or given back, whatever its log says.

    Errors: InvariantBroken when the arguments contradict each other or a key is posted twice; CurrencyMismatch.
    """
    seen = as_of if seen_to is None else seen_to
    contract, subscriptions = _as_known(contract, subscriptions, seen)
    turns = rounds(contract, subscriptions, as_of=as_of, billed_through=billed_through, open_from=open_from, skipped=skipped)
    cycles, invoice_on = fresh_cycles(turns), next_invoice_date(turns)
    through = billed_to(contract, turns[0], as_of, billed_through)
    later = contract.changes_billed is ChangesBilled.NEXT_CYCLE and reopened is None
    if later and not cycles and invoice_on is not None:
        return Bill((), (), (), through, invoice_on, ())
    books = [_Book(turn, _accounts(turn, seen, left_out or {})) for turn in turns]
    if sum(len(book.accounts) for book in books) < len(subscriptions):
        message = f"contract {contract.id}: a subscription was given twice; each one is billed once"
        raise InvariantBroken(message)
    lines, findings = _lines(contract, books, held(posted, contract.currency), credited or {})
    if reopened is not None:
        cycles = (*(cycle for book in books for cycle in _again(book.turn, lines)), *cycles)
    settles: list[str] = []
    for book in books:
        settled, late = _settles(book)
        settles += settled
        findings += late
    return Bill(lines, cycles, tuple(settles), through, invoice_on, tuple(findings))


def _as_known(
    contract: BillingContract, subscriptions: Sequence[Subscription], seen_to: date
) -> tuple[BillingContract, Sequence[Subscription]]:
    """The terms and the schedules that a run of a day sees."""
    if contract.amendments:
        contract = contract.known(seen_to)
    if contract.by_item:
        subscriptions = [
            replace(one, schedules=tuple(schedule for schedule in one.schedules if schedule.known_by(seen_to)))
            for one in subscriptions
        ]
    return contract, subscriptions


@dataclass(frozen=True, slots=True)
class _Account:
    """One subscription with what a run knows about it."""

    subscription: Subscription
    keys: str
    changes: list[Change]
    timeline: Timeline
    left_out: frozenset[date]


class _Book(NamedTuple):
    """A round with its accounts, by the prefix of their line keys."""

    turn: Round
    accounts: dict[str, _Account]


def _accounts(turn: Round, seen_to: date, left_out: Mapping[str, frozenset[date]]) -> dict[str, _Account]:
    """The subscriptions of a round by the prefix of their line keys."""
    accounts: dict[str, _Account] = {}
    for subscription in turn.subscriptions:
        keys = prefix(turn.terms.id, subscription.id)
        changes = known(subscription.changes, seen_to)
        for change in changes:
            if change.given is not None:
                changes = counted(changes, turn.terms)
                break
        accounts[keys] = _Account(
            subscription, keys, changes, Timeline(subscription, changes), left_out.get(subscription.id, _NOTHING)
        )
    return accounts


def _again(turn: Round, lines: Iterable[Line]) -> list[Period]:
    """The billed cycles whose first charge is among these lines: their invoice was cancelled."""
    cadence, accounts = turn.terms.cadence, {subscription.id for subscription in turn.subscriptions}
    before = cadence.boundary(turn.first)
    charges = (line for line in lines if line.origin is None and is_base(line.key) and line.subscription in accounts)
    starts = {line.cycle_start for line in charges if line.cycle_start < before}
    return [cadence.containing(start) for start in sorted(starts)]


def _lines(
    contract: BillingContract, books: Sequence[_Book], slots: dict[str, Held], credited: Mapping[str, int]
) -> tuple[tuple[Line, ...], list[Finding]]:
    """What is missing for each round; what is left in the slots is wanted no more."""
    lines = [line for book in books for line in _round_lines(contract, book, slots, credited)]
    gone, findings = _no_longer_wanted(contract, books, slots, credited)
    if gone or len(books) > 1:
        lines = sorted((*lines, *gone), key=_cycle_start)
    return tuple(lines), findings


def _round_lines(contract: BillingContract, book: _Book, slots: dict[str, Held], credited: Mapping[str, int]) -> list[Line]:
    """Compare cycle by cycle, each subscription in turn."""
    lines: list[Line] = []
    whole, accounts = book.turn.terms, book.accounts
    scale, percent = 10 ** EXPONENT[contract.currency], contract.discount_percent.as_integer_ratio()
    for number in book.turn.numbers:
        terms, own_number = whole.located(number)
        cycle, measure = terms.cadence.cycle(own_number), ruler(terms, own_number)
        starts = cycle.start if terms is whole else whole.cadence.boundary(number)
        start, cut = f"{starts.isoformat()}/", None if terms.end == whole.end else terms.end
        rests: list[tuple[Place, Period, int]] = []
        for account in accounts.values():
            part = part_of(terms, account.subscription, cycle)
            if part is None or (account.left_out and starts in account.left_out):
                continue
            keys = account.keys + start
            place = Place(account.subscription.id, keys, starts, measure, account.timeline, contract.currency, cut)
            wants = wanted(terms, account.timeline, measure, cycle, part, scale)
            lines += compared(place, limited(wants, keys, credited) if credited else wants, slots)
            own = account.subscription.discounts
            if percent[0] or own or contract.amounts_off:
                charged = rest = sum(want.minor for want in wants)
                for discount in own:
                    minor = min(own_minor(discount, charged, part, measure, account.timeline, scale), rest)
                    rest -= minor
                    lines += discounted(place, part, own_discount(discount.id), -minor, slots)
                minor = percent_minor(rest, percent)
                lines += discounted(place, part, DISCOUNT, -minor, slots)
                rests.append((place, part, rest - minor))
        if contract.amounts_off:
            lines += _amounts_off(contract, terms.billed_part(cycle), measure, rests, slots)
    return lines


def _amounts_off(
    contract: BillingContract, billed: Period, measure: Ruler, rests: list[tuple[Place, Period, int]], slots: dict[str, Held]
) -> list[Line]:
    """Each amount divided over the subscriptions by what is left of them: a tax rate belongs to a subscription."""
    left = [rest for _, _, rest in rests]
    scale, lines = 10 ** EXPONENT[contract.currency], []
    for off in contract.amounts_off:
        taken = shares(off_minor(off, billed, measure, scale), left, contract.currency)
        left = [rest - minor for rest, minor in zip(left, taken, strict=True)]
        for (place, part, _), minor in zip(rests, taken, strict=True):
            lines += discounted(place, part, own_discount(off.id), -minor, slots)
    return lines


def _cycle_start(line: Line) -> date:
    return line.cycle_start


def _no_longer_wanted(
    contract: BillingContract, books: Sequence[_Book], slots: dict[str, Held], credited: Mapping[str, int]
) -> tuple[list[Line], list[Finding]]:
    lines: list[Line] = []
    strangers: dict[str, Finding] = {}
    for slot in sorted(slots):
        holds = slots[slot]
        cycle_keys, _, name = slot.rpartition("/")
        found = next((book for book in books if cycle_keys[:-_DATE] in book.accounts), None)
        if holds.void:
            continue
        if found is None:
            strangers[holds.subscription] = _stranger(contract, holds.subscription)
            continue
        starts, terms = date.fromisoformat(cycle_keys[-_DATE:]), found.turn.terms
        if starts in found.accounts[cycle_keys[:-_DATE]].left_out:
            continue
        number = max(terms.first_cycle, terms.cadence.number(starts))
        if number in found.turn.numbers or (number >= found.turn.limit and terms.cadence.boundary(number) < starts):
            timeline = found.accounts[cycle_keys[:-_DATE]].timeline
            place = Place(holds.subscription, f"{cycle_keys}/", starts, ruler(terms, number), timeline, contract.currency)
            if is_discount(name):
                lines += discounted(place, holds.period, name, 0, {slot: holds})
            else:
                change = _taken_out_by(timeline.at(holds.period.start), starts, terms.cadence.boundary(number))
                lines += taken_out(place, slot, holds, change, credited.get(slot, 0))
    return lines, list(strangers.values())


def _taken_out_by(state: State, starts: date, cycle_start: date) -> str | None:
    """The change that takes a charge out; none where other terms do, whose cycle contains that of the charge."""
    by_terms = starts > cycle_start and (state.since is None or state.since < cycle_start)
    return None if by_terms else state.change


def _settles(book: _Book) -> tuple[list[str], list[Finding]]:
    """The changes that this bill takes into account, and those that can never be billed because service is over."""
    settled: list[str] = []
    findings: list[Finding] = []
    terms = book.turn.terms
    through = book.turn.through if book.turn.limit > terms.first_cycle else terms.start
    for account in book.accounts.values():
        ends = [end for end in (terms.end, account.subscription.end) if end is not None]
        end = min(ends, default=None)
        for change in account.changes:
            if change.settled:
                continue
            if end is not None and change.effective >= end <= through and change.quantity > 0:
                findings.append(_too_late(account.subscription, change, end))
            if change.effective < through or (end is not None and end <= through):
                settled.append(change.id)
    return settled, findings


def _stranger(contract: BillingContract, subscription: str) -> Finding:
    message = (
        f"Lines of subscription {subscription} are posted on contract {contract.id}, but the subscription is not on it any more; "
        "nothing was credited. Put it back with quantity 0 from the day on which it left, and the next run credits the rest."
    )
    key = f"subscription-not-on-contract:{contract.id}:{subscription}"
    return Finding("subscription-not-on-contract", subscription, message, Severity.WARNING, key)


def _too_late(subscription: Subscription, change: Change, end: date) -> Finding:
    message = (
        f"Change {change.id} of subscription {subscription.id} is effective on {change.effective}, but service ended on {end}; "
        "it is not billed. Move the end, or exclude the change with a reason."
    )
    return Finding("change-after-end", subscription.id, message, Severity.WARNING, f"change-after-end:{change.id}")
