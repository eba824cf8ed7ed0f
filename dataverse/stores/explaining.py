"""What an explanation needs: an issued document with its lines, what stands behind each, and how its contract was billed.

One request to find the document, one batch for the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from dataverse.batch import Get
from dataverse.query import Query, any_of, eq
from dataverse.rows import amount, choice_label, choice_value, day, decimal, instant, maybe
from dataverse.stores import billing_rows
from dataverse.stores.billing_conditions import Conditions, present, prices_for, was_listed, with_amounts_off
from dataverse.stores.billing_items import ONE_TIME
from dataverse.stores.billing_supplied import needing_no_price, supplied_since, supplier_sentence, without_supplied
from dataverse.stores.contract_rows import contract_of
from dataverse.stores.costs import GUID_LENGTH, costs_behind, supplier_row
from dataverse.stores.currencies import Currencies
from dataverse.stores.dated_lists import lists_of
from dataverse.stores.decided_behind import DecidedBehind, decided_about
from dataverse.stores.inheriting import SETTINGS, SETTINGS_NAMED, Inherited
from dataverse.stores.log_entries import refund_of
from dataverse.stores.part_notes import shares_behind
from dataverse.stores.payers import by_name, named_payers
from dataverse.stores.payment_rule_rows import ACCOUNT_RULE, ruled
from dataverse.stores.price_behind import PriceBehind
from dataverse.stores.subscription_rows import Prices, by_subscription, subscription_of
from dataverse.stores.terms_behind import CONTRACT_TERMS, ITEM_TERMS, terms_behind
from dataverse.webapi import Ref
from work365.contracts.contract import ChangesBilled
from work365.explaining.rerun import History
from work365.explaining.subject import ChangeBehind, LineBehind, Origin, ShareBehind, TermsBehind
from work365.invoicing.lines import Kind
from work365.money import currency
from work365.periods import Period
from work365.ports.billing import AT_ONCE
from work365.ports.changing import row_id
from work365.supplied.charging import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from dataverse.webapi import Row, WebApi
    from work365.money import Currency
    from work365.subscriptions.change_log import Subscription
    from work365.supplied.costing import CostShare

INVOICE, LINE, CONTRACT, CHANGE = "w365_invoice", "w365_invoiceline", "w365_billingcontract", "w365_changelog"
HEAD = ("w365_invoiceid", "w365_number", "w365_total", "w365_reason", "_w365_original_value", "_w365_contract_value")
HEAD_EXPAND = (
    "w365_Account($select=name),transactioncurrencyid($select=isocurrencycode),w365_LegalEntity($select=w365_timezone),"
    "w365_Run($select=w365_asof)"
)
LINES = (
    *("w365_key", "w365_ordinal", "w365_kind", "w365_description", "w365_periodstart", "w365_periodend", "w365_quantity"),
    *(
        "w365_unitprice",
        "w365_listprice",
        "w365_fractionnumerator",
        "w365_fractiondenominator",
        "w365_amount",
        "w365_tax",
        "w365_taxpercent",
    ),
    *(
        "w365_taxcode",
        "w365_priceincludestax",
        "w365_pricecurrency",
        "w365_exchangerate",
        "w365_origin",
        "_w365_subscription_value",
    ),
)
BUYS_BY = f"{ruled(billing_rows.CONTRACT_PRICE_LIST)},{ACCOUNT_RULE}"
LINES_EXPAND = (
    "w365_Change($select=w365_sequence,w365_event,w365_effective,w365_recordedon,w365_quantity,w365_quantitydelta,w365_source,"
    "w365_reference,w365_refund;$expand=createdby($select=fullname)),"
    f"w365_Contract($select={','.join(CONTRACT_TERMS)},_w365_account_value,_w365_legalentity_value),"
    f"w365_Subscription($select={','.join(ITEM_TERMS)},_w365_splitof_value,_w365_tierof_value,"
    "_w365_parent_value,w365_externalid;$expand=w365_Parent($select=w365_printedname;"
    "$expand=w365_Product($select=w365_printedname)))"
)
ORIGINS = ("w365_key", "w365_ordinal", "w365_amount", "_w365_invoice_value")
ITEM_KEY = "item/"
COSTING = frozenset({Kind.CYCLE, Kind.STUB, Kind.CREDIT, Kind.CHARGE, Kind.CORRECTION, Kind.SUPPLIER})
"""Kinds of lines that a supplier's charge may stand behind; metered usage has its cost in its own records."""
SUPPLIED = (
    *("w365_providerinvoicelineid", "w365_linereference", "w365_part", "w365_chargetype", "w365_quantity", "w365_subtotal"),
    *("w365_costcurrency", "w365_markuppercent", "w365_billedrate"),
)
SUPPLIED_BILL = "w365_ProviderInvoice($select=w365_number)"
DOCUMENTS = ("w365_invoiceid", "w365_number", "createdon")
ITEMS = ("w365_nonrecurringitemid", "w365_importfile", "w365_importrow", "w365_source", "w365_quantity")
ASKED_FOR = "A person asked for it outside the cycle."
SOURCES = {
    ("One-off", True): ASKED_FOR,
    ("One-off", False): ASKED_FOR,
    ("Prepayment", True): "Seats that were ordered come once it is paid; then it is taken off again.",
    ("Prepayment", False): "What was paid before the seats came is taken off: the seats are billed themselves, or do not come.",
}
"""Where an item comes from, by its source and whether it charges."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One document: its lines in order, and how its contract was billed up to it.

    Shape: no history where the simulator cannot bill it again: without a contract or a run, for several contracts, with prices in
           another currency, or after one of the contract's documents was cancelled. `inherited` are the terms that its contract
           does not say itself, as they hold today, each with who says it; `skipped` the cycles that are never billed, and why.
           `payers` are those of a contract whose payer changes, each by name from a day on.
    """

    number: str
    customer: str
    total: str
    lines: tuple[LineBehind, ...]
    history: History | None
    inherited: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    payers: tuple[tuple[date, str], ...] = ()


