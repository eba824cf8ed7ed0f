"""Usage records over Dataverse: versions by line, one change set per decision, and the usage of open cycles."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.batch import ChangeSet, Create, Failed, Get, Op, Update, packed, raise_failed
from dataverse.query import Query, any_of, both, either, eq, ge, lt, ne, not_null
from dataverse.rows import bind, choice_label, choice_value, day, etag, maybe
from dataverse.stores import billing_rows
from dataverse.stores.billing_source import Around
from dataverse.stores.billing_usage import COLUMNS, meter_prices, metered, usage_terms
from dataverse.stores.contract_rows import contract_of
from dataverse.stores.cycle_rates import RatesOfCycle
from dataverse.stores.exchange_rates import TERMS
from dataverse.stores.findings import TABLE as FINDING
from dataverse.stores.findings import keep, resolve, row_id
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.stores.left_out import EXCLUDED_BY, REASON, left_out
from dataverse.webapi import Ref
from work365.errors import BadInput
from work365.ports.metering import Owner
from work365.usage.charging import TABLE
from work365.usage.drilling import WHOLE
from work365.usage.importing import HeldUsage, Step, written_tags
from work365.usage.watching import Watched

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import date

    from dataverse.rows import Row
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import WebApi
    from work365.errors import External
    from work365.findings import Finding
    from work365.usage.drilling import Part
    from work365.usage.importing import Decision
    from work365.usage.records import Metered

SUBSCRIPTION, CONTRACT = "w365_subscription", "w365_billingcontract"
OWNER = ("w365_subscriptionid", "w365_externalid", "_w365_contract_value", "w365_name", "w365_printedname", "w365_usagethreshold")
HELD = (
    *("w365_usageid", "w365_lineid", "w365_version", "w365_quantity", "w365_cost", "w365_costcurrency", "w365_certainty"),
    *("w365_billingstate", "w365_billedamount", "_w365_invoice_value", "w365_prioramount", "_w365_priorinvoice_value"),
    *("w365_claim", REASON, EXCLUDED_BY),
)
USED = tuple(name for name in COLUMNS if name not in ("w365_prioramount", "w365_claim"))
"""What a running total needs of a record."""
ABOUT = ("w365_name", "w365_printedname")
ABOUT_PRODUCT = "w365_Product($select=w365_productid,w365_printedname,w365_taxcategory,w365_usagemarkuppercent)"
PARTS = {
    "resource-group": "w365_resourcegroup",
    "resource": "w365_resource",
    "category": "w365_metercategory",
    "meter": "w365_meter",
}
"""Columns by the words that a part is asked for by; days and tags are looked at in what was read."""
SHOWN_MAX = 5
ENTITY = f"w365_LegalEntity($select={','.join(TERMS)})"
OPS_MAX = 900
RESTATED = choice_value(TABLE, "w365_billingstate", "Restated")
EXCLUDED = choice_value(TABLE, "w365_billingstate", "Excluded")


class Metering:
    """The metering book over Dataverse."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._currencies = currencies

    def owners(self, external_ids: Collection[str]) -> dict[str, Owner]:
        """Subscriptions by the provider's id, in lower case."""
        query = Query(SUBSCRIPTION, OWNER, filter=any_of("w365_externalid", sorted(external_ids)), order="createdon")
        return {
            row["w365_externalid"].lower(): Owner(row["w365_subscriptionid"], row["_w365_contract_value"])
            for row in self._api.find(query)
        }

    def newest(self, line_ids: Collection[str]) -> dict[str, HeldUsage]:
        """The version of each line that no other has taken the place of."""
        newest = both(any_of("w365_lineid", line_ids), ne("w365_billingstate", RESTATED))
        return {row["w365_lineid"]: _held(row) for row in self._api.find(Query(TABLE, HELD, filter=newest))}

    def record(self, decisions: Sequence[tuple[Decision, Owner]]) -> list[External | None]:
        """One change set per decision."""
        result: list[External | None] = []
        for pack in packed([_ops(*pair) for pair in decisions], len, OPS_MAX):
            outcomes = self._api.batch([ChangeSet(ops) for ops in pack])
            result += [outcome.error if isinstance(outcome, Failed) else None for outcome in outcomes]
        return result

    def watched(self, as_of: date) -> Iterable[Watched]:
        """Active subscriptions with a threshold, each with its contract's open cycle."""
        which = both(eq("statecode", 0), not_null("w365_usagethreshold"), not_null("_w365_contract_value"))
        for row in list(self._api.find(Query(SUBSCRIPTION, OWNER, filter=which, order="createdon"))):
            yield self._watched(row, as_of)

    def open_cycle(self, subscription: str, as_of: date) -> Watched | None:
        """One subscription with the open cycle."""
        named = either(eq("w365_externalid", subscription), eq("w365_printedname", subscription))
        which = both(named, not_null("_w365_contract_value"))
        found = list(self._api.find(Query(SUBSCRIPTION, OWNER, filter=which, order="createdon", top=SHOWN_MAX + 1)))
        by_id = [row for row in found if (row["w365_externalid"] or "").lower() == subscription.lower()] or found
        if len(by_id) > 1:
            ids = ", ".join(row["w365_externalid"] or "one without an id" for row in by_id[:SHOWN_MAX])
            more = " and more" if len(by_id) > SHOWN_MAX else ""
            message = f"several subscriptions are called '{subscription}': {ids}{more}; give the provider's id of one"
            raise BadInput(message, "SUBSCRIPTION")
        return self._watched(by_id[0], as_of) if by_id else None

    def _watched(self, row: Row, as_of: date) -> Watched:
        owner = row["_w365_contract_value"]
        whole = Get(Ref(CONTRACT, owner), billing_rows.CONTRACT, ENTITY)
        (own,), prices, said = self._api.rows(whole, meter_prices([owner]), SETTINGS)
        contract = Inherited(said).terms(own)
        terms = contract_of(contract, self._currencies.code(contract["_transactioncurrencyid_value"]))
        cycle = terms.cadence.containing(as_of)
        return Watched(
            row["w365_subscriptionid"],
            row["w365_printedname"] or row["w365_name"],
            cycle,
            Decimal(row["w365_usagethreshold"] or 0),
            usage_terms(Around(contract, terms, prices, RatesOfCycle(self._api, contract["w365_LegalEntity"], cycle))),
        )

    def used(self, watched: Watched, part: Part = WHOLE) -> Iterator[Metered]:
        """One request per 5,000 records of the part, and one for what is the same in all of them: subscription and product."""
        about = self._api.read(Ref(SUBSCRIPTION, watched.subscription), select=ABOUT, expand=ABOUT_PRODUCT)
        asked = (eq(PARTS[word], text) for word, text in part.asked if text and word in PARTS)
        query = Query(TABLE, USED, filter=both(_counting(watched), *asked), order="w365_usedon,w365_lineid")
        records = (metered({**row, "w365_Subscription": about, "w365_prioramount": None}) for row in self._api.find(query))
        return (record for record in records if part.takes(record))

    def newest_day(self, watched: Watched) -> date | None:
        """The first of them from behind."""
        row = self._api.first(Query(TABLE, ("w365_usedon",), filter=_counting(watched), order="w365_usedon desc"))
        return None if row is None else day(row["w365_usedon"])

    def report(self, findings: Sequence[Finding], source: str, mended: Collection[str] = ()) -> None:
        """Keep findings; close open ones about subscriptions that are known now."""
        still = both(eq("w365_code", "usage-unknown-subscription"), eq("statecode", 0))
        rows = self._api.find(Query(FINDING, ("w365_findingid", "w365_subject"), filter=still))
        closed = [resolve(row["w365_findingid"]) for row in rows if row["w365_subject"] in mended]
        self._write([*(keep(finding, source) for finding in findings), *closed])

    def report_once(self, findings: Sequence[Finding], source: str) -> int:
        """Keep findings that no row is there for."""
        ids = {row_id(finding.identity): finding for finding in findings}
        known = Query(FINDING, ("w365_findingid",), filter=any_of("w365_findingid", sorted(ids)))
        there = {row["w365_findingid"] for row in self._api.find(known)} if ids else set()
        fresh = [finding for key, finding in ids.items() if key not in there]
        self._write([keep(finding, source) for finding in fresh])
        return len(fresh)

    def _write(self, ops: Sequence[Op]) -> None:
        for pack in packed(ops, lambda _: 1, OPS_MAX):
            for outcome in self._api.batch([ChangeSet([op]) for op in pack]):
                raise_failed(outcome)


