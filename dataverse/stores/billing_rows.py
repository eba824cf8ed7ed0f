"""Rows of the monthly run into values, and drafts into rows. Pure: nothing here calls anybody."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dataverse.batch import Create, Op, Update
from dataverse.names import collection
from dataverse.query import Query, both, eq
from dataverse.rows import amount, bind, choice_label, choice_value, day, etag, instant, maybe, status
from dataverse.stores.job_rows import follow_up
from dataverse.webapi import Ref, Row
from work365.contracts.contract import BillingContract, ChangesBilled, Policy, Prorate
from work365.errors import InvariantBroken
from work365.findings import Finding
from work365.ids import derived
from work365.invoicing.billing import open_from
from work365.invoicing.drafting import Advance, Article, ContractWork, Draft, DraftLine
from work365.invoicing.lines import Posted
from work365.invoicing.tax import TaxRate, TaxTable
from work365.jobs import JobKind
from work365.periods import ANNUAL, MONTHLY, QUARTERLY, SEMIANNUAL, TRIENNIAL, Period
from work365.ports.billing import Chunk, ChunkState, DraftRow, Entity, Numbered, Run, Series
from work365.subscriptions.change_log import Change, Subscription

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dataverse.stores.currencies import Currencies
    from work365.money import Currency

CONTRACT_TABLE, INVOICE_TABLE, LINE_TABLE = "w365_billingcontract", "w365_invoice", "w365_invoiceline"
FREQUENCY = {"Monthly": MONTHLY, "Quarterly": QUARTERLY, "Semi-annual": SEMIANNUAL, "Annual": ANNUAL, "Triennial": TRIENNIAL}
POLICY = {"Advance": Policy.ADVANCE, "Arrears": Policy.ARREARS}
PRORATE = {"Days": Prorate.DAYS, "Months": Prorate.MONTHS, "30-day months": Prorate.DAYS30, "None": Prorate.NONE}
CHANGES_BILLED = {"Now": ChangesBilled.NOW, "Next cycle": ChangesBilled.NEXT_CYCLE}
SERIES_DIGITS = 5
SERIES_TABLE, SCHEDULE_TABLE = "w365_numberseries", "w365_billingschedule"
SERIES_KIND = {False: "Invoice", True: "Credit note"}
FOLLOW_UP = ((JobKind.SEND, "w365_autosend"), (JobKind.SYNC, "w365_autosync"), (JobKind.CHARGE, "w365_autocharge"))
ARGUMENTS = {JobKind.CHARGE: {"source": "Auto charge"}}
"""Arguments of the jobs that follow an issue."""

NEVER = date(9999, 12, 31)
"""The next invoice date of a contract that has ended: no run ever finds it."""

ENTITY = ("w365_legalentityid", "w365_code", "w365_timezone", "w365_country", "w365_paymenttermsdays")
TAX_RATES = Query(
    "w365_taxrate",
    ("_w365_legalentity_value", "w365_place", "w365_category", "w365_validfrom", "w365_percent", "w365_code", "w365_note"),
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
    ),
    *("w365_purchaseorder", "_w365_account_value", "_transactioncurrencyid_value"),
)
CONTRACT_ACCOUNT = "w365_Account($select=name,w365_taxcountry)"
SUBSCRIPTION = (
    *("w365_subscriptionid", "_w365_contract_value", "w365_printedname", "w365_startdate", "w365_enddate", "w365_quantity"),
    *("w365_unitprice", "w365_billable"),
)
SUBSCRIPTION_PRODUCT = "w365_Product($select=w365_productid,w365_printedname,w365_taxcategory)"
CHANGE = (
    *(
        "w365_changelogid",
        "_w365_subscription_value",
        "_w365_contract_value",
        "w365_sequence",
        "w365_effective",
        "w365_recordedon",
    ),
    *("w365_quantity", "w365_unitprice", "w365_billingstate"),
)
LINE = (
    *("w365_key", "_w365_contract_value", "_w365_subscription_value", "w365_periodstart", "w365_periodend", "w365_quantity"),
    *("w365_unitprice", "w365_amount"),
)
DRAFT = ("w365_invoiceid", "_w365_contract_value", "w365_kind", "w365_total")
DRAFT_CONTRACT = (
    "w365_Contract($select=w365_paymenttermsdays,w365_autosend,w365_autosync,w365_autocharge),"
    "w365_LegalEntity($select=w365_paymenttermsdays)"
)
SERIES = ("w365_numberseriesid", "w365_kind", "w365_prefix", "w365_nextnumber", "w365_digits")


def entity(row: Row, rates: Iterable[Row]) -> Entity:
    """A legal entity with its own tax rates."""
    mine = [rate for rate in rates if rate["_w365_legalentity_value"] == row["w365_legalentityid"]]
    return Entity(
        row["w365_legalentityid"],
        row["w365_code"],
        row["w365_timezone"],
        row["w365_country"],
        row["w365_paymenttermsdays"] or 0,
        TaxTable(tax_rate(rate) for rate in mine),
    )


def tax_rate(row: Row) -> TaxRate:
    """One dated rate."""
    return TaxRate(
        row["w365_place"],
        row["w365_category"],
        day(row["w365_validfrom"]),
        Decimal(row["w365_percent"]),
        row.get("w365_code") or "",
        row.get("w365_note") or "",
    )


def run(row: Row) -> Run:
    """One run."""
    return Run(row["w365_billingrunid"], row["_w365_legalentity_value"], day(row["w365_asof"]), row["w365_scope"])


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
    return Chunk(row["w365_billingchunkid"], of, row["w365_ordinal"], contracts, state, row["w365_attempts"] or 0, etag(row))


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


@dataclass(frozen=True, slots=True)
class Material:
    """The rows of a chunk, by contract. `lines` and the whole log are read only where a change reaches back."""

    contracts: Sequence[tuple[Row, BillingContract]]
    subscriptions: Mapping[str, Sequence[Row]]
    unbilled: Mapping[str, Sequence[Row]]
    lines: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    log: Mapping[str, Sequence[Row]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, contracts: Iterable[Row], subscriptions: Iterable[Row], changes: Iterable[Row], currencies: Currencies
    ) -> Material:
        """Sort rows by their contract."""
        read = [(row, _contract(row, currencies.code(row["_transactioncurrencyid_value"]))) for row in contracts]
        return cls(read, _by_contract(subscriptions), _by_contract(changes))

    def open_from(self, row: Row, contract: BillingContract) -> date | None:
        """The first day of the earliest cycle that this contract's bill may touch; None for a contract that was never billed."""
        billed = maybe(day, row["w365_billedthrough"])
        if billed is None:
            return None
        return open_from(contract, billed, (day(change["w365_effective"]) for change in self.unbilled.get(contract.id, ())))

    def reaching_back(self) -> dict[str, date]:
        """Contracts whose open cycles are not all ahead, or whose older subscriptions changed; and how far each reaches back."""
        back = {}
        for row, contract in self.contracts:
            since, billed = self.open_from(row, contract), maybe(day, row["w365_billedthrough"])
            if since is None or billed is None:
                continue
            changes = self.unbilled.get(contract.id, ())
            new = {change["_w365_subscription_value"] for change in changes if change["w365_sequence"] == 1}
            older = any(change["_w365_subscription_value"] not in new for change in changes)
            if since < contract.cadence.containing(billed).start or older:
                back[contract.id] = since
        return back

    def unknown_subscriptions(self) -> list[str]:
        """Subscriptions that changed and are not among those read: they are not active any more."""
        known = {row["w365_subscriptionid"] for rows in self.subscriptions.values() for row in rows}
        changed = {row["_w365_subscription_value"] for rows in self.unbilled.values() for row in rows}
        return sorted(changed - known)

    def with_history(self, lines: Iterable[Row], log: Iterable[Row], ended: Iterable[Row]) -> Material:
        """The same with what was billed, the whole log, and ended subscriptions."""
        subscriptions = {contract: list(rows) for contract, rows in self.subscriptions.items()}
        for contract, rows in _by_contract(ended).items():
            known = {row["w365_subscriptionid"] for row in subscriptions.get(contract, ())}
            subscriptions.setdefault(contract, []).extend(row for row in rows if row["w365_subscriptionid"] not in known)
        return Material(self.contracts, subscriptions, self.unbilled, _by_contract(lines), _by_contract(log))

    def works(self, entity_of: Entity) -> list[ContractWork]:
        """One piece of work per contract."""
        return [self._work(row, contract, entity_of) for row, contract in self.contracts]

    def _work(self, row: Row, contract: BillingContract, entity_of: Entity) -> ContractWork:
        zone = ZoneInfo(entity_of.zone)
        billable = [sub for sub in self.subscriptions.get(contract.id, ()) if sub["w365_billable"]]
        changes = self.log.get(contract.id, self.unbilled.get(contract.id, ()))
        return ContractWork(
            contract=contract,
            number=row["w365_number"],
            account=row["_w365_account_value"],
            place=(row.get("w365_Account") or {}).get("w365_taxcountry") or entity_of.country,
            subscriptions=tuple(_subscription(sub, changes, zone) for sub in billable),
            articles={sub["w365_subscriptionid"]: _article(sub) for sub in billable},
            posted=tuple(_posted(line, contract.currency) for line in self.lines.get(contract.id, ())),
            open_from=self.open_from(row, contract),
            billed_through=maybe(day, row["w365_billedthrough"]),
            purchase_order=row.get("w365_purchaseorder"),
            etag=etag(row),
        )


