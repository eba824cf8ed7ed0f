"""What a subscription shows beside the row that its log ends with, as both are read in one row. Pure: calls nobody.

The rule is `work365.subscriptions.typed_over`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.names import collection
from dataverse.rows import maybe
from dataverse.stores.changing_rows import called
from work365.errors import Refused
from work365.subscriptions.ledger import Standing
from work365.subscriptions.typed_over import differs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dataverse.rows import Row

NEWEST = collection("w365_subscription", "w365_changelog", "w365_subscription")
COUNTED = ("w365_quantity", "w365_unitprice")
NEWEST_ROW = f"{NEWEST}($select={','.join(COUNTED)};$orderby=w365_effective desc,w365_sequence desc;$top=1)"
"""Expands a subscription by the row that its log ends with."""
OF_PAYERS = ("_w365_splitof_value", "w365_splitfrom", "_w365_tierof_value")
"""What a split or a tier above makes of a subscription is written by the functions alone, each time anew."""
COLUMNS = ("w365_subscriptionid", *COUNTED, *OF_PAYERS)
"""What is read of a subscription to compare it, with NEWEST_ROW."""


def shown(subscription: Row) -> Standing:
    """The seats and the price that a subscription shows."""
    return Standing(subscription["w365_quantity"], maybe(Decimal, subscription["w365_unitprice"]))


def logged(subscription: Row) -> Standing | None:
    """What it should show; None where its log was not read or has no row yet, and where nobody could type over it.

    Shape: read with COLUMNS and NEWEST_ROW.
    """
    newest = subscription.get(NEWEST)
    return shown(newest[0]) if newest and all(subscription[name] is None for name in OF_PAYERS) else None


def typed_over(subscriptions: Iterable[Row]) -> frozenset[str]:
    """The ids of those that show what their logs do not say."""
    return frozenset(one["w365_subscriptionid"] for one in subscriptions if differs(shown(one), logged(one)))


def refuse_typed_over(subscriptions: Iterable[Row]) -> None:
    """Errors: Refused for the first of them that shows what its log does not say."""
    for one in subscriptions:
        if said := differs(shown(one), logged(one)):
            named = f"{called(one)} ({one['w365_externalid']})" if one["w365_externalid"] else called(one)
            message = (
                f"{named} shows {said} by its change log. A change is a row of the log: set the subscription back to what the "
                "log says, or ask for the change with `w365 subscription change`"
            )
            raise Refused(message)
