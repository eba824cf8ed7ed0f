"""Rows about the books into values. Pure: nothing here calls anybody."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from dataverse.query import Query, any_of, both, either, eq, is_null, not_null
from dataverse.rows import amount, choice_label, day, decimal, etag, instant, maybe, status, status_label
from dataverse.stores.inheriting import Above
from dataverse.stores.payments_rows import debt
from work365.accounting.deciding import BooksSystem, Export, ExportState, Link
from work365.accounting.documents import OTHER_ITEM, CreditUsed, Customer, Document, DocumentKind, Item, Line, Receipt
from work365.accounting.rules import line_text
from work365.accounting.settling import FROM_BOOKS, KnownPayment, Receivable
from work365.errors import BadInput
from work365.money import currency, zero
from work365.receivables.left_over import Share
from work365.receivables.payments import PaymentId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dataverse.rows import Row
    from dataverse.stores.inheriting import Inherited
    from work365.money import Currency, Money

INVOICE_TABLE, LINE_TABLE, SYSTEM_TABLE = "w365_invoice", "w365_invoiceline", "w365_accountingsystem"
EXPORT_TABLE, LINK_TABLE = "w365_accountingexport", "w365_accountinglink"
PAYMENT_TABLE, ALLOCATION_TABLE = "w365_payment", "w365_allocation"
HELD_BY = "Being sent by job "

SYSTEM = (
    *("w365_accountingsystemid", "w365_code", "w365_kind", "w365_companyreference", "w365_tokensecretname"),
    *("w365_incomeaccount", "w365_defaulttaxcode", "w365_baddebtaccount", "w365_readbackto"),
)
ACCOUNT = (
    *("name", "accountnumber", "emailaddress1", "address1_line1", "address1_city", "address1_stateorprovince"),
    *("address1_postalcode", "address1_country", "w365_taxnumber"),
)
INVOICE = (
    *("w365_invoiceid", "w365_number", "w365_kind", "w365_invoicedate", "w365_duedate", "w365_purchaseorder", "statuscode"),
    *("w365_net", "w365_tax", "w365_total", "w365_amountcharged", "w365_balance", "w365_writtenoff", "_w365_account_value"),
    "_w365_legalentity_value",
)
CURRENCY_EXPAND = "transactioncurrencyid($select=transactioncurrencyid,isocurrencycode)"
INVOICE_EXPAND = (
    f"w365_Account($select={','.join(ACCOUNT)}),{CURRENCY_EXPAND},"
    f"w365_Contract($select=w365_billingemail,_w365_account_value;$expand=w365_AccountingSystem($select={','.join(SYSTEM)}))"
)
LINE = (
    *("w365_ordinal", "w365_description", "w365_periodstart", "w365_periodend", "w365_quantity", "w365_unitprice"),
    *("w365_fractionnumerator", "w365_fractiondenominator", "w365_amount", "w365_tax", "w365_taxpercent", "w365_taxcode"),
)
LINE_EXPAND = "w365_Product($select=w365_productid,w365_number,w365_printedname)"
EXPORT = (
    *("w365_accountingexportid", "_w365_invoice_value", "_w365_system_value", "w365_version", "w365_payloadhash"),
    *("w365_externalid", "w365_senton", "w365_message", "statuscode"),
)
LINK = ("w365_localid", "w365_externalid", "w365_payloadhash")
PAYMENT = (
    *("w365_paymentid", "_w365_invoice_value", "w365_attempt", "w365_source", "w365_amount", "w365_gatewayreference"),
    *("w365_receivedon", "createdon", "statuscode", "w365_spare", "_w365_creditnote_value"),
)
PAYMENT_EXPAND = "w365_CreditNote($select=w365_number)"
WRITE_OFF_TABLE, WRITE_OFF = "w365_writeoff", ("w365_movedon",)
ALLOCATION = ("_w365_payment_value", "_w365_invoice_value", "w365_amount")


class Paid(NamedTuple):
    """What the books should show of an invoice's payments, and ids of those that pay nothing any more."""

    shown: tuple[Receipt, ...]
    gone: tuple[str, ...]


def links_query(system: str, local_ids: Iterable[str]) -> Query:
    """What a system calls these rows of ours."""
    return Query(LINK_TABLE, LINK, both(eq("_w365_system_value", system), any_of("w365_localid", local_ids)))


def exports_query(system: str, invoices: Sequence[str]) -> Query:
    """What a system calls these documents of ours."""
    mine = both(eq("_w365_system_value", system), any_of("_w365_invoice_value", invoices), not_null("w365_externalid"))
    return Query(EXPORT_TABLE, ("_w365_invoice_value", "w365_externalid"), mine, "w365_version")


