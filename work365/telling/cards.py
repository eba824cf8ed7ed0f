"""A stored card that expires is told once, in the last month in which it is good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from work365.telling.notice import NoticeKind, Wording
from work365.telling.words import means

if TYPE_CHECKING:
    from work365.documents.formats import Formats
    from work365.receivables.payments import Profile

DECEMBER = 12
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CardExpiring:
    """A card that is good until the end of a month.

    Attributes:
        contract: id of the one that it is told about.
        numbers: of all contracts that use it.
        expires: year and month.
    """

    card: Profile
    contract: str
    numbers: tuple[str, ...]
    expires: tuple[int, int]
    kind = NoticeKind.CARD_EXPIRY
    subscription = ""

    @property
    def event(self) -> str:
        """The card and its expiry: one that the gateway renewed expires another time."""
        return expiry(self.card.id, self.expires)

    @property
    def bundle(self) -> str:
        """Itself."""
        return self.event

    @property
    def until(self) -> datetime:
        """The month is over: a charge that fails says the rest."""
        return first_after(self.expires)

    @property
    def why(self) -> str:
        """The card."""
        year, month = self.expires
        return f"{self.card.label} expires with {year}-{month:02}, and {len(self.numbers)} active contracts use it."

    def worded(self, writing: Formats, zone: str) -> Wording:  # noqa: ARG002  it names days, no moments
        """Which card, its last day, and the contracts where there are several."""
        labels, last = writing.labels, writing.day(first_after(self.expires).date() - ONE_DAY)
        said = {"means": means(self.card, writing), "day": last}
        several = (labels.notice_card_contracts.format(contracts=", ".join(self.numbers)),) if len(self.numbers) > 1 else ()
        return Wording(
            labels.notice_card_subject.format(**said),
            labels.notice_card.format(**said),
            (labels.notice_card_expires.format(day=last), *several),
        )


def expiry(card: str, expires: tuple[int, int]) -> str:
    """The event of a card that expires: what its notices tell."""
    return f"{card}:{expires[0]}-{expires[1]:02}"


def first_after(expires: tuple[int, int]) -> datetime:
    """The first moment after a month."""
    year, month = expires
    return datetime(year + month // DECEMBER, month % DECEMBER + 1, 1, tzinfo=UTC)
