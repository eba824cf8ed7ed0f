"""What the stores and the vendors hold at one moment: every figure of the report and of summary.json is read back here."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.query import Query, eq
from dataverse.rows import choice_label, status, status_label

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dataverse.rows import Row
    from local.system import LocalSystem


@dataclass(frozen=True, slots=True)
class InvoiceSeen:
    """One invoice as its row and its lines say it."""

    id: str
    number: str
    customer: str
    month: str
    status: str
    currency: str
    net: Decimal
    tax: Decimal
    total: Decimal
    total_base: Decimal
    charged: Decimal
    balance: Decimal
    lines: tuple[LineSeen, ...]


@dataclass(frozen=True, slots=True)
class LineSeen:
    """One invoice line. `end` is the first day after its period."""

    kind: str
    description: str
    start: str
    end: str
    quantity: Decimal
    unit_price: Decimal | None
    fraction: str
    amount: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything at one moment. Amounts in `…_base` are in the tenant's own currency (US dollars)."""

    contracts: int
    subscriptions: int
    changes: int
    invoices: tuple[InvoiceSeen, ...]
    cycles_billed: Counter[str]
    payments: Counter[str]
    charged_base: Decimal
    gateway_charges: Counter[str]
    gateway_minor: dict[str, int]
    payments_minor: dict[str, int]
    exports: Counter[str]
    documents_in_books: int
    mails: int
    documents_mailed: int
    jobs: Counter[tuple[str, str]]
    findings: tuple[tuple[str, str], ...]
    runs: Counter[str]
    requests: int
    months: int = field(default=0)

    @property
    def lines(self) -> int:
        """Invoice lines in all."""
        return sum(len(invoice.lines) for invoice in self.invoices)

    @property
    def invoiced_base(self) -> Decimal:
        """The sum of all totals, in the tenant's own currency."""
        return sum((invoice.total_base for invoice in self.invoices), Decimal(0))


def standing(system: LocalSystem) -> Standing:
    """Look at everything."""
    requests = system.dataverse_requests()
    find = system.application.api.find
    codes = {
        row["transactioncurrencyid"]: row["isocurrencycode"] for row in find(Query("transactioncurrency", ("isocurrencycode",)))
    }
    lines: defaultdict[str, list[Row]] = defaultdict(list)
    for row in find(Query("w365_invoiceline", LINE, order="w365_ordinal")):
        lines[row["_w365_invoice_value"]].append(row)
    invoices = tuple(
        _invoice(row, codes, lines[row["w365_invoiceid"]])
        for row in find(Query("w365_invoice", INVOICE, expand="w365_Account($select=name)", order="w365_number"))
    )
    payments = list(find(Query("w365_payment", PAYMENT)))
    succeeded = [row for row in payments if row["statuscode"] == status("w365_payment", "Succeeded")["statuscode"]]
    by_gateway = [row for row in succeeded if row["w365_gatewayreference"] and row["w365_gatewayreference"].startswith("pi_")]
    charges = system.stripe("GET", "charges")
    return Standing(
        contracts=_count(system, "w365_billingcontract"),
        subscriptions=_count(system, "w365_subscription"),
        changes=_count(system, "w365_changelog"),
        invoices=invoices,
        cycles_billed=Counter(
            f"{row['_w365_contract_value']} {row['w365_cyclestart']} {row['w365_changeset']}"
            for row in find(Query("w365_billingschedule", ("_w365_contract_value", "w365_cyclestart", "w365_changeset")))
        ),
        payments=Counter(status_label("w365_payment", row) for row in payments),
        charged_base=sum((row["w365_amount_base"] for row in succeeded), Decimal(0)),
        gateway_charges=Counter(charge["status"] for charge in charges),
        gateway_minor=_summed(
            (charge["currency"].upper(), charge["amount"]) for charge in charges if charge["status"] == "succeeded"
        ),
        payments_minor=_summed((codes[row["_transactioncurrencyid_value"]], int(row["w365_amount"] * 100)) for row in by_gateway),
        exports=Counter(
            status_label("w365_accountingexport", row) for row in find(Query("w365_accountingexport", ("statuscode",)))
        ),
        documents_in_books=system.documents_in_books(),
        mails=len(system.outbox()),
        documents_mailed=sum(1 for mail in system.outbox() if mail.get("attachments")),
        jobs=Counter(
            (choice_label("w365_job", "w365_kind", row["w365_kind"]), status_label("w365_job", row))
            for row in find(Query("w365_job", ("w365_kind", "statuscode")))
        ),
        findings=tuple(
            (row["w365_code"], row["w365_message"])
            for row in find(Query("w365_finding", ("w365_code", "w365_message"), filter=eq("statecode", 0), order="w365_code"))
        ),
        runs=Counter(status_label("w365_billingrun", row) for row in find(Query("w365_billingrun", ("statuscode",)))),
        requests=requests,
        months=len({invoice.month for invoice in invoices}),
    )


INVOICE = (
    *("w365_number", "w365_invoicedate", "statuscode", "_transactioncurrencyid_value", "w365_net", "w365_tax", "w365_total"),
    *("w365_total_base", "w365_amountcharged", "w365_balance"),
)
LINE = (
    *("_w365_invoice_value", "w365_kind", "w365_description", "w365_periodstart", "w365_periodend", "w365_quantity"),
    *("w365_unitprice", "w365_fractionnumerator", "w365_fractiondenominator", "w365_amount", "w365_tax"),
)
PAYMENT = ("statuscode", "w365_amount", "w365_amount_base", "_transactioncurrencyid_value", "w365_gatewayreference")


def _count(system: LocalSystem, table: str) -> int:
    return sum(1 for _ in system.application.api.find(Query(table, (f"{table}id",))))


def _summed(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: defaultdict[str, int] = defaultdict(int)
    for code, minor in pairs:
        sums[code] += minor
    return dict(sums)


def _invoice(row: Row, codes: dict[str, str], lines: list[Row]) -> InvoiceSeen:
    return InvoiceSeen(
        id=row["w365_invoiceid"],
        number=row["w365_number"] or "",
        customer=row["w365_Account"]["name"],
        month=(row["w365_invoicedate"] or "")[:7],
        status=status_label("w365_invoice", row),
        currency=codes[row["_transactioncurrencyid_value"]],
        net=row["w365_net"],
        tax=row["w365_tax"],
        total=row["w365_total"],
        total_base=row["w365_total_base"],
        charged=row["w365_amountcharged"],
        balance=row["w365_balance"],
        lines=tuple(_line(line) for line in lines),
    )


def _line(row: Row) -> LineSeen:
    return LineSeen(
        kind=choice_label("w365_invoiceline", "w365_kind", row["w365_kind"]).lower(),
        description=row["w365_description"],
        start=row["w365_periodstart"],
        end=row["w365_periodend"],
        quantity=row["w365_quantity"],
        unit_price=row["w365_unitprice"],
        fraction=f"{row['w365_fractionnumerator']}/{row['w365_fractiondenominator']}",
        amount=row["w365_amount"],
        tax=row["w365_tax"],
    )
