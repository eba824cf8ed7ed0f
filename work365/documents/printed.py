"""What is printed, already in words: every figure is text. A renderer lays it out and computes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from work365.documents.labels import Labels
    from work365.documents.template import Logo


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled word: `Issued: 1 March 2026`."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class PartyView:
    """A seller or buyer: the name, the lines under it, and labelled numbers."""

    name: str
    lines: tuple[str, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class LineView:
    """One printed line; `notes` stand in small print under the description. Of list price and unit price it has one at most."""

    description: str
    notes: tuple[str, ...]
    dates: str
    quantity: str
    unit_price: str
    fraction: str
    amount: str
    list_price: str = ""
    discount: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A labelled group of lines with its subtotal, which may be hidden."""

    title: str
    lines: tuple[LineView, ...]
    subtotal: str


@dataclass(frozen=True, slots=True)
class TaxView:
    """One row of the tax summary."""

    rate: str
    base: str
    tax: str
    note: str


@dataclass(frozen=True, slots=True)
class Totals:
    """The closing figures, in the order in which they are printed: amount charged first, then the balance."""

    net: str
    tax: str
    total: str
    charged: str
    balance: str
    total_label: str
    charged_label: str
    balance_label: str


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A whole document as text.

    Attributes:
        title: "Invoice INV-2026-00012".
        issued: the document's date; it is also the PDF's date, so the same document has the same bytes.
        links: what the document opens: a label and an address each.
        accent, logo, footer: what the company's template says.
        labels: the words around the figures.
    """

    title: str
    kind: str
    number: str
    issued: date
    currency: str
    language: str
    seller: PartyView
    buyer: PartyView
    facts: tuple[Fact, ...]
    blocks: tuple[Block, ...]
    taxes: tuple[TaxView, ...]
    totals: Totals
    payment: tuple[str, ...]
    bank_details: tuple[str, ...]
    links: tuple[Fact, ...]
    closed: bool
    unit_price_label: str
    amount_label: str
    discount_label: str
    footer: tuple[str, ...]
    accent: str
    logo: Logo | None
    labels: Labels


@dataclass(frozen=True, slots=True)
class Drawn:
    """A document as files. Shape: `ubl` is None where no e-invoice is possible; `without` then says why."""

    pdf: bytes
    ubl: bytes | None = None
    without: str = ""
