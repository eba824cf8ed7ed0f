"""A walk over everything that moves money of three invoices, with syncs and nights in between, as dice say."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import TYPE_CHECKING

from local.desks.told_books import ToldBooksDesk
from work365.errors import BadInput, Conflict, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.receivables.payments import InvoiceId

AMOUNTS = ("10.00", "25.00", "40.00", "60.00", "150.00")


class Walk(ToldBooksDesk):
    """Three invoices, and dice."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.dice = random.Random(seed)
        self.log: list[str] = []
        self.invoices = [self.billed(), self.billed("80.00"), self.billed("40.00")]
        self.sent: list[str] = []
        self.about: list[str] = []

    @property
    def any(self) -> InvoiceId:
        """One of the invoices."""
        return self.dice.choice(self.invoices)

    @property
    def some(self) -> str:
        """An amount."""
        return self.dice.choice(AMOUNTS)

    def sends_money(self) -> None:
        """A transfer."""
        reference = f"T-{len(self.sent)}"
        self.transfer(self.any, int(Decimal(self.some) * 100), reference)
        self.sent.append(reference)

    def syncs_again(self) -> None:
        """A person presses Sync on any of them."""
        self.presses_sync(self.any)
        self.syncs()

    def disputes_one(self) -> None:
        """The bank takes a card payment back, or a part."""
        self.about.append(self.dispute(self.any, self.dice.choice((None, 1500))))


ACTS: dict[str, Callable[[Walk], object]] = {
    "charge": lambda walk: walk.collect(walk.any, walk.some),
    "charge all": lambda walk: walk.collect(walk.any),
    "transfer": Walk.sends_money,
    "bounce": lambda walk: walk.bounce(walk.dice.choice(walk.sent)),
    "take a transfer back": lambda walk: walk.takes_back(walk.any, walk.dice.choice(walk.sent)),
    "refund": lambda walk: walk.refund(walk.any, walk.some),
    "refund all": lambda walk: walk.refund(walk.any),
    "dispute": Walk.disputes_one,
    "win": lambda walk: walk.disputed(walk.dice.choice(walk.about), "won"),
    "write off": lambda walk: walk.gives_up(walk.any, walk.some, disputed=True),
    "write off all": lambda walk: walk.gives_up(walk.any, disputed=True),
    "take a write-off back": lambda walk: walk.claims(walk.any, walk.dice.choice((None, "10.00"))),
    "credit": lambda walk: walk.credits_line(walk.any, walk.dice.choice(AMOUNTS[:3])),
    "cancel": lambda walk: walk.cancels(walk.any),
    "apply a note": lambda walk: walk.applies(walk.newest_note(), walk.any, walk.some),
    "take a note back": lambda walk: walk.unapplies(walk.newest_note(), walk.any),
    "put a note ahead": lambda walk: walk.puts_ahead(walk.newest_note()),
    "sync": lambda walk: walk.syncs(newest_first=walk.dice.choice((False, True))),
    "sync again": Walk.syncs_again,
    "night": lambda walk: walk.night(1),
}
IMPOSSIBLE = (Refused, BadInput, Conflict, IndexError, StopIteration, LookupError, AssertionError)
"""What cannot happen at this moment, as we, the gateways' stand-ins (AssertionError) or an empty list say."""