def _by_contract(found: Iterable[Row]) -> dict[str, list[Row]]:
    sorted_rows: dict[str, list[Row]] = {}
    for row in found:
        sorted_rows.setdefault(row["_w365_contract_value"], []).append(row)
    return sorted_rows


def _due_days(row: Row, otherwise: int) -> int:
    own = row.get("w365_paymenttermsdays")
    return otherwise if own is None else own


def _contract(row: Row, code: Currency) -> BillingContract:
    def label(column: str) -> str:
        return choice_label(CONTRACT_TABLE, column, row[column])

    return BillingContract(
        id=row["w365_billingcontractid"],
        currency=code,
        start=day(row["w365_startdate"]),
        frequency=FREQUENCY[label("w365_frequency")],
        bill_day=row["w365_billday"],
        policy=POLICY[label("w365_policy")],
        prorate=PRORATE[label("w365_prorate")],
        changes_billed=CHANGES_BILLED[label("w365_changesbilled")],
        end=maybe(day, row["w365_enddate"]),
        discount_percent=Decimal(row.get("w365_discountpercent") or 0),
        offset_days=row.get("w365_offsetdays") or 0,
    )


def _subscription(row: Row, changes: Iterable[Row], zone: ZoneInfo) -> Subscription:
    """Its log, or its present state where nothing is unbilled and nothing reaches back."""
    mine = sorted(
        (change for change in changes if change["_w365_subscription_value"] == row["w365_subscriptionid"]), key=_sequence
    )
    start = day(row["w365_startdate"])
    log = tuple(_change(change, zone) for change in mine) or (
        Change("", start, row["w365_quantity"], unit_price=_price(row), settled=True),
    )
    return Subscription(row["w365_subscriptionid"], start, _price(row), log, maybe(day, row["w365_enddate"]))


