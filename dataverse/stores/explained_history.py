"""How the contracts on a document were billed up to it: what the simulator needs to bill them again.

One batch for all of them, and one more with what that asks for: list prices, exchange rates that lines carry, usage that counts
for a commitment, and when documents were cancelled.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, any_of, both, not_null
from dataverse.rows import choice_label, choice_value, day, instant, maybe, status_label
from dataverse.stores import billing_rows
from dataverse.stores.billing_commitments import has_commitment
from dataverse.stores.billing_conditions import Conditions, present, prices_for, unpriced, with_amounts_off
from dataverse.stores.billing_supplied import needing_no_price, supplied_since, without_supplied
from dataverse.stores.contract_rows import contract_of
from dataverse.stores.dated_lists import lists_of
from dataverse.stores.payment_rule_rows import ACCOUNT_RULE, ruled
from dataverse.stores.posted_rows import as_priced
from dataverse.stores.subscription_rows import Prices, by_subscription, priced_by_list, subscription_of
from work365.commitments.terms import Commitment
from work365.crediting.noting import KEYS as CREDIT_KEYS
from work365.currencies.conversion import Conversion
from work365.explaining.lived import Document, lived
from work365.explaining.rerun import History
from work365.invoicing.keys import parse, prefix
from work365.invoicing.lines import Kind
from work365.invoicing.rounds import terms_of
from work365.periods import Period
from work365.simulating.items import Once
from work365.simulating.standing import GivenBack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import Row, WebApi
    from work365.contracts.contract import BillingContract
    from work365.explaining.lived import Lived
    from work365.subscriptions.change_log import Change, Subscription

INVOICE, LINE, CONTRACT, CHANGE, SCHEDULE = (
    *("w365_invoice", "w365_invoiceline", "w365_billingcontract", "w365_changelog"),
    "w365_billingschedule",
)
BUYS_BY = f"{ruled(billing_rows.CONTRACT_PRICE_LIST)},{ACCOUNT_RULE}"
CHANGES = (*billing_rows.CHANGE, "_w365_invoice_value", "createdon")
BILLED = ("_w365_contract_value", "_w365_invoice_value", "w365_cyclestart", "w365_purpose")
BILLED_ON = "w365_Invoice($select=statuscode,createdon,modifiedon),w365_Run($select=w365_billingrunid,w365_asof)"
RATED = ("_w365_subscription_value", "_w365_invoice_value", "w365_periodstart", "w365_exchangerate")
COUNTED = (
    *("_w365_contract_value", "_w365_invoice_value", "w365_key", "w365_kind", "w365_periodstart", "w365_periodend"),
    *("w365_quantity", "w365_unitprice"),
)
NOTED = (
    "_w365_contract_value",
    "_w365_subscription_value",
    "w365_key",
    "w365_origin",
    "w365_amount",
    "w365_tax",
    "w365_priceincludestax",
)
NOTED_ON = "w365_Invoice($select=statuscode,createdon,_w365_original_value)"
COUNTING = ("Usage", "Supplier")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Past:
    """The rows of some contracts, each sort by contract.

    Attributes:
        contracts: as they count, what is inherited filled in.
        noted: lines by which people gave something back.
        billed: a row per cycle and document, with the document and the day of its run.
    """

    contracts: Mapping[str, Row]
    subscriptions: Mapping[str, Sequence[Row]]
    changes: Mapping[str, Sequence[Row]]
    billed: Mapping[str, Sequence[Row]]
    conditions: Conditions
    rated: Sequence[Row] = ()
    counted: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    noted: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    undone: Mapping[str, datetime] = field(default_factory=dict)

    def lists(self, contract: str, currencies: Currencies) -> Prices:
        """Where prices come from that no subscription says itself."""
        return Prices(self.conditions, lists_of(self.contracts[contract], currencies))


def past_of(api: WebApi, currencies: Currencies, contracts: Mapping[str, Row]) -> Past:
    """What was written about some contracts. Shape: their rows as they count, read with `BUYS_BY`, by their ids."""
    theirs = any_of("_w365_contract_value", contracts)
    subscriptions, changes, billed, noted, discounts, _, prices = api.rows(
        Get(
            Query(
                "w365_subscription",
                billing_rows.SUBSCRIPTION,
                filter=theirs,
                order="createdon",
                expand=billing_rows.SUBSCRIPTION_PRODUCT,
            )
        ),
        Get(Query(CHANGE, CHANGES, filter=theirs, order="w365_sequence")),
        Get(Query(SCHEDULE, BILLED, filter=theirs, expand=BILLED_ON)),
        Get(Query(LINE, NOTED, filter=both(theirs, not_null("w365_Invoice/w365_reason")), expand=NOTED_ON)),
        *present(list(contracts)),
    )
    past = Past(
        contracts,
        _sorted(needing_no_price(contracts.values(), subscriptions)),
        _sorted(changes),
        _sorted(billed),
        Conditions.of(discounts, (), prices),
        noted=_sorted(row for row in noted if row["w365_key"].startswith(CREDIT_KEYS) and not _is_cancelled(row)),
    )
    return _asked_again(api, currencies, past)


def _asked_again(api: WebApi, currencies: Currencies, past: Past) -> Past:
    """The same with what the rows ask for."""
    subscriptions = [one for rows in past.subscriptions.values() for one in rows]
    products = sorted(
        {one["w365_Product"]["w365_productid"] for one in subscriptions if unpriced(one) and one.get("w365_Product")}
    )
    lists = sorted({one.id for contract in past.contracts for one in past.lists(contract, currencies).lists.all})
    foreign = [one["w365_subscriptionid"] for one in subscriptions if _foreign(one, past.contracts)]
    committed = [contract for contract, row in past.contracts.items() if has_commitment(row)]
    gone = sorted({one["_w365_invoice_value"] for rows in past.billed.values() for one in rows if _is_cancelled(one)})
    kinds = [choice_value(LINE, "w365_kind", label) for label in COUNTING]
    asked = {
        "prices": Get(prices_for(products, lists)) if products and lists else None,
        "rated": _lines(RATED, both(any_of("_w365_subscription_value", foreign), not_null("w365_exchangerate")))
        if foreign
        else None,
        "counted": _lines(COUNTED, both(any_of("_w365_contract_value", committed), any_of("w365_kind", kinds)))
        if committed
        else None,
        "undone": Get(Query(INVOICE, ("_w365_original_value", "createdon"), filter=any_of("_w365_original_value", gone)))
        if gone
        else None,
    }
    asking = {name: get for name, get in asked.items() if get is not None}
    found = dict(zip(asking, api.rows(*asking.values()), strict=True)) if asking else {}
    return replace(
        past,
        conditions=past.conditions.with_prices(found.get("prices", ())),
        rated=found.get("rated", ()),
        counted=_sorted(found.get("counted", ())),
        undone={row["_w365_original_value"]: instant(row["createdon"]) for row in found.get("undone", ())},
    )


def history(past: Past, contract: str, read: Sequence[Subscription], *, explained: str, currencies: Currencies) -> History | None:
    """How one contract was billed up to a document; None where no run has written that one.

    Shape:  `read` are its subscriptions with their whole logs.
    Errors: BadInput when its rows contradict each other.
    """
    row = past.contracts[contract]
    documents = _documents(past, contract)
    if explained not in documents:
        return None
    terms = with_amounts_off(contract_of(row, currencies.code(row["_transactioncurrencyid_value"])), past.conditions)
    life = lived(documents.values(), explained, terms)
    known = _Known(past.changes.get(contract, ()), documents, life)
    skipped = (day(one["w365_cyclestart"]) for one in past.billed.get(contract, ()) if _purpose(one) == "Skipped")
    return History(
        terms,
        tuple(known.applied(one) for one in read),
        life.runs,
        number=row["w365_number"],
        items=tuple(_counting(past.counted.get(contract, ()), life, explained)),
        commitment=_commitment(row),
        conversions=_conversions(past, contract, read, terms, currencies),
        skipped=tuple(sorted(skipped)),
        cancelled=life.cancelled,
        given_back=tuple(_given_back(past.noted.get(contract, ()), life, terms)),
        due=life.due,
    )


def billed_subscriptions(past: Past, contract: str, zone: ZoneInfo, currencies: Currencies) -> list[Subscription]:
    """The subscriptions of a contract with their whole logs. Errors: BadInput when their rows contradict each other."""
    row = past.contracts[contract]
    terms, prices = contract_of(row, currencies.code(row["_transactioncurrencyid_value"])), past.lists(contract, currencies)
    logs = by_subscription(past.changes.get(contract, ()))
    billable = [sub for sub in past.subscriptions.get(contract, ()) if sub["w365_billable"]]
    read = [subscription_of(sub, logs.get(sub["w365_subscriptionid"], ()), terms, zone, prices) for sub in billable]
    return without_supplied(read, billable, supplied_since(row))[0]


@dataclass(frozen=True, slots=True)
class _Known:
    """From which day runs know each change.

    That is the day of the run that billed it, as it may have been recorded later on a run's day. Where documents were cancelled,
    a change may have been billed before: there the first run counts that came after its row was written.

    Attributes:
        documents: all that the contract has, also later ones.
    """

    changes: Sequence[Row]
    documents: Mapping[str, Document]
    life: Lived

    def applied(self, one: Subscription) -> Subscription:
        """A subscription whose changes say when they were known."""
        rows = {row["w365_changelogid"]: row for row in self.changes}
        return replace(one, changes=tuple(self._known(change, rows.get(change.id)) for change in one.changes))

    def _known(self, change: Change, row: Row | None) -> Change:
        billed = None if row is None else self._billed_on(row["_w365_invoice_value"])
        if row is None or (billed is not None and not any(one.cancelled for one in self.documents.values())):
            return replace(change, recorded=billed or change.recorded)
        made, never = instant(row["createdon"]), max(change.known_on, self.life.runs[-1] + _DAY)
        seen = (one.on for one in self.life.documents if one.made >= made and one.on >= change.known_on)
        return replace(change, recorded=min((one for one in (billed, *seen) if one is not None), default=never))

    def _billed_on(self, document: str | None) -> date | None:
        """The day of the run that billed something; what was billed after the explained document was not known to its run."""
        if document is None or document not in self.documents:
            return None
        place = self.life.places.get(document)
        return max(self.documents[document].on, self.life.runs[-1] + _DAY) if place is None else self.life.runs[place - 1]


def _documents(past: Past, contract: str) -> dict[str, Document]:
    """The documents that runs have written for a contract, each with its first cycle."""
    found: dict[str, Document] = {}
    for row in past.billed.get(contract, ()):
        invoice, run, name = row.get("w365_Invoice"), row.get("w365_Run"), row["_w365_invoice_value"]
        if invoice is None or run is None:
            continue
        undone = past.undone.get(name, instant(invoice["modifiedon"])) if _is_cancelled(row) else None
        cycle = day(row["w365_cyclestart"])
        if name not in found or cycle < found[name].cycle:
            made = instant(invoice["createdon"])
            found[name] = Document(name, run["w365_billingrunid"], day(run["w365_asof"]), cycle, made, undone)
    return found


def _is_cancelled(billed: Row) -> bool:
    invoice = billed.get("w365_Invoice")
    return invoice is not None and status_label(INVOICE, invoice) == "Cancelled"


def _purpose(billed: Row) -> str:
    return choice_label(SCHEDULE, "w365_purpose", billed["w365_purpose"])


def _commitment(row: Row) -> Commitment | None:
    if not has_commitment(row):
        return None
    least, most = (maybe(Decimal, row[f"w365_{name}amount"]) for name in ("minimum", "maximum"))
    return Commitment(least, most, "", "", row["w365_minimumcycles"] or 1)


def _counting(rows: Iterable[Row], life: Lived, explained: str) -> Iterable[Once]:
    """What earlier documents that stand have billed of what counts for a commitment."""
    gone = {one.run for one in life.cancelled}
    found: dict[str, Once] = {}
    for row in rows:
        place = life.places.get(row["_w365_invoice_value"])
        if place is not None and place not in gone and row["_w365_invoice_value"] != explained:
            one = _once(row, life.runs[place - 1])
            found[one.id] = one
    return found.values()


def _once(row: Row, run: date) -> Once:
    period = Period(day(row["w365_periodstart"]), day(row["w365_periodend"]))
    kind = Kind(choice_label(LINE, "w365_kind", row["w365_kind"]).lower())
    name, quantity = str(row["w365_key"]).rpartition(".")[0], Decimal(row["w365_quantity"])
    return Once(name, kind, period, quantity, maybe(Decimal, row["w365_unitprice"]), recorded=run)


def _given_back(rows: Iterable[Row], life: Lived, terms: BillingContract) -> Iterator[GivenBack]:
    """What people gave back, before the explained document was written, of what billing had charged for subscriptions."""
    undone = {life.documents[one.run - 1].id for one in life.cancelled}
    for row in rows:
        note, start = row["w365_Invoice"], prefix(terms.id, row["_w365_subscription_value"] or "")
        before, origin = life.first_after(instant(note["createdon"])), row["w365_origin"] or ""
        amount = -as_priced(row, terms.currency)
        if before is None or note["_w365_original_value"] in undone or not origin.startswith(start) or amount.minor <= 0:
            continue
        cycle, _, slot = parse(origin)[0].removeprefix(start).partition("/")
        yield GivenBack(row["_w365_subscription_value"], date.fromisoformat(cycle), slot, amount.major, before)


def _foreign(subscription: Row, contracts: Mapping[str, Row]) -> bool:
    """Whether a subscription has a price in another currency than its contract."""
    own = contracts[subscription["_w365_contract_value"]]["_transactioncurrencyid_value"]
    return bool(subscription["w365_billable"]) and subscription["_transactioncurrencyid_value"] not in (None, own)


def _conversions(
    past: Past, contract: str, read: Iterable[Subscription], terms: BillingContract, currencies: Currencies
) -> dict[str, Conversion]:
    """At which rate each cycle of a subscription that is priced in another currency was billed."""
    logs = by_subscription(past.changes.get(contract, ()))
    rows = {row["w365_subscriptionid"]: row for row in past.subscriptions.get(contract, ()) if _foreign(row, past.contracts)}
    found: dict[str, Conversion] = {}
    for one in read:
        row = rows.get(one.id)
        if row is None or priced_by_list(row, logs.get(one.id, ())):
            continue
        cadence = terms_of(terms, one).cadence
        mine = (line for line in past.rated if line["_w365_subscription_value"] == one.id)
        kept = {cadence.containing(day(line["w365_periodstart"])).start: Decimal(line["w365_exchangerate"]) for line in mine}
        if kept:
            code = currencies.code(row["_transactioncurrencyid_value"])
            found[one.id] = Conversion(code, kept[max(kept)], kept)
    return found


def _lines(columns: tuple[str, ...], which: str) -> Get:
    return Get(Query(LINE, columns, filter=which, order="createdon"))


def _sorted(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["_w365_contract_value"], []).append(row)
    return found
