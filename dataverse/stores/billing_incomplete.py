"""What rows must say before a contract can be billed, and which of them may not be billed for now. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.stores.billing_source import complete
from dataverse.stores.contract_rows import CONTRACT
from dataverse.stores.subscription_rows import called
from work365.errors import BadInput
from work365.money import currency

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import Row

SUBSCRIPTION = {"w365_startdate": "start date", "w365_quantity": "quantity"}
CHANGE = {"w365_effective": "effective date", "w365_quantity": "quantity", "w365_sequence": "sequence"}
USAGE = {"w365_usedon": "day of use", "w365_costcurrency": "cost currency"}
"""Columns that billing cannot do without, in words. The platform's forms ask for them; its Web API does not."""


def complete_contract(contract: Row, subscriptions: Iterable[Row], changes: Iterable[Row]) -> None:
    """A contract, its subscriptions and their changes say what billing cannot do without. Errors: BadInput."""
    complete(contract, CONTRACT, "it")
    for subscription in subscriptions:
        complete(subscription, SUBSCRIPTION, f"subscription {called(subscription)}")
    for change in changes:
        complete(change, CHANGE, f"a change of subscription {change['_w365_subscription_value']}")


def complete_usage(rows: Iterable[Row]) -> None:
    """What rates are asked for across the contracts of a chunk must be true of each. Errors: BadInput."""
    for row in rows:
        if "w365_usedon" in row:
            complete(row, USAGE, f"usage of {row['w365_meter']}")
            currency(row["w365_costcurrency"], f"usage of {row['w365_meter']} on {row['w365_usedon']}")


def known_currencies(subscriptions: Iterable[Row], currencies: Currencies) -> None:
    """Currencies of an environment may be made up ones, as for points; nothing can be billed in those. Errors: BadInput."""
    for one in subscriptions:
        if one["w365_billable"] and one["_transactioncurrencyid_value"] is not None:
            currencies.code(one["_transactioncurrencyid_value"])


def let_go(subscriptions: Iterable[Row]) -> None:
    """Errors: BadInput with the reason where one of them cannot be billed for now."""
    for one in subscriptions:
        if one["w365_heldback"]:
            message = f"subscription {called(one)}: {one['w365_heldback']}"
            raise BadInput(message)
