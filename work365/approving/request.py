"""What somebody asks for, as an approver is shown it, and the facts that it was decided on.

The facts are everything that would make an approver think again. Their fingerprint is kept with the answer: what is done later is
what was approved, or it is asked again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from work365.approving.approval import Approval
    from work365.approving.thresholds import Size
    from work365.jobs import Job


@dataclass(frozen=True, slots=True)
class Whose:
    """Whom a request is about: ids of the customer and of the legal entity, whose settings count; "" for none."""

    account: str = ""
    entity: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        what: in words, a sentence without its full stop: `Quantity of Microsoft 365 E3 on C-1: 15 seats from 2026-03-16 on`.
        sizes: how large it is, in each matter that it touches.
        facts: what it was decided on, in words by name: {"seats now": "10"}.
        subject, author: table and id of the row that it is about, and the user who entered that by hand; "" for what a job does
            itself. A job that plans a change names the plan, whose approvals are looked at again on its day.
        changes: says in words what has changed between facts that an approver saw and those of now, "" for nothing; None:
            any difference has.
    """

    what: str
    sizes: tuple[Size, ...]
    facts: Mapping[str, str]
    subject: str = ""
    author: str = ""
    changes: Callable[[Mapping[str, str], Mapping[str, str]], str] | None = None

    @property
    def fingerprint(self) -> str:
        """The facts as 64 hexadecimal digits; of what was entered by hand without its words, as names in them change."""
        said = [] if self.subject else [self.what]
        return _hash([*said, *sorted(self.facts.items())])

    def same_as(self, one: Approval) -> bool:
        """Whether it is what an approver was asked about, or has answered."""
        return one.fingerprint == self.fingerprint or (self.changes is not None and not self.since(one))

    def since(self, one: Approval) -> str:
        """What has changed since an approver was asked, in words."""
        return (self.changes or differences)(one.facts, self.facts)


def wish_of(job: Job) -> str:
    """What a job asks for, by its own columns alone, as 64 hexadecimal digits: another one has been edited."""
    amount = "" if job.amount is None else f"{job.amount.normalize():f}"
    columns = [job.kind.value, job.invoice or "", job.payment or "", job.profile or "", amount, job.currency]
    return _hash([*columns, *sorted(job.arguments.items())])


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """What has changed, in words: `seats now 12 instead of 10; price now 30.00 instead of 31.00`."""
    names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    return "; ".join(f"{name} {now.get(name) or 'nothing'} instead of {before.get(name) or 'nothing'}" for name in names)


def _hash(parts: list[object]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
