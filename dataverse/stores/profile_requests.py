"""Request links that are asked for from an invoice, over Dataverse: two requests to decide, one for each step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dataverse.batch import Create, Get, Update
from dataverse.query import Query, eq
from dataverse.rows import instant, maybe, status
from dataverse.stores import profile_rows as wire
from dataverse.stores import telling_rows
from dataverse.stores.payments_rows import INVOICE_TABLE, PROFILE_TABLE
from dataverse.stores.profiles import PROCESSORS, chosen
from dataverse.stores.telling_rows import NOTICE
from dataverse.webapi import Ref
from work365.errors import BadInput, Refused
from work365.ports.profile_requests import RequestCase
from work365.receivables.payments import ProfileStatus
from work365.receivables.profile_requests import Waiting
from work365.telling.payment_details import keys_of

if TYPE_CHECKING:
    from dataverse.rows import Row
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import WebApi
    from work365.receivables.payments import InvoiceId, ProfileId
    from work365.receivables.profile_links import Request
    from work365.telling.notice import Notice

INVOICE = ("_w365_account_value", "_transactioncurrencyid_value")
INVOICE_EXPAND = f"w365_Account($select={','.join(wire.ACCOUNT)}),w365_LegalEntity($select={','.join(wire.ENTITY)})"
PROFILE = (*wire.COLUMNS, "statecode", "createdon", "versionnumber")
PENDING = status(PROFILE_TABLE, ProfileStatus.PENDING.value)["statuscode"]


class ProfileRequests:
    """The book of requests over Dataverse."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._currencies = currencies

    def case(self, invoice: InvoiceId, profile: ProfileId) -> RequestCase:
        """The profiles before the notices: a request with a link is then never read without its notice."""
        [head], processors = self._api.rows(Get(Ref(INVOICE_TABLE, invoice), INVOICE, INVOICE_EXPAND), PROCESSORS)
        mine = eq("_w365_account_value", head["_w365_account_value"])
        profiles, notices = self._api.rows(
            Get(Query(PROFILE_TABLE, PROFILE, mine, "createdon desc", wire.EXPAND)),
            Get(Query(NOTICE, telling_rows.COLUMNS, f"startswith(w365_key,'{keys_of(profile)}')", top=1)),
        )
        written = next((row for row in profiles if row["w365_paymentprofileid"] == profile), None)
        request = self._new(head, processors, profile) if written is None else wire.request(written, profiles)
        return RequestCase(
            request=replace(request, email=head["w365_Account"]["emailaddress1"] or ""),
            version=0 if written is None else int(written["versionnumber"]),
            asker=wire.asker(head["w365_LegalEntity"]),
            notice=telling_rows.notice(notices[0]) if notices else None,
            others=tuple(_waiting(row) for row in profiles if row is not written and row["statuscode"] == PENDING),
        )

    def _new(self, head: Row, processors: list[Row], profile: ProfileId) -> Request:
        try:
            asked = wire.asked(head["w365_Account"], chosen("", processors))
        except BadInput as error:
            message = f"Nothing was mailed: {error.message}."
            raise Refused(message) from error
        return replace(asked, id=profile, currency=self._currencies.code(head["_transactioncurrencyid_value"]))

    def intend(self, request: Request, *, on_behalf_of: str | None) -> None:
        """One request."""
        api = self._api if on_behalf_of is None else self._api.as_user(on_behalf_of)
        api.create(PROFILE_TABLE, wire.new_row(request), id=request.id)

    def link(self, request: Request, notice: Notice) -> None:
        """One change set under the version that was read."""
        linked = Update(Ref(PROFILE_TABLE, request.id), wire.linked(request), request.etag)
        self._api.change([linked, Create(NOTICE, telling_rows.new_row(notice), notice.id)])


def _waiting(row: Row) -> Waiting:
    return Waiting(
        since=instant(row["createdon"]),
        until=maybe(instant, row["w365_linkexpireson"]),
        linked=bool(row["w365_linkhash"]),
        opened=bool(row["w365_sessionreference"]),
        version=int(row["versionnumber"]),
    )
