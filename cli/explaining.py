"""`w365 explain invoice`: why each line is what it is, in words and as a scenario that makes it again."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.output import OK, Output, data
from dataverse.stores.explaining import Explanations
from work365.errors import BadInput
from work365.explaining.sums import exact
from work365.explaining.words import billed_to, explain, heading
from work365.money import rounded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from dataverse.stores.explaining import Explained
    from work365.explaining.subject import LineBehind
    from work365.money import Money
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

        With --output json also scenarios that `w365 simulate` turns into the same lines.
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
        out.print(json.dumps(_document(found, lines), ensure_ascii=False), soft_wrap=True)
        return OK
    out.print(f"{found.number} for {found.customer}, {found.total}", soft_wrap=True)
    if found.cancelled:
        out.print(f"It was cancelled: {found.cancelled.rstrip('.')}.", soft_wrap=True)
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


def _document(found: Explained, lines: Sequence[LineBehind]) -> dict[str, Any]:
    """The document's facts and lines, and the scenarios that make all of its lines again."""
    made = found.reproductions()
    places = {line: place for place, one in enumerate(made) for line in one.lines}
    return {
        "number": found.number,
        "customer": found.customer,
        "total": found.total,
        "cancelled": found.cancelled or None,
        "inherited": list(found.inherited),
        "skipped": list(found.skipped),
        **({"payers": [{"from": since.isoformat(), "payer": name} for since, name in found.payers]} if found.payers else {}),
        "lines": [
            {**_line(one), "scenario": places[one.ordinal], "from_history": bool(made[places[one.ordinal]].contract)}
            for one in lines
        ],
        "scenarios": [one.scenario for one in made],
        "scenario": made[0].scenario if len(made) == 1 else None,
    }


def _exact(line: LineBehind) -> str | None:
    """What the sum comes to before it is rounded, as a fraction of major units."""
    found = exact(line)
    return None if found is None else f"{found.numerator}/{found.denominator}"


def _discount(percent: Decimal, base: Money) -> dict[str, str]:
    return {"percent": f"{percent.normalize():f}", "of": f"{base.major:f}"}


def _line(line: LineBehind) -> dict[str, Any]:
    """A line's facts beside its sentences."""
    change = None if line.change is None else json.loads(json.dumps(asdict(line.change), default=str))
    origin = None if line.origin is None else {"invoice": line.origin.invoice, "line": line.origin.ordinal}
    return {
        "line": line.ordinal,
        "kind": line.kind.value,
        "description": line.description,
        "contract": line.contract or None,
        "start": line.period.start.isoformat(),
        "end": line.period.end.isoformat(),
        "quantity": f"{line.quantity.normalize():f}",
        "unit_price": None if line.unit_price is None else f"{line.unit_price.normalize():f}",
        "price_source": line.price_source or line.source or None,
        "days": line.period.days,
        "fraction": f"{line.used}/{line.whole}",
        "exact": _exact(line),
        "discount": None if line.taken_from is None else _discount(*line.taken_from),
        "amount": f"{line.amount.major:f}",
        "tax_percent": None if line.tax_percent is None else f"{line.tax_percent.normalize():f}",
        "tax_code": line.tax_code or None,
        "price_includes_tax": line.price_includes_tax,
        "tax": f"{line.tax.major:f}",
        "gross": f"{(line.amount + line.tax).major:f}",
        "change": change,
        "rows": [row.part.id for row in line.rows],
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
