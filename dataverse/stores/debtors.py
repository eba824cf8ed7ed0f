"""Accounts whose exposure is looked at, over Dataverse: who is below them, and how they stood when they were last drawn."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from dataverse.batch import Get
from dataverse.query import Query, any_of
from dataverse.rows import etag
from dataverse.stores.exposure_rows import ACCOUNT, COLUMNS, MONEY, TABLE, summary_of
from dataverse.stores.hold_rows import said
from dataverse.stores.inheriting import SETTINGS, Above, Inherited
from work365.errors import BadInput
from work365.money import currency
from work365.ports.exposure import Kept
from work365.settings.catalogue import HORIZON

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dataverse.rows import Row
    from dataverse.webapi import WebApi
    from work365.exposure.figure import Debtor

PARENT = "_parentaccountid_value"


class Known(NamedTuple):
    """Debtors as they are to be drawn, how those stood that were drawn before, and settings that keep some from being drawn."""

    debtors: tuple[Debtor, ...]
    kept: Mapping[str, Kept]
    broken: tuple[BadInput, ...]


def known(api: WebApi, debtors: Sequence[Debtor]) -> Known:
    """Debtors with their members and horizons, in one request."""
    ids = [one.id for one in debtors]
    drawn, below, settings = api.rows(
        Get(Query(TABLE, COLUMNS, any_of("_w365_account_value", ids), expand=MONEY)),
        Get(Query(ACCOUNT, ("accountid", "name", PARENT), any_of(PARENT, ids))),
        SETTINGS,
    )
    children: dict[str, dict[str, str]] = defaultdict(dict)
    for row in below:
        children[row[PARENT]][row["accountid"]] = row["name"]
    inherited, full, broken = Inherited(settings), [], []
    for one in debtors:
        try:
            days = int(said(HORIZON, Above(one.id, None), inherited))
        except BadInput as error:
            broken.append(error)
            continue
        full.append(replace(one, members={**children[one.id], **one.members}, horizon_days=days))
    return Known(tuple(full), {row["_w365_account_value"]: _kept(row) for row in drawn}, tuple(broken))


def _kept(row: Row) -> Kept:
    code = currency(row["transactioncurrencyid"]["isocurrencycode"])
    return Kept(summary_of(row, code), etag(row), ordered=row["w365_orderedsince"] is not None)


def members_of(debtors: Iterable[Debtor]) -> list[str]:
    """The ids of all accounts that count for some debtors."""
    return sorted({member for one in debtors for member in one.members})
