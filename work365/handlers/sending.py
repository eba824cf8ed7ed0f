"""Send an invoice: draw it once, write down who gets it, hand the mails over, write down what became of each."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from work365.documents.deliveries import Delivery, DeliveryState, plan
from work365.documents.letter import letter_for
from work365.documents.printed import Drawn
from work365.documents.recipients import recipients
from work365.errors import InvariantBroken, Refused
from work365.handlers.linking import new_link
from work365.handlers.mailing import MAY_HAVE_BEEN_SENT, hand_over, look_for
from work365.jobs import JobResult, JobState
from work365.ports.mail import Mail
from work365.receivables.mailed_links import collects_itself, offer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from work365.documents.document import Document
    from work365.documents.letter import Letter
    from work365.handlers.drawing import Press
    from work365.jobs import Job
    from work365.ports.mail import Mailer, Outgoing, SendingBook
    from work365.receivables.pay_links import Linking

LOOK_AGAIN_S = 120
LOOKS_MAX = 20


def send(job: Job, *, book: SendingBook, press: Press, mailer: Mailer, now: datetime, linking: Linking) -> JobResult:
    """Send, resend, or finish what an earlier run began.

    Shape:  each mail that is handed over carries a link of its own, where links are mailed; earlier ones stay as they are.
    Errors: Refused for a draft, a cancelled invoice, or recipients that are missing or malformed; Throttled and Unavailable when
            a mail certainly has not left; Conflict when another worker was faster.
    """
    outgoing = book.load(_invoice(job))
    document = _sendable(outgoing)
    wanted = recipients(outgoing.addresses, document.buyer.name)
    drawn = Drawn(outgoing.stored, outgoing.stored_ubl) if outgoing.stored is not None else press.draw(document)
    todo = plan(
        outgoing.invoice,
        wanted,
        outgoing.deliveries,
        job=job.id,
        resend=job.arguments.get("resend") == "yes",
        document_hash=_digest(drawn.pdf, outgoing.deliveries),
    )
    asked = tuple(look_for(row, mailer, now, last=job.attempts >= LOOKS_MAX) for row in todo.doubtful)
    due = [replace(row, begun=now) for row in (*todo.new, *todo.waiting, *(row for row in asked if row.begun is None))]
    writing = press.writing(document)
    collected = collects_itself(document.due, now.date(), collected=document.collected)
    offered = offer(outgoing.pay, document.balance, linking.public_url, collected=collected)
    made = {}
    if offered.good_for is not None:
        made = {row.id: new_link(row.invoice, row.recipient, offered.good_for, linking, now, delivery=row.id) for row in due}
    if due:
        file_name, links = letter_for(document, writing).file_name, [link for link, _ in made.values()]
        book.begin(outgoing, due, drawn if outgoing.stored is None else None, file_name=file_name, links=links)
    letters = {row.id: letter_for(document, writing, made[row.id][1] if row.id in made else None) for row in due}
    handed = hand_over([(_mail(row, letters[row.id], drawn.pdf), row) for row in due], mailer, now)
    open_rows = tuple(row for row in asked if row.begun is not None)
    changed = (*open_rows, *handed.postings)
    if changed:
        book.finish(outgoing, changed, sent=max((row.sent for row in changed if row.sent), default=None))
    if handed.wait is not None:
        raise handed.wait
    lacks = (_lacking("e-invoice", drawn.without), _lacking("link to pay by", offered.without if due else ""))
    return _result(document, (*todo.done, *changed), fresh=bool(changed), lacks=lacks)


def _lacking(what: str, why: str) -> str:
    return f"It carries no {what}: {why}" if why else ""


def _invoice(job: Job) -> str:
    if job.invoice is None:
        message = "This job names no invoice; open the invoice and press Send there."
        raise Refused(message)
    return job.invoice


def _sendable(outgoing: Outgoing) -> Document:
    if outgoing.state == "Cancelled":
        message = "A cancelled invoice is not sent; send the credit note instead."
        raise Refused(message)
    if outgoing.document is None or outgoing.state in ("Draft", "Verified"):
        message = "This invoice is still a draft without a number; issue it, then send it."
        raise Refused(message)
    return outgoing.document


def _digest(content: bytes, earlier: Iterable[Delivery]) -> str:
    digest = hashlib.sha256(content).hexdigest()
    for row in earlier:
        if row.state is DeliveryState.SENT and row.document_hash and row.document_hash != digest:
            message = f"the stored document is not the one that was sent to {row.recipient}; nothing was sent"
            raise InvariantBroken(message)
    return digest


def _mail(row: Delivery, letter: Letter, content: bytes) -> Mail:
    return Mail(row.id, row.recipient, letter.subject, letter.body, letter.file_name, content)


def _result(document: Document, rows: Sequence[Delivery], *, fresh: bool, lacks: Iterable[str]) -> JobResult:
    sent = [row.recipient for row in rows if row.state is DeliveryState.SENT]
    failed = [f"{row.recipient}: {row.message}" for row in rows if row.state is DeliveryState.FAILED]
    unknown = [row for row in rows if row.state is DeliveryState.UNKNOWN]
    verb = "was sent" if fresh else "was already sent"
    parts = [f"{document.number} {verb} to {_listed(sent)}."] if sent else []
    parts += [f"Not sent to {reason}" for reason in failed]
    if any(not row.message.startswith(MAY_HAVE_BEEN_SENT) for row in unknown):
        parts += [f"No answer came for {row.recipient}; we are looking in the mailbox." for row in unknown]
        return JobResult(JobState.CONFIRMING, " ".join(parts), LOOK_AGAIN_S)
    parts += [f"{row.recipient}: {MAY_HAVE_BEEN_SENT}" for row in unknown]
    if not fresh and sent and not failed and not unknown:
        parts.append("Press Resend to send the same document again.")
    parts += [said for said in lacks if said]
    return JobResult(JobState.FAILED if failed or unknown else JobState.SUCCEEDED, " ".join(parts))


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
