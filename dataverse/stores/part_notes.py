"""Why a part has its seats, of a split or of a tier above: the note of the log row that a line's seats come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.query import Query, any_of
from dataverse.rows import day
from work365.explaining.subject import ShareBehind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dataverse.webapi import Row, WebApi

LOG = ("_w365_subscription_value", "w365_sequence", "w365_effective", "w365_quantity", "w365_note")


def shares_behind(api: WebApi, lines: Sequence[Row]) -> dict[str, ShareBehind]:
    """By the key of each line that is for a part; nothing is asked where none is."""
    parts = sorted({one["_w365_subscription_value"] for one in lines if _is_part(one)})
    if not parts:
        return {}
    log = list(api.find(Query("w365_changelog", LOG, filter=any_of("_w365_subscription_value", parts))))
    found = ((line["w365_key"], _share(line, log)) for line in lines if _is_part(line))
    return {key: share for key, share in found if share is not None}


def _is_part(line: Row) -> bool:
    return bool((line.get("w365_Subscription") or {}).get("_w365_splitof_value")) or _is_tier(line)


def _is_tier(line: Row) -> bool:
    return bool((line.get("w365_Subscription") or {}).get("_w365_tierof_value"))


def _share(line: Row, log: Sequence[Row]) -> ShareBehind | None:
    """The last row by the line's first day that says the seats of the line: later corrections say others."""
    fitting = (
        row
        for row in log
        if row["_w365_subscription_value"] == line["_w365_subscription_value"]
        and row["w365_effective"] <= line["w365_periodstart"]
        and row["w365_quantity"] == line["w365_quantity"]
        and row["w365_note"]
    )
    last = max(fitting, key=lambda row: (row["w365_effective"], row["w365_sequence"]), default=None)
    return None if last is None else ShareBehind(day(last["w365_effective"]), last["w365_note"], of_tier=_is_tier(line))
