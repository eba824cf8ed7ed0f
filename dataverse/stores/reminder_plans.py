"""Rows of reminder plans and their steps into plans. Pure: nothing here calls anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, eq
from dataverse.rows import choice_label, decimal, maybe
from work365.reminding.plan import Channel, FeeTerms, Plan, Step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dataverse.rows import Row

PLAN, STEP = "w365_reminderplan", "w365_reminderstep"
PLAN_COLUMNS = ("w365_reminderplanid", "w365_code", "_w365_feeproduct_value", "w365_gracedays", "w365_feecap")
TEXTS = {"en": "w365_texten", "de": "w365_textde", "es": "w365_textes"}
STEP_COLUMNS = (
    *("_w365_plan_value", "w365_day", "w365_channel", "w365_credithold", "w365_suspend", *TEXTS.values()),
    *("w365_fee", "w365_feepercent", "w365_yearlyinterest"),
)
CURRENCY = "transactioncurrencyid($select=isocurrencycode)"
ACTIVE = eq("statecode", 0)
PLANS = Get(Query(PLAN, PLAN_COLUMNS, ACTIVE, expand=CURRENCY))
STEPS = Get(Query(STEP, STEP_COLUMNS, ACTIVE))


def plans_of(heads: Iterable[Row], steps: Iterable[Row]) -> dict[str, Plan]:
    """Plans by their codes in lower case, each with its steps in the order of their days."""
    found: dict[str, list[Step]] = {}
    for row in steps:
        found.setdefault(row["_w365_plan_value"], []).append(_step(row))
    return {
        row["w365_code"].casefold(): Plan(
            row["w365_code"], tuple(sorted(found.get(row["w365_reminderplanid"], ()), key=lambda one: one.day)), _fees(row)
        )
        for row in heads
    }


def _fees(row: Row) -> FeeTerms:
    return FeeTerms(
        product=row["_w365_feeproduct_value"] or "",
        currency=(row.get("transactioncurrencyid") or {}).get("isocurrencycode") or "",
        grace_days=row["w365_gracedays"] or 0,
        cap=maybe(decimal, row["w365_feecap"]),
    )


def _step(row: Row) -> Step:
    return Step(
        day=row["w365_day"],
        channel=Channel(choice_label(STEP, "w365_channel", row["w365_channel"])),
        texts={language: row[column] for language, column in TEXTS.items() if row[column]},
        credit_hold=_yes(row, "w365_credithold"),
        suspend=_yes(row, "w365_suspend"),
        fee=decimal(row["w365_fee"] or 0),
        fee_percent=decimal(row["w365_feepercent"] or 0),
        yearly_interest=decimal(row["w365_yearlyinterest"] or 0),
    )


def _yes(row: Row, column: str) -> bool:
    return row[column] is not None and choice_label(STEP, column, row[column]) == "Yes"
