"""Rows of entities, runs, chunks, drafts and series into values. Pure: nothing here calls anybody."""

from __future__ import annotations

import json
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.query import Query, any_of, both, eq
from dataverse.rows import amount, bind, choice_label, choice_value, day, etag, maybe
from dataverse.stores.billing_commitments import PRODUCT as COMMITMENT_PRODUCT
from dataverse.stores.billing_commitments import TERMS as COMMITMENT_TERMS
from dataverse.stores.billing_supplied import TERMS as SUPPLIER_TERMS
from dataverse.stores.billing_time import ROLL_UP
from dataverse.stores.billing_usage import TERMS as USAGE_TERMS
from dataverse.stores.exchange_rates import TERMS as RATE_TERMS
from dataverse.stores.exchange_rates import rate_terms
from dataverse.stores.inheriting import Above
from dataverse.stores.payment_rule_rows import ruled
from work365.approving.deciding import ApprovalRule
from work365.errors import BadInput
from work365.findings import Finding
from work365.ids import derived
from work365.jobs import JobKind
from work365.money import currency
from work365.ports.billing import Chunk, ChunkState, DraftRow, Due, Entity, HeldBack, Run, Series
from work365.ports.taxing import EngineChoice, EngineKind
from work365.taxing.assessing import Buyer, Rounding, TableTax
from work365.taxing.rates import Exemption, TaxRate, TaxTable, Treatment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dataverse.stores.inheriting import Inherited
    from dataverse.webapi import Row