def _counting(watched: Watched) -> str:
    """The filter for the newest versions of a cycle's records, without what a person excluded."""
    counting = both(ne("w365_billingstate", RESTATED), ne("w365_billingstate", EXCLUDED))
    inside = both(ge("w365_usedon", watched.cycle.start), lt("w365_usedon", watched.cycle.end))
    return both(eq("_w365_subscription_value", watched.subscription), inside, counting)


def _held(row: Row) -> HeldUsage:
    return HeldUsage(
        id=row["w365_usageid"],
        version=row["w365_version"],
        quantity=Decimal(row["w365_quantity"]),
        cost=Decimal(row["w365_cost"]),
        currency=row["w365_costcurrency"],
        confirmed=choice_label(TABLE, "w365_certainty", row["w365_certainty"]) == "Confirmed",
        state=choice_label(TABLE, "w365_billingstate", row["w365_billingstate"]),
        billed=maybe(Decimal, row["w365_billedamount"]),
        invoice=row["_w365_invoice_value"],
        prior=maybe(Decimal, row["w365_prioramount"]),
        prior_invoice=row["_w365_priorinvoice_value"],
        claimed=row["w365_claim"] is not None,
        left_out=row[REASON] or "",
        left_out_by=row[EXCLUDED_BY],
        etag=etag(row),
    )


