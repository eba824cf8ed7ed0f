"""What a contract's bill becomes: a document before its tax, the same with its tax, or only new dates."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from work365.findings import Finding
    from work365.invoicing.decision import Skipped
    from work365.invoicing.items import Item
    from work365.invoicing.lines import Line
    from work365.invoicing.work import ContractWork, Grant
    from work365.money import Money
    from work365.periods import Period
    from work365.taxing.assessing import TaxDocument
    from work365.taxing.rates import TaxRate


class Entry(NamedTuple):
    """A line as it is priced, with what it is called and taxed as; `contract` is whose it is, if not the document's."""

    line: Line
    description: str
    product: str | None
    tax_category: str
    list_price: Decimal | None = None
    contract: str = ""


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line of a draft: the engine's line with its name and its tax; `contract` is whose it is, if not the document's."""

    line: Line
    ordinal: int
    description: str
    product: str | None
    rate: TaxRate
    tax: Money
    list_price: Decimal | None = None
    contract: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A document before its tax is known, and what is written in its change set.

    Attributes:
        key: contract, first cycle (or the day and a hash of the changes), purpose and payer: there is one document of each.
        entries: its lines, as they are priced.
        asked: what its tax is asked for.
        cycles: the cycles that it bills; each becomes a schedule row.
        change_set: "-" for a cycle invoice, a hash of the changes for one between cycles. Behind "-" stand the contract's
            generation, the number of its amendments (a cycle of new terms may begin on the day of an old one), and on a contract
            by item the day through which it is billed (items' cycles may begin on one day and be billed on another).
        settles: change-log rows that it bills.
        items: what it bills once; their rows are marked in the same change set.
        grants: promotions that become discounts in the same change set.
        next_invoice_date, billed_through: what the contract's row says afterwards.
        skipped: cycles that are never billed; each becomes a schedule row.
        earlier: documents of the contract that are written in the same change set, before this one.
        parts: of a document for several contracts, the outline of each; its own `work` is that of the first.
    """

    id: str
    key: str
    work: ContractWork
    entries: tuple[Entry, ...]
    asked: TaxDocument
    cycles: tuple[Period, ...]
    change_set: str
    settles: tuple[str, ...]
    next_invoice_date: date | None
    billed_through: date | None
    items: tuple[Item, ...] = ()
    grants: tuple[Grant, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    earlier: tuple[Outline, ...] = ()
    parts: tuple[Outline, ...] = ()

    @property
    def documents(self) -> tuple[Outline, ...]:
        """Every document of its change set, each by itself."""
        return (*self.earlier, replace(self, earlier=())) if self.earlier else (self,)

    @property
    def each(self) -> tuple[Outline, ...]:
        """The outline of each contract on the document."""
        return self.parts or (self,)

    @property
    def numbers(self) -> dict[str, str]:
        """What people call its contracts, by their ids."""
        return {part.contract: part.work.number for part in self.each}

    @property
    def contract(self) -> str:
        """The contract's id."""
        return self.work.contract.id

    @property
    def by_cycle(self) -> bool:
        """It bills whole cycles, and perhaps changes with them."""
        return self.change_set.startswith("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft(Outline):
    """A document with its tax, before it has a number.

    Attributes:
        tax_reference: the document's name at the engine that computed its tax; empty for the table of the legal entity.
    """

    lines: tuple[DraftLine, ...]
    net: Money
    tax: Money
    tax_reference: str = ""
    earlier: tuple[Draft, ...] = ()

    @property
    def gross(self) -> Money:
        """Net and tax."""
        return self.net + self.tax

    @property
    def credit_note(self) -> bool:
        """More is given back than charged."""
        return self.gross.minor < 0


@dataclass(frozen=True, slots=True)
class Advance:
    """A contract that is due and has nothing to print: only its dates move, and changes that cost nothing are settled."""

    contract: str
    number: str
    etag: str
    settles: tuple[str, ...]
    next_invoice_date: date | None
    billed_through: date | None
    grants: tuple[Grant, ...] = ()
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class Drafted:
    """What came of one contract: a document, or only new dates, or neither; and what is wrong with it."""

    outline: Outline | None = None
    advance: Advance | None = None
    findings: tuple[Finding, ...] = field(default=())
