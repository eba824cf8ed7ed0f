"""What a readiness check reads beside what the run itself reads: what follows a bill, and what no bill would ever find."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.paying.rules import NOTHING_SAID

if TYPE_CHECKING:
    from datetime import date

    from work365.documents.recipients import Addresses
    from work365.money import Currency
    from work365.paying.rules import PaymentRule
    from work365.receivables.payments import Profile


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person mends it: a row, by its table's logical name and its id."""

    table: str
    id: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document without a number. `total` is written with its currency."""

    id: str
    name: str
    status: str
    total: str


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """What follows the bill of one contract that is due.

    Attributes:
        terms_days: the contract's own payment terms, else those that it inherits; None when nobody says any.
        sends, charges: whether its documents are mailed and collected by themselves.
        profile: what would be charged: the contract's own, else the customer's default.
        currency: what it is billed in; None when the contract says none.
        rule: in which ways it may be paid.
        waiting: documents of it that have no number yet.
    """

    id: str
    number: str
    customer: str
    account: str
    next_invoice_date: date | None
    terms_days: int | None
    sends: bool
    addresses: Addresses
    charges: bool
    profile: Profile | None
    currency: Currency | None
    rule: PaymentRule = NOTHING_SAID
    waiting: tuple[Waiting, ...] = ()


@dataclass(frozen=True, slots=True)
class Stray:
    """A row that no run will ever bill, or that waits for a person: what it is called, and of whom, as far as that is known."""

    place: Place
    name: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class TenantFacts:
    """Rows that no run would look at, so that no run can complain of them.

    Attributes:
        on_ended: active, billable subscriptions whose contract is not active; the contract's number is their owner.
        without_contract: active, billable subscriptions that are on no contract.
        out_of_cycle: active, billable subscriptions with cycles of their own on a contract that is not by item; its number is
            their owner.
        items, hours: one-time items and logged hours that nothing has billed, whose contract is not active; its number is their
            owner, nobody where they are on none.
        unmapped: providers' tenants that nobody has linked to an account.
        unapproved: one-time items whose day has come and that are drafts or wait for approval.
        staged: price changes that would hold by the day and that nobody has approved, one for each plan; the list is their owner.
        unnumbered: active legal entities that have no number series of any year; their place is the entity.
        settings: values that cannot be used, or of settings that do not exist; the name is the sentence, the owner the setting.
        left_out: changes and items whose billing state somebody set to Excluded without a reason; the contract's number is their
            owner.
        failed: open findings that say that a chunk of an earlier run was given up; their name is the finding's sentence.
    """

    on_ended: tuple[Stray, ...] = ()
    without_contract: tuple[Stray, ...] = ()
    out_of_cycle: tuple[Stray, ...] = ()
    items: tuple[Stray, ...] = ()
    hours: tuple[Stray, ...] = ()
    unmapped: tuple[Stray, ...] = ()
    unapproved: tuple[Stray, ...] = ()
    staged: tuple[Stray, ...] = ()
    unnumbered: tuple[Stray, ...] = ()
    settings: tuple[Stray, ...] = ()
    failed: tuple[Stray, ...] = ()
    left_out: tuple[Stray, ...] = ()
