"""Who we are in an environment, what it is, and which privileges we lack. Implements work365.ports.installing.Admission.

Source: Microsoft Learn, Web API reference: WhoAmI, RetrieveVersion, RetrieveUserPrivileges (RolePrivilege.PrivilegeName).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.errors import PrivilegeMissing
from dataverse.query import Query, eq
from dataverse.webapi import Ref
from work365.installing.seen import AdmissionSeen

if TYPE_CHECKING:
    from dataverse.rows import Row
    from dataverse.webapi import WebApi

NEEDED = (
    "prvImportCustomization",
    "prvPublishCustomization",
    "prvCreateUser",
    "prvCreateTeam",
    "prvAssignRole",
    "prvWriteServiceEndpoint",
    "prvWriteSdkMessageProcessingStep",
)
"""What System Administrator has and an installation uses."""


class DataverseAdmission:
    """The environment, seen as whoever signed in."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def look(self) -> AdmissionSeen:
        """Errors: External."""
        who = self._api.who_am_i()
        user = self._api.read(Ref("systemuser", who["UserId"]), select=("fullname", "domainname"))
        row = self._organization()
        held = privileges(self._api, who["UserId"])
        return AdmissionSeen(
            user=str(user["fullname"] or user["domainname"]),
            organization=str(row.get("name") or f"organisation {who['OrganizationId']}"),
            version=str(self._api.function("RetrieveVersion()")["Version"]),
            missing=tuple(name for name in NEEDED if name.lower() not in held),
            server_time=self._api.server_time(),
            language=row.get("languagecode"),
            currency=self._currency(row.get("_basecurrencyid_value")),
        )

    def _organization(self) -> Row:
        """The organisation's row; nothing for whoever may not read it, such as the functions' own user."""
        columns = ("name", "languagecode", "_basecurrencyid_value")
        try:
            return self._api.first(Query("organization", columns)) or {}
        except PrivilegeMissing:
            return {}

    def _currency(self, row_id: str | None) -> str:
        if row_id is None:
            return ""
        wanted = eq("transactioncurrencyid", row_id)
        row = self._api.first(Query("transactioncurrency", ("isocurrencycode",), filter=wanted))
        return str(row["isocurrencycode"]) if row else ""


def privileges(api: WebApi, user: str) -> dict[str, str]:
    """What a user may do, through all roles and teams: names in lower case, each with its depth (`Basic` … `Global`)."""
    answer = api.function(f"{Ref('systemuser', user).path}/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()")
    return {str(one["PrivilegeName"]).lower(): str(one["Depth"]) for one in answer["RolePrivileges"]}
