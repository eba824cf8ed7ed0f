"""Users of tenants over Dataverse: read with one question, written in change sets of one user each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dataverse.batch import ChangeSet, Create, Delete, Failed, Op, Update, packed
from dataverse.query import Query, both, either, eq
from dataverse.rows import bind, etag
from dataverse.stores.splitting_rows import SHARE, USER, USER_COLUMNS, lines, user
from dataverse.webapi import Ref
from work365.errors import BadInput
from work365.ports.tenant_users import TenantNamed
from work365.splitting.listing import Known
from work365.splitting.users import FORGOTTEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dataverse.rows import Row
    from dataverse.webapi import WebApi
    from work365.splitting.listing import Entry
    from work365.splitting.users import User

TENANT, OPS_MAX = "w365_provideraccount", 900


class TenantUsers:
    """The book of users over Dataverse."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def tenant(self, text: str) -> TenantNamed:
        """A tenant by its domain or its id at the provider."""
        which = both(eq("statecode", 0), either(eq("w365_domain", text), eq("w365_externalid", text)))
        columns = ("w365_provideraccountid", "w365_domain", "w365_externalid")
        found = list(self._api.find(Query(TENANT, columns, filter=which, top=2)))
        if len(found) != 1:
            what = "no provider account has" if not found else "several provider accounts have"
            message = f"{what} the domain or id '{text}'; look it up under Provider accounts"
            raise BadInput(message, "--tenant")
        return TenantNamed(found[0]["w365_provideraccountid"], found[0]["w365_domain"] or found[0]["w365_externalid"])

    def known(self, tenant: TenantNamed) -> list[Known]:
        """Every row of its users."""
        theirs = eq("_w365_provideraccount_value", tenant.id)
        found = self._api.find(Query(USER, ("w365_tenantuserid", *USER_COLUMNS), filter=theirs, order="w365_userid"))
        return [Known(row["w365_tenantuserid"], user(row), etag(row)) for row in found]

    def write(self, tenant: TenantNamed, entries: Sequence[Entry]) -> None:
        """One change set per user; those that were written before something failed stay written."""
        self._write([_ops(tenant, entry) for entry in entries])

    def forget(self, text: str) -> int:
        """The rows of a user and the shares that list it, under a name that says nothing; one change set."""
        found = list(self._api.find(Query(USER, ("w365_tenantuserid",), filter=eq("w365_userid", text), order="w365_validfrom")))
        if not found:
            return 0
        instead = f"{FORGOTTEN}{found[0]['w365_tenantuserid']}"
        nameless: Row = {"w365_name": None, "w365_userid": instead}
        ops: list[Op] = [Update(Ref(USER, row["w365_tenantuserid"]), nameless) for row in found]
        shares = self._api.find(Query(SHARE, ("w365_seatshareid", "w365_values")))
        for share in shares:
            named = lines(share["w365_values"])
            renamed = [instead if one.casefold() == text.casefold() else one for one in named]
            if renamed != named:
                ops.append(Update(Ref(SHARE, share["w365_seatshareid"]), {"w365_values": "\n".join(renamed)}))
        self._write([ops])
        return len(ops)

    def _write(self, sets: Iterable[list[Op]]) -> None:
        for pack in packed(sets, len, OPS_MAX):
            for outcome in self._api.batch([ChangeSet(ops) for ops in pack]):
                if isinstance(outcome, Failed):
                    raise outcome.error


def _ops(tenant: TenantNamed, entry: Entry) -> list[Op]:
    ops: list[Op] = []
    if entry.removed is not None:
        ops.append(Delete(Ref(USER, entry.removed.id), entry.removed.version))
    for moved in (entry.ends, entry.corrected):
        if moved is not None:
            known, fresh = moved
            ops.append(Update(Ref(USER, known.id), _row(fresh), known.version))
    if entry.begins is not None:
        ops.append(Create(USER, {**_row(entry.begins), **bind("w365_ProviderAccount", TENANT, tenant.id)}))
    return ops


def _row(one: User) -> Row:
    return {
        "w365_name": one.name or None,
        "w365_userid": one.id,
        "w365_attributes": json.dumps(dict(sorted(one.attributes.items())), ensure_ascii=False),
        "w365_groups": "\n".join(sorted(one.groups)) or None,
        "w365_licences": "\n".join(sorted(one.licences)) or None,
        "w365_validfrom": one.start,
        "w365_validto": one.end,
    }