def _ops(decision: Decision, owner: Owner) -> list[Op]:
    held = decision.held
    if held is not None and decision.step is Step.CONFIRM:
        confirmed = {"w365_certainty": choice_value(TABLE, "w365_certainty", "Confirmed")}
        return [Update(Ref(TABLE, held.id), confirmed, held.etag)]
    replaced = [] if held is None else [Update(Ref(TABLE, held.id), {"w365_billingstate": RESTATED}, held.etag)]
    return [*replaced, Create(TABLE, _row(decision, owner), decision.row)]


def _row(decision: Decision, owner: Owner) -> Row:
    line, held = decision.line, decision.held
    first = {} if decision.prior_invoice is None else bind("w365_PriorInvoice", "w365_invoice", decision.prior_invoice)
    return {
        "w365_name": f"{line.meter} {line.used}"[:200],
        "w365_lineid": line.line_id,
        "w365_version": decision.version,
        "w365_usedon": line.used,
        "w365_meter": line.meter,
        "w365_metercategory": line.category,
        "w365_region": line.region,
        "w365_resourcegroup": line.resource_group,
        "w365_resource": line.resource,
        "w365_tags": written_tags(line.tags),
        "w365_quantity": line.quantity,
        "w365_unit": line.unit,
        "w365_unitcost": line.unit_cost,
        "w365_cost": line.cost,
        "w365_costcurrency": line.currency,
        "w365_certainty": choice_value(TABLE, "w365_certainty", "Confirmed" if line.confirmed else "Unconfirmed"),
        "w365_billingstate": choice_value(TABLE, "w365_billingstate", decision.state),
        **(left_out(TABLE, held.left_out, held.left_out_by) if held is not None and decision.state == "Excluded" else {}),
        "w365_prioramount": decision.prior,
        **first,
        **bind("w365_Subscription", SUBSCRIPTION, owner.id),
        **bind("w365_Contract", CONTRACT, owner.contract),
    }
