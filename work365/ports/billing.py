"""Port to the rows of the monthly run: entities, runs, chunks, what a chunk reads, and what it writes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from work365.currencies.rates import EXACT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from work365.approving.entries import Entry
    from work365.approving.request import Whose
    from work365.approving.thresholds import InForce
    from work365.currencies.rates import RateTerms
    from work365.errors import External
    from work365.findings import Finding
    from work365.invoicing.outline import Advance, Draft
    from work365.invoicing.work import ContractWork
    from work365.jobs import JobKind
    from work365.money import Money
    from work365.ports.taxing import EngineChoice
    from work365.prepaid.balance import Balance, Draw, Moved
    from work365.taxing.assessing import TableTax

ALL = "all"
"""The scope of a run over every contract of its entity; else the scope is one contract's number."""

PARKED = "(parked)"
"""The scope of a run over the contracts that earlier runs held back."""

AT_ONCE = " at once"
"""What ends the scope of a run of one contract that does not wait for its next cycle: a credit becomes a note of its own."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A legal entity as the run needs it.

    Attributes:
        zone: the IANA zone whose dates are the dates of its bills.
        terms_days: days to pay; None where it says nothing.
        taxes: its own table, with how it rounds.
        engine: who computes its taxes instead, if not the table.
        rate_terms: which exchange rates it allows.
        template: how its documents look, as its row says.
        team: id of the team that its documents belong to; "" leaves them to the functions.
    """

    id: str
    code: str
    zone: str
    country: str
    terms_days: int | None
    taxes: TableTax
    engine: EngineChoice | None = None
    rate_terms: RateTerms = EXACT
    template: str = ""
    team: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One run: everything of one entity that is due on a day. Its id is derived from the three, so there is one of each."""

    id: str
    entity: str
    as_of: date
    scope: str = ALL

    @property
    def at_once(self) -> bool:
        """What would ride on the next invoice is billed by itself."""
        return self.scope.endswith(AT_ONCE)


class Due(NamedTuple):
    """A contract that is due. `group` is the same for contracts that may stand on one document; empty: it stands alone."""

    contract: str
    group: str = ""


class ChunkState(Enum):
    """Where a chunk stands. The values are the labels of its status reason."""

    WAITING = "Waiting"
    WORKING = "Working"
    DONE = "Done"
    FAILED = "Failed"

    @property
    def final(self) -> bool:
        """Nothing more will happen by itself."""
        return self in (ChunkState.DONE, ChunkState.FAILED)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some contracts of a run that one worker bills in a few round trips. `invoices` counts what it has issued so far."""

    id: str
    run: Run
    ordinal: int
    contracts: tuple[str, ...]
    state: ChunkState = ChunkState.WAITING
    attempts: int = 0
    invoices: int = 0
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a chunk's rows say: contracts that can be billed, and a finding for each one whose rows contradict themselves.

    Attributes:
        entries: what people may have entered by hand on these contracts, and from where on it waits for an approver
            (`in_force`); none where no setting lets any of it wait.
    """

    works: tuple[ContractWork, ...] = ()
    findings: tuple[Finding, ...] = ()
    entries: tuple[Entry, ...] = ()
    in_force: Mapping[Whose, InForce] = field(default_factory=dict)

    def at_once(self) -> Reading:
        """The same, of contracts that do not wait for their next cycle."""
        return replace(self, works=tuple(work.at_once() for work in self.works))


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft invoice that waits for its number, as its row says it. `owed` is what is still to be paid of it."""

    id: str
    etag: str
    contract: str
    credit_note: bool
    due_days: int
    follow_up: tuple[JobKind, ...]
    account: str
    owed: Money


@dataclass(frozen=True, slots=True)
class Series:
    """A number series of one entity, kind and year. `etag` is empty for one that does not exist yet."""

    id: str
    entity: str
    credit_note: bool
    year: int
    prefix: str
    next_number: int
    digits: int
    etag: str = ""


