"""The rows of the monthly run: entities, runs, chunks, drafts and numbers.

Round trips per chunk: one to load it, one to claim it and read its contracts, those of `billing_reading` for contracts of which
that does not tell enough, one to write the documents, one to number them. The translation of each row stands in `billing_rows`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from dataverse.batch import ChangeSet, Create, Failed, Get, Update, in_parts, packed, rows_of
from dataverse.errors import DuplicateKey
from dataverse.query import Query, any_of, both, either, eq, is_null, le, lt, not_null
from dataverse.rows import bind, choice_value, status
from dataverse.stores import billing_claims as claims
from dataverse.stores import billing_ops as ops
from dataverse.stores import billing_rows as rows
from dataverse.stores.billing_items import SOURCES
from dataverse.stores.billing_ops import NEVER
from dataverse.stores.billing_reading import OPS_MAX, UNBILLED_CHANGE, ChunkReader, Supposed, present
from dataverse.stores.findings import TABLE as FINDING
from dataverse.stores.findings import keep, resolve
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.stores.prepaid_rows import balances, moved_ops, open_balances
from dataverse.webapi import Ref
from work365.errors import Conflict, External
from work365.invoicing.holding_back import HOLDING_BACK
from work365.ports.billing import ALL, AT_ONCE, PARKED, Chunk, ChunkState, Due, Entity, Posted, Progress, Reading, Run, Series

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from dataverse.batch import Op, Outcome
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import Row, WebApi
    from work365.findings import Finding
    from work365.invoicing.outline import Advance, Draft
    from work365.ports.billing import Numbered, Tally
    from work365.prepaid.balance import Moved

RUN, CHUNK = "w365_billingrun", "w365_billingchunk"
CONTRACT, CHANGE, INVOICE, SERIES = "w365_billingcontract", "w365_changelog", "w365_invoice", "w365_numberseries"
IDS_MAX = 500
DRAFT = status(INVOICE, "Draft")["statuscode"]
HELD_BACK = Query(
    FINDING,
    ("_w365_contract_value",),
    filter=both(eq("statecode", 0), any_of("w365_code", HOLDING_BACK), not_null("_w365_contract_value")),
)


class Billing:
    """The billing book over Dataverse."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._currencies = currencies

    def entities(self) -> list[Entity]:
        """Every active legal entity with its taxes."""
        active = Query("w365_legalentity", rows.ENTITY, filter=eq("statecode", 0), order="w365_code")
        found, rates, exemptions = self._api.rows(Get(active), Get(rows.TAX_RATES), Get(rows.EXEMPTIONS))
        return [rows.entity(row, rates, exemptions) for row in found]

    def due(self, entity: Entity, as_of: date, scope: str) -> Iterable[Due]:
        """Contracts whose date has come, then those with changes to bill by themselves, then those with a draft left over."""
        only = "" if scope in (ALL, PARKED) else eq("w365_number", scope.removesuffix(AT_ONCE))
        mine = both(eq("statecode", 0), eq("_w365_legalentity_value", entity.id), le("w365_startdate", as_of), only)
        if scope == PARKED:
            yield from self._those(mine, {row["_w365_contract_value"] for row in self._api.find(HELD_BACK)})
            return
        if scope.endswith(AT_ONCE):
            yield from self._contracts(mine)
            return
        come = either(is_null("w365_nextinvoicedate"), le("w365_nextinvoicedate", as_of))
        seen = {one.contract: one for one in self._contracts(both(mine, come))}
        yield from seen.values()
        left_over = self._api.rows(*(Get(query) for query in _left_over(entity, as_of)))
        others = {row["_w365_contract_value"] for found in left_over for row in found}
        yield from self._those(mine, others - seen.keys())

    def _those(self, which: str, ids: Iterable[str]) -> Iterable[Due]:
        for part in in_parts(sorted(ids), IDS_MAX):
            yield from self._contracts(both(which, any_of("w365_billingcontractid", part)))

    def _contracts(self, which: str) -> Iterable[Due]:
        return (rows.due(row) for row in self._api.find(Query(CONTRACT, rows.DUE, filter=which, order="w365_number")))

    def open_run(self, run: Run) -> list[Chunk]:
        """Make sure that the run's row exists; the chunks that it has already."""
        fresh = {
            "w365_name": f"{run.as_of.isoformat()} {run.scope}",
            "w365_asof": run.as_of,
            "w365_scope": run.scope,
            **bind("w365_LegalEntity", "w365_legalentity", run.entity),
        }
        made, found = self._api.batch([ChangeSet([Create(RUN, fresh, run.id)]), Get(rows.chunks_of(run.id))])
        if isinstance(made, Failed) and not isinstance(made.error, DuplicateKey):
            raise made.error
        return [rows.chunk(row, run) for row in rows_of(found)]

    def add_chunks(self, chunks: Sequence[Chunk]) -> None:
        """Write chunk rows, each in a change set of its own so that one that exists holds nothing up, and the run as running."""
        for part in in_parts(chunks, OPS_MAX):
            sets = [ChangeSet([Create(CHUNK, rows.chunk_row(chunk), chunk.id)]) for chunk in part]
            running = ChangeSet([Update(Ref(RUN, part[0].run.id), status(RUN, "Running"))])
            for outcome in self._api.batch([*sets, running]):
                if isinstance(outcome, Failed) and not isinstance(outcome.error, DuplicateKey):
                    raise outcome.error

    def load_chunk(self, chunk: str) -> tuple[Chunk, Entity]:
        """Read one chunk afresh, with its run and legal entity."""
        found, rates, exemptions = self._api.rows(
            Get(Ref(CHUNK, chunk), rows.CHUNK, rows.CHUNK_RUN), Get(rows.TAX_RATES), Get(rows.EXEMPTIONS)
        )
        run = found[0]["w365_Run"]
        return rows.chunk(found[0], rows.run(run)), rows.entity(run["w365_LegalEntity"], rates, exemptions)

    def work(
        self,
        chunk: Chunk,
        entity: Entity,
        now: datetime,
        *,
        claim: bool,
        also: Sequence[Row] = (),
        begun: Sequence[Row] = (),
        written: Mapping[str, Row] | None = None,
    ) -> Reading:
        """Claim the chunk and read its contracts, their subscriptions, unbilled changes and unbilled items.

        Shape: `also` are rows of the change log that are not there yet, `begun` subscriptions that are not, `written` columns of
               contracts and subscriptions as they would be, by id: for whoever wants to know what they would cost.
        """
        supposed = Supposed(also, begun, written or {})
        asking = present(chunk.contracts, supposed)
        found = self._claimed(chunk, now, asking) if claim else self._api.batch(asking)
        reader = ChunkReader(self._api, self._currencies, entity, chunk.run)
        return reader.reading(found, supposed, settle=claim)

    def _claimed(self, chunk: Chunk, now: datetime, asking: Sequence[Get]) -> list[Outcome]:
        """Claim a chunk, and ask in the same round trip. Errors: Conflict when somebody else has it."""
        taken = {**status(CHUNK, ChunkState.WORKING.value), "w365_attempts": chunk.attempts + 1, "w365_claimedon": now}
        own = ChangeSet([Update(Ref(CHUNK, chunk.id), taken, chunk.etag)])
        claimed, *found = self._api.batch([own, *asking])
        if isinstance(claimed, Failed):
            raise claimed.error
        return found

    def _claim(self, drafts: Sequence[Draft]) -> dict[str, External]:
        """Claim what is too much for a document's change set; the contracts of which somebody has changed a record."""
        sets = [(draft.contract, each) for draft in drafts for one in (*draft.earlier, draft) for each in claims.claim_sets(one)]
        refused: dict[str, External] = {}
        for pack in packed(sets, lambda pair: len(pair[1]), OPS_MAX):
            outcomes = self._api.batch([ChangeSet(writes) for _, writes in pack])
            for (contract, _), outcome in zip(pack, outcomes, strict=True):
                if isinstance(outcome, Failed):
                    refused.setdefault(contract, outcome.error)
        return refused

    def post(self, chunk: Chunk, drafts: Sequence[Draft], advances: Sequence[Advance]) -> Posted:
        """Write each contract's documents as one change set; the last round trip reads what is to be numbered."""
        refused = self._claim(drafts)
        ready = [draft for draft in drafts if draft.contract not in refused]
        sets = [(tuple(draft.numbers), each) for draft in ready for each in ops.draft_sets(draft, chunk.run, self._currencies)]
        sets += [((advance.contract,), ops.advance_ops(advance)) for advance in advances]
        packs = list(packed(sets, lambda pair: len(pair[1]), OPS_MAX))
        reads: list[Outcome] = []
        for index, pack in enumerate(packs):
            gets = _unnumbered(chunk) if index == len(packs) - 1 else []
            outcomes = self._api.batch([*(ChangeSet(writes) for _, writes in pack), *gets])
            for (contracts, _), outcome in zip(pack, outcomes, strict=False):
                if isinstance(outcome, Failed):
                    refused |= {contract: outcome.error for contract in contracts if contract not in refused}
            reads = outcomes[len(pack) :]
        return self._posted(chunk, refused, reads or self._api.batch(_unnumbered(chunk)))

    def waiting_drafts(self, chunk: Chunk) -> Posted:
        """The drafts that still wait, and the series, read again."""
        return self._posted(chunk, {}, self._api.batch(_unnumbered(chunk)))

    def _posted(self, chunk: Chunk, refused: dict[str, External], reads: Sequence[Outcome]) -> Posted:
        drafts, series, entity, held_back, said, prepaid = (rows_of(outcome) for outcome in reads)
        return Posted(
            refused,
            tuple(rows.numberable(drafts, Inherited(said))),
            rows.series_of(series, chunk.run.entity, chunk.run.as_of.year, entity[0]["w365_code"]),
            tuple(rows.held_back(row) for row in held_back),
            balances(prepaid),
        )

    def report(self, run: Run, findings: Sequence[Finding], resolved: Sequence[str] = ()) -> None:
        """Write and close findings; none of them holds up another."""
        source = source_of(run)
        writes: list[Op] = [*(keep(finding, source) for finding in findings), *(resolve(finding) for finding in resolved)]
        for part in in_parts(writes, OPS_MAX):
            for outcome in self._api.batch([ChangeSet([write]) for write in part]):
                if isinstance(outcome, Failed):
                    raise outcome.error

    def issue(
        self, chunk: Chunk, series: Sequence[Series], numbered: Sequence[Numbered], tally: Tally, moved: Sequence[Moved] = ()
    ) -> int | None:
        """Numbers, balances, the jobs that follow, the series and the chunk in one change set; then what is left of the run."""
        writes: list[Op] = [ops.series_op(one) for one in series]
        for one in numbered:
            writes += ops.issue_ops(one, self._currencies)
        for balance in moved:
            writes += moved_ops(balance, self._currencies.bind(balance.balance.currency))
        counted = {"w365_invoices": tally.invoices, "w365_findings": tally.findings, "w365_message": tally.message}
        closed = status(CHUNK, ChunkState.DONE.value) if tally.done else {}
        writes.append(Update(Ref(CHUNK, chunk.id), {**counted, **closed}))
        issued, left = self._api.batch([ChangeSet(writes), Get(rows.open_chunks(chunk.run.id))])
        if isinstance(issued, Failed):
            if isinstance(issued.error, Conflict):
                return None
            raise issued.error
        return len(rows_of(left))

    def fail_chunk(self, chunk: Chunk, why: str) -> int:
        """Mark a chunk as failed and say so in a finding."""
        failed = {**status(CHUNK, ChunkState.FAILED.value), "w365_message": why[:4000]}
        finding = keep(rows.chunk_failed(chunk, why), source_of(chunk.run))
        marked, left = self._api.batch(
            [ChangeSet([Update(Ref(CHUNK, chunk.id), failed, chunk.etag), finding]), Get(rows.open_chunks(chunk.run.id))]
        )
        if isinstance(marked, Failed):
            raise marked.error
        return len(rows_of(left))

    def complete(self, run: Run, now: datetime) -> None:
        """Close a run with its totals."""
        counted = self.progress(run)
        totals = {
            **status(RUN, "Complete with failures" if counted.failed else "Complete"),
            "w365_chunks": counted.chunks,
            "w365_contracts": counted.contracts,
            "w365_invoices": counted.invoices,
            "w365_finishedon": now,
        }
        self._api.update(Ref(RUN, run.id), totals)

    def progress(self, run: Run) -> Progress:
        """How far a run is, counted in its chunk rows."""
        (found,) = self._api.rows(Get(rows.chunks_of(run.id)))
        chunks = [rows.chunk(row, run) for row in found]
        return Progress(
            chunks=len(chunks),
            open=sum(not chunk.state.final for chunk in chunks),
            failed=sum(chunk.state is ChunkState.FAILED for chunk in chunks),
            contracts=sum(len(chunk.contracts) for chunk in chunks),
            invoices=sum(row["w365_invoices"] or 0 for row in found),
            findings=sum(row["w365_findings"] or 0 for row in found),
        )

    def stale(self, now: datetime, *, untouched_s: int) -> list[str]:
        """Open chunks that nobody has touched for a while."""
        old = both(eq("statecode", 0), lt("modifiedon", now - timedelta(seconds=untouched_s)))
        return [row["w365_billingchunkid"] for row in self._api.find(Query(CHUNK, ("w365_billingchunkid",), filter=old))]

    def unfinished(self, now: datetime, *, untouched_s: int) -> list[tuple[Run, int]]:
        """Open runs that nobody has touched for a while, each with its number of open chunks."""
        old = both(eq("statecode", 0), lt("modifiedon", now - timedelta(seconds=untouched_s)))
        runs, chunks = self._api.rows(
            Get(Query(RUN, rows.RUN, filter=old)), Get(Query(CHUNK, ("_w365_run_value",), filter=eq("statecode", 0)))
        )
        open_chunks = [row["_w365_run_value"] for row in chunks]
        return [(rows.run(row), open_chunks.count(row["w365_billingrunid"])) for row in runs]


