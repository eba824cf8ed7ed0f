"""Payment profiles that customers fill themselves, over Dataverse: a profile and its siblings, written under its version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, both, eq, lt, not_null, typed
from dataverse.rows import status
from dataverse.stores import profile_rows as wire
from dataverse.stores.inheriting import ENTITY_TABLE
from dataverse.stores.known_accounts import of_known
from dataverse.stores.payments_rows import PROCESSOR_TABLE, PROFILE_TABLE, processor
from dataverse.webapi import Ref
from work365.errors import BadInput
from work365.receivables.gateways import capabilities, kinds_that
from work365.receivables.payments import ProfileStatus

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from dataverse.rows import Row
    from dataverse.webapi import WebApi
    from work365.ports.profiles import Asker
    from work365.receivables.payments import Processor, ProfileId
    from work365.receivables.profile_links import Request

PENDING = eq("statuscode", status(PROFILE_TABLE, ProfileStatus.PENDING.value)["statuscode"])
PROCESSORS = Get(Query(PROCESSOR_TABLE, (*wire.PROCESSOR, "w365_isdefault"), eq("statecode", 0), "w365_isdefault desc,w365_code"))


class Profiles:
    """The profile book over Dataverse."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def asked(self, account: str, processor: str) -> Request:
        """The account and every gateway in one request."""
        accounts, processors = self._api.rows(
            Get(Query(wire.ACCOUNT_TABLE, wire.ACCOUNT, typed("accountnumber", account), top=2)),
            PROCESSORS,
        )
        if len(accounts) != 1:
            message = f"{'no' if not accounts else 'more than one'} account has the number '{account}'; look it up under Accounts"
            raise BadInput(message, "ACCOUNT")
        return wire.asked(accounts[0], chosen(processor, processors))

    def asker(self, entity: str) -> Asker:
        """One request."""
        named = both(eq("w365_code", entity), eq("statecode", 0)) if entity else eq("statecode", 0)
        found = list(self._api.find(Query(ENTITY_TABLE, wire.ENTITY, named, "w365_code")))
        if len(found) != 1:
            codes = ", ".join(str(row["w365_code"]) for row in found)
            message = f"say which legal entity asks: {codes}" if found else f"no legal entity has the code '{entity}'"
            raise BadInput(message, "--entity")
        return wire.asker(found[0])

    def add(self, request: Request) -> None:
        """Create it at its derived id."""
        self._api.create(PROFILE_TABLE, wire.new_row(request), id=request.id)

    def by_link(self, link_hash: str) -> Request | None:
        """By the hash of its token."""
        return self._one(eq("w365_linkhash", link_hash))

    def by_id(self, profile: ProfileId) -> Request | None:
        """By its own id."""
        return self._one(eq("w365_paymentprofileid", profile))

    def by_method(self, method: str) -> Request | None:
        """By the gateway's id of what it stores."""
        return self._one(eq("w365_methodreference", method))

    def record(self, request: Request) -> None:
        """Under the version that was read."""
        self._api.update(Ref(PROFILE_TABLE, request.id), wire.moved(request), etag=request.etag)

    def pending(self, *, untouched_since: datetime) -> Iterator[Request]:
        """Asked for by a link, also one that was never mailed, and untouched."""
        waiting = both(PENDING, not_null("w365_linkexpireson"), lt("modifiedon", untouched_since))
        return self._read(Query(PROFILE_TABLE, wire.COLUMNS, waiting, "modifiedon", wire.EXPAND))

    def of_account(self, account: str) -> list[Request]:
        """Every profile of the account with this number, the newest first."""
        mine = typed("w365_Account/accountnumber", account)
        return of_known(
            self._api, account, list(self._read(Query(PROFILE_TABLE, wire.COLUMNS, mine, "createdon desc", wire.EXPAND)))
        )

    def _one(self, which: str) -> Request | None:
        return next(self._read(Query(PROFILE_TABLE, wire.COLUMNS, which, expand=wire.EXPAND, top=1)), None)

    def _read(self, query: Query) -> Iterator[Request]:
        for row in self._api.find(query):
            mine = Query(PROFILE_TABLE, wire.OTHER, eq("_w365_account_value", row["_w365_account_value"]), "createdon desc")
            yield wire.request(row, self._api.find(mine))


def chosen(code: str, rows: list[Row]) -> Processor:
    """The processor with this code, or else the default one with pages. Errors: BadInput."""
    known = [processor(row) for row in rows]
    wanted = [one for one in known if (one.code == code if code else capabilities(one.kind).setup_page)]
    if not wanted:
        kinds = kinds_that(lambda can: can.setup_page)
        which = f"no active payment processor has the code '{code}'" if code else f"no payment processor is of the kind {kinds}"
        message = f"{which}; look under Payment processors"
        raise BadInput(message, "--processor")
    return wanted[0]