def external_ids(exports: Iterable[Row]) -> dict[str, str]:
    """Answers to `exports_query`, by our id."""
    return {row["_w365_invoice_value"]: row["w365_externalid"] for row in exports}


def oldest_export(which: str) -> Query:
    """When the first of some exports was begun; when it was sent is another day, once it was sent again."""
    return Query(EXPORT_TABLE, ("createdon",), which, "createdon", top=1)


def open_exports() -> str:
    """Exports of documents of which it is not known yet what they are called there, and whether they are."""
    labels = (ExportState.PENDING, ExportState.UNKNOWN)
    states = either(*(eq("statuscode", status(EXPORT_TABLE, state.value)["statuscode"]) for state in labels))
    return both(states, is_null("w365_externalid"))


def iso(row: Row) -> Currency:
    """The currency of an invoice. Errors: BadInput when it has none."""
    found = row.get("transactioncurrencyid")
    if not found:
        message = f"invoice {row.get('w365_number') or row['w365_invoiceid']} has no currency; choose one on its form"
        raise BadInput(message)
    return currency(str(found["isocurrencycode"]))


def system(row: Row) -> BooksSystem:
    """An accounting system."""
    return BooksSystem(
        id=row["w365_accountingsystemid"],
        code=row["w365_code"],
        kind=choice_label(SYSTEM_TABLE, "w365_kind", row["w365_kind"]),
        company=row["w365_companyreference"] or "",
        token_secret=row["w365_tokensecretname"] or "",
        income_account=row["w365_incomeaccount"] or "",
        default_tax_code=row["w365_defaulttaxcode"] or "",
        bad_debt_account=row["w365_baddebtaccount"] or "",
    )


def customer(row: Row, code: Currency, inherited: Inherited) -> Customer:
    """The account of an invoice as a customer in its currency. Errors: BadInput when a setting that counts cannot be used."""
    account = row["w365_Account"]
    return Customer(
        id=row["_w365_account_value"],
        name=account["name"],
        currency=code,
        number=account["accountnumber"] or "",
        email=_email(row, inherited),
        street=account["address1_line1"] or "",
        city=account["address1_city"] or "",
        region=account["address1_stateorprovince"] or "",
        postal_code=account["address1_postalcode"] or "",
        country=account["address1_country"] or "",
        tax_number=account["w365_taxnumber"] or "",
    )


def _email(row: Row, inherited: Inherited) -> str:
    """Where the customer's invoices go: the billing e-mail, else the account's own address."""
    above = Above(row["_w365_account_value"], row["_w365_legalentity_value"])
    billing = inherited.filled(row.get("w365_Contract") or {}, above).get("w365_billingemail")
    return billing or row["w365_Account"]["emailaddress1"] or ""


def document(row: Row, lines: Sequence[Row], inherited: Inherited) -> Document:
    """An invoice as the books want it; a draft has no number and no date yet, and is refused before they are used."""
    code = iso(row)
    items = {item.reference: item for item in map(_item, lines)}
    return Document(
        id=row["w365_invoiceid"],
        kind=DocumentKind(choice_label(INVOICE_TABLE, "w365_kind", row["w365_kind"])),
        number=row["w365_number"] or "",
        customer=customer(row, code, inherited),
        currency=code,
        issued_on=maybe(day, row["w365_invoicedate"]) or date.min,
        due_on=maybe(day, row["w365_duedate"]),
        items=tuple(items.values()),
        lines=tuple(_line(line, code) for line in lines),
        net=amount(row["w365_net"], code),
        tax=amount(row["w365_tax"], code),
        total=amount(row["w365_total"], code),
        purchase_order=row["w365_purchaseorder"] or "",
    )


def _item(row: Row) -> Item:
    product = row.get("w365_Product")
    if product is None:
        return Item(OTHER_ITEM, OTHER_ITEM, "Other services")
    return Item(product["w365_productid"], product["w365_number"], product["w365_printedname"])


def _line(row: Row, code: Currency) -> Line:
    whole = row["w365_fractiondenominator"]
    charged = amount(row["w365_amount"], code)
    quantity = maybe(decimal, row["w365_quantity"]) or Decimal(0)
    unit_price = maybe(decimal, row["w365_unitprice"]) or Decimal(0)
    start = maybe(day, row["w365_periodstart"])
    return Line(
        item=_item(row).reference,
        description=line_text(
            row["w365_description"],
            start=start,
            end_excl=maybe(day, row["w365_periodend"]),
            fraction=Fraction(row["w365_fractionnumerator"] or 0, whole) if whole else None,
            unit_price=unit_price,
        ),
        quantity=quantity,
        unit_price=unit_price,
        amount=charged,
        tax=amount(row["w365_tax"], code),
        tax_percent=maybe(decimal, row["w365_taxpercent"]) or Decimal(0),
        tax_code=row["w365_taxcode"] or "",
        service_date=start,
    )


