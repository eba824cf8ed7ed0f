"""Everything that billing one contract needs, and how a day's bill is computed from it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from work365.catalogue.dated_lists import NO_LISTS, DatedLists
from work365.contracts.policy import ChangesBilled
from work365.invoicing.billing import bill
from work365.invoicing.decision import CatchUp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from decimal import Decimal

    from work365.commitments.truing import Committed
    from work365.contracts.contract import BillingContract
    from work365.currencies.conversion import Conversion
    from work365.invoicing.billing import Bill
    from work365.invoicing.decision import CycleDecision, Decision
    from work365.invoicing.items import Item
    from work365.invoicing.lines import Line, Posted
    from work365.invoicing.payer import Payer
    from work365.paying.surcharging import Surcharge
    from work365.periods import Period
    from work365.subscriptions.change_log import Subscription
    from work365.subscriptions.discount import Discount


class Listed(NamedTuple):
    """A list price that stands beside what is charged, per seat and cycle of the contract, in major units.

    Shape: `since` is the day whose prices it is of; None for one that a person typed, in the currency of the subscription.
    """

    price: Decimal
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """What a subscription is called and taxed as on a document. `product` is None for one without a catalogue product."""

    product: str | None
    name: str
    tax_category: str
    listed: Listed | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """A promotion that a subscription gets with its first bill; `discount.id` is that of the row to write."""

    subscription: str
    promotion: str
    discount: Discount


@dataclass(frozen=True, slots=True)
class ContractWork:
    """Everything that billing one contract needs, read in one go.

    Attributes:
        number: what people call the contract.
        place: the buyer's country for tax.
        posted: lines already billed that overlap [open_from, …); complete from there on.
        open_from: first day of the earliest cycle that this bill may touch; None means from the contract's start.
        next_invoice_date: what the contract's row says now.
        items: what is billed once and is not billed yet.
        committed: its minimum and maximum with what is posted; None for a contract without.
        surcharge: what its way of paying adds to each document; None for nothing.
        grants: promotions that this bill is the first to give; they are among the discounts of their subscriptions.
        tax_number, address: of the buyer; the address is street, city and postal code.
        conversions: of subscriptions that are priced in another currency, by id; their prices here are converted.
        prices_include_tax: lines are priced with their tax, which is taken out of them.
        reopened: first day of the earliest cycle that was billed on a document since cancelled; None for none.
        generation: how many documents of the contract were cancelled; part of the keys of what is billed from then on.
        credited: what people gave back of lines that are posted, in minor units by slot.
        etag: the contract's version when it was read; what is written holds only for that version.
        created: the day on which its row was made; None when that is not known.
        decision: what a person decided for cycles that its dates made due all at once.
        decided: what a person decided about single missed cycles, by subscription ("" for the whole contract) and first day.
        skipped: first days of the cycles that a person skipped, as far back as `open_from`; they are never billed.
        entered: the days on which subscriptions were entered that no bill has seen and that continue no other; by id, where
            that was after their first day.
        held: by subscription the first days of missed cycles that wait for a decision.
        settled: changes that this document does not settle: one that is written together with it does, or they wait.
        amended_from: the first day that an amendment changed and that no bill has settled yet; None for none.
        handed_over: changes of days that the supplier's lines bill; they are settled without a line.
        team: id of the team that its documents belong to; "" leaves them to the functions.
        together: contracts of a run that say the same here stand on one document; empty: it stands alone.
        lists: the price lists that it buys by, each from its day on.
        payers: by the ids that its terms name, "" for its customer; empty where every document is for the customer.
        billed_to: the account of each posted line's document, by key; of a contract with other payers.
        alone: somebody asked that its changes are billed by themselves: a credit does not ride on the next invoice.
    """

    contract: BillingContract
    number: str
    account: str
    place: str
    subscriptions: tuple[Subscription, ...]
    articles: Mapping[str, Article]
    posted: tuple[Posted | Line, ...] = ()
    open_from: date | None = None
    billed_through: date | None = None
    next_invoice_date: date | None = None
    purchase_order: str | None = None
    items: tuple[Item, ...] = ()
    committed: Committed | None = None
    surcharge: Surcharge | None = None
    grants: tuple[Grant, ...] = ()
    tax_number: str = ""
    address: tuple[str, str, str] = ("", "", "")
    prices_include_tax: bool = False
    conversions: Mapping[str, Conversion] = field(default_factory=dict)
    reopened: date | None = None
    generation: int = 0
    credited: Mapping[str, int] = field(default_factory=dict)
    etag: str = ""
    created: date | None = None
    decision: Decision | None = None
    decided: Mapping[tuple[str, date], CycleDecision] = field(default_factory=dict)
    skipped: frozenset[date] = frozenset()
    entered: Mapping[str, date] = field(default_factory=dict)
    held: Mapping[str, frozenset[date]] = field(default_factory=dict)
    settled: frozenset[str] = frozenset()
    amended_from: date | None = None
    handed_over: tuple[str, ...] = ()
    together: str = ""
    team: str = ""
    lists: DatedLists = NO_LISTS
    payers: Mapping[str, Payer] = field(default_factory=dict)
    billed_to: Mapping[str, str] = field(default_factory=dict)
    alone: bool = False

    @property
    def customer(self) -> str:
        """The account of the contract, whoever pays."""
        return self.payers[""].account if self.payers else self.account

    def payer_on(self, day: date) -> str:
        """The account that pays for a day."""
        return self.payers[self.contract.on(day).payer].account if self.payers else self.account

    def on_behalf(self, day: date) -> ContractWork:
        """The contract for a document of whoever pays for a day."""
        return self.paid_by(self.payer_on(day)) if self.payers else self

    def paid_by(self, account: str) -> ContractWork:
        """The contract for a document of one of its payers."""
        payer = self.payers[account]
        buyer = payer.buyer
        return replace(
            self,
            account=account,
            place=buyer.place,
            tax_number=buyer.tax_number,
            address=(buyer.street, buyer.city, buyer.postal_code),
            purchase_order=payer.purchase_order,
            surcharge=payer.surcharge,
            together=payer.together,
        )

    def at_once(self) -> ContractWork:
        """The same, without waiting for its next cycle."""
        return replace(self, contract=replace(self.contract, changes_billed=ChangesBilled.NOW), alone=True)

    def bill(self, as_of: date, *, due: date | None = None, skipped: Iterable[Period] = ()) -> Bill:
        """The bill of a day; `due` decides which cycles are due, if that is another day; `skipped` are to be skipped now."""
        return bill(
            self.contract,
            self.subscriptions,
            self.posted,
            as_of=due or as_of,
            seen_to=as_of,
            billed_through=self.billed_through,
            open_from=self.open_from,
            reopened=self.reopened,
            credited=self.credited,
            skipped=self.skipped.union(cycle.start for cycle in skipped),
            left_out=self._left_out() if self.decided or self.held else None,
        )

    def _left_out(self) -> dict[str, frozenset[date]]:
        """By subscription the cycles that it is not billed for: those that wait, and those that a person skipped."""
        out = dict(self.held)
        for (subscription, start), decision in self.decided.items():
            if subscription and decision.choice is CatchUp.SKIP:
                out[subscription] = out.get(subscription, frozenset()) | {start}
        return out