class Explanations:
    """Documents and what stands behind them, over Dataverse."""

    def __init__(self, api: WebApi) -> None:
        self._api = api
        self._currencies = Currencies(api)

    def document(self, number: str) -> Explained | None:
        """An issued document by its number; None when there is none."""
        head = self._api.first(Query(INVOICE, HEAD, filter=eq("w365_number", number), expand=HEAD_EXPAND))
        if head is None:
            return None
        code = currency(head["transactioncurrencyid"]["isocurrencycode"])
        contract = head["_w365_contract_value"]
        its = eq("_w365_invoice_value", head["w365_invoiceid"])
        mine = Get(Query(LINE, LINES, filter=its, expand=LINES_EXPAND, order="w365_ordinal"))
        if contract is None:
            lines, said = self._api.rows(mine, SETTINGS)
            lines = [_with_terms(line, Inherited(said)) for line in lines]
            return _explained(head, code, _lines(lines, code, None, self._besides(lines, code, head)), None)
        lines, (own,), subscriptions, changes, documents, said, decided, skipped, discounts, _, prices = self._api.rows(
            mine, *_behind(contract)
        )
        behind = DecidedBehind(decided, skipped, _written(documents), ZoneInfo(head["w365_LegalEntity"]["w365_timezone"]))
        inherited = Inherited(said)
        row, lines = inherited.terms(own), [_with_terms(line, inherited) for line in lines]
        known = Conditions.of(discounts, (), prices)
        products = [one["w365_Product"]["w365_productid"] for one in subscriptions if was_listed(one) and one.get("w365_Product")]
        lists = lists_of(row, self._currencies)
        if products and lists.all:
            known = known.with_prices(self._api.find(prices_for(sorted(set(products)), sorted({one.id for one in lists.all}))))
        prices_of = Prices(known, lists)
        foreign = any(
            sub["_transactioncurrencyid_value"] not in (None, row["_transactioncurrencyid_value"]) for sub in subscriptions
        )
        besides = replace(self._besides(lines, code, head), prices=PriceBehind.of(discounts, changes))
        told = _lines(lines, code, row, besides)
        several = len({line["w365_Contract"]["w365_number"] for line in lines if line.get("w365_Contract")}) > 1
        explained = _explained(head, code, told, None, inherited.inherits(own), behind.words())
        explained = replace(explained, payers=_payers(row, code))
        if several or foreign or row["w365_generation"] or not head.get("w365_Run"):
            return explained
        history = _history(head, code, row, subscriptions, changes, _Billed(documents, behind), prices_of)
        return replace(explained, history=replace(history, surcharge_percent=_surcharge_percent(told)))

    def _besides(self, lines: Sequence[Row], code: Currency, head: Row) -> _Besides:
        shares, costs = shares_behind(self._api, lines), costs_behind(self._api, _with_cost(lines))
        return _Besides(self._origins(lines, code), self._sources(lines), shares, costs, _reason(head))

    def _sources(self, lines: Sequence[Row]) -> dict[str, str]:
        """Where one-time items and supplier's lines come from, in words, by their ids."""
        items = sorted({one for line in lines if (one := _item_row(line))})
        supplied = sorted({one for line in lines if (one := supplier_row(line["w365_key"]))})
        if not items and not supplied:
            return {}
        written, billed = self._api.rows(
            Get(Query(ONE_TIME, ITEMS, filter=any_of("w365_nonrecurringitemid", items))),
            Get(Query(TABLE, SUPPLIED, filter=any_of("w365_providerinvoicelineid", supplied), expand=SUPPLIED_BILL)),
        )
        return {row["w365_nonrecurringitemid"]: _source(row) for row in written} | {
            row["w365_providerinvoicelineid"]: supplier_sentence(row) for row in billed
        }

    def _origins(self, lines: Sequence[Row], code: Currency) -> dict[str, Origin]:
        """The lines that these refer to, by their keys."""
        keys = sorted({line["w365_origin"] for line in lines if line["w365_origin"]})
        if not keys:
            return {}
        named = "w365_Invoice($select=w365_number)"
        found = self._api.find(Query(LINE, ORIGINS, filter=any_of("w365_key", keys), expand=named))
        return {
            row["w365_key"]: Origin(
                row["w365_Invoice"]["w365_number"] or "a draft", row["w365_ordinal"] + 1, amount(row["w365_amount"], code)
            )
            for row in found
        }


