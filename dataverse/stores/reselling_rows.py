"""Rows of tiers, resold subscriptions and their parts above into values. Pure: nothing here calls anybody."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from dataverse.rows import day, maybe, status_label
from dataverse.stores import billing_rows, part_rows
from dataverse.stores.billing_conditions import offered_of, terms_of
from dataverse.stores.billing_source import complete
from dataverse.stores.changing_rows import CONTRACT_COLUMNS, called
from dataverse.stores.contract_rows import CONTRACT as CONTRACT_NEEDS
from dataverse.stores.contract_rows import contract_of
from dataverse.stores.counted_changes import counting
from dataverse.stores.dated_lists import lists_of
from dataverse.stores.part_rows import SUBSCRIPTION, part_of, payer_of, sold_of
from dataverse.stores.subscription_rows import change_of, end_of, item_terms
from dataverse.stores.supply_rows import log_row
from work365.errors import BadInput, Work365Error
from work365.findings import Finding
from work365.ports.reselling import ResoldSeen, TierContract
from work365.reselling.chain import Purchase
from work365.reselling.wording import UNREADABLE
from work365.subscriptions.counting import counted
from work365.subscriptions.held import Status
from work365.subscriptions.ledger import Event

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from dataverse.rows import Row
    from dataverse.stores.currencies import Currencies
    from dataverse.stores.inheriting import Inherited
    from work365.catalogue.prices import Price

TIER = "w365_resellertier"
ACCOUNT = "w365_Account($select=name)"
ENTITY = "w365_LegalEntity($select=w365_code,w365_timezone,_w365_team_value)"
WITH_CONTRACT = f"{ENTITY},{ACCOUNT},{billing_rows.CONTRACT_PRICE_LIST}"
CONTRACT_EXPAND = f"w365_Contract($select={','.join(CONTRACT_COLUMNS)};$expand={WITH_CONTRACT})"
TIER_COLUMNS = ("w365_resellertierid", "_w365_legalentity_value", "_w365_provider_value", "w365_validfrom")
TIER_EXPAND = f"w365_LegalEntity($select=w365_code),{CONTRACT_EXPAND}"
PART_COLUMNS = (*part_rows.PART_COLUMNS, "_w365_tierof_value")
COLUMNS = (
    *(*billing_rows.SUBSCRIPTION, "w365_name", "_w365_product_value", "statuscode"),
    *("_w365_provider_value", "w365_unitcost"),
)
EXPAND = f"{CONTRACT_EXPAND},{billing_rows.SUBSCRIPTION_PRODUCT}"


class Read(NamedTuple):
    """The rows behind one resold subscription, and what is said above its contracts.

    Shape: `logs` by their subscription, in order; `prices` of its product.
    """

    row: Row
    parts: Sequence[Row]
    logs: Mapping[str, Sequence[Row]]
    prices: Sequence[Price]
    inherited: Inherited


def purchase(row: Row) -> Purchase:
    """One tier, as the legal entity below buys by it."""
    contract = row["w365_Contract"] or {}
    return Purchase(
        row["_w365_legalentity_value"],
        row["_w365_provider_value"],
        day(row["w365_validfrom"]),
        contract.get("w365_billingcontractid", ""),
        contract.get("_w365_legalentity_value", ""),
    )


def tier_contract(contract: Row, inherited: Inherited, currencies: Currencies, today: date) -> TierContract:
    """A contract on which a tier bills the one below. Errors: BadInput when its rows contradict each other."""
    row = _filled(contract, inherited)
    currency = row["_transactioncurrencyid_value"]
    terms = contract_of(row, currencies.code(currency))
    return TierContract(
        payer_of(row, terms.on(today).frequency),
        row["_w365_legalentity_value"],
        terms,
        currency,
        lists_of(contract, currencies),
    )


def seen(read: Read, currencies: Currencies) -> ResoldSeen:
    """A resold subscription. Errors: BadInput when its rows say too little or contradict each other."""
    row = read.row
    if row.get("w365_Contract") is None:
        message = "it is on no contract; choose the one that its customer is billed by"
        raise BadInput(message)
    contract = _filled(row["w365_Contract"], read.inherited)
    terms = item_terms(contract_of(contract, currencies.code(contract["_transactioncurrencyid_value"])), row)
    log = read.logs.get(row["w365_subscriptionid"], [])
    zone = ZoneInfo(contract["w365_LegalEntity"]["w365_timezone"])
    changes = [change_of(change, since, zone) for change, since in counting(log, terms)]
    parts = ((part, part["w365_Contract"]["w365_billingcontractid"]) for part in read.parts)
    return ResoldSeen(
        id=row["w365_subscriptionid"],
        name=name_of(row),
        contract=contract["w365_billingcontractid"],
        number=contract["w365_number"],
        customer=(contract.get("w365_Account") or {}).get("name") or "",
        entity=contract["_w365_legalentity_value"],
        provider=row["_w365_provider_value"] or "",
        start=day(row["w365_startdate"]),
        changes=tuple(counted(changes, terms)),
        sold=sold_of(row, contract),
        offered=offered_of(row) if row.get("w365_Product") else None,
        terms=terms_of(row),
        prices=tuple(read.prices),
        renewals=tuple(sorted({day(change["w365_effective"]) for change in log if log_row(change).event is Event.RENEWAL})),
        parts=tuple(part_of(part, payer, read.logs) for part, payer in parts),
        unit_cost=maybe(Decimal, row["w365_unitcost"]),
        end=end_of(row),
        status=Status(status_label(SUBSCRIPTION, row)),
    )


def _filled(contract: Row, inherited: Inherited) -> Row:
    """A contract's row with what it inherits. Errors: BadInput when it says too little."""
    filled = inherited.terms(contract)
    complete(filled, CONTRACT_NEEDS, f"contract {contract['w365_number']}")
    return filled


def name_of(row: Row) -> str:
    """What people call a subscription: the supplier's id where it has one."""
    return str(row["w365_externalid"] or called(row))


def broken(row: Row, error: Exception) -> Finding:
    """What a person reads when the rows of a resold subscription say too little."""
    why = str(error).rstrip(".") if isinstance(error, Work365Error) else f"the rules broke on it ({error!r}); report this"
    message = f"Subscription {name_of(row)} cannot be followed by the tiers above: {why}. They are billed for it as before."
    return Finding(UNREADABLE, name_of(row), message, contract=row["_w365_contract_value"] or "")
