"""Why a line's price is what it is: the promotion behind a discount, and the rule by which the price of a term came to be.

Pure: nothing here calls anybody.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dataverse.rows import choice_label
from dataverse.stores.billing_conditions import discount_of
from work365.catalogue.giving import promotion_sentence
from work365.invoicing.keys import own_discount, slot_name
from work365.subscriptions.ledger import Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dataverse.webapi import Row

CHANGE = "w365_changelog"


@dataclass(frozen=True, slots=True)
class PriceBehind:
    """What made the prices of a contract's lines.

    Attributes:
        promotions: a sentence for each discount that a promotion gave, by the slot of its lines.
        renewals: the rows of the logs that began terms, by subscription, the newest first.
    """

    promotions: Mapping[str, str] = field(default_factory=dict)
    renewals: Mapping[str, Sequence[Row]] = field(default_factory=dict)

    @classmethod
    def of(cls, discounts: Iterable[Row], changes: Iterable[Row]) -> PriceBehind:
        """The rows of a contract; those of the logs with their notes."""
        given = [discount_of(row) for row in discounts if row["_w365_promotion_value"] is not None]
        begun: dict[str, list[Row]] = {}
        for row in sorted(changes, key=_effective, reverse=True):
            if choice_label(CHANGE, "w365_event", row["w365_event"]) == Event.RENEWAL.value:
                begun.setdefault(row["_w365_subscription_value"], []).append(row)
        return cls({own_discount(one.id): promotion_sentence(one) for one in given}, begun)

    def promotion(self, line: Row) -> str:
        """What gave a discount's line; "" where no promotion did."""
        return self.promotions.get(slot_name(line["w365_key"]), "")

    def term(self, line: Row) -> str:
        """What was written when the term began in which a line lies; "" where it began otherwise."""
        mine = self.renewals.get(line["_w365_subscription_value"] or "", ())
        return next((row["w365_note"] or "" for row in mine if row["w365_effective"] <= line["w365_periodstart"]), "")


def _effective(row: Row) -> tuple[str, int]:
    return str(row["w365_effective"]), int(row["w365_sequence"])
