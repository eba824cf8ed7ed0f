"""Rows of accounts, contracts and settings into those who may get statements by mail. Pure: nothing here calls anybody."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dataverse.stores import sending_rows
from dataverse.stores.inheriting import RECIPIENTS, Above
from work365.documents.recipients import Addresses
from work365.errors import BadInput
from work365.settings.catalogue import BY_NAME
from work365.settings.resolving import resolve, usable
from work365.telling.statements import OFF, OWN, Correspondent, Wish

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dataverse.rows import Row
    from dataverse.stores.inheriting import Inherited

STATEMENT, STATEMENT_EMAIL = "statement", "statement-email"
ACCOUNT = (*("accountid", "accountnumber", "name", "emailaddress1", "_parentaccountid_value", "w365_declinesnotices"),)
CONTRACT_TABLE = "w365_billingcontract"
CONTRACT = ("_w365_account_value", "_w365_legalentity_value", *RECIPIENTS)
SAYS_NOTHING: Row = dict.fromkeys(RECIPIENTS)
"""A contract that says no recipient, for a customer who has none any more."""

Pair = tuple[str, str]
"""An account and a legal entity."""


def with_parents(pairs: Iterable[Pair], accounts: Mapping[str, Row]) -> set[Pair]:
    """The same, and each company also with the parents of those whom it has billed."""
    found = set(pairs)
    above = {(str(accounts[account]["_parentaccountid_value"] or ""), entity) for account, entity in found}
    return found | {(parent, entity) for parent, entity in above if parent in accounts}


def correspondents(
    accounts: Mapping[str, Row], pairs: Iterable[Pair], contracts: Iterable[Row], said: Inherited, codes: Mapping[str, str]
) -> list[Correspondent]:
    """Everyone, by name. Shape: `codes` are those of the legal entities by id."""
    billed: dict[Pair, list[Row]] = defaultdict(list)
    for row in contracts:
        billed[row["_w365_account_value"], row["_w365_legalentity_value"]].append(row)
    wishes: dict[str, dict[str, Wish]] = defaultdict(dict)
    for account, entity in sorted(pairs):
        wishes[account][codes[entity]] = _wish(accounts[account], entity, billed[account, entity], said)
    return [
        Correspondent(
            account=key,
            number=row["accountnumber"] or "",
            name=row["name"] or "",
            parent=row["_parentaccountid_value"] or "",
            declines=bool(row["w365_declinesnotices"]),
            wishes=wishes[key],
        )
        for key, row in sorted(accounts.items(), key=lambda one: (one[1]["name"] or "", one[0]))
    ]


def _wish(account: Row, entity: str, contracts: Iterable[Row], said: Inherited) -> Wish:
    """What holds for a customer of a company. A setting that cannot be used is a wish that fails, never one that is forgotten."""
    above = Above(account["accountid"], entity, {}, account["emailaddress1"] or "")
    resolved = resolve(BY_NAME[STATEMENT], said.said_above(STATEMENT, above))
    is_said = resolved.said is not None
    mode = OWN
    try:
        mode = usable(resolved) or OFF
        own = usable(resolve(BY_NAME[STATEMENT_EMAIL], said.said_above(STATEMENT_EMAIL, above)))
        if own:
            return Wish(mode, is_said, (Addresses(additional=own),))
        filled = [said.filled(row, above) for row in contracts or (SAYS_NOTHING,)]
        addresses = tuple(sending_rows.addresses({"w365_Contract": row, "w365_Account": account}) for row in filled)
        return Wish(mode, is_said, addresses)
    except BadInput as error:
        return Wish(mode, is_said, problem=str(error))
