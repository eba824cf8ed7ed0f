"""A supply book in memory: strict about versions, sequences and the sum of the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from work365.errors import BadInput, Conflict, External, InvariantBroken
from work365.ports.supply import KnownFinding
from work365.provisioning.catalogue import Catalogue
from work365.provisioning.holding import Contract, Held, Order, Provider, Subscription, Tenant
from work365.supplied.keeping import KeptLine

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from work365.findings import Finding
    from work365.subscriptions.ledger import LogRow
    from work365.supplied.keeping import LineToKeep, SupplierBill


@dataclass
class FakeSupply:
    """Rows by id, as a tenant would hold them.

    Attributes:
        writes: rows written so far, of any kind.
        refuse: what the tenant answers to an order, None to take it; to interleave conflicts and refusals.
    """

    providers: list[Provider] = field(default_factory=lambda: [Provider("p-1", "partner-center")])
    known_tenants: dict[str, Tenant] = field(default_factory=dict)
    known_contracts: list[Contract] = field(default_factory=list)
    products: Catalogue = field(default_factory=Catalogue)
    rows: dict[str, tuple[Subscription, int]] = field(default_factory=dict)
    logs: dict[str, list[LogRow]] = field(default_factory=dict)
    found: dict[str, KnownFinding] = field(default_factory=dict)
    supplier_bills: dict[str, SupplierBill] = field(default_factory=dict)
    supplier_lines: dict[str, KeptLine] = field(default_factory=dict)
    writes: int = 0
    refuse: Callable[[Order], External | None] = lambda _order: None

    def provider(self, code: str | None) -> Provider:
        """By code, or the only one."""
        fitting = [provider for provider in self.providers if code in (None, provider.code)]
        if len(fitting) != 1:
            raise BadInput(f"there are {len(fitting)} providers to choose from", "provider")
        return fitting[0]

    def tenants(self, provider: Provider, external_ids: Collection[str]) -> dict[str, Tenant]:
        """Those that are there."""
        del provider
        return {name: self.known_tenants[name] for name in external_ids if name in self.known_tenants}

    def contracts(self, accounts: Collection[str]) -> list[Contract]:
        """Of some accounts."""
        return [contract for contract in self.known_contracts if contract.account in accounts]

    def catalogue(self, numbers: Collection[str], price_lists: Collection[str]) -> Catalogue:
        """All of it."""
        del numbers, price_lists
        return self.products

    def subscriptions(self, provider: Provider, external_ids: Collection[str]) -> dict[str, Held]:
        """With logs and parts."""
        mine = [sub for sub, _ in self.rows.values() if sub.provider == provider.id and sub.external_id in external_ids]
        return {sub.external_id: self._held(sub) for sub in mine}

    def _held(self, sub: Subscription) -> Held:
        children = [self._held(child) for child, _ in self.rows.values() if child.parent == sub.id]
        return Held(sub, str(self.rows[sub.id][1]), tuple(self.logs.get(sub.id, ())), tuple(children))

    def add_tenants(self, provider: Provider, tenants: Sequence[Tenant]) -> None:
        """Each once."""
        del provider
        for tenant in tenants:
            if tenant.external_id not in self.known_tenants:
                self.known_tenants[tenant.external_id] = replace(tenant, new=False)
                self.writes += 1

    def record(self, orders: Sequence[Order], now: datetime) -> list[External | None]:
        """Each order wholly or not at all."""
        del now
        return [self._record(order) for order in orders]

    def _record(self, order: Order) -> External | None:
        refused = self.refuse(order)
        if refused is not None:
            return refused
        for write in order.writes:
            present = self.rows.get(write.subscription.id)
            if (present is None) != (not write.etag) or (present is not None and str(present[1]) != write.etag):
                return Conflict(f"{write.subscription.id} has changed", system="fake")
        for write in order.writes:
            self._take(write.subscription, write.rows)
        return None

    def _take(self, sub: Subscription, rows: Sequence[LogRow]) -> None:
        log = self.logs.setdefault(sub.id, [])
        log.extend(rows)
        self.rows[sub.id] = (sub, self.rows.get(sub.id, (sub, 0))[1] + 1)
        self.writes += 1 + len(rows)
        if [row.sequence for row in log] != list(range(1, len(log) + 1)) or sub.last_sequence != len(log):
            raise InvariantBroken(f"the change log of {sub.id} has a gap")
        if sum(row.delta for row in log) != sub.quantity:
            raise InvariantBroken(f"the change log of {sub.id} does not sum to its quantity")

    def kept_lines(
        self, provider: Provider, subscriptions: Collection[str], starts: tuple[date, date]
    ) -> dict[tuple[str, str], list[KeptLine]]:
        """By invoice and reference; those of other subscriptions and days do no harm."""
        del provider, subscriptions, starts
        found: dict[tuple[str, str], list[KeptLine]] = {}
        for one in sorted(self.supplier_lines.values(), key=lambda one: one.part):
            found.setdefault((one.invoice, one.reference), []).append(one)
        return found

    def keep_bills(self, provider: Provider, bills: Sequence[SupplierBill], file: str) -> None:
        """Each once."""
        del provider, file
        for bill in bills:
            self.writes += bill.invoice not in self.supplier_bills
            self.supplier_bills.setdefault(bill.invoice, bill)

    def keep_lines(self, provider: Provider, lines: Sequence[LineToKeep], subscriptions: Mapping[str, Subscription]) -> None:
        """Each line of a bill that is there, about a subscription that is held."""
        del provider
        for one in lines:
            if one.line.invoice not in self.supplier_bills:
                raise InvariantBroken(f"there is no bill {one.line.invoice}")
            present = self.supplier_lines.get(one.id)
            if (present.etag if present else "") != one.etag:
                raise Conflict(f"{one.id} has changed", system="fake")
            if subscriptions[one.line.charge.subscription].id not in self.rows:
                raise InvariantBroken(f"{one.line.charge.subscription} is not held")
            version = str(int(one.etag or 0) + 1)
            self.supplier_lines[one.id] = KeptLine(
                one.id, one.line.invoice, one.line.reference, one.part, one.subtotal, one.state, version
            )
            self.writes += 1

    def findings(self, keys: Collection[str], codes: Iterable[str]) -> list[KnownFinding]:
        """By key, or open with a code."""
        wanted = set(codes)
        return [row for key, row in self.found.items() if key in keys or (row.open and row.code in wanted)]

    def keep_findings(self, found: Sequence[Finding], settled: Sequence[str], source: str) -> None:
        """Open and close."""
        for finding in found:
            self.found[finding.identity] = KnownFinding(finding.identity, finding.code, finding.message, source, open=True)
        for key in settled:
            self.found[key] = replace(self.found[key], open=False)
        self.writes += len(found) + len(settled)

    def seats_of(self, external_id: str) -> list[tuple[str, int]]:
        """What the ledger says from which day on; of a day's rows the last."""
        sub = next(sub for sub, _ in self.rows.values() if sub.external_id == external_id)
        by_day = {row.effective.isoformat(): row.quantity for row in self.logs[sub.id]}
        return sorted(by_day.items())

    def subscription(self, external_id: str) -> Subscription:
        """One subscription by the supplier's id."""
        return next(sub for sub, _ in self.rows.values() if sub.external_id == external_id)
