"""An invoice as a page: who, what, how much, until when, and what can be done about it. Every figure is text already."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from doors.pages import answer
from work365.receivables.pay_links import Standing

if TYPE_CHECKING:
    import azure.functions as func

    from work365.documents.printed import Block, DocumentView, LineView, PartyView
    from work365.handlers.pay_links import Shown

START, DOCUMENT = "/api/pay/start", "/api/pay/document"
SAYS = {Standing.PAID: "page_paid", Standing.UNDER_WAY: "page_under_way", Standing.ELSEWHERE: "page_elsewhere"}


def invoice_page(shown: Shown, token: str) -> func.HttpResponse:
    """The page. Shape: the token goes into the forms of the page alone, which is kept nowhere."""
    view = shown.view
    parts = (_parties(view), _facts(view), _act(shown, token), _lines(view), _totals(view), _file(view, token))
    return answer(200, view.title, "".join(parts), view.language)


def _parties(view: DocumentView) -> str:
    return f"<p>{_name(view.seller)}</p><p>{escape(view.labels.bill_to)}: {_name(view.buyer)}</p>"


def _name(party: PartyView) -> str:
    return f"<strong>{escape(party.name)}</strong>"


def _facts(view: DocumentView) -> str:
    rows = "".join(f"<dt>{escape(one.label)}</dt><dd>{escape(one.value)}</dd>" for one in view.facts)
    return f"<dl>{rows}</dl>"


def _act(shown: Shown, token: str) -> str:
    """The balance, and the button that pays it or the sentence that says why there is none."""
    labels, totals = shown.view.labels, shown.view.totals
    balance = f"<p>{escape(totals.balance_label)}: <strong>{escape(shown.balance)}</strong></p>"
    if shown.standing is not Standing.PAYABLE:
        said = f'<p role="status">{escape(getattr(labels, SAYS[shown.standing]))}</p>'
        ways = (*shown.view.payment, *shown.view.bank_details) if shown.standing is Standing.ELSEWHERE else ()
        return f'<div class="card">{balance}{said}{"".join(f"<p>{escape(way)}</p>" for way in ways)}</div>'
    button = _form(START, token, shown.view, labels.page_pay_now.format(amount=shown.balance), "go")
    return f'<div class="card">{balance}{button}<p class="note">{escape(labels.page_pay_where)}</p></div>'


def _form(action: str, token: str, view: DocumentView, button: str, kind: str) -> str:
    """What is shown next is in the document's language, too."""
    posted = {"token": token, "language": view.language}
    hidden = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in posted.items())
    return f'<form method="post" action="{action}">{hidden}<button class="{kind}">{escape(button)}</button></form>'


def _lines(view: DocumentView) -> str:
    what, amount = escape(view.labels.description), escape(view.amount_label)
    heads = f'<tr><th scope="col">{what}</th><th scope="col" class="n">{amount}</th></tr>'
    return f"<table><thead>{heads}</thead><tbody>{''.join(_block(block, view) for block in view.blocks)}</tbody></table>"


def _block(block: Block, view: DocumentView) -> str:
    title = f'<tr><th scope="rowgroup" colspan="2">{escape(block.title)}</th></tr>' if block.title else ""
    return title + "".join(_line(line, view) for line in block.lines)


def _line(line: LineView, view: DocumentView) -> str:
    count = f"{view.labels.quantity}: {line.quantity}" if line.quantity else ""
    price = f"{view.unit_price_label}: {line.unit_price}" if line.unit_price else ""
    small = [part for part in (", ".join(filter(None, (count, price))), line.dates, *line.notes) if part]
    notes = "".join(f'<br><span class="note">{escape(part)}</span>' for part in small)
    return f'<tr><td>{escape(line.description)}{notes}</td><td class="n">{escape(line.amount)}</td></tr>'


def _totals(view: DocumentView) -> str:
    totals, labels = view.totals, view.labels
    sums = ((labels.net, totals.net), (labels.tax, totals.tax), (totals.total_label, totals.total))
    rows = (*sums, (totals.charged_label, totals.charged), (totals.balance_label, totals.balance))
    body = "".join(f'<tr><th scope="row">{escape(label)}</th><td class="n">{escape(text)}</td></tr>' for label, text in rows)
    return f'<div class="card"><table><tbody>{body}</tbody></table></div>'


def _file(view: DocumentView, token: str) -> str:
    return _form(DOCUMENT, token, view, view.labels.page_download, "else")