@dataclass(frozen=True, slots=True)
class HeldBack:
    """An open finding about a contract that was not billed; `key` is the finding's identity."""

    id: str
    key: str
    contract: str


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of writing a chunk's drafts.

    Attributes:
        refused: contracts whose change set was refused, with the error; the others are written.
        drafts: every draft of the chunk's contracts that a run made and that has no number yet.
        held_back: open findings that say that one of the chunk's contracts was not billed.
        balances: what customers of the legal entity have prepaid.
    """

    refused: Mapping[str, External]
    drafts: tuple[DraftRow, ...]
    series: tuple[Series, ...]
    held_back: tuple[HeldBack, ...] = ()
    balances: tuple[Balance, ...] = ()


@dataclass(frozen=True, slots=True)
class Numbered:
    """A draft, the number that it is issued under, and what it takes from its customer's prepaid balance."""

    draft: DraftRow
    number: str
    issued: date
    due: date
    draw: Draw | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """What a chunk did so far, for its row. `done` closes the chunk."""

    invoices: int
    findings: int
    message: str = ""
    done: bool = True


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. `open` counts chunks that are neither done nor failed."""

    chunks: int
    open: int
    failed: int
    contracts: int
    invoices: int
    findings: int


class BillingBook(Protocol):
    """The rows of the monthly run."""

    def entities(self) -> Sequence[Entity]:
        """Every active legal entity with its taxes."""

    def due(self, entity: Entity, as_of: date, scope: str) -> Iterable[Due]:
        """Active contracts that a run of this day must look at, each once and in a steady order.

        Shape: their next invoice date has come; or they have changes to bill between cycles or after their end; or a draft of
               theirs waits for a number that its own run could not give.
        """

    def open_run(self, run: Run) -> Sequence[Chunk]:
        """Make sure that the run's row exists; the chunks that it has already."""

    def add_chunks(self, chunks: Sequence[Chunk]) -> None:
        """Write chunk rows, and the run as running. Writing the same chunk again changes nothing."""

    def load_chunk(self, chunk: str) -> tuple[Chunk, Entity]:
        """Read one chunk afresh. Errors: NotFound."""

    def work(self, chunk: Chunk, entity: Entity, now: datetime, *, claim: bool) -> Reading:
        """Claim the chunk (unless it is only a preview) and read what its contracts need, in one round trip or two.

        Errors: Conflict when someone else has just claimed it.
        """

    def post(self, chunk: Chunk, drafts: Sequence[Draft], advances: Sequence[Advance]) -> Posted:
        """Write each contract's documents as one change set, all in one round trip, and read what is to be numbered."""

    def report(self, run: Run, findings: Sequence[Finding], resolved: Sequence[str] = ()) -> None:
        """Write findings, or open the same ones again; close those of these ids."""

    def issue(
        self, chunk: Chunk, series: Sequence[Series], numbered: Sequence[Numbered], tally: Tally, moved: Sequence[Moved] = ()
    ) -> int | None:
        """Give the numbers, create the jobs that follow and write the tally, all or nothing; the run's chunks still open.

        Shape: `moved` are the prepaid balances that the documents take from. None means that someone else took numbers, or moved
               a balance, meanwhile: nothing was written.
        """

    def waiting_drafts(self, chunk: Chunk) -> Posted:
        """The drafts that still wait, and the series, read again."""

    def fail_chunk(self, chunk: Chunk, why: str) -> int:
        """Mark a chunk as failed, with the reason; the number of chunks of the run still open.

        Errors: Conflict when somebody wrote the chunk since it was read.
        """

    def complete(self, run: Run, now: datetime) -> None:
        """Close a run whose chunks are all done or failed, with its totals."""

    def progress(self, run: Run) -> Progress:
        """How far a run is, counted in its chunk rows."""

    def stale(self, now: datetime, *, untouched_s: int) -> Sequence[str]:
        """Ids of chunks that are open and that nobody has touched for `untouched_s` seconds."""

    def unfinished(self, now: datetime, *, untouched_s: int) -> Sequence[tuple[Run, int]]:
        """Open runs that nobody has touched for a while, each with its number of open chunks."""
