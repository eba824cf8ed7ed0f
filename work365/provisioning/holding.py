"""What the tenant holds: provider accounts, contracts and subscriptions, as far as an import reads or writes them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import TYPE_CHECKING

from work365.catalogue.dated_lists import list_on
from work365.ids import derived

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from work365.periods import Frequency
    from work365.provisioning.terms import Plan
    from work365.subscriptions.ledger import LogRow


@dataclass(frozen=True, slots=True)
class Provider:
    """A supplier."""

    id: str
    code: str


@dataclass(frozen=True, slots=True)
class Tenant:
    """A supplier's customer. `account` is ours, None while nobody has linked the two; `new` when there is no row of it yet."""

    id: str
    external_id: str
    name: str = ""
    domain: str = ""
    country: str = ""
    account: str | None = None
    new: bool = False


@dataclass(frozen=True, slots=True)
class Contract:
    """A billing contract, as far as a new subscription needs it.

    Shape: `paid_monthly_percent` is what a longer plan of its list costs more where it is paid monthly; `price_list` is the id of
           the list that it began with, `later_lists` those of amendments with their days.
    """

    id: str
    number: str
    account: str
    currency: str
    frequency: Frequency
    price_list: str | None
    is_default: bool = True
    supplier_lines_from: date | None = None
    paid_monthly_percent: Decimal = Decimal(0)
    later_lists: tuple[tuple[date, str], ...] = ()

    def list_on(self, day: date) -> str | None:
        """The id of the list that it buys by on a day."""
        return list_on(day, self.price_list, self.later_lists)

    @property
    def lists(self) -> list[str]:
        """The ids of all its lists."""
        return [*([self.price_list] if self.price_list else []), *(one for _, one in self.later_lists)]

    def bills_supplier_lines(self, on: date) -> bool:
        """Whether a charge that starts on a day is billed as the supplier billed it."""
        return self.supplier_lines_from is not None and self.supplier_lines_from <= on


@dataclass(frozen=True, slots=True)
class Subscription:
    """The columns of a subscription that an import knows about; lookups are ids.

    Units: `unit_price` and `unit_cost` per seat and billing cycle of the contract; without one, cost per billing-plan period.
    Shape: `end` is the first day without service, `commitment_end` the first day after the commitment.
    """

    id: str
    external_id: str = ""
    provider: str | None = None
    tenant: str | None = None
    account: str | None = None
    contract: str | None = None
    product: str | None = None
    parent: str | None = None
    name: str = ""
    printed_name: str = ""
    start: date | None = None
    end: date | None = None
    quantity: int = 0
    unit_price: Decimal | None = None
    unit_cost: Decimal | None = None
    currency: str = ""
    term: str = ""
    plan: Plan | None = None
    commitment_end: date | None = None
    billable: bool = True
    cancelled: bool = False
    last_sequence: int = 0
    own_price_from: date | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A subscription as it was read. Shape: `rows` are all of its change-log rows; `children` are the parts of a bundle."""

    subscription: Subscription
    etag: str = ""
    rows: tuple[LogRow, ...] = ()
    children: tuple[Held, ...] = ()


@dataclass(frozen=True, slots=True)
class Customer:
    """A tenant with the contracts of its account."""

    tenant: Tenant
    contracts: tuple[Contract, ...] = ()


@dataclass(frozen=True, slots=True)
class Write:
    """One subscription's part of a change set. Shape: `etag` is "" for a new one; `columns` names what differs."""

    subscription: Subscription
    etag: str
    columns: frozenset[str]
    rows: tuple[LogRow, ...]


def write_of(held: Held | None, subscription: Subscription, rows: Sequence[LogRow]) -> Write | None:
    """The write that turns what is held into what should be, None when nothing differs."""
    before = held.subscription if held else None
    names = [column.name for column in fields(subscription)]
    columns = frozenset(name for name in names if before is None or getattr(before, name) != getattr(subscription, name))
    if not columns and not rows:
        return None
    return Write(subscription, held.etag if held else "", columns, tuple(rows))


@dataclass(frozen=True, slots=True)
class Order:
    """Writes that must happen together: a subscription, its change-log rows, and the same for the parts of a bundle."""

    subject: str
    writes: tuple[Write, ...]

    @property
    def size(self) -> int:
        """How many rows are written."""
        return sum(1 + len(write.rows) for write in self.writes)


def provider_account_id(provider: Provider, tenant: str) -> str:
    """The id of the row of a supplier's customer."""
    return derived("provideraccount", provider.code, tenant)


def subscription_id(provider: Provider, external_id: str) -> str:
    """The id of the row of a supplier's subscription."""
    return derived("subscription", provider.code, external_id)


def child_id(parent: str, product: str) -> str:
    """The id of the row of a bundle's part."""
    return derived("subscription", "part", parent, product)


def log_row_id(subscription: str, sequence: int) -> str:
    """The id of one row of the change log."""
    return derived("changelog", subscription, str(sequence))
