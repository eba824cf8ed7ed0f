"""Rows that no document has billed, over Dataverse: one request for them, one for their contracts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from dataverse.batch import Get, in_parts
from dataverse.query import Query, any_of, both, either, eq, not_null
from dataverse.rows import choice_label, day, instant, maybe, status_label
from dataverse.schema.tables import BY_NAME
from dataverse.stores import billing_rows
from dataverse.stores.billing_items import ONE_TIME, SOURCES, is_fee
from dataverse.stores.billing_ops import NEVER
from dataverse.stores.billing_reading import BILLABLE_CHANGE
from dataverse.stores.billing_source import complete, unbilled
from dataverse.stores.contract_rows import CONTRACT as CONTRACT_TERMS
from dataverse.stores.contract_rows import contract_of
from dataverse.stores.findings import TABLE as FINDING
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.stores.left_out import EXCLUDED_BY, REASON, STATE, excluded_silently, excluded_with_reason
from dataverse.stores.log_entries import CHANGE, asked_on, refund_of
from work365.crediting.policy import RefundRule
from work365.crediting.unbilled import Container, LeftOut, Waiting
from work365.errors import BadInput
from work365.invoicing.holding_back import HOLDING_BACK
from work365.money import currency
from work365.periods import zone_named
from work365.subscriptions.counting import kept_until
from work365.timing.rolling_up import TABLE as TIME
from work365.usage.charging import TABLE as USAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from dataverse.stores.billing_source import Source
    from dataverse.webapi import Row, WebApi
    from work365.contracts.contract import BillingContract

CONTRACT = "w365_billingcontract"
OF_CONTRACT = "_w365_contract_value"
TERMS = (*billing_rows.CONTRACT, "statecode")
OF_TERMS = "transactioncurrencyid($select=isocurrencycode),w365_LegalEntity($select=w365_timezone)"
DECIDED = (STATE, REASON, EXCLUDED_BY, "w365_excludedon")
WHO = "w365_ExcludedBy($select=fullname)"
CHANGED = (
    *("w365_changelogid", "w365_sequence", "w365_effective", "w365_recordedon", "w365_askedon", "w365_quantitydelta"),
    *("w365_refund", OF_CONTRACT, *DECIDED),
)
OF_SUBSCRIPTION = "w365_Subscription($select=w365_name,w365_printedname)"
APPROVED_FIRST = (ONE_TIME, TIME)
"""Tables whose rows somebody approves; what is rejected is not to be billed, so it does not wait."""
IDS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class _Known:
    """A contract; `terms` is None where its row says too little: the run that stumbles over it has a finding of its own."""

    container: Container
    terms: BillingContract | None
    zone: ZoneInfo
    rides: bool


class UnbilledRows:
    """Changes and items that no document has billed."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def waiting(self, contract: str | None = None) -> list[Waiting]:
        """All of them, or those of a contract, the oldest first; what was set to Excluded without a reason is among them."""
        return self._read(contract, lambda table: either(unbilled(table), excluded_silently(table)))

    def left_out(self, contract: str | None = None) -> list[Waiting]:
        """What is left out for a reason, by people or by Work365 itself, the oldest first."""
        return self._read(contract, excluded_with_reason)

    def _read(self, contract: str | None, which: Callable[[str], str]) -> list[Waiting]:
        theirs = "" if contract is None else eq(OF_CONTRACT, contract)
        held = both(theirs, eq("statecode", 0), any_of("w365_code", HOLDING_BACK), not_null(OF_CONTRACT))
        changed = both(theirs, which(CHANGE), BILLABLE_CHANGE)
        said, changes, findings, *items = self._api.rows(
            SETTINGS,
            Get(Query(CHANGE, CHANGED, changed, expand=f"{OF_SUBSCRIPTION},{WHO}")),
            Get(Query(FINDING, (OF_CONTRACT, "w365_message"), held)),
            *(Get(Query(one.table, _columns(one), both(theirs, which(one.table), _open(one)), expand=WHO)) for one in SOURCES),
        )
        why = {row[OF_CONTRACT]: row["w365_message"] or "" for row in findings}
        known = self._contracts([*changes, *(row for rows in items for row in rows)], Inherited(said), why)
        found = [_change(row, known.get(row[OF_CONTRACT])) for row in changes]
        for source, rows in zip(SOURCES, items, strict=True):
            found += [_item(source, row, known.get(row[OF_CONTRACT])) for row in rows]
        return sorted(found, key=lambda one: (one.day, one.what, one.named))

    def _contracts(self, rows: Iterable[Row], inherited: Inherited, why: Mapping[str, str]) -> dict[str, _Known]:
        ids = sorted({row[OF_CONTRACT] for row in rows if row[OF_CONTRACT]})
        asks = (any_of("w365_billingcontractid", part) for part in in_parts(ids, IDS_AT_ONCE))
        asked = [Get(Query(CONTRACT, TERMS, ask, expand=OF_TERMS)) for ask in asks]
        answers: Sequence[list[Row]] = self._api.rows(*asked) if asked else ()
        return {row["w365_billingcontractid"]: _known(row, inherited, why) for answer in answers for row in answer}


