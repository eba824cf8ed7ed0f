"""What a reduction gives back, in the simulator's words: read strictly, written as it is read (docs/reference/simulate.md)."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from work365.crediting.policy import RefundRule
from work365.strict_json import day, optional, refuse, shown, text
from work365.subscriptions.change_log import GivenBack

if TYPE_CHECKING:
    from datetime import date

RULES = {"none": RefundRule.NONE, "days": RefundRule.DAYS, "hours": RefundRule.HOURS, "full": RefundRule.FULL}
WORDS = {rule: word for word, rule in RULES.items()}
_MOMENT = re.compile(r"(?P<day>[0-9-]{10})T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{6})?)?([+-][0-9]{2}:[0-9]{2})?", re.ASCII)


def zone(value: object, path: str) -> ZoneInfo:
    """A time zone by its IANA name."""
    name = text(value, path)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        refuse(path, f"{shown(name)} is not a time zone; use an IANA name such as Europe/Berlin")


def given_back(row: dict[str, Any], path: str, asked_on: date, here: ZoneInfo) -> GivenBack | None:
    """The members `refund` and `asked` of a change; without `asked` it was asked for at the first moment of a day.

    Errors: BadInput, with the path of what is wrong.
    """
    rule, asked = optional(row, path, "refund", _rule), optional(row, path, "asked", _moment)
    if rule is None and asked is not None:
        refuse(f"{path}.asked", "it matters only to a refund; give 'refund' too")
    if rule is None or rule is RefundRule.DAYS:
        return None
    if asked is None:
        return GivenBack(rule, datetime.combine(asked_on, time(), here))
    return GivenBack(rule, asked.replace(tzinfo=here) if asked.tzinfo is None else asked.astimezone(here))


def given_said(given: GivenBack) -> dict[str, str]:
    """The same members."""
    return {"refund": WORDS[given.rule], "asked": given.asked.isoformat()}


def _rule(value: object, path: str) -> RefundRule:
    rule = RULES.get(value) if isinstance(value, str) else None
    if rule is None:
        refuse(path, f"{shown(value)} is not possible here; use {', '.join(RULES)}")
    return rule


def _moment(value: object, path: str) -> datetime:
    found = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if found is not None:
        day(found["day"], path)
    try:
        moment = datetime.fromisoformat(found[0]) if found else None
    except ValueError:
        moment = None
    if moment is None:
        refuse(path, f'{shown(value)} is not a moment; give a day and a time, such as "2026-03-04T15:30"')
    return moment
