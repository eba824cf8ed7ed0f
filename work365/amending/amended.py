"""What somebody wants to change of a contract, and what an amendment does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from work365.contracts.amendment import touched

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal

    from work365.amending.paying import NamedPayer
    from work365.amending.pricing import Repriced
    from work365.catalogue.dated_lists import DatedLists
    from work365.contracts.amendment import Amendment, Schedule, ScheduledBy
    from work365.contracts.contract import BillingContract
    from work365.contracts.policy import Policy, Prorate
    from work365.invoicing.work import ContractWork
    from work365.periods import Frequency
    from work365.subscriptions.change_log import Subscription


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to change.

    Attributes:
        on: the first day of the new terms; None means the first one that is not billed.
        subscription: whose own cycles change; None for the terms of the contract. `frequency` and `anchor` are then its own, and
            without a frequency it goes back to the contract's cycles.
        prices: per seat and cycle from that day on, by subscription.
        price_list: code of the list that prices what has no price of its own.
        payer: number, name or id of the account that pays; `purchase_order` is what its documents name.
    """

    reason: str
    on: date | None = None
    frequency: Frequency | None = None
    bill_day: int | None = None
    anchor: date | None = None
    policy: Policy | None = None
    prorate: Prorate | None = None
    scheduled_by: ScheduledBy | None = None
    subscription: str | None = None
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    price_list: str = ""
    payer: str = ""
    purchase_order: str = ""


@dataclass(frozen=True, slots=True)
class Amended:
    """What an amendment does.

    Attributes:
        work: the contract as it was read.
        on: the first day of the new terms.
        contract: its terms afterwards.
        amendment, schedule: which of the two it is; the schedule is that of `wish.subscription`.
        prices: of subscriptions whose cycles become longer or shorter.
        billed_through, next_invoice_date: what the contract's row says afterwards.
        shown_on: the first run that bills by the new terms.
        words: what changes.
        lists: its price lists afterwards.
        payers: everybody who pays for some day of it afterwards; nobody where it is always its customer.
    """

    wish: Wish
    work: ContractWork
    on: date
    contract: BillingContract
    subscriptions: tuple[Subscription, ...]
    amendment: Amendment | None
    schedule: Schedule | None
    prices: tuple[Repriced, ...]
    billed_through: date | None
    next_invoice_date: date | None
    shown_on: date
    words: str
    lists: DatedLists
    payers: tuple[NamedPayer, ...] = ()

    @property
    def amended_from(self) -> date:
        """The first day whose cycle the next run must look at again."""
        last = touched(self.on)
        return last if self.work.amended_from is None else min(last, self.work.amended_from)