def _columns(source: Source) -> tuple[str, ...]:
    own = {USAGE: ("w365_certainty",), ONE_TIME: ("w365_source",)}
    return (f"{source.table}id", "w365_name", source.day, "statuscode", OF_CONTRACT, *DECIDED, *own.get(source.table, ()))


def _open(source: Source) -> str:
    return eq("statecode", 0) if source.table in APPROVED_FIRST else ""


def _known(row: Row, inherited: Inherited, why: Mapping[str, str]) -> _Known:
    next_invoice = maybe(day, row["w365_nextinvoicedate"])
    container = Container(
        number=row["w365_number"],
        active=row["statecode"] == 0,
        next_invoice=None if next_invoice == NEVER else next_invoice,
        held_back=why.get(row["w365_billingcontractid"], ""),
    )
    rides = maybe(lambda value: choice_label(CONTRACT, "w365_changesbilled", value), row["w365_changesbilled"]) == "Next cycle"
    return _Known(container, _terms(row, inherited), zone_named(row["w365_LegalEntity"]["w365_timezone"]), rides)


def _terms(row: Row, inherited: Inherited) -> BillingContract | None:
    try:
        contract = inherited.terms(row)
        complete(contract, CONTRACT_TERMS, "it")
        return contract_of(contract, currency(contract["transactioncurrencyid"]["isocurrencycode"]))
    except BadInput:
        return None


def _change(row: Row, known: _Known | None) -> Waiting:
    subscription = row["w365_Subscription"]
    named = subscription["w365_printedname"] or subscription["w365_name"] or ""
    on, terms = day(row["w365_effective"]), known.terms if known else None
    return Waiting(
        id=row["w365_changelogid"],
        what="Change",
        named=f"{named}, change {row['w365_sequence']}",
        day=on,
        container=known.container if known else None,
        rides=known is not None and known.rides,
        kept_until=_kept_until(row, terms, known.zone) if known and terms else None,
        one_cycle_on=_one_cycle_on(on, terms),
        left_out=_left_out(CHANGE, row),
    )


def _kept_until(row: Row, terms: BillingContract, zone: ZoneInfo) -> date | None:
    """The day up to which a reduction without refund keeps what is paid."""
    if refund_of(CHANGE, row) is not RefundRule.NONE or row["w365_quantitydelta"] > 0:
        return None
    effective, asked = day(row["w365_effective"]), asked_on(row)
    return kept_until(effective, effective if asked is None else asked.astimezone(zone).date(), terms)


def _item(source: Source, row: Row, known: _Known | None) -> Waiting:
    on = maybe(day, row[source.day]) or date.max
    certainty = row.get("w365_certainty")
    return Waiting(
        id=row[f"{source.table}id"],
        what=BY_NAME[source.table].label,
        named=row["w365_name"] or "",
        day=on,
        container=known.container if known else None,
        rides=known is not None and (known.rides or source.with_cycle or (source.table == ONE_TIME and is_fee(row))),
        approved=source.table not in APPROVED_FIRST or status_label(source.table, row) == "Approved",
        estimate=certainty is not None and choice_label(USAGE, "w365_certainty", certainty) != "Confirmed",
        one_cycle_on=_one_cycle_on(on, known.terms if known else None),
        left_out=_left_out(source.table, row),
    )


def _one_cycle_on(on: date, terms: BillingContract | None) -> date | None:
    """By the frequency that the contract had on that day; None for a day that is missing, which nobody can count from."""
    return None if terms is None or on == date.max else terms.on(on).frequency.after(on)


def _left_out(table: str, row: Row) -> LeftOut | None:
    if choice_label(table, STATE, row[STATE]) != "Excluded":
        return None
    on = maybe(instant, row["w365_excludedon"])
    return LeftOut(row[REASON] or "", (row.get("w365_ExcludedBy") or {}).get("fullname") or "", on.date() if on else None)
