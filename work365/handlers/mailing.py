"""Hand mails over at most once: what became of each, and how one whose answer was lost is looked for.

A mail whose answer was lost is searched for in the mailbox by its id, and is sent again only when it has not turned up for GRACE.
Where we may not look, it stays "may have been sent" and a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Generic, TypeVar

from work365.documents.deliveries import DeliveryState, Posting
from work365.errors import External, OutcomeUnknown, Refused, Rejected, Throttled, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from work365.ports.mail import Mail, Mailer

GRACE = timedelta(minutes=15)
"""How long an accepted mail may take to appear in the mailbox; longer than any worker lives."""
MAY_HAVE_BEEN_SENT = "It may have been sent. Look in the sent items of the billing mailbox; if it is not there, send it again."

P = TypeVar("P", bound=Posting)


@dataclass(frozen=True, slots=True)
class Round(Generic[P]):
    """What one round achieved.

    Attributes:
        postings: every one that was to be handed over, with its present state.
        wait: why the rest must wait; nothing of it has left.
    """

    postings: tuple[P, ...]
    wait: External | None = None


def hand_over(pairs: Iterable[tuple[Mail, P]], mailer: Mailer, now: datetime) -> Round[P]:
    """Hand over one after the other; once the mail system is busy or away, the rest stays queued."""
    done: list[P] = []
    wait: External | None = None
    for mail, row in pairs:
        if wait is not None:
            done.append(replace(row, begun=None, message=str(wait)))
            continue
        try:
            reference = mailer.send(mail)
        except (Throttled, Unavailable) as error:
            wait = error
            done.append(replace(row, begun=None, message=str(error)))
        except OutcomeUnknown as error:
            done.append(replace(row, state=DeliveryState.UNKNOWN, message=str(error)))
        except (Refused, Rejected) as error:
            done.append(replace(row, state=DeliveryState.FAILED, message=str(error)))
        else:
            done.append(replace(row, state=DeliveryState.SENT, sent=now, reference=reference, message=""))
    return Round(tuple(done), wait)


def look_for(row: P, mailer: Mailer, now: datetime, *, last: bool = False) -> P:
    """Look for a mail that may have left: sent, still unknown, or (begun emptied) certainly not there.

    Shape: `last` gives up waiting for it: a person decides.
    """
    try:
        found = mailer.find(row.id)
    except Rejected as error:
        return replace(
            row, state=DeliveryState.UNKNOWN, message=f"{MAY_HAVE_BEEN_SENT} (We cannot look there ourselves: {error})"
        )
    except (Throttled, Unavailable) as error:
        return replace(row, state=DeliveryState.UNKNOWN, message=f"The mailbox could not be asked yet: {error}")
    if found is not None:
        return replace(row, state=DeliveryState.SENT, sent=found.sent, reference=found.reference, message="")
    if last:
        return replace(row, state=DeliveryState.UNKNOWN, message=MAY_HAVE_BEEN_SENT)
    if row.begun is not None and now - row.begun >= GRACE:
        return replace(row, state=DeliveryState.QUEUED, begun=None)
    return replace(row, state=DeliveryState.UNKNOWN, message="No answer came; we are looking for it in the mailbox.")