NOTHING_BEHIND = PriceBehind()


@dataclass(frozen=True, slots=True)
class _Besides:
    """What stands behind lines besides their contract: earlier lines, shares, costs and prices, sources by item, and a reason."""

    origins: Mapping[str, Origin]
    sources: Mapping[str, str]
    shares: Mapping[str, ShareBehind]
    costs: Mapping[str, tuple[CostShare, ...]]
    reason: str
    prices: PriceBehind = NOTHING_BEHIND

    def source(self, line: Row) -> str:
        """Where what a line bills or takes off comes from, in words."""
        written = self.sources.get(_item_row(line) or supplier_row(line["w365_key"]))
        return written or self.prices.promotion(line)


def _item_row(line: Row) -> str:
    """The item that a line bills, by the key that billing made from it; "" for a line that bills none."""
    key = str(line["w365_key"])
    return key[len(ITEM_KEY) :][:GUID_LENGTH] if key.startswith(ITEM_KEY) else ""


def _with_cost(lines: Sequence[Row]) -> list[Row]:
    """The lines that a supplier's charges may stand behind."""
    kinds = {choice_value(LINE, "w365_kind", kind.value.capitalize()) for kind in COSTING}
    return [line for line in lines if line["w365_kind"] in kinds]


def _source(item: Row) -> str:
    if item["w365_importfile"]:
        return f"It was imported from row {item['w365_importrow']} of {item['w365_importfile']}."
    return SOURCES.get((choice_label(ONE_TIME, "w365_source", item["w365_source"]), item["w365_quantity"] > 0), "")


def _reason(head: Row) -> str:
    """Why a person wrote a note; the reason on a document that was cancelled itself explains none of its lines."""
    return (head["w365_reason"] or "") if head["_w365_original_value"] else ""


