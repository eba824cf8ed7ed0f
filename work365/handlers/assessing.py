"""Who computes the taxes of a legal entity's documents in a run: its own table, or an engine outside.

An engine that does not answer must not hold up a run. After its first silence it is asked no more in this chunk, and it has so
much time for a chunk and no more; the contracts that are left are held with a finding, and the next run bills them. Companies
that use their table are not touched by any of this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.errors import External, Refused, Retry
from work365.findings import Finding
from work365.taxing.assessing import ENGINE_REFUSES, ENGINE_SILENT, Untaxed

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.ports.billing import Entity
    from work365.ports.taxing import EngineChoice, EngineFor, TaxEngine
    from work365.taxing.assessing import Assessment, Assessor, TaxDocument

CHUNK_S = 300.0
"""Seconds that an engine has for the documents of one chunk; well below the time after which a chunk counts as lost."""


@dataclass(frozen=True, slots=True)
class Engines:
    """How to reach tax engines. `ticks` counts seconds from some moment on."""

    reach: EngineFor
    ticks: Callable[[], float]


def assessor_of(entity: Entity, engines: Engines | None, *, recorded: bool = True) -> Assessor:
    """Whoever computes an entity's taxes. `recorded=False` leaves nothing at an engine. Errors: Refused without a way to it."""
    if entity.engine is None:
        return entity.taxes
    if engines is None:
        message = f"{entity.engine.kind.value}, which computes the taxes of legal entity {entity.code}, is not reached from here"
        raise Refused(message)
    return EngineTax(entity.engine, engines, recorded=recorded)


@dataclass(slots=True)
class EngineTax:
    """An engine for the documents of one chunk."""

    choice: EngineChoice
    engines: Engines
    recorded: bool = True
    _engine: TaxEngine | None = None
    _began: float = 0.0
    _silence: str = ""

    def assess(self, document: TaxDocument, *, trial: bool = False) -> Assessment:
        """The tax of a document. Errors: Untaxed when the engine refuses it, or is silent."""
        if not self._silence and self._engine is not None and self.engines.ticks() - self._began > CHUNK_S:
            self._silence = f"has taken more than {CHUNK_S:.0f} seconds for this group of contracts"
        if self._silence:
            raise self._held(document)
        try:
            return self._reached().calculate(document, recorded=self.recorded and not trial)
        except External as error:
            if error.retry is Retry.NEVER:
                raise self._refused(document, error) from error
            self._silence = f"does not answer ({error})"
            raise self._held(document) from error

    def _reached(self) -> TaxEngine:
        if self._engine is None:
            self._engine = self.engines.reach(self.choice)
            self._began = self.engines.ticks()
        return self._engine

    def _held(self, document: TaxDocument) -> Untaxed:
        message = (
            f"Contract {document.number} was not billed: the tax engine {self.choice.kind.value} {self._silence}. "
            "The next run bills it."
        )
        return Untaxed([Finding(ENGINE_SILENT, document.number, message)])

    def _refused(self, document: TaxDocument, error: External) -> Untaxed:
        message = (
            f"Contract {document.number} was not billed: the tax engine {self.choice.kind.value} says: {str(error).rstrip('.')}. "
            "Mend what it names; the next run bills the contract."
        )
        return Untaxed([Finding(ENGINE_REFUSES, document.number, message)])
