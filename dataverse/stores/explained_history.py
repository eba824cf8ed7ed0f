"""How a contract was billed up to a document: what the simulator needs to bill it again. Pure: nothing here calls anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.rows import choice_label, day, instant, maybe
from dataverse.stores.billing_commitments import has_commitment
from dataverse.stores.billing_conditions import with_amounts_off
from dataverse.stores.billing_supplied import supplied_since, without_supplied
from dataverse.stores.contract_rows import contract_of
from dataverse.stores.decided_behind import DecidedBehind
from dataverse.stores.explained_changes import Known
from dataverse.stores.explained_past import LINE, SCHEDULE, is_cancelled, is_foreign
from dataverse.stores.payers import by_name
from dataverse.stores.posted_rows import as_priced
from dataverse.stores.subscription_rows import by_subscription, priced_by_list, subscription_of
from work365.commitments.terms import Commitment
from work365.contracts.policy import ChangesBilled
from work365.currencies.conversion import Conversion
from work365.explaining.lived import Document, lived
from work365.explaining.rerun import History
from work365.invoicing.keys import parse, prefix
from work365.invoicing.lines import Kind
from work365.invoicing.rounds import terms_of
from work365.periods import Period
from work365.ports.billing import AT_ONCE
from work365.simulating.items import Once
from work365.simulating.standing import GivenBack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from zoneinfo import ZoneInfo

    from dataverse.stores.currencies import Currencies
    from dataverse.stores.explained_past import Past
    from dataverse.webapi import Row
    from work365.contracts.contract import BillingContract
    from work365.explaining.lived import Lived
    from work365.subscriptions.change_log import Subscription


def history(
    past: Past, contract: str, read: Sequence[Subscription], *, explained: str, currencies: Currencies, zone: ZoneInfo
) -> History | None:
    """How one contract was billed up to a document; None where no run has written that one.

    Shape:  `read` are its subscriptions with their whole logs.
    Errors: BadInput when its rows contradict each other.
    """
    row = past.contracts[contract]
    documents = _documents(past, contract)
    if explained not in documents:
        return None
    terms = with_amounts_off(
        by_name(contract_of(row, currencies.code(row["_transactioncurrencyid_value"])), row), past.conditions
    )
    if any(run["w365_scope"].endswith(AT_ONCE) for one in past.billed.get(contract, ()) if (run := one.get("w365_Run"))):
        terms = replace(terms, changes_billed=ChangesBilled.NOW)
    life = lived(documents.values(), explained, terms)
    behind = decided_behind(past, contract, documents.values(), zone)
    billable = [sub for sub in past.subscriptions.get(contract, ()) if sub["w365_billable"]]
    first = _first_changes(past.changes.get(contract, ()))
    asked = behind.asked(billable, first)
    late = {first[name]["w365_changelogid"]: behind.known_from(instant(first[name]["w365_recordedon"])) for name in asked}
    known = Known(past.changes.get(contract, ()), documents, life, late)
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
        zone=zone.key,
        surprises=behind.surprises(row, billable, asked),
    )


def billed_subscriptions(past: Past, contract: str, zone: ZoneInfo, currencies: Currencies) -> list[Subscription]:
    """The subscriptions of a contract with their whole logs. Errors: BadInput when their rows contradict each other."""
    row = past.contracts[contract]
    terms, prices = contract_of(row, currencies.code(row["_transactioncurrencyid_value"])), past.lists(contract, currencies)
    logs = by_subscription(past.changes.get(contract, ()))
    billable = [sub for sub in past.subscriptions.get(contract, ()) if sub["w365_billable"]]
    read = [subscription_of(sub, logs.get(sub["w365_subscriptionid"], ()), terms, zone, prices) for sub in billable]
    return without_supplied(read, billable, supplied_since(row))[0]


def _terms(past: Past, contract: str, currencies: Currencies) -> BillingContract:
    """The contract with its payers' names; one of whose changes a person had billed at once bills them when they are known."""
    row = past.contracts[contract]
    terms = by_name(contract_of(row, currencies.code(row["_transactioncurrencyid_value"])), row)
    runs = (one["w365_Run"] for one in past.billed.get(contract, ()) if one.get("w365_Run"))
    if any(run["w365_scope"].endswith(AT_ONCE) for run in runs):
        terms = replace(terms, changes_billed=ChangesBilled.NOW)
    return with_amounts_off(terms, past.conditions)


def _first_changes(changes: Iterable[Row]) -> dict[str, Row]:
    """The row of the log that began each subscription."""
    return {row["_w365_subscription_value"]: row for row in changes if row["w365_sequence"] == 1}


def decided_behind(past: Past, contract: str, documents: Iterable[Document], zone: ZoneInfo) -> DecidedBehind:
    """What people decided about a contract's missed cycles, with its documents."""
    decided, skipped = past.decided.get(contract, ((), ()))
    return DecidedBehind(decided, skipped, sorted((one.made, one.on) for one in documents), zone)


def _documents(past: Past, contract: str) -> dict[str, Document]:
    """The documents that runs have written for a contract, each with its last cycle."""
    found: dict[str, Document] = {}
    for row in past.billed.get(contract, ()):
        invoice, run, name = row.get("w365_Invoice"), row.get("w365_Run"), row["_w365_invoice_value"]
        cycle = day(row["w365_cyclestart"])
        if invoice is None or run is None or (name in found and found[name].cycle >= cycle):
            continue
        found[name] = Document(
            id=name,
            run=run["w365_billingrunid"],
            on=day(run["w365_asof"]),
            cycle=cycle,
            payer=invoice["_w365_account_value"],
            whole=_purpose(row) == "Cycle",
            made=instant(invoice["createdon"]),
            cancelled=past.undone.get(name, instant(invoice["modifiedon"])) if is_cancelled(invoice) else None,
        )
    return found


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
    undone = {document.id for one in life.cancelled for document in life.steps[one.run - 1]}
    for row in rows:
        note, start = row["w365_Invoice"], prefix(terms.id, row["_w365_subscription_value"] or "")
        before, origin = life.first_after(instant(note["createdon"])), row["w365_origin"] or ""
        amount = -as_priced(row, terms.currency)
        if before is None or note["_w365_original_value"] in undone or not origin.startswith(start) or amount.minor <= 0:
            continue
        cycle, _, slot = parse(origin)[0].removeprefix(start).partition("/")
        yield GivenBack(row["_w365_subscription_value"], date.fromisoformat(cycle), slot, amount.major, before)


def _conversions(
    past: Past, contract: str, read: Iterable[Subscription], terms: BillingContract, currencies: Currencies
) -> dict[str, Conversion]:
    """At which rate each cycle of a subscription that is priced in another currency was billed."""
    logs = by_subscription(past.changes.get(contract, ()))
    rows = {row["w365_subscriptionid"]: row for row in past.subscriptions.get(contract, ()) if is_foreign(row, past.contracts)}
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
