"""The price lists of a contract's row, each from its day on: the one of its column, and those that its amendments keep.

A contract whose list was never amended has one list for all days. Otherwise the lists stand in `w365_amendments` with what
pricing asks of them, so that a bill reads no list besides the column's; that one counts as its own row says it today.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dataverse.rows import bind
from dataverse.stores.payment_rule_rows import rule_of
from work365.catalogue.dated_lists import DatedLists, Since
from work365.catalogue.quoting import PriceList
from work365.strict_json import day, document, each, members, needed, number, optional, text

if TYPE_CHECKING:
    from datetime import date

    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import Row

TABLE = "w365_pricelist"
KEPT = "price_lists"
"""Where the lists stand beside the amendments."""
MOST = 101


def lists_of(contract: Row, currencies: Currencies) -> DatedLists:
    """The lists that a contract buys by, with the payment rules of its customer and theirs. Errors: BadInput."""
    row, customers = contract.get("w365_PriceList"), rule_of(contract.get("w365_Account")).paid_monthly_percent
    own = None if row is None else list_of(row, currencies)
    read = _kept_in(contract)
    if not read:
        return DatedLists(own, paid_monthly_percent=customers)
    kept = [(since, own if own and own.id == one.id else one) for since, one in read]
    began = next((one for since, one in kept if since is None), None)
    return DatedLists(began, tuple(Since(since, one) for since, one in kept if since is not None), customers)


def list_ids(contract: Row) -> tuple[str | None, tuple[tuple[date, str], ...]]:
    """The id of the list that a contract began with, and those of later ones with their days, as they were recorded."""
    kept = _kept_in(contract)
    if not kept:
        return contract["_w365_pricelist_value"], ()
    began = next((one.id for since, one in kept if since is None), None)
    return began, tuple((since, one.id) for since, one in kept if since is not None)


def list_of(row: Row, currencies: Currencies) -> PriceList:
    """A price list with what its own payment rule says. Errors: BadInput."""
    code = row["_transactioncurrencyid_value"]
    own = rule_of(row).paid_monthly_percent or Decimal(0)
    return PriceList(row["w365_pricelistid"], row["w365_code"], "" if code is None else currencies.code(code), own)


def lists_said(lists: DatedLists) -> dict[str, Any]:
    """What is kept of them beside the amendments; nothing where no amendment changed the list."""
    if not lists.later:
        return {}
    began = [] if lists.began is None else [_said(None, lists.began)]
    return {KEPT: [*began, *(_said(one.day, one.price_list) for one in lists.later)]}


def standing_list(lists: DatedLists, on: date) -> Row:
    """What the contract's column says on a day, where amendments change it."""
    held = lists.on(on) if lists.later else None
    return {} if held is None else bind("w365_PriceList", TABLE, held.id)


def _said(since: date | None, one: PriceList) -> dict[str, str]:
    said = {"id": one.id, "code": one.code, "currency": one.currency, "paid_monthly_percent": f"{one.paid_monthly_percent:f}"}
    return said if since is None else {"since": since.isoformat(), **said}


def _kept_in(contract: Row) -> tuple[tuple[date | None, PriceList], ...]:
    """The lists beside the amendments, None for the first one's day; none where no amendment changed the list."""
    written = contract["w365_amendments"]
    if not written or f'"{KEPT}"' not in written:
        return ()
    row = members(document(written.encode()), "amendments", f"began amendments payers {KEPT}")
    return needed(row, "amendments", KEPT, each(MOST, _one))


def _one(value: object, path: str) -> tuple[date | None, PriceList]:
    row = members(value, path, "since id code currency paid_monthly_percent")
    identity, code = needed(row, path, "id", text), needed(row, path, "code", text)
    percent = needed(row, path, "paid_monthly_percent", number)
    return optional(row, path, "since", day), PriceList(identity, code, needed(row, path, "currency", text), percent)
