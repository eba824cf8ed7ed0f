"""Rows of reminder plans and their steps into plans. Pure: nothing here calls anybody."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, eq
from dataverse.rows import choice_label, decimal, maybe
from work365.errors import BadInput
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


def plans_of(heads: Iterable[Row], steps: Iterable[Row]) -> dict[str, Plan | BadInput]:
    """Plans by their codes in lower case, each with its steps in the order of their days.

    Shape: one with a step that does not say all that a step has to say is that sentence. A plan without a code is nobody's.
    """
    found: dict[str, list[Row]] = defaultdict(list)
    for row in steps:
        found[row["_w365_plan_value"]].append(row)
    return {row["w365_code"].casefold(): _plan(row, found[row["w365_reminderplanid"]]) for row in heads if row["w365_code"]}


def _plan(row: Row, steps: Iterable[Row]) -> Plan | BadInput:
    """What a form asks for, an import or a flow may leave empty. Source: Microsoft Learn, "Column requirement level"."""
    steps = list(steps)
    if any(step["w365_day"] is None or step["w365_channel"] is None for step in steps):
        return BadInput(f"The reminder plan '{row['w365_code']}' has a step without a day or a channel; complete it there.")
    return Plan(row["w365_code"], tuple(sorted(map(_step, steps), key=lambda one: one.day)), _fees(row))


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
