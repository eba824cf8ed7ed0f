"""Rows of an invoice into the values that are printed and mailed, and deliveries into rows. Pure: nothing here calls anybody."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dataverse.rows import amount, bind, choice_label, day, decimal, etag, instant, maybe, status, status_label
from dataverse.stores import document_rows as beside
from dataverse.stores.inheriting import Above
from dataverse.stores.log_entries import CHANGE, refund_of
from work365.contracts.policy import Policy, Prorate
from work365.crediting.policy import RefundRule
from work365.documents.deliveries import Delivery, DeliveryState
from work365.documents.document import Buyer, ChangeNamed, Document, DocumentKind, DocumentLine, Seller, VatRule
from work365.documents.recipients import Addresses
from work365.invoicing.lines import Kind
from work365.money import currency
from work365.periods import Period
from work365.receivables.pay_links import good_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import timedelta

    from dataverse.rows import Row
    from dataverse.stores.inheriting import Inherited
    from work365.money import Currency, Money

INVOICE_TABLE, LINE_TABLE, DELIVERY_TABLE, CONTRACT_TABLE = (
    "w365_invoice",
    "w365_invoiceline",
    "w365_delivery",
    "w365_billingcontract",
)
PRORATE = {"Days": Prorate.DAYS, "Months": Prorate.MONTHS, "30-day months": Prorate.DAYS30, "None": Prorate.NONE}

INVOICE = (
    *("w365_number", "w365_kind", "w365_invoicedate", "w365_duedate", "w365_periodstart", "w365_periodend", "w365_purchaseorder"),
    *("w365_net", "w365_tax", "w365_total", "w365_amountcharged", "w365_balance", "statuscode", "_w365_legalentity_value"),
    *("_w365_account_value", "w365_invoiceid", "w365_prepaidused", "w365_prepaidleft"),
)
ENTITY = (
    *("w365_companyname", "w365_address", "w365_taxregistration", "w365_email", "w365_phone", "w365_bankdetails"),
    *("w365_paymenttermsdays", "w365_country", "w365_code", "w365_template", "w365_logo"),
)
ACCOUNT = (
    *("name", "accountnumber", "emailaddress1", "w365_taxnumber", "address1_line1", "address1_postalcode", "address1_city"),
    *("address1_stateorprovince", "address1_country", "w365_taxcountry", "w365_language", "w365_buyerreference"),
)
CONTRACT = (
    *("w365_number", "w365_policy", "w365_prorate", "w365_paymenttermsdays", "w365_billingemail", "w365_secondaryemail"),
    *("w365_additionalrecipients", "w365_autocharge", "w365_template", "w365_paylink", "_w365_account_value"),
)
INVOICE_EXPAND = (
    f"w365_LegalEntity($select={','.join(ENTITY)}),w365_Account($select={','.join(ACCOUNT)}),"
    f"w365_Contract($select={','.join(CONTRACT)}),transactioncurrencyid($select=isocurrencycode)"
)
LINE = (
    *("w365_kind", "w365_description", "w365_periodstart", "w365_periodend", "w365_quantity", "w365_unitprice"),
    *("w365_fractionnumerator", "w365_fractiondenominator", "w365_amount", "w365_taxpercent", "w365_tax", "w365_taxcode"),
    *("w365_origin", "w365_ordinal", "w365_listprice", "_w365_subscription_value", "w365_taxcategorycode", "w365_taxnote"),
    "w365_priceincludestax",
)
LINE_EXPAND = (
    "w365_Change($select=w365_sequence,w365_event,w365_effective,w365_quantity,w365_quantitydelta,w365_refund),"
    "w365_Contract($select=w365_number,w365_printusers),w365_Product($select=w365_productclass),"
    "w365_Subscription($select=w365_subscriptionid,_w365_parent_value,_w365_product_value,_w365_splitof_value,_w365_contract_value;"
    "$expand=w365_Provider($select=w365_name))"
)
DELIVERY = (
    *("w365_deliveryid", "_w365_invoice_value", "_w365_job_value", "w365_recipient", "w365_attempt", "statuscode"),
    *("w365_documenthash", "w365_messagereference", "w365_begunon", "w365_senton", "w365_message"),
)
MESSAGE_MAX, REFERENCE_MAX = 2000, 200


def inherited(row: Row, settings: Inherited) -> Row:
    """An invoice's row with its contract as it counts. Errors: BadInput when a setting that counts cannot be used."""
    contract, account = row.get("w365_Contract"), row["w365_Account"]
    if contract is None:
        return row
    above = Above(
        row["_w365_account_value"], row["_w365_legalentity_value"], row["w365_LegalEntity"], account["emailaddress1"] or ""
    )
    return {**row, "w365_Contract": settings.filled(contract, above)}


