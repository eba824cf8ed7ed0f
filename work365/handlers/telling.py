"""Tell people: decide from data what is worth telling, write a notice for each recipient, hand the mails over.

A notice's id comes from its event and recipient, and its row is written before anything leaves: deciding again, in however many
workers, adds nothing, and a mail leaves at most once (work365/handlers/mailing.py). What comes too late to be of use is not sent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from work365.documents.deliveries import DeliveryState
from work365.handlers.linking import carried
from work365.handlers.mailing import GRACE, MAY_HAVE_BEEN_SENT, hand_over, look_for
from work365.periods import zone_named
from work365.ports.mail import Mail
from work365.subscriptions.held import windows_of
from work365.subscriptions.renewing import outlook
from work365.telling.deciding import bundled, tellings
from work365.telling.notice import NoticeKind
from work365.telling.renewals import renewal_ahead
from work365.telling.windows import windows_closing
from work365.terms.renewal import NOTICE_DAYS
from work365.terms.windows import OPEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from work365.handlers.linking import Carried
    from work365.ports.documents import Catalogues
    from work365.ports.mail import Mailer
    from work365.ports.platform import Clock
    from work365.ports.renewing import RenewalBook
    from work365.ports.telling import NoticeBook
    from work365.receivables.pay_links import Linking
    from work365.subscriptions.held import Held
    from work365.subscriptions.renewing import Outlook
    from work365.telling.notice import Notice, Occasion
    from work365.terms.renewal import Prices

    Carrying = Callable[[Sequence[Notice]], dict[str, Carried]]

MAILS_AT_ONCE = 25
"""As many as a worker begins together: what it leaves in doubt when it dies."""
ROUNDS_MAX, LOOKS_MAX = 20, 200
PARTS_MAX = 20
"""Of one bundle: how often something may join what was told already."""
LOOKED_FOR = timedelta(days=3)
"""How long a mail that may have been sent is looked for before only a person can say."""
WITHOUT_FILE = "It was not sent: somebody deleted its file from the notes of this row. Draw it up by `w365 statement`."
WITHOUT_LINK = (
    "It was not sent, and its link is kept nowhere: withdraw it, and ask the customer again by `w365 profile request --mail`."
)
TOO_LATE = "It was not sent in time: what it tells was over on {until:%Y-%m-%d %H:%M} UTC."


@dataclass(frozen=True, slots=True)
class Delivered:
    """How many mails left, certainly did not, and may have; `waiting` is why the rest waits."""

    sent: int = 0
    failed: int = 0
    unknown: int = 0
    waiting: str = ""


def renewals_ahead(*, book: RenewalBook, clock: Clock) -> Iterator[Occasion]:
    """The terms whose end has come near, but for parts of a bundle and trials. Errors: External when they could not be read."""
    now = clock.now()
    for held, prices in book.ending(now.date() + timedelta(days=max(NOTICE_DAYS) + 1)):
        seen = _outlook(held, prices, clock) if held.billable else None
        ahead = None if seen is None else renewal_ahead(seen, now, zone_named(held.place.zone))
        if ahead is not None:
            yield ahead


def closing_windows(*, book: RenewalBook, clock: Clock) -> Iterator[Occasion]:
    """The batches of seats that can be returned for two days more. Errors: as above."""
    for seen in open_windows(book=book, clock=clock):
        if seen.held.billable:
            yield from windows_closing(seen)


def open_windows(*, book: RenewalBook, clock: Clock) -> Iterator[Outlook]:
    """The subscriptions some of whose seats may be returned now. Errors: as above."""
    for held, prices in book.returnable(clock.now() - OPEN):
        seen = _outlook(held, prices, clock)
        if seen is not None and seen.windows:
            yield seen


def _outlook(held: Held, prices: Prices, clock: Clock) -> Outlook | None:
    return None if held.agreed is None else outlook(held, held.agreed, windows_of(held), prices, clock.now())


def decided(occasions: Iterable[Occasion], *, book: NoticeBook, catalogues: Catalogues) -> list[Notice]:
    """The notices that these occasions ask for and that nobody has written yet. Errors: External.

    Shape: what was told in earlier parts of a bundle is left out; a part that another worker writes meanwhile is met when both
           are written, and the next run tells what is left.
    """
    groups = list(bundled(occasions))
    to = book.addressees({group[0].contract for group in groups}) if groups else {}
    open_ = [one for group in groups if group[0].contract in to for one in tellings(group, to[group[0].contract], catalogues)]
    new: list[Notice] = []
    for part in range(1, PARTS_MAX + 1):
        told = book.told([one.id(part) for one in open_]) if open_ else {}
        new += [one.notice(part) for one in open_ if one.id(part) not in told]
        left = [one.without(told[one.id(part)]) for one in open_ if one.id(part) in told]
        open_ = [one for one in left if one.occasions]
    return new


def queue(occasions: Iterable[Occasion], *, book: NoticeBook, catalogues: Catalogues) -> int:
    """Write the notices of these occasions; how many are new. Errors: External; running it again writes the rest."""
    return book.queue(decided(occasions, book=book, catalogues=catalogues))


def deliver(
    *, book: NoticeBook, mailer_for: Callable[[], Mailer], clock: Clock, linking: Linking, catalogues: Catalogues
) -> Delivered:
    """Clear up the mails that are in doubt, then hand over those that wait until none is left or the mail system is busy.

    Shape:  `mailer_for` is asked only when there is something to send or to look for; a mail that asks for invoices gets its
            pay links now (work365/handlers/linking.py).
    Errors: Refused when no mailbox is set; External.
    """
    now = clock.now()
    result = Delivered()
    doubtful = book.doubtful(begun_before=now - GRACE, limit=LOOKS_MAX)
    if doubtful:
        asked = [_looked_for(one, mailer_for(), now) for one in doubtful]
        book.finish(asked)
        result = _counted(result, asked)
    for _ in range(ROUNDS_MAX):
        waiting = book.waiting(limit=MAILS_AT_ONCE)
        if not waiting or result.waiting:
            break
        now = clock.now()
        carry = partial(carried, book=book, linking=linking, catalogues=catalogues, now=now)
        result = _round(waiting, result, book=book, mailer=mailer_for(), carry=carry, now=now)
    return result


def _looked_for(one: Notice, mailer: Mailer, now: datetime) -> Notice:
    """What became of a mail. One that was begun so long ago and is not found is a person's: it is not looked for any more."""
    late = one.begun is not None and now - one.begun > LOOKED_FOR
    found = look_for(one, mailer, now, last=late)
    if one.begun is None or not late or not found.message.startswith(MAY_HAVE_BEEN_SENT):
        return found
    return replace(found, begun=None, message=f"{found.message} It was handed over on {one.begun:%Y-%m-%d at %H:%M} UTC.")


