"""Mail a request link: write down that the mail begins, hand it over once, write down what became of it.

The link is nowhere but in the mail, so a mail that has certainly not left cannot be sent later: whoever asked is told, and asks
again. One whose answer got lost is looked for in the mailbox like any other (handlers/telling.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.documents.recipients import is_address
from work365.errors import BadInput
from work365.handlers.mailing import hand_over
from work365.ports.mail import Mail
from work365.telling.payment_details import invitation

if TYPE_CHECKING:
    from datetime import datetime

    from work365.ports.documents import Catalogues
    from work365.ports.mail import Mailer
    from work365.ports.profiles import Asker
    from work365.ports.telling import NoticeBook
    from work365.receivables.profile_links import Request
    from work365.telling.notice import Notice
    from work365.telling.payment_details import Invitation


def address_of(request: Request, wanted: str) -> str:
    """Where the mail goes: the address that is named, else the customer's own. Errors: BadInput."""
    to = (wanted or request.email).strip()
    if not to:
        message = f"{request.name} has no e-mail address of its own; name one with --to"
        raise BadInput(message, "--to")
    if not is_address(to):
        message = f"'{to}' is not written as e-mail addresses are"
        raise BadInput(message, "--to")
    return to


def mail(
    request: Request,
    link: str,
    *,
    to: str,
    asker: Asker,
    notices: NoticeBook,
    mailer: Mailer,
    catalogues: Catalogues,
    now: datetime,
) -> Notice:
    """Mail a link that was just made; the notice as it is afterwards.

    Shape:  queued with a message when the mail system was busy: it has not left, and will not.
    Errors: External when the notice could not be written: nothing has left.
    """
    writing = catalogues.formats(request.language, asker.language)
    until = request.link_expires or now
    made = invitation(request, link, until, to=to, signed=asker.lines, writing=writing, now=now)
    notices.queue([made.notice])
    return leave(made, notices=notices, mailer=mailer, now=now)


def leave(made: Invitation, *, notices: NoticeBook, mailer: Mailer, now: datetime) -> Notice:
    """Hand over a mail whose notice is written, and write down what became of it; as `mail`."""
    parcel = Mail(made.notice.id, made.notice.recipient, made.notice.subject, made.body)
    [after] = hand_over([(parcel, made.notice)], mailer, now).postings
    notices.finish([after])
    return after
