"""Seats and prices that somebody typed over on a subscription whose change log says others. Pure: calls nobody.

Every change writes both, the row of the log and what the subscription shows. Where they differ, a person, or a program of
theirs, has changed the subscription alone, and nobody was asked about it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.names import collection
from dataverse.query import Query, any_of, both, eq, is_null
from dataverse.rows import maybe
from work365.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from dataverse.rows import Row
    from work365.invoicing.work import ContractWork

SUBSCRIPTION, CHANGE = "w365_subscription", "w365_changelog"
NEWEST = collection(SUBSCRIPTION, CHANGE, "w365_subscription")
COUNTED = ("w365_quantity", "w365_unitprice")
OF_PAYERS = ("_w365_splitof_value", "w365_splitfrom", "_w365_tierof_value")
"""What a split or a tier above makes of a subscription is written by the functions alone, each time anew."""


def question(contracts: Collection[str]) -> Get:
    """What the subscriptions of some contracts show, each with the row that its log ends with."""
    theirs = any_of("_w365_contract_value", sorted(contracts))
    own = both(theirs, eq("statecode", 0), *map(is_null, OF_PAYERS))
    newest = f"{NEWEST}($select={','.join(COUNTED)};$orderby=w365_effective desc,w365_sequence desc;$top=1)"
    return Get(Query(SUBSCRIPTION, ("w365_subscriptionid", *COUNTED), own, expand=newest))


def typed_over(answer: Iterable[Row]) -> dict[str, str]:
    """By the id of a subscription what it shows and what its log says, in words; none where that is the same."""
    return {row["w365_subscriptionid"]: said for row in answer if (said := _differs(row, row[NEWEST]))}


def refuse_typed_over(work: ContractWork, typed: Mapping[str, str]) -> None:
    """Errors: Refused for the first subscription of a contract that shows what its log does not say."""
    for one in work.subscriptions:
        if one.id in typed:
            message = (
                f"{work.articles[one.id].name} shows {typed[one.id]} by its change log. A change is a row of the log: set the "
                "subscription back to what the log says, or ask for the change with `w365 subscription change`"
            )
            raise Refused(message)


def _differs(row: Row, newest: Sequence[Row]) -> str:
    if not newest:
        return ""
    last = newest[0]
    if row["w365_quantity"] != last["w365_quantity"]:
        return f"{row['w365_quantity']} seats, and there are {last['w365_quantity']}"
    shown, logged = (maybe(Decimal, one["w365_unitprice"]) for one in (row, last))
    return "" if shown == logged else f"{_priced(shown)}, and it is {_plain(logged)}"


def _priced(price: Decimal | None) -> str:
    return "the price of its list" if price is None else f"a price of {_plain(price)}"


def _plain(price: Decimal | None) -> str:
    return "that of its list" if price is None else f"{price.normalize():f}"
