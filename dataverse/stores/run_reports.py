"""What a person reads about a billing run: the contract that was asked for, the sums of what was issued, what is still wrong."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dataverse.query import Query, any_of, both, eq, typed
from dataverse.rows import amount, choice_label, day, instant, maybe, status_label
from dataverse.stores.billing import source_of
from dataverse.stores.findings import SEVERITY, TABLE
from work365.errors import BadInput
from work365.findings import Finding
from work365.invoicing.holding_back import HOLDING_BACK
from work365.money import total

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from dataverse.rows import Row
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import WebApi
    from work365.money import Currency, Money
    from work365.ports.billing import Run

CONTRACT, INVOICE = "w365_billingcontract", "w365_invoice"
CONTRACT_COLUMNS = ("w365_number", "w365_startdate", "w365_nextinvoicedate", "statecode", "statuscode")
SUMS = ("_transactioncurrencyid_value", "w365_net", "w365_tax", "w365_total")
FINDING_COLUMNS = ("w365_key", "w365_code", "w365_subject", "w365_message", "w365_severity")


@dataclass(frozen=True, slots=True)
class ContractSeen:
    """Where a contract stands. `number` is as its row writes it."""

    number: str
    status: str
    active: bool
    start: date
    next_invoice: date | None


@dataclass(frozen=True, slots=True)
class Sum:
    """Documents of one currency."""

    currency: Currency
    documents: int
    net: Money
    tax: Money
    total: Money


@dataclass(frozen=True, slots=True)
class Parked:
    """A contract that a run could not bill, and why; it is tried again until it is mended."""

    number: str
    since: date
    finding: Finding


class RunReports:
    """Reads about runs over Dataverse."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._currencies = currencies

    def contract(self, number: str) -> ContractSeen | None:
        """The contract of this number, in any state."""
        row = self._api.first(Query(CONTRACT, CONTRACT_COLUMNS, filter=typed("w365_number", number)))
        if row is None:
            return None
        return ContractSeen(
            row["w365_number"],
            status_label(CONTRACT, row),
            row["statecode"] == 0,
            day(row["w365_startdate"]),
            maybe(day, row["w365_nextinvoicedate"]),
        )

    def parked(self) -> list[Parked]:
        """The active contracts that are held back, by their numbers."""
        held = both(eq("statecode", 0), any_of("w365_code", HOLDING_BACK), eq("w365_Contract/statecode", 0))
        columns = (*FINDING_COLUMNS, "createdon")
        rows = self._api.find(Query(TABLE, columns, filter=held, expand="w365_Contract($select=w365_number)"))
        found = (Parked(row["w365_Contract"]["w365_number"], instant(row["createdon"]).date(), _finding(row)) for row in rows)
        return sorted(found, key=lambda one: (one.number, one.finding.identity))

    def sums(self, run: Run) -> list[Sum]:
        """What the run made out, by currency."""
        rows = self._api.find(Query(INVOICE, SUMS, filter=eq("_w365_run_value", run.id)))
        return add_up(self._amounts(row) for row in rows)

    def _amounts(self, row: Row) -> tuple[Currency, Money, Money, Money]:
        code = self._currencies.code(row["_transactioncurrencyid_value"])
        return code, amount(row["w365_net"], code), amount(row["w365_tax"], code), amount(row["w365_total"], code)

    def open_findings(self, run: Run) -> list[Finding]:
        """What the run found and nobody has resolved, the gravest first."""
        mine = both(eq("statecode", 0), eq("w365_source", source_of(run)))
        rows = self._api.find(Query(TABLE, FINDING_COLUMNS, filter=mine, order="w365_severity,w365_subject"))
        return [_finding(row) for row in rows]


def billable_contract(reports: RunReports, number: str, on: date) -> ContractSeen:
    """The contract that was typed. Errors: BadInput when it does not exist, or is not one that a run of this day may bill."""
    seen = reports.contract(number) if number else None
    if seen is None:
        message = f"no billing contract has the number '{number}'; look it up under Billing Contracts"
        raise BadInput(message, "--contract")
    if not seen.active:
        message = f"contract {seen.number} is {seen.status} and is not billed; activate it first, or leave it out"
        raise BadInput(message, "--contract")
    if seen.start > on:
        message = f"contract {seen.number} begins on {seen.start}, after {on}; choose a later day"
        raise BadInput(message, "--contract")
    return seen


def add_up(documents: Iterable[tuple[Currency, Money, Money, Money]]) -> list[Sum]:
    """One sum per currency, in the order of their codes; currencies are never added to each other."""
    by_code: defaultdict[Currency, list[tuple[Money, Money, Money]]] = defaultdict(list)
    for code, net, tax, gross in documents:
        by_code[code].append((net, tax, gross))
    return [_sum(code, by_code[code]) for code in sorted(by_code)]


def _sum(code: Currency, documents: list[tuple[Money, Money, Money]]) -> Sum:
    net, tax, gross = (total(column, code) for column in zip(*documents, strict=True))
    return Sum(code, len(documents), net, tax, gross)


def _finding(row: Row) -> Finding:
    said = choice_label(TABLE, "w365_severity", row["w365_severity"])
    severity = next(one for one, label in SEVERITY.items() if label == said)
    return Finding(row["w365_code"], row["w365_subject"], row["w365_message"] or "", severity, row["w365_key"])
