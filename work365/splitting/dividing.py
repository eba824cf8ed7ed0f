"""The seats of one day divided over their payers. The parts always sum to the seats bought, and nobody has less than none.

what a share asks for = max(minimum, its users - included)      the included seats are asked for by the main payer
rest                  = seats bought - everything that is asked for; it follows the rule of the terms
more asked than bought: the seats are divided in proportion to what each payer asks for, by largest remainder
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from work365.money import divided
from work365.splitting.terms import FoundBy, Rest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from work365.splitting.terms import Split, SplitTerms


class Part(NamedTuple):
    """What one payer pays for, and why.

    Attributes:
        seats: own + topped_up + borne + rest - cut.
        own: seats of its users, without included ones, or its plain number.
        topped_up: what its minimum adds.
        borne: seats of other payers' users that are included and come to the main payer.
        rest: seats that nobody asks for.
        cut: what it asks for in vain, because fewer seats were bought.
    """

    payer: str
    own: int
    topped_up: int
    borne: int
    rest: int
    cut: int

    @property
    def seats(self) -> int:
        """What it is billed for."""
        return self.own + self.topped_up + self.borne + self.rest - self.cut


@dataclass(frozen=True, slots=True)
class Division:
    """The seats of a day.

    Attributes:
        parts: one for every payer of the split, in its order.
        asked: seats that the shares ask for, included ones among them.
        held: why nobody can be billed for it yet; empty where that is not so.
    """

    seats: int
    parts: tuple[Part, ...]
    asked: int
    held: str = ""

    @property
    def unassigned(self) -> int:
        """Seats that no share asks for."""
        return max(0, self.seats - self.asked)

    @property
    def short(self) -> int:
        """Seats that are asked for and were not bought."""
        return max(0, self.asked - self.seats)

    def part_of(self, payer: str) -> Part:
        """A payer's part; nothing for a stranger."""
        return next((part for part in self.parts if part.payer == payer), Part(payer, 0, 0, 0, 0, 0))


def divide(split: Split, terms: SplitTerms, seats: int, users: Sequence[int]) -> Division:
    """Divide the seats of a day.

    Shape: `users` holds one number for each share of the terms: how many users it found.
    """
    asks = dict.fromkeys(split.payers, _NOTHING)
    for share, found in zip(terms.shares, users, strict=True):
        there = share.seats if share.found_by is FoundBy.SEATS else found
        included = min(share.included, there)
        own = there - included
        asks[share.payer] = asks[share.payer].plus(own, max(0, share.minimum - own))
        asks[split.main] = asks[split.main].plus(0, 0, included)
    asked = [ask.total for ask in asks.values()]
    rest = seats - sum(asked)
    if rest < 0:
        more, cuts = [0] * len(asked), _cuts(asked, seats)
    else:
        more, cuts = _rest(split, terms, asked, rest), [0] * len(asked)
    parts = zip(asks.items(), more, cuts, strict=True)
    return Division(
        seats,
        tuple(Part(payer, ask.own, ask.topped_up, ask.borne, extra, cut) for (payer, ask), extra, cut in parts),
        sum(asked),
        _held(terms, rest),
    )


class _Ask(NamedTuple):
    own: int
    topped_up: int
    borne: int

    @property
    def total(self) -> int:
        return self.own + self.topped_up + self.borne

    def plus(self, own: int, topped_up: int, borne: int = 0) -> _Ask:
        return _Ask(self.own + own, self.topped_up + topped_up, self.borne + borne)


_NOTHING = _Ask(0, 0, 0)


def _cuts(asked: Sequence[int], seats: int) -> list[int]:
    return [ask - part for ask, part in zip(asked, divided(seats, asked), strict=True)]


def _rest(split: Split, terms: SplitTerms, asked: Sequence[int], rest: int) -> list[int]:
    """The rest over the payers, in their order; where nothing is in proportion to anything, the main payer has it."""
    if terms.rest is Rest.PROPORTION and any(asked):
        return divided(rest, asked)
    bearer = terms.rest_to or split.main
    return [rest if payer == bearer else 0 for payer in split.payers]


def _held(terms: SplitTerms, rest: int) -> str:
    if terms.rest is not Rest.HOLD or rest <= 0:
        return ""
    said = f"{rest} seats are assigned to nobody, and the split says that they wait for a person"
    return f"{said}; assign them, or choose another rule"
