"""Reconciliation: the lines that turn what is posted into what is wanted.

Posted lines are never edited. A slot that holds what is wanted gives nothing, so billing twice adds nothing. A slot that holds
something else gives the difference: if only its end moved, one line for the days between, provided that its own sum gives the
difference to the cent; otherwise one line that takes out what was posted, exactly, and one that puts in what is wanted. So the
amount of every line is quantity times price times fraction. Each names the line that it corrects and the change behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from work365.invoicing.keys import parse
from work365.invoicing.lines import Kind, Line
from work365.invoicing.proration import amount_minor
from work365.money import EXPONENT, Currency, Money
from work365.periods import Period

if TYPE_CHECKING:
    from datetime import date

    from work365.invoicing.desired import Wanted
    from work365.invoicing.posted import Held
    from work365.invoicing.proration import Ruler
    from work365.subscriptions.change_log import Timeline


class Place(NamedTuple):
    """One subscription in one cycle.

    Attributes:
        keys: what the keys of its lines begin with.
        cycle_start: the day in these keys.
        ruler: of the whole cycle.
        cut: where other terms end the cycle before its time; no change of the subscription moved a line's end there.
    """

    subscription: str
    keys: str
    cycle_start: date
    ruler: Ruler
    timeline: Timeline
    currency: Currency
    cut: date | None = None


def compared(place: Place, wanted: list[Wanted], slots: dict[str, Held]) -> list[Line]:
    """The lines that are missing for what is wanted; the slots that were compared are taken away from `slots`."""
    lines: list[Line] = []
    charged_by: dict[str | None, str] = {}
    for want in wanted:
        slot = place.keys + want.slot
        holds = slots.pop(slot, None) if slots else None
        strayed = holds is not None and _strayed(want, holds, charged_by)
        if holds is None or holds.void:
            key = f"{slot}.{holds.version + 1 if holds else 0}"
            origin = charged_by.get(want.origin)
            lines.append(_line(place, key, want, want.kind, want.change, origin))
        elif (
            holds.filled
            and not strayed
            and holds.minor == want.minor
            and holds.quantity == want.state.quantity
            and (holds.period.end == want.period.end or _measured_alike(holds, place))
        ):
            key = holds.key
        elif (
            _only_end_moved(holds, want)
            and not strayed
            and _measured_alike(holds, place)
            and _sum_is_difference(place, holds, want)
        ):
            key = holds.key
            lines.append(_resized(place, slot, holds, want))
        else:
            key = f"{slot}.{holds.version + 1}"
            change = _mover(place, want) if _only_end_moved(holds, want) else want.cause
            lines += [*taken_out(place, slot, holds, change), _replacing(place, key, holds, want, change, charged_by)]
        charged_by[want.slot] = key
    return lines


def taken_out(place: Place, slot: str, holds: Held, change: str | None, kept: int = 0) -> list[Line]:
    """The line that takes out what a slot holds; none when it holds nothing. `kept` stays, because it was credited by hand."""
    minor = holds.minor - min(kept, holds.minor) if kept else holds.minor
    if minor == 0:
        return []
    kind = Kind.CREDIT if holds.minor > 0 else Kind.CORRECTION
    fraction = holds.fraction or (place.ruler.used(holds.period), place.ruler.length)
    amount = Money(-minor, place.currency)
    key = f"{slot}.{holds.version + 1}r"
    return [
        Line(
            key,
            place.subscription,
            kind,
            change,
            holds.period,
            holds.quantity,
            holds.unit_price,
            fraction,
            amount,
            holds.key,
            place.cycle_start,
        )
    ]


def discounted(place: Place, part: Period, name: str, minor: int, slots: dict[str, Held]) -> list[Line]:
    """The line that moves a discount of a subscription to `minor`; none when it is there already."""
    slot = place.keys + name
    holds = slots.pop(slot, None)
    version = holds.version + 1 if holds else 0
    missing = Money(minor - (holds.minor if holds else 0), place.currency)
    if not missing.minor:
        return []
    origin = holds.key if holds and not holds.void else None
    key = f"{slot}.{version}"
    return [
        Line(key, place.subscription, Kind.DISCOUNT, None, part, 1, missing.major, (1, 1), missing, origin, place.cycle_start)
    ]


def _strayed(want: Wanted, holds: Held, charged_by: dict[str | None, str]) -> bool:
    """Whether a posted credit names the charge of a place that no longer holds what it takes back: it then says so of another.

    Without this a charge that was taken out as a whole would be given back a second time, in part, by a credit that names it.
    """
    if want.kind is not Kind.CREDIT or holds.origin is None:
        return False
    charge = charged_by.get(want.origin)
    return charge is not None and parse(charge)[0] != parse(holds.origin)[0]


def _measured_alike(holds: Held, place: Place) -> bool:
    """Whether what a slot holds was measured in a cycle of the same length: amended terms may begin theirs on the same day."""
    return holds.fraction is None or holds.fraction[1] == place.ruler.length


def _only_end_moved(holds: Held, want: Wanted) -> bool:
    same = holds.period.start == want.period.start and holds.period.end != want.period.end
    return same and holds.filled and holds.quantity == want.state.quantity and holds.unit_price == want.state.unit_price


def _sum_is_difference(place: Place, holds: Held, want: Wanted) -> bool:
    """Whether the days by which the end moved cost, rounded by themselves, what the two rounded amounts differ by."""
    if want.fraction[1] != place.ruler.length:
        return False
    used = abs(place.ruler.end_mark(want.period.end) - place.ruler.end_mark(holds.period.end))
    scale = 10 ** EXPONENT[place.currency]
    return amount_minor(want.state.cost, used, place.ruler.length, scale) == abs(want.minor - holds.minor)


def _resized(place: Place, slot: str, holds: Held, want: Wanted) -> Line:
    """One line for the days by which the end of a posted line moved."""
    before, after = holds.period.end, want.period.end
    minor = want.minor - holds.minor
    kind = Kind.CORRECTION if want.kind is Kind.CREDIT else Kind.CREDIT if minor < 0 else Kind.CHARGE
    change = _mover(place, want)
    used = abs(place.ruler.end_mark(after) - place.ruler.end_mark(before))
    return Line(
        f"{slot}.{holds.version + 1}s",
        place.subscription,
        kind,
        change,
        Period(min(before, after), max(before, after)),
        holds.quantity,
        holds.unit_price,
        (used, place.ruler.length),
        Money(minor, place.currency),
        holds.key,
        place.cycle_start,
    )


def _mover(place: Place, want: Wanted) -> str | None:
    """The change that moved a line's end: the one that begins there; none where other terms begin there without one."""
    after = place.timeline.at(want.period.end)
    if after.since == want.period.end:
        return after.change
    return None if want.period.end == place.cut else want.cause


def _replacing(place: Place, key: str, holds: Held, want: Wanted, change: str | None, charged_by: dict[str | None, str]) -> Line:
    """What a slot holds from now on: a credit names the charge that it takes back, a charge the line that it replaces."""
    if want.kind is Kind.CREDIT:
        return _line(place, key, want, Kind.CREDIT, change, charged_by.get(want.origin))
    return _line(place, key, want, Kind.CHARGE, change, holds.key)


def _line(place: Place, key: str, want: Wanted, kind: Kind, change: str | None, origin: str | None) -> Line:
    state = want.state
    return Line(
        key,
        place.subscription,
        kind,
        change,
        want.period,
        state.quantity,
        state.unit_price,
        want.fraction,
        Money(want.minor, place.currency),
        origin,
        place.cycle_start,
    )