def pay_link(row: Row, settings: Inherited) -> timedelta | None:
    """How long a link opens an invoice; None where none is mailed. Shape: a row as `inherited` answers it."""
    contract = row.get("w365_Contract")
    if contract is None:
        contract = settings.filled({"w365_paylink": None}, Above(row["_w365_account_value"], row["_w365_legalentity_value"]))
    return good_for(contract["w365_paylink"])


def document(row: Row, lines: Sequence[Row], rates: Iterable[Row]) -> Document | None:
    """The invoice as it is printed; None as long as it has no number and no date.

    Errors: BadInput when the legal entity's template cannot be read.
    """
    if not row["w365_number"] or not row["w365_invoicedate"]:
        return None
    code = currency(row["transactioncurrencyid"]["isocurrencycode"])
    contract = row.get("w365_Contract") or {}
    entity = row["w365_LegalEntity"]
    valid = beside.valid_rates(row, rates)
    place = row["w365_Account"]["w365_taxcountry"] or entity["w365_country"]
    here = [rate for rate in valid if rate["w365_place"] == place]
    return Document(
        kind=DocumentKind(choice_label(INVOICE_TABLE, "w365_kind", row["w365_kind"])),
        number=row["w365_number"],
        currency=code,
        seller=seller(entity),
        buyer=replace(buyer(row["w365_Account"]), email=addresses(row).primary or addresses(row).fallback),
        lines=tuple(line(one, code) for one in lines),
        net=amount(row["w365_net"], code),
        tax=amount(row["w365_tax"], code),
        total=amount(row["w365_total"], code),
        charged=amount(row["w365_amountcharged"], code),
        balance=amount(row["w365_balance"], code),
        prepaid=_prepaid(row, code),
        issued=day(row["w365_invoicedate"]),
        due=maybe(day, row["w365_duedate"]),
        period=_period(row),
        purchase_order=row["w365_purchaseorder"] or "",
        contract_number="" if _several(lines) else contract.get("w365_number") or "",
        terms_days=contract.get("w365_paymenttermsdays", entity["w365_paymenttermsdays"]),
        policy=_policy(contract),
        prorate=_prorate(contract),
        collected=bool(contract.get("w365_autocharge")),
        tax_notes={rate["w365_code"]: rate["w365_note"] for rate in (*valid, *here) if rate["w365_note"]},
        vat={(rate["w365_code"], decimal(rate["w365_percent"])): beside.vat_rule(rate) for rate in here},
        template=beside.template(entity, contract.get("w365_template") or ""),
        id=row.get("w365_invoiceid") or "",
    )


def _prepaid(row: Row, code: Currency) -> tuple[Money, Money] | None:
    used = maybe(lambda value: amount(value, code), row["w365_prepaidused"])
    return None if used is None else (used, amount(row["w365_prepaidleft"], code))


def _several(lines: Iterable[Row]) -> bool:
    """Whether the document is for several contracts: its head then names none."""
    return len({(one.get("w365_Contract") or {}).get("w365_number") for one in lines}) > 1


def seller(row: Row) -> Seller:
    """The legal entity that issues."""
    return Seller(
        name=row["w365_companyname"],
        address=_lines(row["w365_address"]),
        tax_number=row["w365_taxregistration"] or "",
        email=row["w365_email"] or "",
        phone=row["w365_phone"] or "",
        bank_details=_lines(row["w365_bankdetails"]),
        country=row["w365_country"] or "",
        code=row["w365_code"] or "",
    )


def buyer(row: Row) -> Buyer:
    """The account that is billed."""
    town = " ".join(part for part in (row["address1_postalcode"], row["address1_city"]) if part)
    address = (row["address1_line1"], town, row["address1_stateorprovince"], row["address1_country"])
    return Buyer(
        name=row["name"],
        address=tuple(part for part in address if part),
        tax_number=row["w365_taxnumber"] or "",
        account_number=row["accountnumber"] or "",
        street=row["address1_line1"] or "",
        postal_code=row["address1_postalcode"] or "",
        city=row["address1_city"] or "",
        region=row["address1_stateorprovince"] or "",
        country=row["w365_taxcountry"] or "",
        language=row["w365_language"] or "",
        reference=row["w365_buyerreference"] or "",
    )


