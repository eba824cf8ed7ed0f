"""What `w365 usage show` prints: what each name comes to, confirmed and not, with its trend, and all of them together."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich.table import Table

from cli.output import Output, data
from work365.money import rounded
from work365.usage.drilling import DAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from work365.money import Currency
    from work365.usage.drilling import Drilled, Part, Used
    from work365.usage.watching import Watched

NONE = "(none)"


@dataclass(frozen=True, slots=True)
class Shown:
    """What was asked for: by what, of which part, and how many of the largest."""

    by: str
    part: Part
    top: int


def show_usage(watched: Watched, found: Drilled, asked: Shown, output: Output) -> None:
    """By day with what had come together by then; otherwise with the last seven days beside the seven before."""
    if output is Output.JSON:
        data().print(json.dumps(_document(watched, found, asked), ensure_ascii=False), soft_wrap=True)
        return
    code = watched.terms.contract.currency
    title = f"{watched.name} since {watched.cycle.start}" + "".join(f", {said}" for said in _asked(asked.part))
    if asked.by == DAY:
        table = Table("", f"confirmed {code}", f"unconfirmed {code}", "so far", title=title)
        for one, so_far in _summed_up(found.by_day(), code):
            table.add_row(one.name, *_amounts(one, code), so_far)
    else:
        table = Table("", f"confirmed {code}", f"unconfirmed {code}", "last 7 days", "7 days before", title=title)
        shown, rest = found.largest(asked.top)
        for one in (*shown, *([rest] if rest else ())):
            table.add_row(one.name or NONE, *_amounts(one, code), *_trend(one, found, code))
    last = (_money(found.whole.total, code),) if asked.by == DAY else _trend(found.whole, found, code)
    table.add_row("total", *_amounts(found.whole, code), *last)
    data().print(table)


def _document(watched: Watched, found: Drilled, asked: Shown) -> dict[str, Any]:
    code = watched.terms.contract.currency
    if asked.by == DAY:
        groups = [_sums(one, code) | {"so_far": so_far} for one, so_far in _summed_up(found.by_day(), code)]
        rest = None
    else:
        shown, rest = found.largest(asked.top)
        groups = [_sums(one, code) | _compared(one, found, code) for one in shown]
    return {
        "subscription": watched.name,
        "cycle_start": watched.cycle.start.isoformat(),
        "cycle_end": (watched.cycle.end - timedelta(days=1)).isoformat(),
        "newest_day": None if found.newest is None else found.newest.isoformat(),
        "currency": code,
        "threshold": f"{watched.threshold.normalize():f}",
        "part": _asked(asked.part),
        **{name: amount for name, amount in _sums(found.whole, code).items() if name != "name"},
        **_compared(found.whole, found, code),
        "by": asked.by,
        "groups": groups,
        "others": None if rest is None else _sums(rest, code) | _compared(rest, found, code),
    }


def _asked(part: Part) -> list[str]:
    return [f"{word} {text or NONE}" for word, text in part.asked]


def _sums(one: Used, code: Currency) -> dict[str, str | None]:
    confirmed, unconfirmed = _amounts(one, code)
    return {"name": one.name or NONE, "confirmed": confirmed, "unconfirmed": unconfirmed}


def _compared(one: Used, found: Drilled, code: Currency) -> dict[str, str | None]:
    return {"last_7_days": _money(one.recent, code), "before": _money(one.before, code) if found.comparable else None}


def _amounts(one: Used, code: Currency) -> tuple[str, str]:
    return _money(one.confirmed, code), _money(one.unconfirmed, code)


def _trend(one: Used, found: Drilled, code: Currency) -> tuple[str, str]:
    return _money(one.recent, code), _money(one.before, code) if found.comparable else ""


def _summed_up(days: Sequence[Used], code: Currency) -> list[tuple[Used, str]]:
    """Each day with what all days until it come to, rounded once."""
    done, found = Decimal(0), []
    for one in days:
        done += one.total
        found.append((one, _money(done, code)))
    return found


def _money(amount: Decimal, code: Currency) -> str:
    return f"{rounded(amount, code).major:f}"
