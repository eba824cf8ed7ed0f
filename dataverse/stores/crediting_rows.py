"""Documents to credit, and credit notes, between rows and values. Pure: nothing here calls anybody."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.batch import Create, Op, Update
from dataverse.names import collection
from dataverse.rows import amount, bind, choice_label, choice_value, day, decimal, etag, maybe, owned_by, status, status_label
from dataverse.stores.job_rows import follow_up
from dataverse.webapi import Ref
from work365.approving.deciding import DocumentState
from work365.crediting.noting import KEYS, by_units
from work365.crediting.subject import Applied, BilledLine, Mention, Party, Subject
from work365.errors import InvariantBroken
from work365.invoicing.keys import cycle_of, earlier, parse
from work365.jobs import JobKind
from work365.money import currency, total
from work365.periods import Period
from work365.ports.taxing import EngineState
from work365.receivables.payments import InvoiceStatus
from work365.receivables.settling import status_after

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from dataverse.webapi import Row
    from work365.crediting.cancelling import Cancellation
    from work365.crediting.noting import Note, NoteLine
    from work365.money import Currency, Money
    from work365.ports.crediting import Writing

INVOICE, LINE, CONTRACT = "w365_invoice", "w365_invoiceline", "w365_billingcontract"
HEAD = (
    *("w365_invoiceid", "w365_number", "w365_kind", "w365_total", "w365_balance", "w365_amountcharged", "w365_purchaseorder"),
    "w365_writtenoff",
    *(
        "_w365_contract_value",
        "_w365_account_value",
        "_w365_legalentity_value",
        "statuscode",
        "w365_taxreference",
        "w365_taxstate",
    ),
)
HEAD_EXPAND = (
    "w365_LegalEntity($select=w365_timezone,_w365_team_value),"
    "transactioncurrencyid($select=isocurrencycode),w365_Original($select=w365_number,statuscode)"
)
LINES = (
    *("w365_key", "w365_ordinal", "w365_description", "w365_periodstart", "w365_periodend", "w365_quantity", "w365_unitprice"),
    *("w365_fractionnumerator", "w365_fractiondenominator", "w365_amount", "w365_tax", "w365_taxpercent", "w365_taxcode"),
    *("w365_taxcategorycode", "w365_taxnote", "w365_taxregistration", "w365_priceincludestax"),
    *("w365_origin", "_w365_product_value", "_w365_subscription_value", "_w365_contract_value"),
)
CONTRACT_COLUMNS = ("w365_number", "w365_generation", "w365_reopenfrom", "statecode")
MENTIONS = ("w365_key", "w365_origin", "w365_quantity", "w365_amount", "w365_tax", "_w365_invoice_value")
MENTIONS_EXPAND = "w365_Invoice($select=w365_number,statuscode)"
DESCRIPTION_MAX, NAME_MAX = 300, 200


@dataclass(frozen=True, slots=True)
class Read:
    """The rows of a document: its head, its contracts by their ids, its lines, what names these, allocations.

    Attributes:
        restated: usage whose later version another document has billed.
        paying: a payment's outcome is open.
    """

    head: Row
    contracts: Sequence[tuple[str, Row]]
    lines: Sequence[Row]
    mentions: Sequence[Row]
    paid: Sequence[Row]
    restated: Sequence[Row]
    paying: bool


def contracts_of(head: Row, lines: Iterable[Row]) -> list[str]:
    """The contracts on a document, the one that it is filed under first; none for a document without one."""
    own = head["_w365_contract_value"]
    named = {line["_w365_contract_value"] for line in lines if line["_w365_contract_value"]}
    return [own, *sorted(named - {own})] if own else []


def origins(lines: Iterable[Row]) -> list[str]:
    """The keys by which other documents may name these lines; a resized line is named by the line that it resizes."""
    return sorted(
        {name for line in lines for name in (line["w365_key"], line["w365_origin"], *earlier(line["w365_key"])) if name}
    )


def subject(read: Read) -> Subject:
    """A document with what became of its lines."""
    head = read.head
    code = currency(head["transactioncurrencyid"]["isocurrencycode"])
    original = head.get("w365_Original") or {}
    mine = head["w365_invoiceid"]
    others = [row for row in read.mentions if row["_w365_invoice_value"] != mine and not _cancelled(row["w365_Invoice"])]
    return Subject(
        id=head["w365_invoiceid"],
        number=head["w365_number"] or "",
        state=DocumentState(status_label(INVOICE, head)),
        credit_note=choice_label(INVOICE, "w365_kind", head["w365_kind"]) == "Credit note",
        currency=code,
        lines=tuple(_line(line, others, code) for line in read.lines),
        total=amount(head["w365_total"], code),
        balance=amount(head["w365_balance"], code),
        charged=amount(head["w365_amountcharged"], code),
        written_off=amount(head["w365_writtenoff"] or Decimal(0), code),
        paid=total((amount(row["w365_amount"], code) for row in read.paid), code),
        paying=read.paying,
        restated_by=next(((row["w365_Invoice"] or {}).get("w365_number") or "A draft" for row in read.restated), ""),
        entity=head["_w365_legalentity_value"],
        zone=head["w365_LegalEntity"]["w365_timezone"],
        team=head["w365_LegalEntity"]["_w365_team_value"] or "",
        account=head["_w365_account_value"],
        contracts=tuple(_party(one, contract) for one, contract in read.contracts),
        undoes=(original.get("w365_number") or "") if original and _cancelled(original) else "",
        purchase_order=head["w365_purchaseorder"] or "",
        at_engine=bool(head["w365_taxreference"] or head["w365_taxstate"]),
        etag=etag(head),
    )


def _party(contract: str, row: Row) -> Party:
    return Party(
        contract,
        row["w365_number"],
        active=row["statecode"] == 0,
        generation=row["w365_generation"] or 0,
        reopened=maybe(day, row["w365_reopenfrom"]),
        etag=etag(row),
    )


def _cancelled(invoice: Row) -> bool:
    return status_label(INVOICE, invoice) == DocumentState.CANCELLED.value


def _line(row: Row, others: Iterable[Row], code: Currency) -> BilledLine:
    start, end = maybe(day, row["w365_periodstart"]), maybe(day, row["w365_periodend"])
    before = earlier(row["w365_key"])
    return BilledLine(
        key=row["w365_key"],
        ordinal=row["w365_ordinal"] + 1,
        description=row["w365_description"],
        period=Period(start, end) if start and end else None,
        quantity=decimal(row["w365_quantity"] or 1),
        unit_price=maybe(decimal, row["w365_unitprice"]),
        fraction=(row["w365_fractionnumerator"] or 1, row["w365_fractiondenominator"] or 1),
        net=amount(row["w365_amount"], code),
        tax=amount(row["w365_tax"], code),
        applied=Applied(
            decimal(row["w365_taxpercent"] or 0),
            *(row[f"w365_tax{name}"] or "" for name in ("code", "categorycode", "note", "registration")),
        ),
        product=row["_w365_product_value"],
        subscription=row["_w365_subscription_value"],
        origin=row["w365_origin"] or "",
        cycle_start=_cycle_start(row, start),
        mentions=tuple(_mention(other, code) for other in others if other["w365_origin"] == row["w365_key"]),
        carried=tuple(_mention(one, code) for one in others if one["w365_origin"] in before and one["w365_key"].startswith(KEYS)),
        replaced=any(_takes_out(other["w365_key"], row["w365_key"]) for other in others),
        contract=row["_w365_contract_value"],
        price_includes_tax=bool(row["w365_priceincludestax"]),
    )


def _cycle_start(row: Row, start: date | None) -> date | None:
    if row["w365_key"].startswith(KEYS):
        return None
    return cycle_of(row["w365_key"], row["_w365_contract_value"] or "", row["_w365_subscription_value"] or "") or start


def _mention(row: Row, code: Currency) -> Mention:
    return Mention(
        document=row["w365_Invoice"]["w365_number"] or "A draft",
        net=amount(row["w365_amount"], code),
        tax=amount(row["w365_tax"], code),
        by_hand=row["w365_key"].startswith(KEYS),
        units=decimal(row["w365_quantity"]) if by_units(row["w365_key"]) else Decimal(0),
    )


def _takes_out(key: str, earlier: str) -> bool:
    """Whether a line took out what the slot of an earlier one held."""
    try:
        (slot, version), (other, before) = parse(key), parse(earlier)
    except InvariantBroken:
        return False
    return slot == other and version.action == "r" and version > before


def note_ops(subject: Subject, note: Note, writing: Writing, money: Row) -> list[Op]:
    """The note as a draft, linked to what it credits."""
    kind = "Credit note" if note.credit_note else "Invoice"
    periods = [line.of.period for line in note.lines if line.of.period is not None]
    row: Row = {
        "w365_name": f"Draft {kind.lower()} for {subject.called}"[:NAME_MAX],
        "w365_key": writing.key,
        "w365_kind": choice_value(INVOICE, "w365_kind", kind),
        "w365_periodstart": min((period.start for period in periods), default=None),
        "w365_periodend": max((period.end for period in periods), default=None),
        "w365_purchaseorder": subject.purchase_order or None,
        "w365_net": note.net.major,
        "w365_tax": note.tax.major,
        "w365_total": note.total.major,
        "w365_amountcharged": (-note.set_off).major,
        "w365_balance": (note.total + note.set_off).major,
        "w365_reason": writing.reason,
        "w365_taxstate": EngineState.ABSENT.value if subject.at_engine else None,
        **bind("w365_Original", INVOICE, subject.id),
        **bind("w365_Account", "account", subject.account),
        **bind("w365_LegalEntity", "w365_legalentity", subject.entity),
        **(bind("w365_Contract", CONTRACT, subject.contract) if subject.contract else {}),
        **owned_by(subject.team),
        **money,
        collection(INVOICE, LINE, "w365_invoice"): [
            _note_row(subject, line, writing.id, ordinal) | money | owned_by(subject.team)
            for ordinal, line in enumerate(note.lines)
        ],
    }
    return [Create(INVOICE, row, writing.id)]


def _note_row(subject: Subject, line: NoteLine, note: str, ordinal: int) -> Row:
    of = line.of
    contract = subject.contract_of(of)
    text = f"{subject.called}, line {of.ordinal}: {of.description}"
    return {
        "w365_name": text[:NAME_MAX],
        "w365_key": line.key(note, ordinal),
        "w365_ordinal": ordinal,
        "w365_kind": choice_value(LINE, "w365_kind", "Credit" if line.net.minor <= 0 else "Correction"),
        "w365_description": text[:DESCRIPTION_MAX],
        "w365_periodstart": of.period.start if of.period else None,
        "w365_periodend": of.period.end if of.period else None,
        "w365_quantity": line.quantity,
        "w365_unitprice": line.unit_price,
        "w365_fractionnumerator": line.fraction[0],
        "w365_fractiondenominator": line.fraction[1],
        "w365_amount": line.net.major,
        "w365_taxpercent": of.applied.percent,
        "w365_tax": line.tax.major,
        "w365_taxcode": of.applied.code,
        "w365_taxcategorycode": of.applied.category or None,
        "w365_taxnote": of.applied.note or None,
        "w365_taxregistration": of.applied.registration or None,
        "w365_priceincludestax": of.price_includes_tax,
        "w365_origin": of.key,
        **(bind("w365_Contract", CONTRACT, contract) if contract else {}),
        **(bind("w365_Subscription", "w365_subscription", of.subscription) if of.subscription else {}),
        **(bind("w365_Product", "w365_product", of.product) if of.product else {}),
    }


def credited_op(subject: Subject, note: Note, writing: Writing) -> Op:
    """What is still open of the document afterwards, under the version that was read, also when nothing of it is open."""
    charged, balance = subject.charged + note.set_off, subject.balance - note.set_off
    row: Row = {"w365_amountcharged": charged.major, "w365_balance": balance.major}
    if note.set_off.minor:
        after = status_after(InvoiceStatus(subject.state.value), balance, charged)
        row |= status(INVOICE, after.value)
        if after is InvoiceStatus.PAID:
            row["w365_paidon"] = writing.today
    return Update(Ref(INVOICE, subject.id), row, subject.etag)


def unmoved_ops(subject: Subject) -> list[Op]:
    """The contracts as they are, so that no run bills one of them between our look and our write."""
    return [Update(Ref(CONTRACT, one.contract), {"w365_generation": one.generation}, one.etag) for one in subject.contracts]


def _due_op(party: Party, reopen: date | None, today: date) -> Op:
    """A contract that is due today, its cycles open again."""
    row = {"w365_generation": party.generation + 1, "w365_reopenfrom": reopen, "w365_nextinvoicedate": today}
    return Update(Ref(CONTRACT, party.contract), row, party.etag)


def cancelled_ops(subject: Subject, cancellation: Cancellation, writing: Writing) -> list[Op]:
    """The document as cancelled, and each of its contracts due today with its cycles open again."""
    set_off: Money = cancellation.note.set_off if cancellation.note else subject.nothing
    row: Row = {
        **status(INVOICE, DocumentState.CANCELLED.value),
        "w365_amountcharged": (subject.charged + set_off).major,
        "w365_balance": (subject.balance - set_off).major,
        "w365_reason": writing.reason,
        "w365_claim": None,
    }
    due = [_due_op(party, cancellation.reopen[party.contract], writing.today) for party in subject.contracts]
    unheard = (
        []
        if subject.number or not subject.at_engine
        else [follow_up(JobKind.SETTLE_TAX, subject.id, "a cancelled draft", cause=subject.id)]
    )
    return [Update(Ref(INVOICE, subject.id), row, subject.etag), *due, *unheard]
