"""Who is calling: bearer tokens, the user behind them, impersonation.

A token is examined by the callable that the server was built with (local Entra's), or, with `any_token`, not at all: then the
token's text may be a user's Entra object id or systemuserid, and any other text means our application user.

Source: Microsoft Learn, "Impersonate another user using the Web API" (CallerObjectId, MSCRMCallerID); "Web service error codes"
(UserNotAssignedRoles; the sentence as public reports print it).
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dataverse.security.model import ON_BEHALF
from local.dataverse import codec, errors, identities, seed
from local.dataverse.access import Access, require
from local.dataverse.context import User
from local.dataverse.rights import Holder, held_by
from local.dataverse.zones import UTC_CODE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.dataverse.codec import Sql
    from local.dataverse.storage import Storage


@dataclass(frozen=True, slots=True)
class Caller:
    """What a token says about its bearer: a person's object id, or an application's id (and its principal's object id).

    `groups` are the object ids of the person's groups, None where nobody knows them.
    """

    object_id: str | None = None
    application_id: str | None = None
    groups: frozenset[str] | None = None


Authorize = "Callable[[str], Caller | None]"
_COLUMNS = (
    "systemuserid, businessunitid, azureactivedirectoryobjectid, applicationid, fullname, isdisabled, "
    "(SELECT s.timezonecode FROM usersettings AS s WHERE s.systemuserid = systemuser.systemuserid)"
)


class Guard:
    """Finds the user of a request. Errors: 401 without a valid token, 403 without a user in this organisation."""

    def __init__(self, storage: Storage, authorize: Callable[[str], Caller | None] | None, *, any_token: bool) -> None:
        self._storage = storage
        self._authorize = authorize
        self._any_token = any_token

    def users(self, headers: Mapping[str, str], base: str) -> tuple[User, User | None, Access]:
        """The user whose rights count, the caller who impersonates him, if any, and what the request may do.

        Errors: 403 also for a caller who may not act on behalf of another user.
        """
        caller = self._caller(headers, base)
        user = self._wanted(headers)
        with self._storage.lock:
            own = self._holder(caller)
            if user is None:
                return caller, None, Access(own)
            require(own, ON_BEHALF)
            return user, caller, Access(self._holder(user), own)

    def _holder(self, user: User) -> Holder:
        """Errors: 403 for a user without any role, neither of his own nor of a team."""
        found = held_by(self._storage, user)
        if not found.roles:
            raise errors.DataverseError(
                403,
                "0x80042f09",
                "SecLib::RetrievePrivilegeForUser failed - no roles are assigned to user. Returned hr = -2147209463, User: "
                f"{user.id}",
            )
        return found

    def _wanted(self, headers: Mapping[str, str]) -> User | None:
        for header, column in (("callerobjectid", "azureactivedirectoryobjectid"), ("mscrmcallerid", "systemuserid")):
            text = headers.get(header, "").strip().strip("{}")
            if text:
                return self._impersonated(column, text)
        return None

    def _impersonated(self, column: str, text: str) -> User:
        known = codec.guid(text)
        if known is None:
            raise errors.bad(f"'{text}' is not the id of a user.", "0x80040216")
        found = self._find(column, known)
        if found is None:
            raise errors.DataverseError(403, "0x80040217", f"systemuser With Id = {known} Does Not Exist")
        return found

    def _caller(self, headers: Mapping[str, str], base: str) -> User:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise _unauthorized(base)
        token = token.strip()
        if self._authorize is not None:
            caller = self._authorize(token)
            if caller is not None:
                return self._user(caller)
        if self._any_token:
            known = codec.guid(token)
            found = (self._find("azureactivedirectoryobjectid", known) or self._find("systemuserid", known)) if known else None
            return found or self._user(Caller(application_id=seed.APPLICATION_ID))
        raise _unauthorized(base)

    def _user(self, caller: Caller) -> User:
        found = None
        if caller.application_id:
            found = self._find("applicationid", caller.application_id.lower())
        if found is None and caller.object_id:
            found = self._find("azureactivedirectoryobjectid", caller.object_id.lower())
        if found is None:
            raise errors.DataverseError(403, "0x80072560", "The user is not a member of the organization.")
        if caller.groups is not None:
            self._join(found, caller.groups)
        return found

    def _join(self, user: User, groups: frozenset[str]) -> None:
        with self._storage.lock:
            if identities.is_in_step(self._storage, user.id, groups):
                return
        with self._storage.transaction():
            identities.join(self._storage, user.id, groups)

    def _find(self, column: str, value: str) -> User | None:
        with self._storage.lock:
            rows = self._storage.rows(f'SELECT {_COLUMNS} FROM "systemuser" WHERE "{column}" = ?', (value,))
        if not rows:
            return None
        user_id, unit, object_id, application_id, name, disabled, zone = rows[0]
        if disabled:
            raise errors.DataverseError(
                403, "0x80040225", f"The specified user(Id = {user_id}) is disabled. Consider enabling this user."
            )
        code = UTC_CODE if zone is None else int(zone)
        return User(str(user_id), str(unit or ""), _text(object_id), _text(application_id), str(name or ""), code)


def _text(value: Sql) -> str | None:
    return None if value is None else str(value)


def _unauthorized(base: str) -> errors.DataverseError:
    challenge = f"Bearer authorization_uri=https://login.microsoftonline.com/common/oauth2/authorize, resource_id={base}/"
    return errors.DataverseError(
        401, "0x80041d25", "The request needs a bearer token of this environment.", (("WWW-Authenticate", challenge),)
    )
