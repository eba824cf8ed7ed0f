"""What is told of approvals over Dataverse: one request where there is nothing to tell, and one more for whoever asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Get, packed
from dataverse.query import Query, any_of, both, either, eq, ge, gt
from dataverse.rows import status
from dataverse.stores import approving_rows as rows
from dataverse.stores.hold_rows import said
from dataverse.stores.inheriting import SETTINGS, Above, Inherited
from dataverse.stores.telling_rows import template_language
from work365.approving.approval import ApprovalState
from work365.documents.recipients import is_address, split_addresses
from work365.errors import BadInput
from work365.telling.approvals import ADDRESSES, SETTING, STAFF, Told

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from dataverse.rows import Row
    from dataverse.webapi import WebApi

USER, USERS = "systemuser", ("systemuserid", "internalemailaddress", "applicationid")
COLUMNS = (*rows.COLUMNS, "_w365_account_value", "_w365_legalentity_value")
EXPAND = f"{rows.EXPAND},w365_LegalEntity($select=w365_code,w365_timezone,w365_template)"
IDS_AT_ONCE = 300


class ApprovalNews:
    """Approvals, whoever asked for them, and the settings that say who is told."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def told(self, now: datetime, *, since: datetime) -> Iterator[Told]:
        """The oldest first."""
        answered = both(either(_is(ApprovalState.APPROVED), _is(ApprovalState.REFUSED)), ge("w365_answeredon", since))
        waiting = both(_is(ApprovalState.WAITING), gt("w365_answerby", now))
        expired = both(_is(ApprovalState.EXPIRED), ge("w365_answerby", since))
        which = either(waiting, answered, expired)
        found, settings = self._api.rows(Get(Query(rows.TABLE, COLUMNS, which, "w365_askedon", EXPAND)), SETTINGS)
        askers = self._users({row["_w365_askedby_value"] for row in found})
        inherited = Inherited(settings)
        for row in found:
            yield _told(row, askers.get(row["_w365_askedby_value"]), inherited)

    def _users(self, ids: set[str]) -> Mapping[str, Row]:
        found: dict[str, Row] = {}
        for part in packed(sorted(ids), lambda _: 1, IDS_AT_ONCE):
            query = Query(USER, USERS, any_of("systemuserid", part))
            found |= {row["systemuserid"]: row for row in self._api.find(query)}
        return found


def _told(row: Row, asker: Row | None, inherited: Inherited) -> Told:
    entity, account, user = row["w365_LegalEntity"] or {}, row["_w365_account_value"], asker or {}
    above = Above(account, row["_w365_legalentity_value"], entity)
    mode, approvers, template, problem = STAFF, "", "", ""
    try:
        mode, approvers = said(SETTING, above, inherited), said(ADDRESSES, above, inherited)
        template = inherited.filled({"w365_template": None}, above)["w365_template"]
    except BadInput as error:
        problem = str(error)
    email = (user.get("internalemailaddress") or "").strip()
    return Told(
        approval=rows.approval(row),
        account=account or "",
        mode=mode,
        problem=problem,
        approvers=tuple(filter(None, split_addresses(approvers))),
        address=email if is_address(email) else "",
        by_person=asker is not None and user["applicationid"] is None,
        language=template_language(template or ""),
        zone=entity.get("w365_timezone") or "UTC",
    )


def _is(state: ApprovalState) -> str:
    return eq("statuscode", status(rows.TABLE, state.value)["statuscode"])