def _behind(contract: str) -> list[Get]:
    theirs = eq("_w365_contract_value", contract)
    changes = (*billing_rows.CHANGE, "_w365_invoice_value", "w365_note")
    return [
        Get(Ref(CONTRACT, contract), billing_rows.CONTRACT, BUYS_BY),
        Get(
            Query(
                "w365_subscription",
                billing_rows.SUBSCRIPTION,
                filter=theirs,
                order="createdon",
                expand=billing_rows.SUBSCRIPTION_PRODUCT,
            )
        ),
        Get(Query(CHANGE, changes, filter=theirs, order="w365_sequence")),
        Get(Query(INVOICE, DOCUMENTS, filter=theirs, expand="w365_Run($select=w365_asof,w365_scope)")),
        SETTINGS_NAMED,
        *decided_about(contract),
        *present([contract]),
    ]


class _Billed(NamedTuple):
    """The documents of a contract, and what people decided about its missed cycles."""

    documents: Sequence[Row]
    behind: DecidedBehind


def _written(documents: Iterable[Row]) -> list[tuple[datetime, date]]:
    """When the documents of runs were written, and the days that these runs were for, in order."""
    found = ((instant(one["createdon"]), day(one["w365_Run"]["w365_asof"])) for one in documents if one.get("w365_Run"))
    return sorted(found)


def _surcharge_percent(lines: Sequence[LineBehind]) -> Decimal:
    """That of a document's surcharge, if this is the only line that is not of a subscription; 0 otherwise."""
    others = [line for line in lines if line.terms is None]
    percents = [line.unit_price * 100 for line in others if line.kind is Kind.SURCHARGE and line.unit_price is not None]
    return percents[0] if len(percents) == len(others) == 1 else Decimal(0)


def _payers(contract: Row, code: Currency) -> tuple[tuple[date, str], ...]:
    """Who pays, each by name from a day on; nobody where it is the customer on all days."""
    paid = by_name(contract_of(contract, code), contract).pays_from() if named_payers(contract) else []
    return tuple(paid) if len(paid) > 1 else ()


def _explained(
    head: Row,
    code: Currency,
    lines: tuple[LineBehind, ...],
    history: History | None,
    inherited: Sequence[str] = (),
    skipped: tuple[str, ...] = (),
) -> Explained:
    whose, total = head["w365_Account"]["name"], str(amount(head["w365_total"], code))
    return Explained(head["w365_number"], whose, total, lines, history, tuple(inherited), skipped)


def _lines(rows: Sequence[Row], code: Currency, contract: Row | None, besides: _Besides) -> tuple[LineBehind, ...]:
    return tuple(
        LineBehind(
            ordinal=row["w365_ordinal"] + 1,
            kind=Kind(choice_label(LINE, "w365_kind", row["w365_kind"]).lower()),
            description=row["w365_description"],
            period=Period(day(row["w365_periodstart"]), day(row["w365_periodend"])),
            quantity=decimal(row["w365_quantity"]),
            unit_price=maybe(decimal, row["w365_unitprice"]),
            used=row["w365_fractionnumerator"] or 1,
            whole=row["w365_fractiondenominator"] or 1,
            amount=amount(row["w365_amount"], code),
            tax=amount(row["w365_tax"], code),
            tax_percent=maybe(decimal, row["w365_taxpercent"]),
            tax_code=row["w365_taxcode"] or "",
            terms=_terms(row, contract, code) if row["_w365_subscription_value"] else None,
            price_currency=row["w365_pricecurrency"] or "",
            exchange_rate=maybe(decimal, row["w365_exchangerate"]),
            price_includes_tax=bool(row["w365_priceincludestax"]),
            change=maybe(_change, row.get("w365_Change")),
            origin=besides.origins.get(row["w365_origin"] or ""),
            reason=besides.reason,
            source=besides.source(row),
            list_price=maybe(decimal, row["w365_listprice"]),
            share=besides.shares.get(row["w365_key"]),
            costs=besides.costs.get(row["w365_key"]),
            term=besides.prices.term(row),
            bundle=_bundle((row.get("w365_Subscription") or {}).get("w365_Parent") or {}),
        )
        for row in rows
    )