def _round(
    waiting: Sequence[Notice], before: Delivered, *, book: NoticeBook, mailer: Mailer, carry: Carrying, now: datetime
) -> Delivered:
    looked_at = [_looked_at(one, now) for one in waiting]
    useless = [one for one in looked_at if one.state is DeliveryState.FAILED]
    leaving = [replace(one, begun=now) for one in looked_at if one.state is not DeliveryState.FAILED]
    as_they_leave = carry(leaving)
    begun = book.begin(leaving, {id_: one.links for id_, one in as_they_leave.items()})
    handed = hand_over([(_mail(one, as_they_leave[one.id].body), one) for one in begun], mailer, now)
    book.finish([*useless, *(_noted(one, as_they_leave[one.id]) for one in handed.postings)])
    return replace(_counted(before, [*useless, *handed.postings]), waiting="" if handed.wait is None else str(handed.wait))


def _counted(before: Delivered, found: Sequence[Notice]) -> Delivered:
    states = [one.state for one in found]
    return replace(
        before,
        sent=before.sent + states.count(DeliveryState.SENT),
        failed=before.failed + states.count(DeliveryState.FAILED),
        unknown=before.unknown + states.count(DeliveryState.UNKNOWN),
    )


def _looked_at(one: Notice, now: datetime) -> Notice:
    """A notice that cannot be of use any more, as failed; any other as it is."""
    if now >= one.until:
        return replace(one, state=DeliveryState.FAILED, message=TOO_LATE.format(until=one.until))
    if one.overtaken:
        return replace(one, state=DeliveryState.FAILED, message=f"It was not sent: {one.overtaken}.")
    if one.kind is NoticeKind.PAYMENT_DETAILS:
        return replace(one, state=DeliveryState.FAILED, message=WITHOUT_LINK)
    if one.kind is NoticeKind.STATEMENT and one.enclosure is None:
        return replace(one, state=DeliveryState.FAILED, message=WITHOUT_FILE)
    return one


def _noted(one: Notice, left: Carried) -> Notice:
    """What was sent is kept as it left, but for what opens its links, and says which it lacks; anything else is as it was."""
    return replace(one, message=left.without, body=left.kept) if one.state is DeliveryState.SENT else one


def _mail(one: Notice, body: str) -> Mail:
    if one.enclosure is None:
        return Mail(one.id, one.recipient, one.subject, body)
    return Mail(one.id, one.recipient, one.subject, body, one.enclosure.file_name, one.enclosure.content)
