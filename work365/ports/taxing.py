"""Port to tax engines: whoever computes taxes in place of the legal entity's own table.

A document is known to an engine by its key. Asked again with the same key, an engine replaces what it computed before, as long as
that is not committed; so asking twice leaves one document there. What it answered stands on our lines and is never asked again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from work365.taxing.assessing import Assessment, TaxDocument


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


EngineFor = Callable[[EngineChoice], TaxEngine]


@dataclass(frozen=True, slots=True)
class TaxedDocument:
    """A document of ours whose tax an engine computed.

    Attributes:
        reference: what the engine knows it as; empty where the table computed its tax.
        engine: of its legal entity, as it is now; None when that uses its table.
        wanted: what it should be at the engine; None as long as it has no number.
        recorded: what our row says that it is there.
    """

    id: str
    number: str
    reference: str
    engine: EngineChoice | None
    wanted: EngineState | None
    recorded: EngineState | None


class TaxBook(Protocol):
    """Our rows of documents that an engine knows."""

    def load(self, invoice: str) -> TaxedDocument:
        """Read one afresh. Errors: NotFound."""

    def record(self, one: TaxedDocument, state: EngineState) -> None:
        """Write down what it is at the engine."""
