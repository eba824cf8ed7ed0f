"""Cards that expire over Dataverse: one query where there are none, and one request more where there are."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dataverse.batch import Get, packed
from dataverse.query import Query, any_of, both, eq, ge
from dataverse.rows import choice_value, status
from dataverse.stores import payments_rows as wire
from dataverse.stores.telling_rows import CONTRACT, NOTICE
from work365.receivables.payments import ProfileKind, ProfileStatus
from work365.telling.cards import CardExpiring, expiry, first_after
from work365.telling.notice import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from dataverse.rows import Row
    from dataverse.webapi import WebApi
    from work365.receivables.payments import Profile

ACCOUNTS_AT_ONCE = 100
ACTIVE = eq("statecode", 0)
CARDS = both(
    eq("w365_kind", choice_value(wire.PROFILE_TABLE, "w365_kind", ProfileKind.CARD.value)),
    eq("statuscode", status(wire.PROFILE_TABLE, ProfileStatus.ACTIVE.value)["statuscode"]),
)
USERS = ("w365_billingcontractid", "w365_number", "_w365_account_value", "_w365_paymentprofile_value")
OF_CARDS = eq("w365_kind", choice_value(NOTICE, "w365_kind", NoticeKind.CARD_EXPIRY.value))


class CardNews:
    """Stored cards and the contracts that use them."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def expiring(self, month: date) -> Iterator[CardExpiring]:
        """The cards of a month; each is told about the contract that it was told about first, else about the oldest."""
        expires = month.year, month.month
        which = both(CARDS, eq("w365_expiryyear", expires[0]), eq("w365_expirymonth", expires[1]))
        found = self._api.find(Query(wire.PROFILE_TABLE, wire.PROFILE, which, "createdon", wire.PROCESSOR_EXPAND))
        for cards in packed([wire.profile(row) for row in found], lambda _: 1, ACCOUNTS_AT_ONCE):
            yield from self._used(cards, expires)

    def _used(self, cards: Sequence[Profile], expires: tuple[int, int]) -> Iterator[CardExpiring]:
        theirs = both(ACTIVE, any_of("_w365_account_value", sorted({one.account for one in cards})))
        defaults = both(theirs, eq("w365_isdefault", True))
        contracts, chosen, told = self._api.rows(
            Get(Query(CONTRACT, USERS, theirs, "createdon,w365_number")),
            Get(Query(wire.PROFILE_TABLE, ("w365_paymentprofileid", "_w365_account_value"), defaults, "createdon")),
            Get(Query(NOTICE, ("w365_events", "_w365_contract_value"), both(OF_CARDS, ge("w365_until", first_after(expires))))),
        )
        default = {row["_w365_account_value"]: row["w365_paymentprofileid"] for row in chosen}
        before = {row["w365_events"]: row["_w365_contract_value"] for row in told}
        using: dict[str, list[Row]] = defaultdict(list)
        for row in contracts:
            using[row["_w365_paymentprofile_value"] or default.get(row["_w365_account_value"], "")].append(row)
        for card in cards:
            users = using.get(card.id, [])
            if users:
                contract = before.get(expiry(card.id, expires)) or users[0]["w365_billingcontractid"]
                yield CardExpiring(card, contract, tuple(row["w365_number"] for row in users), expires)