def line(row: Row, code: Currency) -> DocumentLine:
    """One posted line."""
    whole = row["w365_fractiondenominator"]
    return DocumentLine(
        kind=Kind(choice_label(LINE_TABLE, "w365_kind", row["w365_kind"]).lower()),
        description=row["w365_description"],
        amount=amount(row["w365_amount"], code),
        tax=amount(row["w365_tax"], code),
        period=_period(row),
        quantity=maybe(decimal, row["w365_quantity"]),
        unit_price=maybe(decimal, row["w365_unitprice"]),
        fraction=(row["w365_fractionnumerator"] or 0, whole) if whole else None,
        tax_percent=maybe(decimal, row["w365_taxpercent"]),
        tax_code=row["w365_taxcode"] or "",
        change=maybe(_change, row.get("w365_Change")),
        origin=row["w365_origin"] or "",
        subscription=row["_w365_subscription_value"] or "",
        contract=(row.get("w365_Contract") or {}).get("w365_number") or "",
        provider=((row.get("w365_Subscription") or {}).get("w365_Provider") or {}).get("w365_name") or "",
        product_class=_class(row.get("w365_Product") or {}),
        list_price=maybe(decimal, row["w365_listprice"]),
        vat=VatRule(row["w365_taxcategorycode"], row["w365_taxnote"] or "") if row["w365_taxcategorycode"] else None,
        price_includes_tax=bool(row["w365_priceincludestax"]),
    )


def _class(product: Row) -> str:
    number = product.get("w365_productclass")
    return "" if number is None else choice_label("w365_product", "w365_productclass", number)


def _change(row: Row) -> ChangeNamed:
    event, effective = choice_label(CHANGE, "w365_event", row["w365_event"]), day(row["w365_effective"])
    hourly = refund_of(CHANGE, row) is RefundRule.HOURS
    return ChangeNamed(row["w365_sequence"], event, effective, row["w365_quantity"], row["w365_quantitydelta"], hourly)


def _period(row: Row) -> Period | None:
    start, end = row["w365_periodstart"], row["w365_periodend"]
    return Period(day(start), day(end)) if start and end else None


def _policy(contract: Row) -> Policy:
    value = contract.get("w365_policy")
    return Policy.ADVANCE if value is None else Policy(choice_label(CONTRACT_TABLE, "w365_policy", value).lower())


def _prorate(contract: Row) -> Prorate:
    value = contract.get("w365_prorate")
    return Prorate.DAYS if value is None else PRORATE[choice_label(CONTRACT_TABLE, "w365_prorate", value)]


def addresses(row: Row) -> Addresses:
    """Who gets the document, as people typed it."""
    contract = row.get("w365_Contract") or {}
    return Addresses(
        primary=contract.get("w365_billingemail") or "",
        secondary=contract.get("w365_secondaryemail") or "",
        additional=contract.get("w365_additionalrecipients") or "",
        fallback=row["w365_Account"]["emailaddress1"] or "",
    )


def delivery(row: Row) -> Delivery:
    """One delivery row."""
    return Delivery(
        id=row["w365_deliveryid"],
        invoice=row["_w365_invoice_value"],
        recipient=row["w365_recipient"],
        attempt=row["w365_attempt"],
        state=DeliveryState(status_label(DELIVERY_TABLE, row)),
        job=row["_w365_job_value"] or "",
        begun=maybe(instant, row["w365_begunon"]),
        sent=maybe(instant, row["w365_senton"]),
        reference=row["w365_messagereference"] or "",
        message=row["w365_message"] or "",
        document_hash=row["w365_documenthash"] or "",
        etag=etag(row),
    )


def new_delivery(value: Delivery) -> Row:
    """The columns that name a delivery, beside those that move."""
    return {
        "w365_name": f"{value.recipient} {value.attempt}"[:200],
        "w365_recipient": value.recipient,
        "w365_attempt": value.attempt,
        **bind("w365_Invoice", INVOICE_TABLE, value.invoice),
        **moved(value),
    }


def moved(value: Delivery) -> Row:
    """The columns of a delivery that change."""
    return {
        **status(DELIVERY_TABLE, value.state.value),
        "w365_documenthash": value.document_hash or None,
        "w365_messagereference": value.reference[:REFERENCE_MAX] or None,
        "w365_begunon": value.begun,
        "w365_senton": value.sent,
        "w365_message": value.message[:MESSAGE_MAX] or None,
        **(bind("w365_Job", "w365_job", value.job) if value.job else {}),
    }


def _lines(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").splitlines() if part.strip())