def _with_terms(line: Row, inherited: Inherited) -> Row:
    """A line with its contract as it counts."""
    own = line.get("w365_Contract")
    return {**line, "w365_Contract": inherited.terms(own)} if own else line


def _bundle(parent: Row) -> str:
    """What a bundle is called, as it is printed; "" for none."""
    return parent.get("w365_printedname") or (parent.get("w365_Product") or {}).get("w365_printedname") or ""


def _terms(line: Row, otherwise: Row | None, code: Currency) -> TermsBehind | None:
    """The terms of the line's own contract: a document may be for several."""
    own = line.get("w365_Contract") or otherwise
    return terms_behind(own, line.get("w365_Subscription"), line, code) if own else None


def _change(row: Row) -> ChangeBehind:
    recorded = maybe(instant, row["w365_recordedon"])
    return ChangeBehind(
        sequence=row["w365_sequence"],
        event=choice_label(CHANGE, "w365_event", row["w365_event"]),
        effective=day(row["w365_effective"]),
        quantity=row["w365_quantity"],
        delta=row["w365_quantitydelta"],
        source=choice_label(CHANGE, "w365_source", row["w365_source"]),
        by=(row.get("createdby") or {}).get("fullname") or "",
        recorded=None if recorded is None else recorded.date(),
        reference=row["w365_reference"] or "",
        refund=refund_of(CHANGE, row),
    )


def _history(
    head: Row,
    code: Currency,
    row: Row,
    subscriptions: Sequence[Row],
    changes: Sequence[Row],
    billed: _Billed,
    prices: Prices,
) -> History:
    """Each change is known from the run that billed it: one recorded later on the day of a run was not known to that run.

    A promotion that was given by its name is known with its row of the log.
    """
    contract, zone = (
        with_amounts_off(by_name(contract_of(row, code), row), prices.conditions),
        ZoneInfo(head["w365_LegalEntity"]["w365_timezone"]),
    )
    runs = {one["w365_invoiceid"]: day(one["w365_Run"]["w365_asof"]) for one in billed.documents if one.get("w365_Run")}
    if any(one["w365_Run"]["w365_scope"].endswith(AT_ONCE) for one in billed.documents if one.get("w365_Run")):
        contract = replace(contract, changes_billed=ChangesBilled.NOW)
    billed_on = {one["w365_changelogid"]: runs.get(one["_w365_invoice_value"]) for one in changes}
    last = runs.get(head["w365_invoiceid"], contract.start)
    logs = by_subscription(changes)
    billable = [sub for sub in needing_no_price([row], subscriptions) if sub["w365_billable"]]
    read = [subscription_of(sub, logs.get(sub["w365_subscriptionid"], ()), contract, zone, prices) for sub in billable]
    read, _ = without_supplied(read, billable, supplied_since(row))
    first = {name: log[0] for name, log in logs.items() if log[0]["w365_sequence"] == 1}
    asked = billed.behind.asked(billable, first)
    billed_on |= {
        first[name]["w365_changelogid"]: billed.behind.known_from(instant(first[name]["w365_recordedon"])) for name in asked
    }
    known = tuple(_known_from(one, billed_on) for one in read)
    surprises = billed.behind.surprises(row, billable, asked)
    return History(contract, known, _days(runs.values(), last), surprises=surprises, zone=zone.key)


def _known_from(one: Subscription, billed_on: Mapping[str, date | None]) -> Subscription:
    changes = (replace(change, recorded=billed_on.get(change.id) or change.recorded) for change in one.changes)
    given = (replace(off, recorded=billed_on.get(row_id(off.id, one.id, 0))) for off in one.discounts)
    return replace(one, changes=tuple(changes), discounts=tuple(given))


def _days(runs: Iterable[date], last: date) -> tuple[date, ...]:
    return tuple(sorted({run for run in runs if run <= last}))