def _sequence(row: Row) -> int:
    return int(row["w365_sequence"])


def _price(row: Row) -> Decimal:
    return Decimal(row["w365_unitprice"] or 0)


def _change(row: Row, zone: ZoneInfo) -> Change:
    recorded = maybe(instant, row["w365_recordedon"])
    state = choice_label("w365_changelog", "w365_billingstate", row["w365_billingstate"])
    return Change(
        row["w365_changelogid"],
        day(row["w365_effective"]),
        row["w365_quantity"],
        None if recorded is None else recorded.astimezone(zone).date(),
        _price(row),
        settled=state == "Billed",
    )


def _article(row: Row) -> Article:
    product = row.get("w365_Product")
    if product is None:
        message = f"subscription {row['w365_printedname'] or row['w365_subscriptionid']} has no product; choose one on its form"
        raise InvariantBroken(message)
    return Article(product["w365_productid"], row["w365_printedname"] or product["w365_printedname"], product["w365_taxcategory"])


def _posted(row: Row, code: Currency) -> Posted:
    return Posted(
        key=row["w365_key"],
        subscription=row["_w365_subscription_value"],
        period=Period(day(row["w365_periodstart"]), day(row["w365_periodend"])),
        quantity=int(row["w365_quantity"]),
        unit_price=maybe(Decimal, row["w365_unitprice"]),
        amount=amount(row["w365_amount"], code),
    )


