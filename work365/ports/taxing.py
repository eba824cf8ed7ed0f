"""Port to tax engines: whoever computes taxes in place of the legal entity's own table.

A document is known to an engine by its key. Asked again with the same key, an engine replaces what it computed before, as long as
that is not committed; so asking twice leaves one document there. What it answered stands on our lines and is never asked again.

What a person gives back of a document follows the tax that its lines were posted with. So an engine is not asked for the tax of
such a note: it is told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from work365.money import Currency, Money
    from work365.taxing.assessing import Assessment, Buyer, TaxDocument


class EngineKind(Enum):
    """Engines that a legal entity may choose. The values are the labels of the choice in the table model."""

    AVALARA = "Avalara"


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """Who computes a legal entity's taxes.

    Attributes:
        company: its code at the engine.
        secret: names what signs in, in the vault.
        country: where it sells from.
        location: code of that place at the engine; empty when only the country is known.
    """

    kind: EngineKind
    company: str
    secret: str
    country: str = ""
    location: str = ""


class EngineState(Enum):
    """Where a document stands at the engine. The values are what its row on our side says."""

    ABSENT = "Absent"
    SAVED = "Saved"
    COMMITTED = "Committed"
    VOIDED = "Voided"


class ToldLine(NamedTuple):
    """One line of a note, net and tax with their sign; `code` is what its tax is called at the engine."""

    net: Money
    tax: Money
    code: str
    description: str


@dataclass(frozen=True, slots=True)
class ToldNote:
    """A document that gives back what an engine computed before, or charges it again.

    Attributes:
        key: names it to engines, like a `TaxDocument`.
        number: its own; `of` is that of the document whose lines it is about.
        on: its date, in whose period it is reported; `taxed_on` is that of the other document, whose rates it follows.
    """

    key: str
    number: str
    of: str
    buyer: Buyer
    on: date
    taxed_on: date
    currency: Currency
    lines: Sequence[ToldLine]

    @property
    def gives_back(self) -> bool:
        """More is given back than charged."""
        return sum(line.net.minor for line in self.lines) < 0


class TaxEngine(Protocol):
    """One company at a tax engine."""

    def calculate(self, document: TaxDocument, *, recorded: bool = True) -> Assessment:
        """The tax per line, with the reference under which the engine knows the document.

        Shape:  `recorded=False` asks without leaving anything there, and its answer has no reference.
        Errors: Untaxed when the engine says what is wrong with the document; Conflict when it is committed already; External.
        """

    def state(self, reference: str) -> EngineState:
        """Where a document stands; ABSENT for one that the engine does not know."""

    def commit(self, reference: str) -> None:
        """Make it final: it is reported. Errors: Conflict when it is voided or committed; NotFound; OutcomeUnknown: ask first."""

    def void(self, reference: str) -> None:
        """Take it back. Errors: Conflict when it is voided; NotFound; OutcomeUnknown: ask first."""

    def reference(self, note: ToldNote) -> str:
        """What the engine knows a note as once it was told."""

    def tell(self, note: ToldNote) -> None:
        """Report a note with the taxes that it says. Errors: Conflict when it was told already; OutcomeUnknown: ask first."""


EngineFor = Callable[[EngineChoice], TaxEngine]


@dataclass(frozen=True, slots=True)
class TaxedDocument:
    """A document of ours whose tax an engine computed.

    Attributes:
        reference: what the engine knows it as; empty where the table computed its tax, and for a note that was not told.
        engine: of its legal entity, as it is now; None when that uses its table.
        wanted: what it should be at the engine; None as long as it has no number.
        recorded: what our row says that it is there.
        note: what the engine is told of it, where it was not told yet.
    """

    id: str
    number: str
    reference: str
    engine: EngineChoice | None
    wanted: EngineState | None
    recorded: EngineState | None
    note: ToldNote | None = None


class TaxBook(Protocol):
    """Our rows of documents that an engine knows."""

    def load(self, invoice: str) -> TaxedDocument:
        """Read one afresh. Errors: NotFound."""

    def record(self, one: TaxedDocument, state: EngineState, reference: str) -> None:
        """Write down what it is at the engine, and what it is known as there."""
