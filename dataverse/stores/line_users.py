"""Who the seats of a document's lines are for: read only where a contract wants its users named and a line is a payer's part."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, any_of, both, eq
from dataverse.stores.part_rows import SUBSCRIPTION
from dataverse.stores.splitting import grouped
from dataverse.stores.splitting_rows import (
    OWNER,
    PAYER_EXPAND,
    SHARE,
    SHARE_COLUMNS,
    SPLIT,
    SPLIT_COLUMNS,
    SPLIT_EXPAND,
    TENANT,
    USER,
    USER_COLUMNS,
    split_of,
    user,
)
from work365.invoicing.lines import Kind
from work365.splitting.history import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dataverse.webapi import Row, WebApi
    from work365.documents.document import Document, DocumentLine
    from work365.splitting.terms import Split
    from work365.splitting.users import User

CHARGING = (Kind.CYCLE, Kind.STUB, Kind.CHARGE)
CONTRACT_ID = "_w365_contract_value"


def named_users(api: WebApi, document: Document, lines: Sequence[Row]) -> Document:
    """The document with its users, as they were on the first day of each charge; two requests where any are to be named.

    Errors: BadInput when the terms of a split contradict themselves.
    """
    wholes = [_whole(row, line) for row, line in zip(lines, document.lines, strict=True)]
    ids = sorted({one for one in wholes if one})
    if not ids:
        return document
    terms, shares, sources = api.rows(
        Get(
            Query(
                SPLIT,
                SPLIT_COLUMNS,
                filter=both(eq("statecode", 0), any_of("_w365_subscription_value", ids)),
                expand=SPLIT_EXPAND,
                order="w365_validfrom",
            )
        ),
        Get(Query(SHARE, SHARE_COLUMNS, filter=eq("statecode", 0), expand=PAYER_EXPAND, order="w365_ordinal")),
        Get(Query(SUBSCRIPTION, (*OWNER, CONTRACT_ID), filter=any_of("w365_subscriptionid", ids))),
    )
    tenants = sorted({row[TENANT] for row in sources if row[TENANT]})
    (found,) = api.rows(Get(Query(USER, USER_COLUMNS, filter=any_of(TENANT, tenants))))
    users, own_terms, own_shares = (
        grouped(found, TENANT),
        grouped(terms, "_w365_subscription_value"),
        grouped(shares, "_w365_split_value"),
    )
    splits = {
        row["w365_subscriptionid"]: (
            split_of(own_terms[row["w365_subscriptionid"]], own_shares, row[CONTRACT_ID]),
            [user(one) for one in users.get(row[TENANT] or "", ())],
        )
        for row in sources
        if row["w365_subscriptionid"] in own_terms
    }
    shown = [
        replace(line, users=_names(*splits[whole], row, line)) if whole in splits else line
        for row, line, whole in zip(lines, document.lines, wholes, strict=True)
    ]
    return replace(document, lines=tuple(shown))


def _whole(row: Row, line: DocumentLine) -> str:
    """The subscription of which a charge is a part, where its users are to be named."""
    wanted = bool((row.get("w365_Contract") or {}).get("w365_printusers"))
    part = (row.get("w365_Subscription") or {}).get("_w365_splitof_value")
    return part if wanted and part and line.kind in CHARGING and line.period is not None else ""


def _names(split: Split, users: Sequence[User], row: Row, line: DocumentLine) -> tuple[str, ...]:
    payer = row["w365_Subscription"][CONTRACT_ID]
    there = named(split, users, line.period.start).get(payer, ()) if line.period is not None else ()
    return tuple(one.called for one in there if one.called)
