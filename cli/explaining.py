"""`w365 explain invoice`: why each line is what it is, in words and as a scenario that makes it again."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.output import OK, Output, data
from dataverse.stores.explaining import Explanations
from work365.errors import BadInput
from work365.explaining.rerun import scenario_of
from work365.explaining.words import billed_to, explain, heading
from work365.money import rounded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dataverse.stores.explaining import Explained
    from work365.explaining.subject import LineBehind
    from work365.supplied.costing import CostShare


def real_explanations() -> Explanations:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    return Explanations(wiring.tenant())


def register(app: typer.Typer, explanations: Callable[[], Explanations] = real_explanations) -> None:
    """Add the command."""

    def invoice(
        number: Annotated[str, typer.Argument(help="Number of an issued invoice or credit note.")],
        line: Annotated[int | None, typer.Option("--line", min=1, help="Only this line, counted from 1.")] = None,
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Say why each line of a document is what it is.

        With --output json also a scenario that `w365 simulate` turns into the same lines.
        """
        found = explanations().document(number)
        if found is None:
            message = f"no document has the number '{number}'; look it up under Invoices"
            raise BadInput(message, "NUMBER")
        raise typer.Exit(_show(found, _chosen(found, line), output))

    group = typer.Typer(help="Say why something is what it is.", no_args_is_help=True)
    group.callback()(_group)
    group.command("invoice")(invoice)
    app.add_typer(group, name="explain")


def _group() -> None:
    """Say why something is what it is."""


def _chosen(found: Explained, line: int | None) -> Sequence[LineBehind]:
    if line is None:
        return found.lines
    chosen = [one for one in found.lines if one.ordinal == line]
    if not chosen:
        message = f"{found.number} has {len(found.lines)} lines, counted from 1"
        raise BadInput(message, "--line")
    return chosen


def _show(found: Explained, lines: Sequence[LineBehind], output: Output) -> int:
    out = data()
    if output is Output.JSON:
        scenario = None if found.history is None else scenario_of(found.history)
        said = {"number": found.number, "customer": found.customer, "total": found.total, "lines": [_line(one) for one in lines]}
        said |= {"inherited": list(found.inherited), "skipped": list(found.skipped)}
        if found.payers:
            said["payers"] = [{"from": since.isoformat(), "payer": name} for since, name in found.payers]
        out.print(json.dumps({**said, "scenario": scenario}, ensure_ascii=False), soft_wrap=True)
        return OK
    out.print(f"{found.number} for {found.customer}, {found.total}", soft_wrap=True)
    if found.inherited:
        out.print(f"Its contract does not say these itself: {'; '.join(found.inherited)}.", soft_wrap=True)
    if found.payers:
        out.print(f"Its contract is {billed_to(found.payers)}.", soft_wrap=True)
    if found.skipped:
        out.print(f"Never billed, because a person decided so: {'; '.join(found.skipped)}.", soft_wrap=True)
    for one in lines:
        out.print(f"\n{heading(one)}", soft_wrap=True)
        for sentence in explain(one):
            out.print(f"  {sentence}", soft_wrap=True)
    return OK


def _line(line: LineBehind) -> dict[str, Any]:
    """A line's facts beside its sentences."""
    change = None if line.change is None else json.loads(json.dumps(asdict(line.change), default=str))
    origin = None if line.origin is None else {"invoice": line.origin.invoice, "line": line.origin.ordinal}
    return {
        "line": line.ordinal,
        "kind": line.kind.value,
        "description": line.description,
        "start": line.period.start.isoformat(),
        "end": line.period.end.isoformat(),
        "quantity": f"{line.quantity.normalize():f}",
        "unit_price": None if line.unit_price is None else f"{line.unit_price.normalize():f}",
        "fraction": f"{line.used}/{line.whole}",
        "amount": f"{line.amount.major:f}",
        "tax": f"{line.tax.major:f}",
        "change": change,
        "origin": origin,
        "cost": None if line.costs is None else [_cost(one) for one in line.costs],
        "words": explain(line),
    }


def _cost(share: CostShare) -> dict[str, Any]:
    """A supplier's line, and its days in the line that it stands behind."""
    line = share.line
    return {
        "id": line.id,
        "bill": line.bill,
        "reference": line.reference,
        "charge": line.charge,
        "of": line.of,
        "start": line.period.start.isoformat(),
        "end": line.period.end.isoformat(),
        "quantity": f"{line.quantity.normalize():f}",
        "unit_cost": None if line.unit_cost is None else f"{line.unit_cost.normalize():f}",
        "rate": f"{line.rate.normalize():f}",
        "subtotal": f"{rounded(line.subtotal, line.currency).major:f}",
        "currency": line.currency,
        "days": f"{share.days}/{line.period.days}",
        "amount": f"{share.amount.major:f}",
    }
