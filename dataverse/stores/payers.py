"""Who pays for a contract: its customer, and the accounts that amendments named, as its row keeps them. Pure.

A contract whose payer never changed keeps nothing. Otherwise the payers' names and purchase orders stand in `w365_amendments`;
which of them pays on a day is said by the amendments beside them. What a contract says about reaching and charging somebody is
about its customer (`inheriting.for_payer`): another payer gets its documents where its account says, and pays by its own profile.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dataverse.batch import Get
from dataverse.query import Query, any_of
from dataverse.rows import bind
from dataverse.stores.billing_rows import BUYER_COLUMNS, buyer, together
from dataverse.stores.inheriting import OF_A_BILL, ON_CONTRACT, for_payer
from dataverse.stores.payment_rule_rows import RULE, agreed, method_of
from work365.amending.paying import NamedPayer
from work365.errors import BadInput
from work365.invoicing.payer import Payer
from work365.paying.surcharging import surcharge_of
from work365.strict_json import document, each, members, needed, optional, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from dataverse.stores.in_entity import InEntity
    from dataverse.webapi import Row
    from work365.contracts.contract import BillingContract

ACCOUNT, KEPT, MOST = "account", "payers", 101


def named_payers(contract: Row) -> tuple[NamedPayer, ...]:
    """Everybody who pays for some day; nobody where that is always the customer. Errors: BadInput."""
    written = contract["w365_amendments"]
    if not written or f'"{KEPT}"' not in written:
        return ()
    row = members(document(written.encode()), "amendments", f"began amendments price_lists {KEPT}")
    return needed(row, "amendments", KEPT, each(MOST, _one))


def payers_said(payers: Iterable[NamedPayer]) -> dict[str, Any]:
    """What is kept of them beside the amendments; nothing for nobody."""
    said = [_said(one) for one in payers]
    return {KEPT: said} if said else {}


def standing_payer(contract: BillingContract, customer: str, on: date) -> Row:
    """What the contract's column says on a day, where amendments change the payer: who pays instead of its customer."""
    payer = contract.on(on).payer
    return bind("w365_Payer", ACCOUNT, payer if payer not in ("", customer) else None) if len(contract.payers) > 1 else {}


def accounts_of(contracts: Iterable[Row]) -> list[Get]:
    """The question for the accounts that pay instead of the customers of these contracts; none where nobody does."""
    ids = {one.account for row in contracts for one in named_payers(row) if one.account != row["_w365_account_value"]}
    return [Get(Query(ACCOUNT, ("accountid", *BUYER_COLUMNS), any_of("accountid", sorted(ids)), expand=RULE))] if ids else []


def payers_of(own: Row, row: Row, settings: InEntity, accounts: Mapping[str, Row]) -> dict[str, Payer]:
    """The payers of a contract by their ids, its customer also under ""; empty where it is always the customer.

    Shape:  `own` is its row as it was read, `row` as it counts for its customer; `accounts` the other payers' by id.
    Errors: BadInput for a payer whose account is not there.
    """
    customer, named = own["_w365_account_value"], named_payers(own)
    payers = {one.account: _payer(one, own, row, settings, accounts) for one in named if one.account != customer}
    return {"": (first := _read(row, row, settings)), customer: first, **payers} if named else {}


def by_name(contract: BillingContract, row: Row) -> BillingContract:
    """A contract's terms with the names of its payers for their ids, where no two are called alike; to be read by people."""
    names = {one.account: one.name for one in named_payers(row)}
    if not names or len(set(names.values())) < len(names):
        return contract
    amendments = (replace(one, payer=names.get(one.payer or "", one.payer)) for one in contract.amendments)
    return replace(contract, payer=names.get(row["_w365_account_value"], ""), amendments=tuple(amendments))


def _payer(one: NamedPayer, own: Row, row: Row, settings: InEntity, accounts: Mapping[str, Row]) -> Payer:
    account = accounts.get(one.account)
    if account is None:
        message = f"the account of {one.name}, which pays for some days of it, is not there any more; amend the payer"
        raise BadInput(message)
    its = {"_w365_account_value": one.account, "w365_Account": account, "w365_PaymentProfile": None}
    counts = settings.filled({**for_payer(own, one.account), **its})
    agreed_terms = {ON_CONTRACT[name]: row[ON_CONTRACT[name]] for name in OF_A_BILL}
    return _read({**counts, **agreed_terms, "w365_purchaseorder": one.purchase_order or None}, row, settings)


def _read(its: Row, row: Row, settings: InEntity) -> Payer:
    """A payer from the contract's row as it counts for it."""
    return Payer(
        its["w365_Account"]["name"],
        buyer(its, settings.entity.country),
        its["w365_purchaseorder"],
        surcharge_of(agreed(its["w365_Account"], row.get("w365_PriceList")), method_of(its)),
        together(its),
    )


def _said(one: NamedPayer) -> dict[str, str]:
    order = {"purchase_order": one.purchase_order} if one.purchase_order else {}
    return {"account": one.account, "name": one.name, **order}


def _one(value: object, path: str) -> NamedPayer:
    row = members(value, path, "account name purchase_order")
    account, name = needed(row, path, "account", text), needed(row, path, "name", text)
    return NamedPayer(account, name, optional(row, path, "purchase_order", text) or "")
