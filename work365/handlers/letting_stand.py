"""What stood before a threshold was set waits for nobody: it is approved as it is, and only then does the threshold count.

Else setting one would hold back half of the contracts in the next night. What waits already, or was refused, goes on waiting;
what is edited later is asked about like everything else.

Safe to run again from any point: an approval's id comes from its entry and the facts, and that a threshold is settled is written
last, over the version that was read.
"""

from __future__ import annotations

from functools import cache, partial
from itertools import chain, islice
from typing import TYPE_CHECKING

from work365.approving.approval import ApprovalState
from work365.approving.thresholds import caught
from work365.holding.limits import UNLIMITED
from work365.ports.reviewing import Stands

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from work365.approving.entries import Entry
    from work365.approving.thresholds import InForce, Size
    from work365.handlers.reviewing import Reviewer
    from work365.money import Currency, Money
    from work365.ports.reviewing import EntrySource, Seen

    Convert = Callable[[Money, Currency], Money | None]

AT_ONCE = 200


def follow_entries(*, reviewer: Reviewer, sources: Sequence[EntrySource], since: datetime) -> int:
    """Settle thresholds that are new, then have approvers asked about what people wrote since a moment; how many wait of that.

    Shape:  one request as long as no setting lets entries wait.
    Errors: BadInput where a threshold cannot be used; Conflict when a setting changed meanwhile; External.
    """
    thresholds = reviewer.book.thresholds()
    fresh = [one for one in thresholds if one.value != one.settled]
    if all(one.value in (None, UNLIMITED) for one in thresholds):
        reviewer.book.settle(fresh)
        return 0
    if fresh:
        for part in _parts(chain.from_iterable(one.standing() for one in sources)):
            _let_stand(part, reviewer)
        reviewer.book.settle(fresh)
    lately = chain.from_iterable(one.lately(since) for one in sources)
    return sum(len(reviewer.waiting(part)) for part in _parts(lately))


def _parts(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    while part := list(islice(entries, AT_ONCE)):
        yield part


def _let_stand(entries: Sequence[Entry], reviewer: Reviewer) -> None:
    limits = reviewer.book.in_force({one.whose for one in entries})
    convert_for = cache(partial(reviewer.approvals.converter, on=reviewer.clock.now().date()))
    newly = ((one, _newly(one, limits[one.whose], convert_for(one.whose.entity))) for one in entries)
    found = {one.subject: (one, *caught_by) for one, caught_by in newly if caught_by is not None}
    if not found:
        return
    seen = reviewer.book.seen(found)
    stand = [
        Stands(entry, known.written.author, size, why)
        for subject, (entry, size, why) in found.items()
        if (known := seen[subject]).written is not None and known.concerns(entry) and not _asked(entry, known)
    ]
    reviewer.book.let_stand(stand, reviewer.clock.now())


def _newly(entry: Entry, limit: InForce, convert: Convert) -> tuple[Size, str] | None:
    """The size that is caught now and was not before, with the sentence that says so."""
    now = caught(entry.request.sizes, limit.now, convert)
    return now[0] if now and not caught(entry.request.sizes, limit.settled, convert) else None


def _asked(entry: Entry, known: Seen) -> bool:
    """Somebody has been asked about it as it is."""
    return any(entry.request.same_as(one) and one.state is not ApprovalState.OVERTAKEN for one in known.approvals)
