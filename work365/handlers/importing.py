"""Importing a supplier's charge lines: read all, then load → decide → record, some hundred subscriptions at a time.

Nothing is written before the whole file was read. Every decision is what the lines say minus what the tenant holds, and every
subscription is one change set, so an import that was killed is finished by importing again, and a file that was imported changes
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from work365.errors import Conflict, External, Retry, Throttled
from work365.findings import Finding, Severity
from work365.handlers.keeping_bills import in_known_currency, keep_rows, rows_to_keep
from work365.planning import Plan
from work365.provisioning import wording
from work365.provisioning.deciding import decide
from work365.provisioning.holding import Customer, Order, Provider, Tenant, provider_account_id
from work365.provisioning.intake import Intake, sorted_in
from work365.supplied.keeping import Keeping, bills_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from work365.ports.supply import KnownFinding, SupplyBook
    from work365.provisioning.catalogue import Catalogue
    from work365.provisioning.holding import Contract, Subscription, Write
    from work365.provisioning.lines import ChargeLine
    from work365.provisioning.notes import Notes
    from work365.supplied.keeping import LineToKeep, SupplierBill

T = TypeVar("T")

CHUNK_SUBSCRIPTIONS = 400
ATTEMPTS_MAX = 4
PAUSE_S = 2.0

FILE_CODES = (
    *("broken-row", "repeated-row", "unknown-charge-type", "customer-credit"),
    *("usage-not-billed", "reservation-not-billed", "one-time-not-billed", "not-recorded"),
)
"""Findings that the same file always gives again; those that it does not give any more are settled."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or with `dry_run` would do.

    Attributes:
        rows: rows of the file; broken: those that could not be read.
        subscriptions: licences that the file is about; created, changed, unchanged add up to it, but for what was refused.
        refused: subscriptions that the tenant did not take.
        lines_added, lines_corrected: rows that are kept of suppliers' bills.
        plan: the hash of everything that it writes, or would write.
    """

    file: str
    provider: str
    dry_run: bool
    rows: int
    broken: int
    subscriptions: int
    tenants_created: int = 0
    created: int = 0
    changed: int = 0
    log_rows: int = 0
    refused: int = 0
    lines_added: int = 0
    lines_corrected: int = 0
    findings: tuple[Finding, ...] = ()
    plan: str = ""

    @property
    def unchanged(self) -> int:
        """Subscriptions about which the file said nothing new."""
        return self.subscriptions - self.created - self.changed - self.refused

    @property
    def clean(self) -> bool:
        """Nothing for a person to do: no finding, or only information."""
        return all(finding.severity is Severity.INFO for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Import:
    """The ports of one import.

    Attributes:
        pause: waits some seconds before a request is tried again.
        progress: hears how many subscriptions are done, of how many.
        chunk: subscriptions that are loaded and recorded together.
    """

    book: SupplyBook
    now: datetime
    pause: Callable[[float], None]
    progress: Callable[[int, int], None] = lambda _done, _total: None
    dry_run: bool = False
    chunk: int = CHUNK_SUBSCRIPTIONS


@dataclass(frozen=True, slots=True)
class _Loaded:
    provider: Provider
    customers: Mapping[str, Customer]
    contracts: Mapping[str, Contract]
    catalogue: Catalogue
    bills: dict[str, SupplierBill]


def import_lines(items: Iterable[ChargeLine | Finding], file: str, *, provider: str | None, run: Import) -> ImportReport:
    """Bring the lines of one file into the tenant.

    Errors: BadInput from the reader or for an unknown provider, before anything was written; External when the tenant cannot be
            reached; what was written until then stays and importing again goes on from there.
    """
    supplier = run.book.provider(provider)
    intake = sorted_in(file, items)
    loaded, fresh = _load(intake, supplier, run)
    report = ImportReport(file, supplier.code, run.dry_run, intake.read, intake.broken, len(intake.licences), len(fresh))
    plan = Plan(f"import provider-lines {supplier.code} {file}")
    for tenant in fresh:
        plan.add("provider account", tenant.external_id, tenant.name, tenant.domain)
    names = sorted(intake.licences)
    for first in range(0, len(names), run.chunk):
        part = names[first : first + run.chunk]
        report, held = _chunk(part, intake, loaded, run, report, plan)
        report = _bill_lines(held, intake, loaded, run, report, plan)
        run.progress(min(first + len(part), len(names)), len(names))
    if not run.dry_run:
        _keep_findings(intake.notes, file, run)
    ordered = sorted(intake.notes.found.values(), key=lambda finding: (finding.severity is Severity.INFO, finding.code))
    for finding in ordered:
        plan.add("finding", finding.identity, finding.message)
    return replace(report, findings=tuple(ordered), plan=plan.hash)


def _load(intake: Intake, provider: Provider, run: Import) -> tuple[_Loaded, list[Tenant]]:
    """Tenants, contracts and catalogue of the whole file; tenants that nobody knows yet are created, without an account."""
    lines = intake.tenants
    known = dict(run.book.tenants(provider, sorted(lines)))
    fresh = [_tenant(provider, lines[name]) for name in sorted(lines) if name not in known]
    if fresh and not run.dry_run:
        _again(lambda: run.book.add_tenants(provider, fresh), run)
    known.update((tenant.external_id, tenant) for tenant in fresh)
    contracts = run.book.contracts(sorted({tenant.account for tenant in known.values() if tenant.account}))
    customers = {
        name: Customer(
            replace(tenant, name=lines[name].customer),
            tuple(contract for contract in contracts if contract.account == tenant.account),
        )
        for name, tenant in known.items()
    }
    _note_tenants(intake, customers)
    lists = sorted({one for contract in contracts for one in contract.lists})
    catalogue = run.book.catalogue(sorted(intake.products), lists)
    bills = bills_of(line for some in intake.licences.values() for line in some)
    return _Loaded(provider, customers, {one.id: one for one in contracts}, catalogue, bills), fresh


def _tenant(provider: Provider, line: ChargeLine) -> Tenant:
    row = provider_account_id(provider, line.tenant)
    return Tenant(row, line.tenant, line.customer, line.domain, line.country, new=True)


def _note_tenants(intake: Intake, customers: Mapping[str, Customer]) -> None:
    for customer in customers.values():
        finding = wording.unmapped_tenant(customer.tenant)
        if customer.tenant.account is None:
            intake.notes.add(finding)
        else:
            intake.notes.settle(finding.key)


def _chunk(
    names: Sequence[str], intake: Intake, loaded: _Loaded, run: Import, report: ImportReport, plan: Plan
) -> tuple[ImportReport, dict[str, Subscription]]:
    """Load, decide and record some subscriptions; those that changed meanwhile are loaded and decided again.

    Shape: the subscriptions are as they are held then, by the supplier's id; new ones that were refused are missing.
    """
    waiting = list(names)
    held: dict[str, Subscription] = {}
    for attempt in range(ATTEMPTS_MAX):
        last = attempt == ATTEMPTS_MAX - 1
        orders = _decide(waiting, intake, loaded, run, held)
        try:
            outcomes = [None] * len(orders) if run.dry_run else list(run.book.record(orders, run.now))
        except External as error:
            if last or error.retry is Retry.NEVER:
                raise
            run.pause(error.after_s if isinstance(error, Throttled) else PAUSE_S)
            continue
        waiting = []
        for order, error_of in zip(orders, outcomes, strict=True):
            if error_of is None:
                report = _counted(report, order)
                plan.add(*map(_written, order.writes))
                held.update((order.subject, one.subscription) for one in order.writes if one.subscription.parent is None)
            elif not last and (isinstance(error_of, Conflict) or error_of.retry is not Retry.NEVER):
                waiting.append(order.subject)
            else:
                intake.notes.add(wording.not_recorded(order.subject, str(error_of)))
                report = replace(report, refused=report.refused + 1)
        if not waiting:
            break
    return report, held


def _bill_lines(
    held: Mapping[str, Subscription], intake: Intake, loaded: _Loaded, run: Import, report: ImportReport, plan: Plan
) -> ImportReport:
    """Keep the lines about some subscriptions; where a row was written meanwhile, they are read and decided again."""
    mine = (line for name in held for line in intake.licences[name])
    lines = in_known_currency(mine, loaded.catalogue.currencies, intake.notes)

    def kept() -> list[LineToKeep]:
        fresh = rows_to_keep(lines, run.book, loaded.provider, held, loaded.contracts)
        if not run.dry_run:
            keep_rows(fresh, run.book, loaded.provider, held, loaded.bills, report.file)
        return fresh

    fresh = _again(kept, run)
    plan.add(*(f"{one.keeping.value} {one.id} {one.subtotal} {one.state}" for one in fresh))
    added = sum(one.keeping is Keeping.ADD for one in fresh)
    corrected = report.lines_corrected + len(fresh) - added
    return replace(report, lines_added=report.lines_added + added, lines_corrected=corrected)


def _decide(names: Sequence[str], intake: Intake, loaded: _Loaded, run: Import, known: dict[str, Subscription]) -> list[Order]:
    """The orders for some subscriptions; `known` learns what is held of them."""
    held = run.book.subscriptions(loaded.provider, names)
    known.update((name, one.subscription) for name, one in held.items())
    orders = []
    for name in names:
        lines = intake.licences[name]
        order = decide(
            lines,
            provider=loaded.provider,
            customer=loaded.customers[lines[0].tenant],
            held=held.get(name),
            catalogue=loaded.catalogue,
            notes=intake.notes,
        )
        if order is not None:
            orders.append(order)
    return orders


def _written(write: Write) -> str:
    """What a write says of a subscription, whatever version of the row it meets."""
    columns = {name: getattr(write.subscription, name) for name in sorted(write.columns)}
    return f"{write.subscription.id} {columns} {write.rows}"


def _counted(report: ImportReport, order: Order) -> ImportReport:
    new = any(write.subscription.parent is None and not write.etag for write in order.writes)
    return replace(
        report,
        created=report.created + new,
        changed=report.changed + (not new),
        log_rows=report.log_rows + sum(len(write.rows) for write in order.writes),
    )


def _again(act: Callable[[], T], run: Import) -> T:
    """Do something that may be done twice, and reads what it needs, until it is known to be done."""
    for _ in range(ATTEMPTS_MAX - 1):
        try:
            return act()
        except External as error:
            if error.retry is Retry.NEVER and not isinstance(error, Conflict):
                raise
            run.pause(error.after_s if isinstance(error, Throttled) else PAUSE_S)
    return act()


def _keep_findings(notes: Notes, file: str, run: Import) -> None:
    """Write what is new, open again what is still missing, close what is settled; a person's "resolved" stands otherwise."""
    known = {finding.key: finding for finding in run.book.findings(sorted(notes.found), (*wording.MAPPING_CODES, *FILE_CODES))}
    found = [finding for key, finding in notes.found.items() if _must_write(finding, known.get(key))]
    settled = [
        key
        for key, row in known.items()
        if row.open and key not in notes.found and (key in notes.settled or (row.code in FILE_CODES and row.source == file))
    ]
    if found or settled:
        _again(lambda: run.book.keep_findings(found, settled, file), run)


def _must_write(finding: Finding, known: KnownFinding | None) -> bool:
    if known is None:
        return True
    if not known.open:
        return finding.code in wording.MAPPING_CODES
    return known.message != finding.message
