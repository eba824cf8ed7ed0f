"""What must be asked besides a chunk's own rows: prices and rates that are not there, ended subscriptions, who pays. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, any_of
from dataverse.stores.billing_conditions import prices_for
from dataverse.stores.billing_list_prices import needs_the_list, prints_list_prices
from dataverse.stores.billing_reach import reaching_back
from dataverse.stores.billing_source import cost_day
from dataverse.stores.contract_rows import CONTRACT_TABLE
from dataverse.stores.payers import accounts_of
from dataverse.stores.subscription_rows import priced_by_list
from work365.money import Currency

if TYPE_CHECKING:
    from datetime import date

    from dataverse.stores.billing_material import Material
    from dataverse.stores.currencies import Currencies

FIRST_CONTRACT = ("_w365_account_value", "w365_startdate")


def unknown_subscriptions(read: Material) -> list[str]:
    """Subscriptions that changed and are not among those read: they are not active any more."""
    known = {row["w365_subscriptionid"] for rows in read.subscriptions.values() for row in rows}
    changed = {row["_w365_subscription_value"] for rows in read.unbilled.values() for row in rows}
    return sorted(changed - known)


def foreign_prices(read: Material, currencies: Currencies) -> dict[str, Currency]:
    """Subscriptions priced in another currency than their contract, and which; one without a currency has the contract's.

    What the contract's price list prices is priced in its currency.
    """
    found: dict[str, Currency] = {}
    for row, contract in read.contracts:
        own = (None, row["_transactioncurrencyid_value"])
        others = [
            sub
            for sub in read.subscriptions.get(contract.id, ())
            if sub["w365_billable"] and sub["_transactioncurrencyid_value"] not in own
        ]
        logs = read.logs(contract.id) if others else {}
        for sub in others:
            if not priced_by_list(sub, logs.get(sub["w365_subscriptionid"], ())):
                found[sub["w365_subscriptionid"]] = currencies.code(sub["_transactioncurrencyid_value"])
    return found


def foreign_costs(read: Material) -> dict[Currency, date]:
    """Currencies of costs that are not their contract's, each with its first day: the rate of that day converts a cost."""
    first: dict[Currency, date] = {}
    for _, contract in read.contracts:
        for item in (item for rows in read.items for item in rows.get(contract.id, ())):
            used = cost_day(item)
            if used is not None and (code := Currency(item["w365_costcurrency"])) != contract.currency:
                first[code] = min(used, first.get(code, used))
    return first


def asked(read: Material, template: str) -> list[Get]:
    """What must be asked besides: prices of subscriptions that have none, or to print; who is a new customer; who else pays.

    Shape: `template` is that of the legal entity.
    """
    lists, products = _lists(read), sorted(_unpriced(read, template))
    accounts = sorted({row["_w365_account_value"] for row, contract in read.contracts if read.unseen(contract.id)})
    new = bool(accounts) and read.conditions.asks_who_is_new
    payers = asked_payers(read)
    if not (products and lists) and not new and not payers:
        return []
    theirs = Query(CONTRACT_TABLE, FIRST_CONTRACT, filter=any_of("_w365_account_value", accounts if new else ()))
    return [Get(prices_for(products, lists)), Get(theirs), *payers]


def asked_payers(read: Material) -> list[Get]:
    """The question for the accounts that pay instead of customers; none where nobody does."""
    return accounts_of(read.paid_by_others.values())


def lacking(read: Material, before: Material, template: str) -> list[Get]:
    """The prices that subscriptions need which were not there before, because they have ended."""
    products, lists = sorted(_unpriced(read, template) - _unpriced(before, template)), _lists(read)
    return [Get(prices_for(products, lists))] if products and lists else []


def _lists(read: Material) -> list[str]:
    return sorted({one.id for dated in read.lists.values() for one in dated.all})


def _unpriced(read: Material, template: str) -> set[str]:
    """The products whose prices in the lists are needed, to bill or to print them."""
    printing = {contract.id for row, contract in read.contracts if prints_list_prices(template, row["w365_template"] or "")}
    changed = _with_logs(read)
    wanted = {
        (row.get("w365_Product") or {}).get("w365_productid")
        for contract, rows in read.subscriptions.items()
        for row in rows
        if row["w365_billable"] and needs_the_list(row, printed=contract in printing, changed=contract in changed)
    }
    return {product for product in wanted if product}


def _with_logs(read: Material) -> set[str]:
    """Contracts whose logs may be read, if that matters to any subscription: to one that its list priced before."""
    if not any(row["w365_ownpricefrom"] for rows in read.subscriptions.values() for row in rows):
        return set()
    return {*read.unbilled, *reaching_back(read)}
