"""From a document's values to what is printed: which line stands in which block, and in what words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.contracts.contract import Policy, Prorate
from work365.documents.bundles import folded_parts
from work365.documents.checks import check
from work365.documents.described import credits_line, reworded
from work365.documents.discounts import folded
from work365.documents.document import DocumentKind, as_given
from work365.documents.payment import payment_of
from work365.documents.printed import Block, DocumentView, Fact, LineView, PartyView, TaxView, Totals
from work365.documents.shown import Shown, listed
from work365.documents.taxes import tax_rows
from work365.documents.template import DISCOUNT, LIST_PRICE
from work365.invoicing.lines import Kind
from work365.money import total, zero

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import date

    from work365.documents.document import ChangeNamed, Document, DocumentLine
    from work365.documents.formats import Formats
    from work365.documents.labels import Labels
    from work365.periods import Period

ADJUSTING = frozenset({Kind.CREDIT, Kind.CHARGE, Kind.CORRECTION})
CORRECTING = ADJUSTING | {Kind.DISCOUNT}
SEVERAL = 2
REGULAR = frozenset({Kind.CYCLE, Kind.STUB, Kind.MINIMUM})


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
        blocks=_blocks(shown_lines(document, writing), document, writing),
        taxes=_taxes(document, writing),
        totals=Totals(
            net=writing.money(document.net),
            tax=writing.money(document.tax),
            total=writing.priced(document.total),
            charged=writing.money(document.charged),
            balance=writing.priced(document.balance),
            **_total_words(document, labels),
        ),
        payment=payment_of(document, writing),
        bank_details=() if document.collected else document.seller.bank_details,
        closed=document.kind is DocumentKind.CREDIT_NOTE or document.balance <= zero(document.currency),
        amount_label=(labels.line_net if document.template.columns else labels.amount).format(currency=document.currency),
        discount_label=labels.discount.format(currency=document.currency),
        footer=document.template.footer or (document.seller.name,),
        accent=document.template.accent,
        logo=document.template.logo,
        labels=labels,
    )


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
    return _known(
        (labels.issued, writing.day(document.issued)),
        (labels.due, writing.day(document.due) if document.due and document.kind is DocumentKind.INVOICE else ""),
        (labels.period, writing.period(document.period) if document.period else ""),
        (labels.preceding, ", ".join(one.number for one in document.preceding)),
        (labels.purchase_order, document.purchase_order),
        (labels.buyer_reference, document.buyer.reference),
        (labels.contract, document.contract_number),
        *((one.called(labels.language), document.extra.get(one.column, "")) for one in document.template.fields),
    )


def shown_lines(document: Document, writing: Formats) -> tuple[Shown, ...]:
    """The lines as the customer reads them, in print and e-invoice: bundles, list prices and discounts as the template says."""
    columns = document.template.columns
    printed = folded_parts(document.lines, document.template.bundles)
    lines = tuple(Shown(line, listed=listed(line) if LIST_PRICE in columns else None) for line in printed)
    return folded(lines, writing) if DISCOUNT in columns else lines


def _blocks(shown: Sequence[Shown], document: Document, writing: Formats) -> tuple[Block, ...]:
    """By what the lines are for; on a document for several contracts by these, or as the template says; with a subtotal each."""
    if document.template.group_by == "provider":
        return _together(shown, document, writing, lambda line: line.provider or document.seller.name)
    if len({one.line.contract for one in shown}) >= SEVERAL:
        return _together(shown, document, writing, lambda line: f"{writing.labels.contract} {line.contract}")
    return _by_purpose(shown, document, writing)


def _together(
    shown: Sequence[Shown], document: Document, writing: Formats, title_of: Callable[[DocumentLine], str]
) -> tuple[Block, ...]:
    """A block per title, in the order in which the titles come first."""
    titles: dict[str, list[Shown]] = {}
    for one in shown:
        titles.setdefault(title_of(one.line), []).append(one)
    return tuple(_block(title, lines, document, writing) for title, lines in titles.items())


def _by_purpose(shown: Sequence[Shown], document: Document, writing: Formats) -> tuple[Block, ...]:
    billed = {line.period for line in document.lines if line.kind in REGULAR}
    current = _current_from(document)
    labels = writing.labels
    regular = labels.next_period if document.policy is Policy.ADVANCE else labels.past_period
    blocks: dict[str, list[Shown]] = {labels.adjustments: [], labels.earlier: [], regular: []}
    for one in shown:
        piece = document.policy is Policy.ARREARS and _piece(one.line, current)
        if adjusts(one.line, billed) and not piece:
            blocks[labels.adjustments].append(one)
        else:
            blocks[labels.earlier if _ended_by(one.line, current) else regular].append(one)
    if blocks[labels.adjustments] and all(one.line.kind is Kind.SURCHARGE for one in blocks[regular]):
        blocks[labels.adjustments] += blocks.pop(regular)  # it is taken of what is adjusted, and nothing else is billed
    return tuple(_block(title, lines, document, writing) for title, lines in blocks.items() if lines)


def _piece(line: DocumentLine, current: date | None) -> bool:
    """In arrears a cycle with a change in it is billed piece by piece: the later pieces are charges that correct nothing."""
    return current is not None and line.kind is Kind.CHARGE and not line.origin and not _ended_by(line, current)


def _current_from(document: Document) -> date | None:
    """First day of the newest cycle that the document bills; None when it bills none."""
    periods = [line.period for line in document.lines if line.kind in REGULAR and line.period is not None]
    newest = max((period.end for period in periods), default=None)
    return min((period.start for period in periods if period.end == newest), default=None)


def _ended_by(line: DocumentLine, day: date | None) -> bool:
    return day is not None and line.period is not None and line.period.end <= day


def adjusts(line: DocumentLine, billed: Collection[Period | None]) -> bool:
    """Whether a line mends the past rather than bills a cycle.

    Shape: `billed` holds the periods that the document bills regularly: a discount belongs to what it is taken off.
    """
    return line.kind in ADJUSTING or (line.kind is Kind.DISCOUNT and line.period not in billed)


def _block(title: str, lines: Sequence[Shown], document: Document, writing: Formats) -> Block:
    return Block(
        title=title,
        lines=tuple(_line(one, document, writing) for one in lines),
        subtotal=writing.money(total((one.line.amount for one in lines), document.currency)),
    )


def _line(one: Shown, document: Document, writing: Formats) -> LineView:
    line = one.line
    priced = line.unit_price is not None and one.listed is None
    return LineView(
        description=reworded(line, writing),
        notes=(*notes_of(line, writing), *reductions_of(one, document, writing)),
        dates=writing.period(line.period) if line.period else "",
        quantity=writing.quantity(line.quantity) if line.quantity is not None else "",
        list_price=writing.price(one.listed.price, document.currency) if one.listed is not None else "",
        unit_price=writing.price(line.unit_price, document.currency) if line.unit_price is not None and priced else "",
        fraction=fraction_of(line, document.prorate, writing.labels),
        discount=writing.money(one.off) if one.off is not None else "",
        amount=writing.money(line.amount),
    )


def reductions_of(one: Shown, document: Document, writing: Formats) -> tuple[str, ...]:
    """The small print about what is taken off a line: its own price, then each discount by its name."""
    own: tuple[str, ...] = ()
    if one.listed is not None and one.listed.percent and one.line.unit_price is not None:
        price, percent = writing.price(one.line.unit_price, document.currency), writing.percent(one.listed.percent)
        own = (writing.labels.own_price.format(price=price, percent=percent),)
    return (*own, *(reduction.name for reduction in one.reductions))


def fraction_of(line: DocumentLine, prorate: Prorate, labels: Labels) -> str:
    """What the price was multiplied by. A whole month for some of its days is said too: the dates look like less."""
    if line.fraction is None or line.kind is Kind.DISCOUNT:
        return ""
    used, whole = line.fraction
    if used == whole and (line.kind is Kind.CYCLE or prorate in (Prorate.DAYS, Prorate.DAYS30)):
        return ""
    if prorate is Prorate.NONE:
        return labels.whole_cycle
    word = {Prorate.DAYS: labels.days, Prorate.MONTHS: labels.months_used, Prorate.DAYS30: labels.days_30}[prorate]
    return f"{used}/{whole} {word}"


def notes_of(line: DocumentLine, writing: Formats) -> tuple[str, ...]:
    """The small print of a line: the change behind it, or that it corrects one, if its description does not say so; its users."""
    users = (writing.labels.users.format(names=", ".join(line.users)),) if line.users else ()
    if line.change is not None:
        return (_change(line.change, writing), *users)
    if line.origin and line.kind in CORRECTING and not credits_line(line):
        return (writing.labels.discount_moved if line.kind is Kind.DISCOUNT else writing.labels.correction, *users)
    return users


def _change(change: ChangeNamed, writing: Formats) -> str:
    labels = writing.labels
    if change.event == "Cancel":
        what = labels.change_cancel
    elif change.delta:
        what = labels.change_quantity.format(before=change.quantity - change.delta, after=change.quantity)
    elif change.event == "Price":
        what = labels.change_price
    else:
        what = labels.change_other.format(event=labels.events.get(change.event, change.event), after=change.quantity)
    return labels.change.format(sequence=change.sequence, what=what, effective=writing.short_day(change.effective))


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
