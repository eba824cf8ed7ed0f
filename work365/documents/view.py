"""From a document's values to what is printed: parties, facts, blocks, taxes and totals, in the reader's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.documents.blocks import blocks_of, shown_lines
from work365.documents.checks import check
from work365.documents.document import DocumentKind, as_given
from work365.documents.payment import payment_of
from work365.documents.printed import DocumentView, Fact, PartyView, TaxView, Totals
from work365.documents.taxes import tax_rows
from work365.money import zero

if TYPE_CHECKING:
    from work365.documents.document import Document
    from work365.documents.formats import Formats
    from work365.documents.labels import Labels


def view_of(document: Document, writing: Formats) -> DocumentView:
    """The printed form of a document; the amounts of a credit note are what is given back.

    Errors: InvariantBroken when lines, tax and totals do not add up: such a document must not leave the house.
    """
    check(document)
    document = as_given(document)
    labels = writing.labels
    kind = labels.invoice if document.kind is DocumentKind.INVOICE else labels.credit_note
    return DocumentView(
        title=f"{kind} {document.number}",
        kind=kind,
        number=document.number,
        issued=document.issued,
        currency=document.currency,
        language=labels.language,
        seller=_seller(document, labels),
        buyer=_buyer(document, labels),
        facts=_facts(document, writing),
        blocks=blocks_of(shown_lines(document, writing), document, writing),
        taxes=_taxes(document, writing),
        totals=Totals(
            net=writing.money(document.net),
            tax=writing.money(document.tax),
            total=writing.priced(document.total),
            charged=writing.money(document.charged),
            balance=writing.priced(document.balance),
            **_total_words(document, labels),
        ),
        payment=() if _hidden(document, "payment") else payment_of(document, writing),
        bank_details=() if document.collected or _hidden(document, "bank_details") else document.seller.bank_details,
        links=tuple(Fact(one.called(labels.language), one.to(document.number, document.id)) for one in document.template.links),
        closed=document.kind is DocumentKind.CREDIT_NOTE or document.balance <= zero(document.currency),
        unit_price_label=labels.unit_price_with_tax
        if any(one.price_includes_tax for one in document.lines)
        else labels.unit_price,
        amount_label=(labels.line_net if document.template.columns else labels.amount).format(currency=document.currency),
        discount_label=labels.discount.format(currency=document.currency),
        footer=document.template.footer or (document.seller.name,),
        accent=document.template.accent,
        logo=document.template.logo,
        labels=labels,
    )


def _hidden(document: Document, what: str) -> bool:
    return what in document.template.hide


def _known(*facts: tuple[str, str]) -> tuple[Fact, ...]:
    return tuple(Fact(label, value) for label, value in facts if value)


def _total_words(document: Document, labels: Labels) -> dict[str, str]:
    """What the closing figures are called: on a credit note they are given back."""
    if document.kind is DocumentKind.INVOICE:
        return {"total_label": labels.total, "charged_label": labels.charged, "balance_label": labels.balance}
    return {
        "total_label": labels.credited_total,
        "charged_label": labels.refunded,
        "balance_label": labels.balance_in_favour,
    }


def _seller(document: Document, labels: Labels) -> PartyView:
    seller = document.seller
    lines = (*seller.address, *(text for text in (seller.email, seller.phone) if text))
    return PartyView(seller.name, lines, _known((labels.tax_number, seller.tax_number)))


def _buyer(document: Document, labels: Labels) -> PartyView:
    buyer = document.buyer
    facts = _known((labels.tax_number, buyer.tax_number), (labels.customer_number, buyer.account_number))
    return PartyView(buyer.name, buyer.address, facts)


def _facts(document: Document, writing: Formats) -> tuple[Fact, ...]:
    labels = writing.labels
    period = None if _hidden(document, "period") else document.period
    references = (
        (labels.purchase_order, document.purchase_order),
        (labels.buyer_reference, document.buyer.reference),
        (labels.contract, document.contract_number),
    )
    return _known(
        (labels.issued, writing.day(document.issued)),
        (labels.due, writing.day(document.due) if document.due and document.kind is DocumentKind.INVOICE else ""),
        (labels.period, writing.period(period) if period else ""),
        (labels.preceding, ", ".join(one.number for one in document.preceding)),
        *(() if _hidden(document, "references") else references),
        *((one.called(labels.language), document.extra.get(one.column, "")) for one in document.template.fields),
    )


def _taxes(document: Document, writing: Formats) -> tuple[TaxView, ...]:
    return tuple(
        TaxView(
            rate=writing.percent(row.percent) if row.percent is not None else writing.labels.no_tax,
            base=writing.money(row.base),
            tax=writing.money(row.tax),
            note=row.note,
        )
        for row in tax_rows(document)
    )