CONTRACT_TABLE, INVOICE_TABLE, LINE_TABLE = "w365_billingcontract", "w365_invoice", "w365_invoiceline"
SERIES_TABLE, SERIES_DIGITS, SERIES_CODE_MAX = "w365_numberseries", 5, 10
SERIES_KIND = {False: "Invoice", True: "Credit note"}
TABLE_TAX = "Table"
FOLLOW_UP = ((JobKind.SEND, "w365_autosend"), (JobKind.SYNC, "w365_autosync"), (JobKind.CHARGE, "w365_autocharge"))
ENTITY_TABLE = "w365_legalentity"
ENTITY = (
    *("w365_legalentityid", "w365_code", "w365_timezone", "w365_country", "w365_paymenttermsdays", "w365_taxrounding"),
    *("w365_taxengine", "w365_taxcompany", "w365_taxsecretname", "w365_taxlocation", *RATE_TERMS),
    *("w365_template", "_w365_team_value"),
)
TAX_RATES = Query(
    "w365_taxrate",
    (
        *(
            "_w365_legalentity_value",
            "w365_place",
            "w365_category",
            "w365_validfrom",
            "w365_validto",
            "w365_percent",
            "w365_code",
        ),
        *("w365_note", "w365_vatcategory", "w365_exemptcode", "w365_registration"),
    ),
    filter=eq("statecode", 0),
)
EXEMPTIONS = Query(
    "w365_taxexemption",
    ("_w365_account_value", "w365_category", "w365_certificate", "w365_validfrom", "w365_validto", "w365_reason"),
    filter=eq("statecode", 0),
)
RUN = ("w365_billingrunid", "_w365_legalentity_value", "w365_asof", "w365_scope")
CHUNK = ("w365_billingchunkid", "w365_ordinal", "w365_contracts", "w365_attempts", "w365_invoices", "w365_findings", "statuscode")
CHUNK_RUN = f"w365_Run($select={','.join(RUN)};$expand=w365_LegalEntity($select={','.join(ENTITY)}))"
CONTRACT = (
    *("w365_billingcontractid", "w365_number", "w365_startdate", "w365_enddate", "w365_billday", "w365_frequency", "w365_policy"),
    *(
        "w365_prorate",
        "w365_changesbilled",
        "w365_offsetdays",
        "w365_discountpercent",
        "w365_billedthrough",
        "w365_nextinvoicedate",
        "w365_reopenfrom",
        "w365_generation",
    ),
    *("w365_frequencycount", "w365_cycleanchor", "w365_scheduledby", "w365_amendments", "w365_amendedfrom"),
    *("w365_purchaseorder", "w365_pricesincludetax", "_w365_account_value", "_transactioncurrencyid_value"),
    *("w365_termend", "w365_autorenew", "_w365_pricelist_value"),
    *("_w365_legalentity_value", "createdon", "w365_catchup", "w365_catchupreason", "w365_catchupuntil"),
    *("w365_consolidate", "w365_paymenttermsdays", "w365_autosend", "w365_autosync", "w365_autocharge"),
    *("w365_billingemail", "_w365_paymentprofile_value", "_w365_accountingsystem_value"),
    *(*USAGE_TERMS, ROLL_UP, *COMMITMENT_TERMS, *SUPPLIER_TERMS, "w365_template"),
)
DUE = ("w365_billingcontractid", "w365_consolidate", "_w365_account_value", "_w365_payer_value")
CONTRACT_PRICE_LIST = "w365_PriceList($select=w365_pricelistid,w365_code,_transactioncurrencyid_value)"
BUYER_COLUMNS = (
    *("name", "w365_taxcountry", "w365_taxregion", "w365_taxnumber", "address1_line1", "address1_city", "address1_postalcode"),
)
"""What is read of an account that is billed."""
BUYER = f"w365_Account($select={','.join(BUYER_COLUMNS)})"
CONTRACT_ACCOUNT = f"{ruled(BUYER)},{ruled(CONTRACT_PRICE_LIST)},{COMMITMENT_PRODUCT},w365_PaymentProfile($select=w365_kind)"
SUBSCRIPTION = (
    *("w365_subscriptionid", "_w365_contract_value", "w365_printedname", "w365_startdate", "w365_enddate", "w365_quantity"),
    *(
        "w365_unitprice",
        "w365_billable",
        "w365_listprice",
        "w365_pricedon",
        "w365_ownpricefrom",
        "w365_term",
        "w365_billingplan",
        "w365_commitmentend",
        "w365_atend",
        "w365_externalid",
        "_transactioncurrencyid_value",
        "_w365_splitof_value",
        "_w365_tierof_value",
        "_w365_continuedfrom_value",
        "w365_splitfrom",
        "w365_heldback",
        "w365_lastsequence",
    ),
    *("w365_frequency", "w365_frequencycount", "w365_cycleanchor", "w365_schedules"),
)
SUBSCRIPTION_PRODUCT = (
    "w365_Product($select=w365_productid,w365_printedname,w365_taxcategory,w365_tiermodel,w365_packagesize,w365_freeunits)"
)
CHANGE = (
    *(
        "w365_changelogid",
        "_w365_subscription_value",
        "_w365_contract_value",
        "w365_sequence",
        "w365_effective",
        "w365_recordedon",
        "w365_askedon",
    ),
    *("w365_quantity", "w365_quantitydelta", "w365_unitprice", "w365_billingstate", "w365_refund", "w365_event"),
    "w365_source",
)
LINE = (
    *("w365_key", "_w365_contract_value", "_w365_subscription_value", "w365_periodstart", "w365_periodend", "w365_quantity"),
    *("w365_unitprice", "w365_amount", "w365_tax", "w365_priceincludestax", "w365_exchangerate", "w365_origin"),
    *("w365_fractionnumerator", "w365_fractiondenominator"),
)
LINE_INVOICE = "w365_Invoice($select=statuscode,_w365_legalentity_value,_w365_account_value)"
DRAFT = (
    *("w365_invoiceid", "_w365_contract_value", "w365_kind", "w365_total", "w365_balance", "w365_taxreference"),
    *("w365_taxstate", "_w365_account_value", "_w365_legalentity_value"),
)
DRAFT_CONTRACT = (
    "w365_Contract($select=w365_paymenttermsdays,w365_autosend,w365_autosync,w365_autocharge,_w365_account_value),"
    "w365_LegalEntity($select=w365_paymenttermsdays,w365_approvalfrom,w365_twopeople),"
    "transactioncurrencyid($select=isocurrencycode)"
)
WITHOUT_CONTRACT = {"w365_paymenttermsdays": None}
"""What a document that is for no contract is asked."""
FINDING = ("w365_findingid", "w365_key", "_w365_contract_value")
SERIES = ("w365_numberseriesid", "w365_kind", "w365_year", "w365_prefix", "w365_nextnumber", "w365_digits")


def entity(row: Row, rates: Iterable[Row], exemptions: Iterable[Row]) -> Entity:
    """A legal entity with its own tax rates, and the exemptions of all customers."""
    mine = [rate for rate in rates if rate["_w365_legalentity_value"] == row["w365_legalentityid"]]
    return Entity(
        row["w365_legalentityid"],
        row["w365_code"],
        row["w365_timezone"],
        row["w365_country"],
        row["w365_paymenttermsdays"],
        TableTax(TaxTable(map(tax_rate, mine), map(exemption, exemptions)), _rounding(row)),
        engine_choice(row),
        rate_terms(row),
        row["w365_template"] or "",
        row["_w365_team_value"] or "",
    )


def _rounding(row: Row) -> Rounding:
    chosen = row["w365_taxrounding"]
    return Rounding.LINE if chosen is None else Rounding(choice_label(ENTITY_TABLE, "w365_taxrounding", chosen))


def engine_choice(row: Row) -> EngineChoice | None:
    """Who computes the taxes; None for the table."""
    chosen = row["w365_taxengine"]
    label = TABLE_TAX if chosen is None else choice_label(ENTITY_TABLE, "w365_taxengine", chosen)
    if label == TABLE_TAX:
        return None
    company, secret, location = (row[f"w365_tax{name}"] or "" for name in ("company", "secretname", "location"))
    return EngineChoice(EngineKind(label), company, secret, row["w365_country"], location)


