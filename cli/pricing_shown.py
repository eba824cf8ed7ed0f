"""How the commands about prices say what they found and did."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from rich.table import Table

from cli.output import Output, data
from cli.planning import print_plan
from work365.catalogue.list_changes import Kind
from work365.pricing import price_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from work365.catalogue.list_changes import Difference, Effect
    from work365.catalogue.repricing import NewPrice
    from work365.handlers.pricing import Decided, ListPlan, PricePlan

Json = dict[str, Any]
DIFFERENCE = ("kind", "product", "term", "plan", "tier", "from", "old", "new", "percent", "subscriptions", "seats", "margin")
PRICE = ("contract", "subscription", "id", "seats", "price", "new_price", "difference", "from", "protected_until")


def show_list(plan: ListPlan, output: Output, *, staged: bool) -> None:
    """A file against a list."""
    found = plan.compared
    counts = {kind.value.lower(): found.count(kind) for kind in Kind}
    rows = [_difference(one, effect) for one, effect in zip(found.differences, plan.effects, strict=True)]
    if output is Output.JSON:
        shown = {
            "file": plan.file,
            "list": plan.code,
            "plan": plan.hash,
            "staged": staged and bool(plan.hash),
            **counts,
            "unchanged": found.unchanged,
            "left_out": plan.left_out,
            "not_in_catalogue": list(found.strangers),
            "changes": rows,
            "findings": [{"code": one.code, "subject": one.subject, "message": one.message} for one in plan.findings],
        }
        _write(shown)
        return
    console = data()
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    console.print(f"{plan.file} against price list {plan.code}: {told}, {found.unchanged} unchanged", soft_wrap=True)
    console.print(f"{len(found.strangers)} products not in the catalogue, {plan.left_out} rows for others", soft_wrap=True)
    if rows:
        console.print(_table(DIFFERENCE, rows))
        console.print(f"They wait for approval. Plan {plan.hash}" if staged else "Dry run: nothing was staged.", soft_wrap=True)
    for finding in plan.findings:
        console.print(f"{finding.severity.value}: {finding.code}: {finding.subject}: {finding.message}", soft_wrap=True)
    if rows and not staged:
        print_plan(plan.hash)


def _difference(one: Difference, effect: Effect) -> Json:
    return {
        "kind": one.kind.value,
        "product": one.number,
        "term": one.term,
        "plan": one.plan.value,
        "tier": one.tier_from,
        "from": one.day.isoformat(),
        "old": _number(one.old),
        "new": _number(one.new),
        "percent": None if one.percent is None else f"{one.percent:f}",
        "subscriptions": effect.subscriptions,
        "seats": effect.seats,
        "margin": _number(effect.margin),
    }


def show_decided(done: Decided, word: str, output: Output) -> None:
    """What came of an approval or a rejection."""
    if output is Output.JSON:
        _write({word: done.done, "waiting": done.waiting, "refused": list(done.refused)})
        return
    console = data()
    console.print(f"{done.done} {word}, {done.waiting} of the plan still wait", soft_wrap=True)
    for refused in done.refused:
        console.print(f"not {word}: {refused}", soft_wrap=True)


def show_plan(plan: PricePlan, output: Output, *, refused: Sequence[str] = (), written: bool = False) -> None:
    """New prices for many subscriptions."""
    rows = [_price(one) for one in plan.prices]
    if output is Output.JSON:
        _write({"plan": plan.hash, "written": written, "done_before": plan.done, "prices": rows, "refused": list(refused)})
        return
    console = data()
    console.print(f"{len(rows)} subscriptions, {plan.done} changed by this plan before. Plan {plan.hash}", soft_wrap=True)
    if rows:
        console.print(_table(PRICE, rows))
    for sentence in refused:
        console.print(f"not changed: {sentence}", soft_wrap=True)


def show_prices(prices: Iterable[NewPrice], output: Output) -> None:
    """What each subscription pays and will pay."""
    rows = [_price(one) for one in prices]
    if output is Output.JSON:
        _write({"subscriptions": rows})
    else:
        data().print(_table(PRICE, rows))


def _price(one: NewPrice) -> Json:
    end = one.sold.commitment_end
    return {
        "contract": one.sold.number,
        "subscription": one.sold.name,
        "id": one.sold.id,
        "seats": one.sold.quantity,
        "price": _number(one.sold.price),
        "new_price": _number(one.new),
        "difference": _number(one.difference),
        "from": one.on.isoformat(),
        "protected_until": None if end is None else end.isoformat(),
    }


def _table(names: Sequence[str], rows: Iterable[Json]) -> Table:
    table = Table(*(name.replace("_", " ") for name in names))
    for row in rows:
        table.add_row(*("" if row[name] is None else str(row[name]) for name in names))
    return table


def _number(value: Decimal | None) -> str | None:
    return None if value is None else price_text(value)


def _write(shown: Json) -> None:
    sys.stdout.write(json.dumps(shown, ensure_ascii=False) + "\n")
