"""Which rows of the change logs a bill reads when a change reaches back: as few for a contract of five years as for a young one.

What happens from a day on is read whole. Of what lies before, the newest row of each subscription tells the state on that day,
which is all that its open cycles need to know. Where it does not tell it for sure, that subscription's whole log is read: rows of
one day, a row without a price, a subscription that its price list prices, and rows that count later than their own day
(`counted_changes`) when they may count after the newest one. Pure: nothing here calls anybody.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.names import collection
from dataverse.query import Query, any_of, both, either, eq, ge, lt
from dataverse.rows import choice_value, day
from dataverse.stores import billing_rows as rows
from dataverse.stores.log_entries import asked_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dataverse.webapi import Row
    from work365.contracts.contract import BillingContract

CHANGE, SUBSCRIPTION = "w365_changelog", "w365_subscription"
NEWEST = collection(SUBSCRIPTION, CHANGE, "w365_subscription")
STANDING = ("w365_subscriptionid", "w365_unitprice", "_w365_contract_value")
COUNTS_LATER = ("_w365_subscription_value", "w365_effective", "w365_recordedon", "w365_askedon")
ONE_DAY = timedelta(days=1)


def questions(contracts: Sequence[str], since: date) -> list[Get]:
    """The logs from a day on, the newest earlier row of each subscription (two, to see a tie), and rows that count later."""
    theirs, before = any_of("_w365_contract_value", contracts), lt("w365_effective", since)
    excluded = eq("w365_billingstate", choice_value(CHANGE, "w365_billingstate", "Excluded"))
    kept = eq("w365_refund", choice_value(CHANGE, "w365_refund", "No refund"))
    order = "w365_effective desc,w365_sequence desc"
    newest = f"{NEWEST}($select={','.join(rows.CHANGE)};$filter={before};$orderby={order};$top=2)"
    return [
        Get(Query(CHANGE, rows.CHANGE, both(theirs, ge("w365_effective", since)))),
        Get(Query(SUBSCRIPTION, STANDING, theirs, expand=newest)),
        Get(Query(CHANGE, COUNTS_LATER, both(theirs, before, either(excluded, kept)))),
    ]


def whole(subscriptions: Sequence[str]) -> Get:
    """The whole logs of some subscriptions."""
    return Get(Query(CHANGE, rows.CHANGE, any_of("_w365_subscription_value", subscriptions)))


def without(log: Iterable[Row], subscriptions: Iterable[str]) -> list[Row]:
    """The rows of the other subscriptions."""
    gone = set(subscriptions)
    return [row for row in log if row["_w365_subscription_value"] not in gone]


def told(
    standing: Iterable[Row], counting_later: Iterable[Row], contracts: Mapping[str, BillingContract]
) -> tuple[list[Row], list[str]]:
    """The rows that tell the state of subscriptions on the day of the questions, and the subscriptions of which nothing does."""
    later: dict[str, list[Row]] = defaultdict(list)
    for row in counting_later:
        later[row["_w365_subscription_value"]].append(row)
    sure: list[Row] = []
    unsure: list[str] = []
    for one in standing:
        newest: list[Row] = one[NEWEST]
        name = one["w365_subscriptionid"]
        if newest and _unsure(one, newest, later[name], contracts[one["_w365_contract_value"]]):
            unsure.append(name)
        else:
            sure += newest[:1]
    return sure, unsure


def _unsure(one: Row, newest: Sequence[Row], later: Iterable[Row], contract: BillingContract) -> bool:
    on = day(newest[0]["w365_effective"])
    tied = any(day(other["w365_effective"]) == on for other in newest[1:])
    unpriced = one["w365_unitprice"] is None or newest[0]["w365_unitprice"] is None
    return tied or unpriced or any(_counts_to(row, contract) > on for row in later)


def _counts_to(row: Row, contract: BillingContract) -> date:
    """The last day from which such a row may count: the end of the cycle in which it happened or was learned of, in any zone.

    Where subscriptions may have cycles of their own, nobody knows without reading them.
    """
    if contract.by_item:
        return date.max
    effective, moment = day(row["w365_effective"]), asked_on(row)
    learned = effective if moment is None else max(effective, moment.date() + ONE_DAY)
    return contract.cadence.containing(learned).end