def buyer(row: Row, otherwise: str) -> Buyer:
    """Who is billed, from a row with `BUYER`; taxed in its region, its country, or where the legal entity is."""
    account = row.get("w365_Account") or {}
    country, region = account.get("w365_taxcountry") or "", account.get("w365_taxregion") or ""
    place = f"{country}-{region}" if country and region else country or otherwise
    said = (account.get(name) or "" for name in ("w365_taxnumber", "address1_line1", "address1_city", "address1_postalcode"))
    return Buyer(row["_w365_account_value"], place, *said)


def tax_rate(row: Row) -> TaxRate:
    """One dated rate."""
    return TaxRate(
        row["w365_place"],
        row["w365_category"],
        day(row["w365_validfrom"]),
        Decimal(row["w365_percent"]),
        row.get("w365_code") or "",
        row.get("w365_note") or "",
        maybe(day, row["w365_validto"]),
        _treatment(row["w365_vatcategory"] or ""),
        row["w365_registration"] or "",
        row["w365_exemptcode"] or "",
    )


def _treatment(code: str) -> Treatment:
    """What a category code means; one that does not exist says nothing."""
    return Treatment(code) if code in {one.value for one in Treatment} else Treatment.UNSAID


def exemption(row: Row) -> Exemption:
    """One certificate."""
    return Exemption(
        row["_w365_account_value"],
        row["w365_certificate"],
        day(row["w365_validfrom"]),
        maybe(day, row["w365_validto"]),
        row["w365_category"] or "",
        row["w365_reason"] or "",
    )


def run(row: Row) -> Run:
    """One run."""
    return Run(row["w365_billingrunid"], row["_w365_legalentity_value"], day(row["w365_asof"]), row["w365_scope"])


def due(row: Row) -> Due:
    """A contract that is due; those of one payer that are not to stand alone are kept in one chunk."""
    payer = row["_w365_payer_value"] or row["_w365_account_value"] or ""
    return Due(row["w365_billingcontractid"], payer if _consolidates(row) else "")


def _consolidates(row: Row) -> str:
    """How it is consolidated, in the words of the choice; empty when it stands alone."""
    value = row["w365_consolidate"]
    label = "Alone" if value is None else choice_label(CONTRACT_TABLE, "w365_consolidate", value)
    return "" if label == "Alone" else label


ALIKE = (
    *("_w365_account_value", "_transactioncurrencyid_value", "w365_paymenttermsdays", "w365_autosend", "w365_autosync"),
    *("w365_autocharge", "w365_billingemail", "_w365_accountingsystem_value", "w365_policy", "w365_prorate"),
    "w365_pricesincludetax",
)
"""What is always the same on one document: it has one customer, currency, due date and recipient, and says dates in one way."""
ORDER, METHOD = "w365_purchaseorder", "_w365_paymentprofile_value"
ASKED = {
    "Customer": (),
    "Purchase order": (ORDER,),
    "Payment method": (METHOD,),
    "Purchase order and payment method": (ORDER, METHOD),
}
"""What is the same as well, by the contract's choice; the payment method is in any case where it is charged by itself."""


def together(row: Row) -> str:
    """What contracts must agree on to stand on one document; empty for one that stands alone."""
    how = _consolidates(row)
    if not how:
        return ""
    charged = (METHOD,) if row["w365_autocharge"] else ()
    return json.dumps([how, *(row[column] or None for column in (*ALIKE, *ASKED[how], *charged))], default=str)


def skipped_cycles(contracts: Sequence[str]) -> Query:
    """The cycles of these contracts that a person decided never to bill."""
    purpose = choice_value("w365_billingschedule", "w365_purpose", "Skipped")
    which = both(any_of("_w365_contract_value", contracts), eq("w365_purpose", purpose))
    return Query("w365_billingschedule", ("_w365_contract_value", "w365_cyclestart"), filter=which)


def chunks_of(run_id: str) -> Query:
    """Every chunk of a run."""
    return Query("w365_billingchunk", CHUNK, filter=eq("_w365_run_value", run_id), order="w365_ordinal")


def open_chunks(run_id: str) -> Query:
    """The chunks of a run that are neither done nor failed."""
    return Query("w365_billingchunk", ("w365_billingchunkid",), filter=both(eq("_w365_run_value", run_id), eq("statecode", 0)))


def chunk(row: Row, of: Run) -> Chunk:
    """One chunk."""
    state = ChunkState(choice_label("w365_billingchunk", "statuscode", row["statuscode"]))
    contracts = tuple(json.loads(row["w365_contracts"]))
    attempts, invoices = row["w365_attempts"] or 0, row["w365_invoices"] or 0
    return Chunk(row["w365_billingchunkid"], of, row["w365_ordinal"], contracts, state, attempts, invoices, etag(row))


