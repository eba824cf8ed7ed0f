"""Port to the rows that an import of charge lines reads and writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from work365.errors import External
    from work365.findings import Finding
    from work365.provisioning.catalogue import Catalogue
    from work365.provisioning.holding import Contract, Held, Order, Provider, Subscription, Tenant
    from work365.supplied.keeping import KeptLine, LineToKeep, SupplierBill


@dataclass(frozen=True, slots=True)
class KnownFinding:
    """A finding that has a row already. `key` is its identity; `source` the file that it came from."""

    key: str
    code: str
    message: str
    source: str
    open: bool


class SupplyBook(Protocol):
    """Provider accounts, catalogue, subscriptions with their change logs, and findings."""

    def provider(self, code: str | None) -> Provider:
        """The supplier with this code; without one, the only one of kind Partner Center.

        Errors: BadInput when there is none, or when there are several to choose from.
        """

    def tenants(self, provider: Provider, external_ids: Collection[str]) -> Mapping[str, Tenant]:
        """The provider accounts that there are, by the supplier's id."""

    def contracts(self, accounts: Collection[str]) -> Sequence[Contract]:
        """The active contracts of some accounts."""

    def catalogue(self, numbers: Collection[str], price_lists: Collection[str]) -> Catalogue:
        """Products by number with their parts, and their prices in some lists."""

    def subscriptions(self, provider: Provider, external_ids: Collection[str]) -> Mapping[str, Held]:
        """The subscriptions that there are, by the supplier's id, with every change-log row and the parts of bundles."""

    def add_tenants(self, provider: Provider, tenants: Sequence[Tenant]) -> None:
        """Create provider accounts. One that is there already is left as it is."""

    def record(self, orders: Sequence[Order], now: datetime) -> Sequence[External | None]:
        """Write each order wholly or not at all; per order None, or why it was not written.

        Errors: Throttled, Unavailable or OutcomeUnknown when this is not known of a whole request; read again before deciding.
        """

    def kept_lines(
        self, provider: Provider, subscriptions: Collection[str], starts: tuple[date, date]
    ) -> Mapping[tuple[str, str], Sequence[KeptLine]]:
        """The provider's lines about these subscriptions, by invoice and reference, each with its corrections in order.

        Shape: `subscriptions` are ids of rows; the charges start between two days, both included.
        """

    def keep_bills(self, provider: Provider, bills: Sequence[SupplierBill], file: str) -> None:
        """Write bills; one that is there is left as it is."""

    def keep_lines(self, provider: Provider, lines: Sequence[LineToKeep], subscriptions: Mapping[str, Subscription]) -> None:
        """Write lines of bills that are there. `subscriptions` by the supplier's id, as they are held.

        Errors: Conflict when a row was written meanwhile: what was written until then stays, read again before deciding.
        """

    def findings(self, keys: Collection[str], codes: Iterable[str]) -> Sequence[KnownFinding]:
        """The findings with these keys, and every open one with one of these codes."""

    def keep_findings(self, found: Sequence[Finding], settled: Sequence[str], source: str) -> None:
        """Write findings (open them again if need be), and close those whose keys are settled."""