def draft_row(row: Row) -> DraftRow:
    """A draft that waits for its number, with the jobs that follow its issue."""
    contract = row.get("w365_Contract") or {}
    entity_terms = (row.get("w365_LegalEntity") or {}).get("w365_paymenttermsdays") or 0
    credit_note = choice_label(INVOICE_TABLE, "w365_kind", row["w365_kind"]) == "Credit note"
    kinds = [kind for kind, flag in FOLLOW_UP if contract.get(flag)]
    owed = row["w365_total"] > 0
    return DraftRow(
        row["w365_invoiceid"],
        etag(row),
        row["_w365_contract_value"],
        credit_note,
        _due_days(contract, entity_terms),
        tuple(kind for kind in kinds if kind is not JobKind.CHARGE or owed),
    )


def series_of(found: Iterable[Row], of: Run) -> tuple[Series, ...]:
    """The invoice and credit-note series of a run's year; one that is missing starts at 1 in a row of its own."""
    read = {}
    for row in found:
        credit_note = choice_label(SERIES_TABLE, "w365_kind", row["w365_kind"]) == "Credit note"
        prefix, digits = row["w365_prefix"] or "", row["w365_digits"] or SERIES_DIGITS
        one = Series(
            row["w365_numberseriesid"], of.entity, credit_note, of.as_of.year, prefix, row["w365_nextnumber"], digits, etag(row)
        )
        read[credit_note] = one
    return tuple(read.get(credit_note) or _new_series(of, credit_note=credit_note) for credit_note in (False, True))


def _new_series(of: Run, *, credit_note: bool) -> Series:
    year = of.as_of.year
    prefix = f"{'CN' if credit_note else 'INV'}-{year}-"
    series_id = derived("number series", of.entity, SERIES_KIND[credit_note], str(year))
    return Series(series_id, of.entity, credit_note, year, prefix, 1, SERIES_DIGITS)


def draft_ops(draft: Draft, of: Run, currencies: Currencies) -> list[Op]:
    """A contract's change set: the document with its lines, schedules, the changes it settles, and the contract's new dates."""
    currency = bind("transactioncurrencyid", "transactioncurrency", currencies.id(draft.net.currency))
    return [
        Create(INVOICE_TABLE, _invoice_row(draft, of, currency), draft.id),
        *(_schedule(draft, cycle, of) for cycle in draft.cycles),
        *(_settle(change, draft.id) for change in draft.settles),
        _dates(draft.contract, draft.work.etag, draft.next_invoice_date, draft.billed_through),
    ]


def _invoice_row(draft: Draft, of: Run, currency: Row) -> Row:
    work, kind = draft.work, "Credit note" if draft.credit_note else "Invoice"
    return {
        "w365_name": f"Draft {work.number}",
        "w365_key": draft.key,
        "w365_kind": choice_value(INVOICE_TABLE, "w365_kind", kind),
        "w365_periodstart": min(line.line.period.start for line in draft.lines),
        "w365_periodend": max(line.line.period.end for line in draft.lines),
        "w365_purchaseorder": work.purchase_order,
        "w365_net": draft.net.major,
        "w365_tax": draft.tax.major,
        "w365_total": draft.gross.major,
        "w365_amountcharged": draft.gross.major * 0,
        "w365_balance": draft.gross.major,
        **bind("w365_Contract", CONTRACT_TABLE, draft.contract),
        **bind("w365_Account", "account", work.account),
        **bind("w365_LegalEntity", "w365_legalentity", of.entity),
        **bind("w365_Run", "w365_billingrun", of.id),
        **currency,
        collection(INVOICE_TABLE, LINE_TABLE, "w365_invoice"): [_line_row(draft, line, currency) for line in draft.lines],
    }


