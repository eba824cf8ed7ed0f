"""Port to follow tiers of resellers: who buys from whom, and each subscription that is bought so with its parts above."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from work365.catalogue.dated_lists import NO_LISTS, DatedLists
from work365.subscriptions.held import Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from work365.catalogue.prices import Price
    from work365.catalogue.quoting import Offered
    from work365.contracts.contract import BillingContract
    from work365.errors import External
    from work365.findings import Finding
    from work365.ports.parts import PartChange, PartSeen, Payer, Sold
    from work365.provisioning.terms import Terms
    from work365.reselling.chain import Purchase
    from work365.subscriptions.change_log import Change


@dataclass(frozen=True, slots=True)
class TierContract:
    """A contract on which a tier bills the tier below.

    Attributes:
        seller: id of its legal entity.
        currency: id of its currency's row; its code stands in `terms`.
    """

    payer: Payer
    seller: str
    terms: BillingContract
    currency: str
    lists: DatedLists = NO_LISTS


@dataclass(frozen=True, slots=True)
class ResoldSeen:
    """A subscription of a customer of a tier, with what the tiers above are billed for it.

    Attributes:
        name, number: what people call it and its contract.
        contract, entity: ids of the contract that it is on and of the legal entity that sells it.
        customer: what people call the customer.
        unit_cost: what the supplier charges for a seat and billing cycle, in the contract's currency; None when nobody said.
        changes: its log as billing counts it; `renewals` the days on which a new term began.
        end: first day without service.
        offered, terms: its product and what it is sold as, as a list prices them; None where the row does not say.
        prices: of its product in the lists of the tiers.
    """

    id: str
    name: str
    contract: str
    number: str
    customer: str
    entity: str
    provider: str
    start: date
    changes: tuple[Change, ...]
    sold: Sold
    offered: Offered | None
    terms: Terms | None
    prices: tuple[Price, ...] = ()
    renewals: tuple[date, ...] = ()
    parts: tuple[PartSeen, ...] = ()
    unit_cost: Decimal | None = None
    end: date | None = None
    status: Status = Status.ACTIVE


@dataclass(frozen=True, slots=True)
class Market:
    """Who buys from whom, and what.

    Attributes:
        contracts: those of the tiers, by their ids; also of parts that no tier names any more.
        entities: codes of legal entities, by their ids.
    """

    purchases: tuple[Purchase, ...] = ()
    contracts: Mapping[str, TierContract] = field(default_factory=dict)
    entities: Mapping[str, str] = field(default_factory=dict)
    resold: tuple[ResoldSeen, ...] = ()
    broken: tuple[Finding, ...] = ()


class ResellingBook(Protocol):
    """Tiers, the subscriptions that are bought by them, and the parts of the tiers above."""

    def market(self, subscription: str = "") -> Market:
        """All of it, or one subscription by its id, the supplier's id or its name; a finding for each that says too little."""

    def write(self, changes: Sequence[PartChange]) -> Sequence[External | None]:
        """Write each change wholly or not at all: None, or why it was not."""

    def report(self, findings: Sequence[Finding]) -> None:
        """Keep findings about tiers, and close those of earlier days that are not among them."""
