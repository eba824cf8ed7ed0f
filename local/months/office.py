"""Who works at a partner: people who ask, workers who take messages, timers; any of them may be struck while they are at it.

What is done goes into the month's log, with what went wrong and the sentence that came of it, without ids that differ each time.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, TypeVar

from dataverse.rows import bind, choice_value
from local.dataverse import seed
from local.desks.charge import PERSON
from local.desks.debit import SECRET
from local.faults import CRASHES, Died, Fault
from local.gocardless.enrolling import control as door
from work365.errors import InvariantBroken, Work365Error
from work365.ids import derived
from work365.ports.platform import CHUNKS, JOBS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from decimal import Decimal
    from random import Random

    from dataverse.rows import Row
    from local.faults import Sent
    from local.months.partner import Partner
    from work365.jobs import JobKind
    from work365.receivables.payments import InvoiceId

T = TypeVar("T")
STRUCK = 0.3
"""How likely it is that something goes wrong while somebody is at work."""
LATEST = 14
"""At the how-manieth request of a piece of work, at the latest."""
MOVES_MONEY = 0.4
"""How likely it is that it goes wrong where it hurts: at the request that moves money at a gateway, or enters it in the books."""
MONEY_MOVES = ("/v1/payment_intents", "/v1/refunds", "/v1/checkout/sessions", "/payments", "/refunds")
STRIKES = (*CRASHES, *CRASHES, Fault.NOT_REACHED, Fault.ERROR_AFTER, Fault.MEANWHILE)
DELIVERIES_MAX = 5
MESSAGES_MAX = 60
ID = re.compile(r"\(?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\)?|\b(?:pi|ch|re|dp|PM|RF)_?[0-9A-Z]{6,}\b")


def _moves_money(sent: Sent) -> bool:
    in_books = sent.address.startswith("/v3/company/") and not sent.address.endswith("/query")
    return sent.method == "POST" and (sent.address in MONEY_MOVES or in_books)


class Office:
    """A partner at work. `calm` is a time in which nothing goes wrong: when a month is settled."""

    def __init__(self, partner: Partner) -> None:
        self.partner, self.application = partner, partner.application
        self.log: list[str] = []
        self.dice: Random
        self.calm = False
        self._asked = count(1)
        self._told: set[int] = set()

    def says(self, text: str) -> None:
        """A line of the log."""
        self.log.append(f"{self.partner.now:%m-%d %H:%M} {ID.sub('', text)}")

    def tries(self, what: str, work: Callable[[], object]) -> bool:
        """A piece of work, which may be struck; whether it came to its end. What broke is the business of whoever comes next.

        Errors: InvariantBroken, and whatever nobody had foreseen: they break the month.
        """
        fuse = self.partner.fuse
        strike = self._strike(work)
        ended = ""
        try:
            work()
        except Died:
            ended = "died"
        except InvariantBroken:
            raise
        except Work365Error as error:
            ended = str(error)
        struck = f" [{strike} {fuse.blown}]" if fuse.blown else ""
        fuse.reset()
        if struck or ended:
            self.says(f"  {what}{struck}{': ' if ended else ''}{ended}")
        return not ended

    def reads(self, read: Callable[[], T]) -> T | None:
        """What somebody sees who looks at something; None when the tenant is out of order."""
        try:
            return read()
        except Work365Error:
            return None

    def _strike(self, work: Callable[[], object]) -> str:
        """Have something go wrong, or not; in words."""
        fuse = self.partner.fuse
        if self.calm or self.dice.random() >= STRUCK:
            fuse.reset()
            return ""
        at, fault, moves_money = self.dice.randint(1, LATEST), self.dice.choice(STRIKES), self.dice.random() < MOVES_MONEY
        again = partial(self._second, work)
        if moves_money:
            fuse.arm(at=1, fault=fault, meanwhile=again, among=_moves_money)
        else:
            fuse.arm(at=at, fault=fault, meanwhile=again)
        return f"{fault.value} {'the first that moves money' if moves_money else at}"

    @staticmethod
    def _second(work: Callable[[], object]) -> None:
        """Another worker, wholly between two requests of the first."""
        try:
            work()
        except InvariantBroken:
            raise
        except Work365Error:
            return

    def asks(
        self,
        kind: JobKind,
        invoice: InvoiceId | None = None,
        *,
        amount: Decimal | None = None,
        code: str = "EUR",
        arguments: Mapping[str, str] | None = None,
        profile: str = "",
        payment: str = "",
        by: str | None = None,
    ) -> None:
        """A person presses a button, the usual one unless another is named: a job row, and mostly a message."""
        number = next(self._asked)
        row: Row = {
            "w365_name": kind.value,
            "w365_key": f"month-{number}",
            "w365_kind": choice_value("w365_job", "w365_kind", kind.value),
            "w365_amount": amount,
            "w365_arguments": json.dumps(dict(arguments)) if arguments else None,
            **(bind("w365_Invoice", "w365_invoice", invoice) if invoice else {}),
            **bind("transactioncurrencyid", "transactioncurrency", seed.currency_id(code)),
        }
        row |= bind("w365_Profile", "w365_paymentprofile", profile) if profile else {}
        row |= bind("w365_Payment", "w365_payment", payment) if payment else {}
        job = derived("months", "job", str(number))
        self.tries("the form", partial(self.partner.quiet.as_user(by or PERSON).create, "w365_job", row, id=job))
        for _ in range(self.dice.choice((0, 1, 1, 1, 1, 2))):  # the event may be lost, and may come twice
            self.application.queue.send(JOBS, {"job": job})

    def work(self) -> None:
        """Every message that is there; one whose worker fails comes again, and is put aside after a while."""
        tried: Counter[str] = Counter()
        for _ in range(MESSAGES_MAX):
            chunk = self.partner.queue.take(CHUNKS)
            message = chunk or self.partner.queue.take(JOBS)
            if message is None:
                return
            do = self.application.run_job if chunk is None else self.application.run_chunk
            text = json.dumps(dict(message))
            tried[text] += 1
            if self.tries("a worker", partial(do, message)):
                continue
            if tried[text] < DELIVERIES_MAX:
                self.application.queue.send(CHUNKS if chunk else JOBS, message)
            else:
                poison = self.application.job_poisoned if chunk is None else self.application.chunk_poisoned
                self.tries("the poison door", partial(poison, text, "it failed too often"))

    def hears_of_debits(self, last: int = 0) -> None:
        """GoCardless tells of its last events in one request; of all that it has not told of when no number is said."""
        events = len(self.partner.gocardless.world.events)
        untold = [place for place in range(events) if place not in self._told]
        last = min(last or events - min(untold, default=events), events)
        if last:
            said = door(self.partner.gocardless, "webhook", secret=SECRET, last=last)
            hear = partial(self.application.gateway_event, "GoCardless", said["body"].encode(), said["signature"])
            if self.tries("the door", hear):
                self._told.update(range(events - last, events))

    def sweep(self) -> None:
        """The timer of every quarter of an hour, and what it finds."""
        self.tries("the sweep", self.application.sweep)
        self.work()

    def night(self) -> None:
        """The timer of every night, and what follows."""
        self.tries("the night", self.application.daily_billing)
        self.work()

    def reads_books(self) -> None:
        """The timer that reads what was paid in the books."""
        self.tries("the reading of the books", self.application.read_back)

    def hour(self) -> None:
        """The timer of every hour: who is told what."""
        self.tries("the telling", self.application.tell)

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """Nothing goes wrong for a while."""
        self.calm, before = True, self.calm
        try:
            yield
        finally:
            self.calm = before
