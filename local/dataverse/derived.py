"""What Dataverse works out by itself when a row is written: state and status, currency and base amounts, full names, alternate
keys.

Source: Microsoft Learn, "Transaction currency (currency) entity" (base = amount / exchange rate), "Define status reason
transitions".
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.schema.model import Kind
from local.dataverse import codec, errors, keys
from local.dataverse.entities import key_column
from local.dataverse.made import MadeColumn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.dataverse.codec import Sql
    from local.dataverse.entities import Entity
    from local.dataverse.storage import Row, Storage

Changes = dict[str, "Sql"]
CURRENCY_PRECISION = 2
"""The precision source by which an amount has the places of its row's currency."""


def defaults(entity: Entity, row: Row) -> None:
    """Values of a new row that nobody gave: the default of a column, and no for yes/no columns."""
    for name, value in entity.defaulted:
        if row.get(name) is None:
            row[name] = value


def require(entity: Entity, changes: Mapping[str, Sql]) -> None:
    """Errors: 400 when a column that the system requires is left empty, or is emptied.

    What only forms require (ApplicationRequired) may be empty here. Source: Microsoft Learn, "Column requirement level".
    """
    is_new = entity.primary_id in changes
    for name in entity.demanded:
        if (is_new or name in changes) and changes.get(name) is None:
            raise errors.bad(f"The column '{name}' of '{entity.name}' is required and has no value.", "0x80040203")


def settle_status(entity: Entity, old: Mapping[str, Sql], changes: Changes, row_id: str) -> None:
    """Make state and status reason agree.

    A state alone takes its first reason; a reason alone must belong to the state that the row has. Errors: 400 when they
    disagree.
    """
    if "statuscode" not in entity.columns:
        return
    if not {"statecode", "statuscode"} & changes.keys():
        if old.get("statecode") is not None:
            return
        changes["statecode"] = None
    state = changes.get("statecode")
    if state is None:
        state = old.get("statecode") or 0
    reasons = entity.table.choice("statuscode").options
    status = changes.get("statuscode")
    if status is None:
        kept = old.get("statuscode") if old.get("statecode") == state and "statuscode" not in changes else None
        status = kept if kept is not None else next(option.value for option in reasons if option.state == state)
    if all(option.value != status or option.state != state for option in reasons):
        raise errors.wrong_status(entity.name, int(status), _state_name(entity, int(state)), row_id)
    changes["statecode"], changes["statuscode"] = state, status


def _state_name(entity: Entity, state: int) -> str:
    return entity.table.choice("statecode").label(state).replace(" ", "")


def settle_money(storage: Storage, entity: Entity, old: Mapping[str, Sql], changes: Changes) -> None:
    """Give a row with an amount its currency (the organisation's, if none was named), the rate of today, and base amounts."""
    if "transactioncurrencyid" not in entity.columns or entity.name == "transactioncurrency":
        return
    amounts = [column.name for column in entity.money]
    if not any(name in changes for name in (*amounts, "transactioncurrencyid")):
        return
    merged = {**old, **changes}
    if merged.get("transactioncurrencyid") is None and any(merged.get(name) is not None for name in amounts):
        changes["transactioncurrencyid"] = storage.rows('SELECT basecurrencyid FROM "organization" LIMIT 1')[0][0]
    currency = changes.get("transactioncurrencyid", old.get("transactioncurrencyid"))
    found = storage.rows(
        'SELECT exchangerate, currencyprecision FROM "transactioncurrency" WHERE transactioncurrencyid = ?', (currency,)
    )
    rate = codec.as_decimal(Kind.DECIMAL, found[0][0]) if found and found[0][0] is not None else Decimal(1)
    places = int(found[0][1]) if found and isinstance(found[0][1], int) else codec.MONEY_PLACES
    changes["exchangerate"] = codec.decimal_sql(rate) if currency is not None else None
    for column in entity.money:
        name, amount = column.name, changes.get(column.name, old.get(column.name))
        if amount is not None and isinstance(column, MadeColumn) and column.precision_source == CURRENCY_PRECISION:
            amount = codec.money_sql(codec.quantized(codec.as_decimal(Kind.MONEY, amount), places))
            changes[name] = amount
        base = None if amount is None or rate == 0 else codec.as_decimal(Kind.MONEY, amount) / rate
        changes[f"{name}_base"] = None if base is None else codec.money_sql(base)


def settle_names(entity: Entity, old: Mapping[str, Sql], changes: Changes) -> None:
    """Full names are made of first and last names."""
    if {"firstname", "lastname", "fullname"} <= entity.columns.keys() and {"firstname", "lastname"} & changes.keys():
        merged = {**old, **changes}
        parts = [str(merged[part]) for part in ("firstname", "lastname") if merged.get(part)]
        changes["fullname"] = " ".join(parts) or None


def settle_keys(entity: Entity, old: Mapping[str, Sql], changes: Changes) -> None:
    """Fill the columns whose unique indexes enforce the alternate keys."""
    for index, key in enumerate(entity.table.keys):
        if not old or any(name in changes for name in key.columns):
            changes[key_column(index)] = keys.folded(entity, index, {**old, **changes})
