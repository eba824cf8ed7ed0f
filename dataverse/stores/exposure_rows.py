"""Rows of debtors and of how they stand into values, and figures into rows. Pure: nothing here calls anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.batch import Create, Update, Upsert
from dataverse.rows import amount, bind, day, maybe
from dataverse.webapi import Ref
from work365.errors import BadInput
from work365.exposure.figure import Debtor, Figure, Summary, day_id, figure_id

if TYPE_CHECKING:
    from dataverse.batch import Op
    from dataverse.rows import Row
    from dataverse.stores.currencies import Currencies
    from work365.money import Currency, Money
    from work365.ports.changing import Guard

TABLE, DAY_TABLE, ACCOUNT = "w365_exposure", "w365_exposureday", "account"
ACCOUNT_COLUMNS = ("accountid", "accountnumber", "name", "creditlimit", "_transactioncurrencyid_value")
COLUMN = {
    "limit": "w365_creditlimit",
    "open": "w365_openamount",
    "unapplied": "w365_unapplied",
    "overdue": "w365_overdue",
    "usage": "w365_usage",
    "committed": "w365_committed",
    "waiting": "w365_waiting",
    "exposure": "w365_exposure",
    "available": "w365_available",
}
"""The column of each amount."""
FIGURES = (*COLUMN.values(), "w365_usedpercent", "w365_unknown")
COLUMNS = ("_w365_account_value", *FIGURES, "w365_orderedsince")
DAYS = ("w365_day", *FIGURES)
MONEY = "transactioncurrencyid($select=isocurrencycode)"
ORDER_MAX = 200
ONE_PLACE = Decimal("0.1")


def debtor_of(row: Row, currencies: Currencies) -> Debtor:
    """An account as a debtor, before its members and its horizon are known. Errors: BadInput without a currency."""
    if row["_transactioncurrencyid_value"] is None:
        message = f"account {row['name']} has no currency to count in; choose one on its form"
        raise BadInput(message)
    currency = currencies.code(row["_transactioncurrencyid_value"])
    limit = None if row["creditlimit"] is None else amount(row["creditlimit"], currency)
    return Debtor(row["accountid"], row["accountnumber"] or "", row["name"], currency, limit, {row["accountid"]: row["name"]})


def summary_of(row: Row, code: Currency) -> Summary:
    """How a debtor stood, from a row of either table."""
    found = {name: amount(row[column] or 0, code) for name, column in COLUMN.items()}
    limited, percent = row["w365_creditlimit"] is not None, maybe(Decimal, row["w365_usedpercent"])
    drawn = Summary(
        **found, used_percent=None if percent is None else percent.quantize(ONE_PLACE), unknown=row["w365_unknown"] or ""
    )
    return drawn if limited else replace(drawn, limit=None, available=None)


def blank(debtor: Debtor, currencies: Currencies) -> Create:
    """The row of a debtor that was never drawn, to be drawn by the next sweep."""
    row = _row(Figure(debtor, date.min).summary) | currencies.bind(debtor.currency)
    named = {"w365_name": debtor.name, "w365_orderedsince": "never drawn", **bind("w365_Account", ACCOUNT, debtor.id)}
    return Create(TABLE, row | named, figure_id(debtor.id))


def cleared(debtor: str, version: str) -> Update:
    """What is written where an order was let in and the figures are the same."""
    return Update(Ref(TABLE, figure_id(debtor)), {"w365_orderedsince": None}, version)


def written(figure: Figure, version: str | None, currencies: Currencies) -> list[Op]:
    """A change set: how a debtor stands now, how it stood on that day, and what its own row says.

    Shape:  `version` of its row; None where there is none.
    """
    debtor, drawn = figure.debtor, figure.summary
    identity, fresh = figure_id(debtor.id), {"w365_name": debtor.name, **bind("w365_Account", ACCOUNT, debtor.id)}
    row = _row(drawn) | currencies.bind(debtor.currency)
    now = {**row, "w365_orderedsince": None}
    kept = Create(TABLE, now | fresh, identity) if version is None else Update(Ref(TABLE, identity), now, version)
    on_day = {**row, **fresh, "w365_name": f"{debtor.name} {figure.day}"[:200], "w365_day": figure.day}
    said = None if drawn.limit is None else str(drawn)
    return [
        kept,
        Upsert(Ref(DAY_TABLE, day_id(debtor.id, figure.day)), on_day),
        Update(Ref(ACCOUNT, debtor.id), {"w365_creditused": said}),
    ]


def guarded(guard: Guard, key: str) -> Op:
    """What is written with an order: its debtor's row says that another one was let in since it was drawn."""
    identity = figure_id(guard.check.figure.debtor.id)
    return Update(Ref(TABLE, identity), {"w365_orderedsince": key[:ORDER_MAX]}, guard.version)


def _row(drawn: Summary) -> Row:
    amounts: dict[str, Money | None] = {name: getattr(drawn, name) for name in COLUMN}
    return {
        **{COLUMN[name]: None if value is None else value.major for name, value in amounts.items()},
        "w365_usedpercent": drawn.used_percent,
        "w365_unknown": drawn.unknown or None,
    }


def stood(row: Row, code: Currency) -> tuple[date, Summary]:
    """A row of a day."""
    return day(row["w365_day"]), summary_of(row, code)