def source_of(run: Run) -> str:
    """What a finding says of the run that found it."""
    named = {ALL: "", PARKED: ", parked contracts"}.get(run.scope, f", contract {run.scope}")
    return f"billing run {run.as_of.isoformat()}{named}"


def _unnumbered(chunk: Chunk) -> list[Get]:
    """What runs drafted for these contracts, the entity's number series and code, and what was held back before."""
    theirs = any_of("_w365_contract_value", chunk.contracts)
    drafts = both(eq("statuscode", DRAFT), theirs, not_null("_w365_run_value"))
    entity = both(eq("_w365_legalentity_value", chunk.run.entity), le("w365_year", chunk.run.as_of.year))
    held_back = both(theirs, eq("statecode", 0), any_of("w365_code", HOLDING_BACK))
    return [
        Get(Query(INVOICE, rows.DRAFT, filter=drafts, expand=rows.DRAFT_CONTRACT, order="w365_name,w365_key")),
        Get(Query(SERIES, rows.SERIES, filter=entity, order="w365_year")),
        Get(Ref("w365_legalentity", chunk.run.entity), ("w365_code",)),
        Get(Query(FINDING, rows.FINDING, filter=held_back)),
        SETTINGS,
        open_balances(chunk.run.entity),
    ]


def _left_over(entity: Entity, as_of: date) -> list[Query]:
    """Contracts with a change or an item that no cycle will bill, or with a draft that its run could not number."""
    now = eq("w365_Contract/w365_changesbilled", choice_value(CONTRACT, "w365_changesbilled", "Now"))
    ended = eq("w365_Contract/w365_nextinvoicedate", NEVER)
    alone = either(now, ended)
    mine = eq("w365_Contract/_w365_legalentity_value", entity.id)
    changed = both(UNBILLED_CHANGE, le("w365_effective", as_of), mine, alone)
    drafted = both(eq("statuscode", DRAFT), eq("_w365_legalentity_value", entity.id), not_null("_w365_run_value"))
    return [
        Query(CHANGE, ("_w365_contract_value",), filter=changed),
        *(
            source.contracts_with(both(mine, ended if source.with_cycle else either(both(now, source.apart), ended)), as_of)
            for source in SOURCES
        ),
        Query(INVOICE, ("_w365_contract_value",), filter=drafted),
    ]
