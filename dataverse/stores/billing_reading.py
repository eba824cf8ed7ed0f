"""What a chunk's contracts are billed by: the rows that are present, and what must be asked where these do not tell enough.

Round trips besides that for what is present: one for contracts whose changes reach back (two where the newest rows of a log do
not tell enough), one for those that have promised something, one for those with prices in another currency, and one where what
people enter by hand may wait. What is asked stands in `billing_questions`, `billing_reach` and `billing_logs`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dataverse.batch import ChangeSet, Get, in_parts, raise_failed, rows_of
from dataverse.query import Query, any_of, both, either, eq, ge, ne
from dataverse.rows import choice_value
from dataverse.stores import billing_claims as claims
from dataverse.stores import billing_conditions as conditions
from dataverse.stores import billing_logs as logs
from dataverse.stores import billing_questions as questions
from dataverse.stores import billing_rows as rows
from dataverse.stores import entered_seats
from dataverse.stores.billing_commitments import lines_since
from dataverse.stores.billing_items import SOURCES
from dataverse.stores.billing_material import Material
from dataverse.stores.billing_ops import NEVER
from dataverse.stores.billing_reach import committed, reaching_back
from dataverse.stores.billing_usage import meter_prices
from dataverse.stores.billing_work import reading as reading_of
from dataverse.stores.catching_up import decided_of
from dataverse.stores.entered import with_entries
from dataverse.stores.exchange_rates import exchange_rate, rates_of
from dataverse.stores.in_entity import InEntity
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.stores.reviewing import Limits
from dataverse.stores.typed_over import NEWEST_ROW

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from dataverse.batch import Outcome
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import Row, WebApi
    from work365.ports.billing import Entity, Reading, Run

OPS_MAX = 900
CONTRACT, SUBSCRIPTION, CHANGE, LINE = "w365_billingcontract", "w365_subscription", "w365_changelog", "w365_invoiceline"
BILLABLE_CHANGE = eq("w365_Subscription/w365_billable", True)
"""Changes of what is not billed by itself, such as parts of a bundle, stay unbilled for good and are never asked for."""
UNBILLED_CHANGE = both(eq("w365_billingstate", choice_value(CHANGE, "w365_billingstate", "Unbilled")), BILLABLE_CHANGE)


@dataclass(frozen=True, slots=True)
class Supposed:
    """What is not written yet, for whoever wants to know what it would cost.

    Attributes:
        also: rows of the change log.
        begun: subscriptions.
        written: columns of contracts and subscriptions as they would be, by id.
    """

    also: Sequence[Row] = ()
    begun: Sequence[Row] = ()
    written: Mapping[str, Row] = field(default_factory=dict)

    @property
    def logs_stand(self) -> bool:
        """No log will have rows that are not there yet."""
        return not (self.also or self.begun)

    @property
    def nothing(self) -> bool:
        """Everything is as the tenant has it."""
        return not (self.also or self.begun or self.written)


def present(contracts: Sequence[str], supposed: Supposed) -> list[Get]:
    """What a bill needs when nothing reaches back: settings, contracts, active subscriptions, and what no bill has settled.

    Shape: subscriptions are compared with their logs, unless these will have rows that are not there yet.
    """
    wanted = both(any_of("w365_billingcontractid", contracts), eq("statecode", 0))
    theirs = any_of("_w365_contract_value", contracts)
    active = both(theirs, eq("statecode", 0))
    beside = f"{rows.SUBSCRIPTION_PRODUCT},{NEWEST_ROW}" if supposed.logs_stand else rows.SUBSCRIPTION_PRODUCT
    return [
        SETTINGS,
        Get(Query(CONTRACT, rows.CONTRACT, filter=wanted, expand=rows.CONTRACT_ACCOUNT, order="w365_number")),
        Get(Query(SUBSCRIPTION, rows.SUBSCRIPTION, filter=active, expand=beside)),
        Get(Query(CHANGE, rows.CHANGE, filter=both(theirs, UNBILLED_CHANGE))),
        Get(decided_of(contracts)),
        meter_prices(contracts),
        *conditions.present(contracts),
        *(source.of(contracts) for source in SOURCES),
    ]


@dataclass(frozen=True, slots=True)
class ChunkReader:
    """Reads the contracts of one chunk of a run."""

    api: WebApi
    currencies: Currencies
    entity: Entity
    run: Run

    def reading(self, found: Iterable[Outcome], supposed: Supposed, *, settle: bool) -> Reading:
        """The contracts as they are billed, or would be.

        Shape: `found` answers `present`; `settle` gives items that a document has billed the mark that they lost.
        """
        said, *present_rows = map(rows_of, found)
        material = self._sorted(said, present_rows, supposed, settle=settle)
        material = self._with_rates(self._with_promises(self._with_history(material, supposed.also)))
        limits = Limits(said if supposed.nothing else ())
        reading = self._with_entries(reading_of(material, self.entity), material, limits)
        return reading.at_once() if self.run.at_once else reading

    def _sorted(self, said: list[Row], present_rows: list[list[Row]], supposed: Supposed, *, settle: bool) -> Material:
        """What is present and supposed, sorted by contract."""
        contracts, subscriptions, changes, decided, meters, discounts, promotions, prices, *items = present_rows
        contracts = _as_written(contracts, supposed.written)
        subscriptions = [*_as_written(subscriptions, supposed.written), *supposed.begun]
        items = [self._unclaimed(some, settle=settle) for some in items]
        known = conditions.Conditions.of(discounts, promotions, prices)
        settings = InEntity(Inherited(said), self.entity)
        changes = [*changes, *supposed.also]
        material = Material.of(contracts, subscriptions, changes, self.currencies, settings, items, meters, known)
        return material.with_decisions(decided) if decided else material

    def _unclaimed(self, items: list[Row], *, settle: bool) -> list[Row]:
        """Items without usage records that a document has billed and whose mark got lost; they get it now."""
        asked = claims.documents_of(row for row in items if "w365_claim" in row)
        if not asked:
            return items
        billed = claims.billed_by(items, self.api.rows(*asked)[0])
        if settle:
            for part in in_parts(sorted(billed.items()), OPS_MAX):
                raise_failed(self.api.batch([ChangeSet([claims.mark_billed(*pair) for pair in part])])[0])
        return [row for row in items if row["w365_usageid"] not in billed]

    def _with_history(self, material: Material, also: Sequence[Row]) -> Material:
        """With what was billed and the logs of contracts that a change reaches back into, and what prices and payers lack."""
        back, ended = reaching_back(material), questions.unknown_subscriptions(material)
        asked = questions.asked(material, self.entity.template)
        if not (back or ended or asked):
            return material
        asking = logs.questions(sorted(back), min(back.values(), default=NEVER))
        log, standing, later, lines, *more = self.api.rows(*asking, *_history(back, ended), *asked)
        told, unsure = logs.told(standing, later, material.terms())
        if unsure:
            (whole,) = self.api.rows(logs.whole(unsure))
            log = logs.without(log, unsure) + whole
        read = material.with_history(lines, [*log, *told, *also], *more)
        lacking = questions.lacking(read, material, self.entity.template) if ended else []
        return read.with_prices(self.api.rows(*lacking)[0]) if lacking else read

    def _with_promises(self, material: Material) -> Material:
        """With the lines that commitments are measured by."""
        promised = committed(material)
        if not promised:
            return material
        return material.with_promises(*self.api.rows(lines_since(promised), Get(rows.skipped_cycles(sorted(promised)))))

    def _with_rates(self, material: Material) -> Material:
        """With the exchange rates of the run's day for prices and costs in another currency than their contract's."""
        foreign, costs = questions.foreign_prices(material, self.currencies), questions.foreign_costs(material)
        if not (foreign or costs):
            return material
        codes = {*foreign.values(), *costs, *(contract.currency for _, contract in material.contracts)}
        since = min((self.run.as_of, *costs.values()))
        (rates,) = self.api.rows(Get(rates_of(self.run.as_of, self.entity.rate_terms, codes, since)))
        return material.with_rates(foreign, map(exchange_rate, rates), self.run.as_of)

    def _with_entries(self, reading: Reading, material: Material, limits: Limits) -> Reading:
        """What people may have entered by hand, where a setting lets any of it wait."""
        if limits.off:
            return reading
        asking = entered_seats.questions(material)
        besides = entered_seats.besides(self.api.rows(*asking) if asking else (), material)
        return with_entries(reading, material, limits, besides, self.run.as_of)


def _history(back: dict[str, date], ended: Sequence[str]) -> list[Get]:
    """Of contracts that a change reaches back into: what was billed since, subscriptions that ended, and skipped cycles."""
    theirs = any_of("_w365_contract_value", sorted(back))
    since = ge("w365_periodstart", min(back.values(), default=NEVER))
    which = either(both(theirs, ne("statecode", 0)), any_of("w365_subscriptionid", ended))
    return [
        Get(Query(LINE, rows.LINE, filter=both(theirs, since), expand=rows.LINE_INVOICE)),
        Get(Query(SUBSCRIPTION, rows.SUBSCRIPTION, filter=which, expand=rows.SUBSCRIPTION_PRODUCT)),
        Get(rows.skipped_cycles(sorted(back))),
    ]


def _as_written(found: list[Row], written: Mapping[str, Row]) -> list[Row]:
    """The same rows, some with other columns."""
    if not written:
        return found
    return [{**row, **written.get(row.get("w365_subscriptionid") or row["w365_billingcontractid"], {})} for row in found]
