"""What must hold after the demo; it ends well only if all of it does."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from local.demo.months import Imported
    from local.demo.standing import InvoiceSeen, Standing
    from local.demo.steps import People

EXPECTED_FINDINGS = {"unmapped-tenant", "unknown-product"}
PART = Decimal(100)


@dataclass(frozen=True, slots=True)
class Check:
    """One sentence and whether it is true; `shown` is what was seen."""

    sentence: str
    holds: bool
    shown: str = ""


def checks(before: Standing, after: Standing, again: Sequence[Imported], people: People) -> list[Check]:
    """Every check, in the order of the report."""
    return [
        *_documents(before),
        *_money(before),
        *_people(before, people),
        *_once_more(before, after, again),
    ]


def _documents(seen: Standing) -> Iterable[Check]:
    invoices = seen.invoices
    yield Check(
        "every contract is billed at most once per cycle",
        max(seen.cycles_billed.values()) == 1,
        f"{len(seen.cycles_billed)} cycles",
    )
    yield Check("no invoice is left without a number", all(invoice.number for invoice in invoices), f"{len(invoices)} invoices")
    yield Check("numbers have no gap and no double", all(_gapless(numbers) for numbers in _series(invoices)))
    sums = all(
        sum((line.amount for line in invoice.lines), Decimal(0)) == invoice.net
        and sum((line.tax for line in invoice.lines), Decimal(0)) == invoice.tax
        and invoice.net + invoice.tax == invoice.total
        for invoice in invoices
    )
    yield Check("lines add up to every net, tax and total", sums, f"{seen.lines} lines")
    yield Check("three months were billed", seen.months >= 3, f"{seen.months} months")
    yield Check("no run is left open", set(seen.runs) == {"Complete"}, f"{seen.runs.total()} runs")


def _series(invoices: Iterable[InvoiceSeen]) -> Iterable[list[int]]:
    series: dict[str, list[int]] = {}
    for invoice in invoices:
        prefix, _, count = invoice.number.rpartition("-")
        series.setdefault(prefix, []).append(int(count))
    return series.values()


def _gapless(numbers: list[int]) -> bool:
    return sorted(numbers) == list(range(1, len(numbers) + 1))


def _money(seen: Standing) -> Iterable[Check]:
    balanced = all(invoice.charged + invoice.balance == invoice.total for invoice in seen.invoices)
    yield Check("charged and balance add up to every total", balanced)
    paid = all((invoice.balance == 0) == (invoice.status == "Paid") for invoice in seen.invoices if invoice.total > 0)
    yield Check("an invoice is Paid exactly when its balance is zero", paid)
    yield Check(
        "the gateway took what our payments say, per currency",
        seen.gateway_minor == seen.payments_minor,
        _amounts(seen.gateway_minor),
    )
    yield Check(
        "every export arrived, once",
        set(seen.exports) == {"Done"} and seen.documents_in_books == seen.exports.total(),
        f"{seen.documents_in_books} documents",
    )
    open_jobs = [kind for kind, state in seen.jobs if state in {"Waiting", "Running", "Confirming", "Failed"}]
    yield Check("no job is left open or failed", not open_jobs, f"{seen.jobs.total()} jobs")
    codes = {code for code, _ in seen.findings}
    yield Check("what could not be billed is a finding", codes >= EXPECTED_FINDINGS, f"{len(seen.findings)} findings")


def _amounts(minor: Mapping[str, int]) -> str:
    """Sums per currency; the sample's three currencies have cents."""
    return ", ".join(f"{code} {Decimal(cents) / 100:,.2f}" for code, cents in sorted(minor.items()))


def _people(seen: Standing, people: People) -> Iterable[Check]:
    opened, part, too_much, rest = people.clicks
    yield Check("a charge of a part makes the invoice Partial", part.status == "Partial" and Decimal(part.charged) == PART)
    yield Check("a charge over the balance is refused", (too_much.status, too_much.balance) == (part.status, part.balance))
    yield Check("a charge of the rest makes it Paid", rest.status == "Paid" and rest.charged == opened.total)
    yield Check("a payment in the books comes back as Paid", people.transfer[-1].status == "Paid")
    first, pressed, last = people.linked
    offered = _digits(first.said) == _digits(first.balance)  # the page writes amounts in the customer's language
    yield Check("a link in a mail offers to pay the balance", offered and pressed.balance == first.balance, first.said)
    yield Check("what is paid by it is Paid, as its page then says", last.status == "Paid" and bool(last.said), last.said)
    yield Check("every issued invoice was sent", seen.documents_mailed >= len(seen.invoices), f"{seen.documents_mailed} mails")


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _once_more(before: Standing, after: Standing, again: Sequence[Imported]) -> Iterable[Check]:
    new_invoices = len(after.invoices) - len(before.invoices)
    yield Check("doing everything again makes no new invoice", new_invoices == 0, f"{new_invoices}")
    new_charges = after.gateway_charges.total() - before.gateway_charges.total()
    yield Check("doing everything again charges nobody", new_charges == 0, f"{new_charges}")
    new_rows = sum(file.answer["log_rows"] + file.answer["created"] for file in again)
    yield Check("importing every file again changes nothing", new_rows == 0 and after.changes == before.changes, f"{new_rows}")
    same = (after.documents_in_books, after.mails, after.payments) == (before.documents_in_books, before.mails, before.payments)
    yield Check("doing everything again books and sends nothing", same)