def newest_export(rows: Iterable[Row], of: BooksSystem | None) -> Export | None:
    """The newest export to a system."""
    mine = [row for row in rows if of is not None and row["_w365_system_value"] == of.id]
    if not mine:
        return None
    row = max(mine, key=lambda row: int(row["w365_version"]))
    message = row["w365_message"] or ""
    return Export(
        version=row["w365_version"],
        state=ExportState(status_label(EXPORT_TABLE, row)),
        payload_hash=row["w365_payloadhash"] or "",
        external_id=row["w365_externalid"] or "",
        sent_on=maybe(instant, row["w365_senton"]),
        holder=message.removeprefix(HELD_BY) if message.startswith(HELD_BY) else "",
        etag=etag(row),
    )


def links(rows: Iterable[Row]) -> dict[str, Link]:
    """What the system calls our rows, by our id."""
    return {row["w365_localid"]: Link(row["w365_externalid"], row["w365_payloadhash"] or "") for row in rows}


def known_payments(payments: Iterable[Row], allocations: Iterable[Row], code: Currency) -> tuple[KnownPayment, ...]:
    """The payments of one invoice, each with what it pays of it."""
    paid = {row["_w365_payment_value"]: amount(row["w365_amount"], code) for row in allocations}
    return tuple(_known(row, paid, code) for row in payments)


def _known(row: Row, paid: Mapping[str, Money], code: Currency) -> KnownPayment:
    state = status_label(PAYMENT_TABLE, row)
    counted = state == "Succeeded"
    used = paid.get(row["w365_paymentid"], zero(code)) if counted else amount(row["w365_amount"], code)
    return KnownPayment(
        id=row["w365_paymentid"],
        attempt=row["w365_attempt"],
        source=choice_label(PAYMENT_TABLE, "w365_source", row["w365_source"]),
        amount=used,
        gateway_reference=row["w365_gatewayreference"] or "",
        counted=counted,
        failed=state == "Failed",
        share=_share(row, used, code) if counted and row["w365_spare"] is not None else None,
    )


def _share(row: Row, used: Money, code: Currency) -> Share:
    """Only of payments through gateways is said what of them is left over."""
    spare = amount(row["w365_spare"], code)
    return Share(PaymentId(row["w365_paymentid"]), int(row["w365_attempt"]), used, spare, etag(row))


def paid_by(payments: Iterable[Row], allocations: Iterable[Row], notes: Mapping[str, str], code: Currency) -> Paid:
    """What the books should show of an invoice's payments, in the order of the attempts.

    Shape: `notes` are the ids in the books of credit notes, by ours. What went back of a payment is not in its amount.
    """
    rows = sorted(payments, key=lambda row: int(row["w365_attempt"]))
    shown, gone = [], []
    for row, known in zip(rows, known_payments(rows, allocations, code), strict=True):
        if known.source == FROM_BOOKS or row["w365_amount"] < 0 or known.failed:  # below zero: a credit note on a balance
            continue
        one = _receipt(row, known, notes, code)
        if known.counted and (one.amount.minor or one.applied.minor):
            shown.append(one)
        elif known.counted or status_label(PAYMENT_TABLE, row) == "Returned":
            gone.append(one.id)
    return Paid(tuple(shown), tuple(gone))


def _receipt(row: Row, known: KnownPayment, notes: Mapping[str, str], code: Currency) -> Receipt:
    note = row["_w365_creditnote_value"]
    spare = row["w365_spare"]
    whole = amount(row["w365_amount"], code) if spare is None else known.amount + amount(max(spare, Decimal(0)), code)
    return Receipt(
        id=known.id,
        amount=zero(code) if note else whole,
        applied=known.amount,
        received_on=maybe(day, row["w365_receivedon"]) or instant(row["createdon"]).date(),
        gateway_reference=known.gateway_reference,
        credit=CreditUsed(row["w365_CreditNote"]["w365_number"], notes.get(note, "")) if note else None,
    )


def receivable(
    row: Row, external_id: str, payments: Iterable[Row], allocations: Iterable[Row], inherited: Inherited
) -> Receivable:
    """An invoice that is in the books."""
    code = iso(row)
    return Receivable(debt(row, lambda _: code, inherited), external_id, known_payments(payments, allocations, code))


def written_off(row: Row, code: Currency) -> Money:
    """What is given up of an invoice."""
    return amount(row["w365_writtenoff"] or Decimal(0), code)
