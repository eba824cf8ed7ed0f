"""The demo's report on stdout, the invoice PDF, and summary.json."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from local.demo.checks import Check
    from local.demo.months import Imported
    from local.demo.standing import InvoiceSeen, LineSeen, Standing
    from local.demo.steps import People, Step

WIDTH = 118
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Lived:
    """Everything that the demo saw."""

    imported: Sequence[Imported]
    people: People
    before: Standing
    after: Standing
    checks: Sequence[Check]
    pdf: Path
    seconds: float


def summary(lived: Lived) -> dict[str, Any]:
    """`summary.json`: each figure was read back from the local tenant or a vendor's stand-in."""
    seen = lived.before
    return {
        "contracts": seen.contracts,
        "subscriptions": seen.subscriptions,
        "invoices": len(seen.invoices),
        "invoice_lines": seen.lines,
        "invoiced_total": f"{seen.invoiced_base:.2f}",
        "charged_total": f"{seen.charged_base:.2f}",
        "totals_currency": "USD",
        "synced_documents": seen.documents_in_books,
        "emails": seen.mails,
        "dataverse_requests": seen.requests,
        "dataverse_requests_per_invoice": round(seen.requests / len(seen.invoices), 2),
        "seconds": round(lived.seconds, 1),
        "months": seen.months,
        "rerun_new_invoices": len(lived.after.invoices) - len(seen.invoices),
        "rerun_new_charges": lived.after.gateway_charges.total() - seen.gateway_charges.total(),
        "findings": len(seen.findings),
        "checks_held": sum(check.holds for check in lived.checks),
        "checks_failed": [check.sentence for check in lived.checks if not check.holds],
    }


def show(lived: Lived, console: Console) -> None:
    """Print the report."""
    for table in (
        _imports(lived.imported),
        _months(lived.before),
        _invoice(_example(lived.before)),
        _steps("A Charge click, three times", lived.people.clicks),
        _steps("Cash applied in the books", lived.people.transfer),
        _steps("A link in a mail", lived.people.linked),
        _jobs(lived.before),
    ):
        console.print()
        console.print(table)
    console.print("\n[bold]What a person must look at[/bold]")
    for code, message in lived.before.findings:
        console.print(f"  {code}: {message}", markup=False, soft_wrap=True)
    console.print()
    console.print(_checks(lived.checks))
    console.print(f"One invoice as its customer gets it: {lived.pdf}", markup=False)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        name, _, right = column.partition(">")
        table.add_column(name, justify="right" if right or column.endswith(">") else "left")
    return table


def _imports(imported: Sequence[Imported]) -> Table:
    names = ("rows", "created", "changed", "unchanged", "log_rows")
    table = _table(
        "Microsoft's files", "file", "rows>", "subscriptions created>", "changed>", "unchanged>", "log rows>", "findings>"
    )
    for file in imported:
        table.add_row(file.file, *(str(file.answer[name]) for name in names), str(len(file.answer["findings"])))
    return table


def _months(seen: Standing) -> Table:
    table = _table("Invoices", "month", "currency", "invoices>", "lines>", "net>", "tax>", "total>", "charged>", "balance>")
    groups: defaultdict[tuple[str, str], list[InvoiceSeen]] = defaultdict(list)
    for invoice in seen.invoices:
        groups[invoice.month, invoice.currency].append(invoice)
    for (month, code), invoices in sorted(groups.items()):
        amounts = ("net", "tax", "total", "charged", "balance")
        sums = (_money(sum((getattr(invoice, name) for invoice in invoices), Decimal(0))) for name in amounts)
        table.add_row(month, code, str(len(invoices)), str(sum(len(invoice.lines) for invoice in invoices)), *sums)
    return table


def _example(seen: Standing) -> InvoiceSeen:
    """The invoice that explains most: adjustments and a next period, but no more lines than fit on a page."""
    explained = [one for one in seen.invoices if {"credit", "charge"} <= {line.kind for line in one.lines}]
    fitting = [one for one in explained if len(one.lines) <= 12]
    return max(fitting or seen.invoices, key=lambda one: (len(one.lines), one.number))


def _invoice(invoice: InvoiceSeen) -> Table:
    title = f"Invoice {invoice.number} for {invoice.customer}, {invoice.currency}, {invoice.status}"
    table = _table(title, "", "what", "from", "to", "seats>", "price>", "share>", "amount>")
    for line in invoice.lines:
        last = (date.fromisoformat(line.end) - timedelta(days=1)).isoformat()
        table.add_row(line.kind, line.description, line.start, last, *_measure(line), _money(line.amount))
    table.add_section()
    for label, amount in (("net", invoice.net), ("tax", invoice.tax), ("total", invoice.total)):
        table.add_row("", label, "", "", "", "", "", _money(amount))
    table.add_row("", "amount charged", "", "", "", "", "", _money(invoice.charged))
    table.add_row("", "balance", "", "", "", "", "", _money(invoice.balance))
    return table


def _measure(line: LineSeen) -> tuple[str, str, str]:
    """Seats, price and share of the cycle, where they say something: a discount has none, and a whole cycle no share."""
    used, whole = line.fraction.split("/")
    share = "" if used == whole else line.fraction
    if line.kind == "discount" or line.unit_price is None:
        return "", "", share
    return f"{line.quantity:.0f}", _price(line.unit_price), share


def _steps(title: str, steps: Sequence[Step]) -> Table:
    table = _table(title, "somebody", "the form says", "status", "total>", "charged>", "balance>")
    for step in steps:
        table.add_row(step.act, step.said, step.status, step.total, step.charged, step.balance)
    return table


def _jobs(seen: Standing) -> Table:
    table = _table("Jobs", "kind", "result", "count>")
    for (kind, state), count in sorted(seen.jobs.items()):
        table.add_row(kind, state, str(count))
    return table


def _checks(checks: Sequence[Check]) -> Table:
    table = _table("Checked", "", "", "seen")
    for check in checks:
        table.add_row("[green]holds[/green]" if check.holds else "[red]BROKEN[/red]", check.sentence, check.shown)
    return table


def _price(price: Decimal) -> str:
    """At least two places, and every further one that it has."""
    cents = price.quantize(CENT)
    return f"{cents if cents == price else price.normalize():,f}"


def _money(amount: Decimal) -> str:
    return f"{amount.quantize(CENT):,}"


def write_summary(lived: Lived, folder: Path) -> None:
    """Leave summary.json."""
    (folder / "summary.json").write_text(json.dumps(summary(lived), indent=1) + "\n")
