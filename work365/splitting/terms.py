"""How the seats of one subscription are split over the contracts that pay: dated terms, with shares and a rule for the rest.

A share names a payer and how its seats are found: the users with some value of an attribute, the members of some groups, a list
of users, or a number of seats. A user belongs to the first share that finds it, so nobody is counted twice. Seats that no share
asks for follow the rule for the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from work365.errors import BadInput

if TYPE_CHECKING:
    from datetime import date

    from work365.splitting.users import User


class FoundBy(Enum):
    """How the seats of a share are found. The values are the labels of the choice in the table model."""

    ATTRIBUTE = "Attribute"
    GROUP = "Group"
    USERS = "Users"
    SEATS = "Seats"


class Rest(Enum):
    """Who pays for seats that no share asks for. The values are the labels of the choice in the table model.

    MAIN: the contract that the subscription is on. PAYER: one that is named. PROPORTION: all payers, in proportion to what their
    shares ask for. HOLD: nobody, before a person has assigned them; the contracts wait.
    """

    MAIN = "Main payer"
    PAYER = "Named payer"
    PROPORTION = "In proportion"
    HOLD = "Hold"


@dataclass(frozen=True, slots=True)
class Share:
    """What one payer pays for.

    Attributes:
        payer: the contract that pays, as the caller names contracts.
        values: of the attribute, names of groups, or ids of users, whatever `found_by` says; case does not count.
        attribute: its name, where users are found by one.
        seats: where they are a plain number.
        included: of the seats of its users, so many are borne by the main payer; it pays for those above.
        minimum: it pays for so many in any case.
        wanted: its values as they are compared.

    Errors: BadInput when it finds nobody by its own words, or a number is below zero.
    """

    payer: str
    found_by: FoundBy
    values: tuple[str, ...] = ()
    attribute: str = ""
    seats: int = 0
    included: int = 0
    minimum: int = 0
    wanted: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if min(self.seats, self.included, self.minimum) < 0:
            message = f"the share of {self.payer} has a number below zero; use 0 or more"
            raise BadInput(message)
        if self.found_by is not FoundBy.SEATS and not self.values:
            message = f"the share of {self.payer} names no {WORDS[self.found_by]}; name at least one"
            raise BadInput(message)
        if self.found_by is FoundBy.ATTRIBUTE and not self.attribute:
            message = f"the share of {self.payer} is by an attribute and does not say which; say it, such as department"
            raise BadInput(message)
        object.__setattr__(self, "wanted", frozenset(value.strip().casefold() for value in self.values))

    def finds(self, user: User) -> bool:
        """Whether it is about this user."""
        if self.found_by is FoundBy.ATTRIBUTE:
            return user.attributes.get(self.attribute.casefold(), "").strip().casefold() in self.wanted
        if self.found_by is FoundBy.GROUP:
            return bool(user.groups & self.wanted)
        return self.found_by is FoundBy.USERS and user.id.casefold() in self.wanted


WORDS = {FoundBy.ATTRIBUTE: "value of its attribute", FoundBy.GROUP: "group", FoundBy.USERS: "user", FoundBy.SEATS: "seat"}


@dataclass(frozen=True, slots=True)
class SplitTerms:
    """How the seats are split from a day on, until the next terms.

    Attributes:
        shares: in the order in which they find their users.
        rest_to: the payer of the rest, where the rule names one.
        licence: only users who hold it count; empty: all users of the tenant.

    Errors: BadInput when the rule for the rest does not say who pays.
    """

    start: date
    shares: tuple[Share, ...]
    rest: Rest = Rest.MAIN
    rest_to: str = ""
    licence: str = ""

    def __post_init__(self) -> None:
        if (self.rest is Rest.PAYER) != bool(self.rest_to):
            message = (
                f"the terms from {self.start} must name a payer of the rest if, and only if, their rule is '{Rest.PAYER.value}'"
            )
            raise BadInput(message)

    @property
    def asks_for_users(self) -> bool:
        """Some share is found by users."""
        return any(share.found_by is not FoundBy.SEATS for share in self.shares)

    def counts(self, user: User) -> bool:
        """Whether a user holds the licence that the seats are for."""
        return not self.licence or self.licence.casefold() in user.licences

    def share_of(self, user: User) -> int | None:
        """The index of the share that a user belongs to; None for one that does not count, or that no share finds."""
        if not self.counts(user):
            return None
        return next((index for index, share in enumerate(self.shares) if share.finds(user)), None)


@dataclass(frozen=True, slots=True)
class Split:
    """A subscription's split: the contract that it is on, and the terms in the order of their days.

    Errors: BadInput when two terms start on one day, or there are none.
    """

    main: str
    terms: tuple[SplitTerms, ...]

    def __post_init__(self) -> None:
        starts = [terms.start for terms in self.terms]
        if not starts or starts != sorted(set(starts)):
            message = "a split needs terms, in the order of their days, and one for each day"
            raise BadInput(message)

    @property
    def start(self) -> date:
        """The first day on which the seats are split."""
        return self.terms[0].start

    @property
    def payers(self) -> tuple[str, ...]:
        """Everybody who may pay, the main payer first, the others in the order in which they are named."""
        named = [payer for terms in self.terms for payer in (*(share.payer for share in terms.shares), terms.rest_to) if payer]
        return tuple(dict.fromkeys((self.main, *named)))

    def on(self, day: date) -> SplitTerms | None:
        """The terms of a day; None before the first."""
        return next((terms for terms in reversed(self.terms) if terms.start <= day), None)
