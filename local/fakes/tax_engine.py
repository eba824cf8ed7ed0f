"""A tax engine in memory: what handlers are tested with. It computes by a table and keeps transactions as engines do."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from work365.errors import Conflict, NotFound, Rejected
from work365.ports.taxing import EngineState
from work365.taxing.assessing import Untaxed

if TYPE_CHECKING:
    from work365.errors import External
    from work365.ports.taxing import ToldNote
    from work365.taxing.assessing import Assessment, Assessor, TaxDocument

SYSTEM = "fake engine"


@dataclass(slots=True)
class FakeTaxEngine:
    """An engine.

    Attributes:
        computes: what the taxes are.
        states: what it keeps, by reference.
        faults: raised by the next calls, before they do anything.
        told: the notes that it was told, by reference.
        eats: raised by the next commits, voids and notes, after they were done.
        asked: how many calls came.
    """

    computes: Assessor
    states: dict[str, EngineState] = field(default_factory=dict)
    told: dict[str, ToldNote] = field(default_factory=dict)
    faults: list[External] = field(default_factory=list)
    eats: list[External] = field(default_factory=list)
    asked: int = 0

    def calculate(self, document: TaxDocument, *, recorded: bool = True) -> Assessment:
        """By the table. Errors: Rejected in the table's words."""
        self._called()
        reference = f"fake/{document.key}"
        if recorded and self.states.get(reference, EngineState.SAVED) is not EngineState.SAVED:
            message = f"{reference} is final"
            raise Conflict(message, system=SYSTEM)
        try:
            computed = self.computes.assess(document)
        except Untaxed as error:
            raise Rejected(str(error), system=SYSTEM) from error
        if recorded:
            self.states[reference] = EngineState.SAVED
        return replace(computed, reference=reference if recorded else "")

    def state(self, reference: str) -> EngineState:
        """Where it stands."""
        self._called()
        return self.states.get(reference, EngineState.ABSENT)

    def commit(self, reference: str) -> None:
        """Saved → committed."""
        self._move(reference, {EngineState.SAVED}, EngineState.COMMITTED)

    def void(self, reference: str) -> None:
        """Saved or committed → voided."""
        self._move(reference, {EngineState.SAVED, EngineState.COMMITTED}, EngineState.VOIDED)

    def reference(self, note: ToldNote) -> str:
        """Its name here."""
        return f"fake/{note.key}"

    def tell(self, note: ToldNote) -> None:
        """Committed at once."""
        self._called()
        reference = self.reference(note)
        if reference in self.states:
            raise Conflict(reference, system=SYSTEM)
        self.states[reference], self.told[reference] = EngineState.COMMITTED, note
        if self.eats:
            raise self.eats.pop(0)

    def _move(self, reference: str, before: set[EngineState], after: EngineState) -> None:
        self._called()
        if reference not in self.states:
            raise NotFound(reference, system=SYSTEM)
        if self.states[reference] not in before:
            raise Conflict(reference, system=SYSTEM)
        self.states[reference] = after
        if self.eats:
            raise self.eats.pop(0)

    def _called(self) -> None:
        self.asked += 1
        if self.faults:
            raise self.faults.pop(0)