def chunk_row(value: Chunk) -> Row:
    """A new chunk's row."""
    return {
        "w365_name": f"{value.run.as_of.isoformat()} {value.ordinal}",
        "w365_ordinal": value.ordinal,
        "w365_contracts": json.dumps(value.contracts),
        "w365_attempts": 0,
        **bind("w365_Run", "w365_billingrun", value.run.id),
    }


def chunk_failed(value: Chunk, why: str) -> Finding:
    """What finance reads when a chunk failed too often."""
    message = (
        f"{len(value.contracts)} contracts of the run of {value.run.as_of} were not billed: {why} "
        "They are still due; the next run bills them, or start one now with `w365 run billing`."
    )
    return Finding(
        "billing-chunk-failed", f"run {value.run.as_of} chunk {value.ordinal}", message, key=f"chunk-failed:{value.id}"
    )


def draft_row(row: Row, inherited: Inherited) -> DraftRow:
    """A draft that waits for its number, with the jobs that follow its issue.

    Errors: BadInput when a setting that counts for it cannot be used.
    """
    above = Above(row["_w365_account_value"], row["_w365_legalentity_value"], row.get("w365_LegalEntity") or {})
    contract = inherited.filled(row.get("w365_Contract") or WITHOUT_CONTRACT, above)
    credit_note = choice_label(INVOICE_TABLE, "w365_kind", row["w365_kind"]) == "Credit note"
    kinds = [kind for kind, flag in FOLLOW_UP if contract.get(flag)]
    kinds += [JobKind.SETTLE_TAX] if row["w365_taxreference"] or row["w365_taxstate"] else []
    owed = amount(row["w365_balance"], currency(row["transactioncurrencyid"]["isocurrencycode"]))
    owes = owed.minor > 0  # what it was set off against is not
    return DraftRow(
        row["w365_invoiceid"],
        etag(row),
        row["_w365_contract_value"],
        credit_note,
        contract["w365_paymenttermsdays"] or 0,
        tuple(kind for kind in kinds if kind is not JobKind.CHARGE or owes),
        row["_w365_account_value"],
        owed,
    )


def numberable(found: Iterable[Row], inherited: Inherited) -> Iterator[DraftRow]:
    """The drafts that a run may number: no person has to look at them first, and their settings can be used."""
    for row in found:
        if not waits_for_approval(row):
            with suppress(BadInput):  # its contract is held back for the same setting, and the run says why
                yield draft_row(row, inherited)


def held_back(row: Row) -> HeldBack:
    """An open finding about a contract."""
    return HeldBack(row["w365_findingid"], row["w365_key"], row["_w365_contract_value"])


def approval_rule(entity: Row) -> ApprovalRule:
    """What a legal entity's row asks for before its documents get a number."""
    threshold = entity.get("w365_approvalfrom")
    return ApprovalRule(None if threshold is None else Decimal(threshold), bool(entity.get("w365_twopeople")))


def waits_for_approval(row: Row) -> bool:
    """Whether a draft is not for a run to number: a person has to look at it first."""
    return approval_rule(row.get("w365_LegalEntity") or {}).needs(Decimal(row["w365_total"]))


def series_of(found: Iterable[Row], entity: str, year: int, code: str) -> tuple[Series, ...]:
    """The invoice and credit-note series of a year; one that is missing goes on from the year before.

    Shape: `found` are the entity's series up to that year, in order of their years; `code` is the entity's.
    """
    latest: dict[bool, Row] = {}
    for row in found:
        latest[choice_label(SERIES_TABLE, "w365_kind", row["w365_kind"]) == "Credit note"] = row
    return tuple(_series(latest.get(credit_note), entity, year, code, credit_note=credit_note) for credit_note in (False, True))


def _series(row: Row | None, entity: str, year: int, code: str, *, credit_note: bool) -> Series:
    series_id = derived("number series", entity, SERIES_KIND[credit_note], str(year))
    if row is None:
        prefix = f"{'CN' if credit_note else 'INV'}-{code[:SERIES_CODE_MAX]}-{year}-"
        return Series(series_id, entity, credit_note, year, prefix, 1, SERIES_DIGITS)
    prefix, digits = row["w365_prefix"] or "", row["w365_digits"] or SERIES_DIGITS
    fresh = prefix.replace(str(row["w365_year"]), str(year))
    if fresh == prefix:  # this year's, or one whose prefix has no year: it goes on, or it would give old numbers again
        return Series(row["w365_numberseriesid"], entity, credit_note, year, prefix, row["w365_nextnumber"], digits, etag(row))
    return Series(series_id, entity, credit_note, year, fresh, 1, digits)