def _line_row(draft: Draft, line: DraftLine, currency: Row) -> Row:
    posted = line.line
    change = bind("w365_Change", "w365_changelog", posted.change) if posted.change else {}
    product = bind("w365_Product", "w365_product", line.product) if line.product else {}
    return {
        "w365_name": line.description[:200],
        "w365_key": posted.key,
        "w365_ordinal": line.ordinal,
        "w365_kind": choice_value(LINE_TABLE, "w365_kind", posted.kind.value),
        "w365_description": line.description[:300],
        "w365_periodstart": posted.period.start,
        "w365_periodend": posted.period.end,
        "w365_quantity": posted.quantity,
        "w365_unitprice": posted.unit_price,
        "w365_fractionnumerator": posted.fraction[0],
        "w365_fractiondenominator": posted.fraction[1],
        "w365_amount": posted.amount.major,
        "w365_taxpercent": line.rate.percent,
        "w365_tax": line.tax.major,
        "w365_taxcode": line.rate.code,
        "w365_origin": posted.origin,
        **bind("w365_Contract", CONTRACT_TABLE, draft.contract),
        **bind("w365_Subscription", "w365_subscription", posted.subscription),
        **change,
        **product,
        **currency,
    }


def _schedule(draft: Draft, cycle: Period, of: Run) -> Op:
    purpose = "Cycle" if draft.change_set == "-" else "Changes"
    row = {
        "w365_name": f"{draft.work.number} {cycle.start.isoformat()}",
        "w365_cyclestart": cycle.start,
        "w365_cycleend": cycle.end,
        "w365_purpose": choice_value(SCHEDULE_TABLE, "w365_purpose", purpose),
        "w365_changeset": draft.change_set,
        **bind("w365_Contract", CONTRACT_TABLE, draft.contract),
        **bind("w365_Invoice", INVOICE_TABLE, draft.id),
        **bind("w365_Run", "w365_billingrun", of.id),
    }
    return Create(SCHEDULE_TABLE, row, derived("schedule", draft.contract, cycle.start.isoformat(), purpose, draft.change_set))


def _settle(change: str, invoice: str | None) -> Op:
    billed = {"w365_billingstate": choice_value("w365_changelog", "w365_billingstate", "Billed")}
    named = bind("w365_Invoice", INVOICE_TABLE, invoice) if invoice else {}
    return Update(Ref("w365_changelog", change), {**billed, **named})


def _dates(contract: str, version: str, next_invoice_date: date | None, billed_through: date | None) -> Op:
    row = {"w365_nextinvoicedate": next_invoice_date or NEVER, "w365_billedthrough": billed_through}
    return Update(Ref(CONTRACT_TABLE, contract), row, version)


def advance_ops(advance: Advance) -> list[Op]:
    """The change set of a contract that had nothing to print."""
    settled = [_settle(change, None) for change in advance.settles]
    return [*settled, _dates(advance.contract, advance.etag, advance.next_invoice_date, advance.billed_through)]


def series_op(series: Series) -> Op:
    """The series as it stands after its numbers were given: only if nobody took any since it was read."""
    if series.etag:
        return Update(Ref(SERIES_TABLE, series.id), {"w365_nextnumber": series.next_number}, series.etag)
    kind = SERIES_KIND[series.credit_note]
    row = {
        "w365_name": f"{kind} {series.year}",
        "w365_kind": choice_value(SERIES_TABLE, "w365_kind", kind),
        "w365_year": series.year,
        "w365_prefix": series.prefix,
        "w365_nextnumber": series.next_number,
        "w365_digits": series.digits,
        **bind("w365_LegalEntity", "w365_legalentity", series.entity),
    }
    return Create(SERIES_TABLE, row, series.id)


def issue_ops(one: Numbered) -> list[Op]:
    """Give a draft its number, and ask for what follows."""
    row = {
        "w365_name": one.number,
        "w365_number": one.number,
        "w365_invoicedate": one.issued,
        "w365_duedate": one.due,
        **status(INVOICE_TABLE, "Issued"),
    }
    return [Update(Ref(INVOICE_TABLE, one.draft.id), row, one.draft.etag), *(_job(one, kind) for kind in one.draft.follow_up)]


def _job(one: Numbered, kind: JobKind) -> Op:
    return follow_up(kind, one.draft.id, one.number, cause=one.draft.id, arguments=ARGUMENTS.get(kind))
