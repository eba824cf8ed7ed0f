"""A local Dataverse in memory, a client that speaks to it without a socket, and an office of people with roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from dataverse.security.model import Depth, Right, privilege
from local.dataverse import DataverseApp, seed
from local.dataverse.access import privilege_id
from local.dataverse.trial import Answer, Api, Clock, Receiver

if TYPE_CHECKING:
    from collections.abc import Iterator

DENIED, OUT_OF_REACH, NO_ROLES = (403, "0x80040220"), (403, "0x80048306"), (403, "0x80042f09")
LETTERS = dict(zip("CRWDATGS", Right, strict=True))


@dataclass
class Office:
    """A tenant with business units, users who are named, and roles that are written as `account:CRW@UNIT`."""

    app: DataverseApp
    admin: Api

    def unit(self, name: str, parent: str = seed.UNIT_ID) -> str:
        """A business unit."""
        return self.admin.create("businessunits", name=name, parentbusinessunitid__bind=f"businessunits({parent})")

    def user(self, name: str, unit: str = seed.UNIT_ID) -> Api:
        """A user without any role, whose token is his id."""
        return Api(self.app, self.admin.create("systemusers", fullname=name, businessunitid__bind=f"businessunits({unit})"))

    def role(self, *grants: str, name: str = "Test") -> str:
        """A role."""
        role = self.admin.create("roles", name=name, businessunitid__bind=f"businessunits({seed.UNIT_ID})")
        given = []
        for grant in grants:
            rights, _, depth = grant.partition("@")
            table, _, letters = rights.partition(":")
            names = [privilege(self.app.storage.catalog[table].table, LETTERS[one]) for one in letters] if letters else [table]
            given += [{"PrivilegeId": privilege_id(one), "Depth": Depth[depth or "ORGANIZATION"].level} for one in names]
        answer = self.admin("POST", f"roles({role})/Microsoft.Dynamics.CRM.AddPrivilegesRole", {"Privileges": given})
        assert answer.status == 204, answer.text
        return role

    def give(self, role: str, whom: Api) -> Api:
        """Assign a role to a user: the copy of his business unit."""
        unit = self.admin.row(f"systemusers({whom.token})")["_businessunitid_value"]
        own = ref(f"roles({self.role_of(role, unit)})")
        self.done(self.admin("POST", f"systemusers({whom.token})/systemuserroles_association/$ref", own))
        return whom

    def role_of(self, role: str, unit: str) -> str:
        """The copy of a role in a business unit."""
        wanted = f"_parentrootroleid_value eq {role} and _businessunitid_value eq {unit}"
        [found] = self.admin.rows(f"roles?$filter={wanted}&$select=roleid")
        return str(found["roleid"])

    def with_role(self, name: str, *grants: str, unit: str = seed.UNIT_ID) -> Api:
        """A user with a role of his own."""
        return self.give(self.role(*grants, name=f"Role of {name}"), self.user(name, unit))

    @staticmethod
    def done(answer: Answer) -> None:
        """It worked."""
        assert answer.status == 204, answer.text


def ref(address: str) -> dict[str, str]:
    """A reference to a row."""
    return {"@odata.id": address}


@pytest.fixture
def clock() -> Clock:
    """A standing clock."""
    return Clock()


@pytest.fixture
def receiver() -> Receiver:
    """Where webhooks arrive."""
    return Receiver()


@pytest.fixture
def app(clock: Clock, receiver: Receiver) -> Iterator[DataverseApp]:
    """A local Dataverse in memory that takes every token."""
    made = DataverseApp(any_token=True, clock=clock, deliver=receiver)
    yield made
    made.close()


@pytest.fixture
def api(app: DataverseApp) -> Api:
    """A client of it."""
    return Api(app)


@pytest.fixture
def office(app: DataverseApp, api: Api) -> Office:
    """An office."""
    return Office(app, api)


@pytest.fixture
def data(api: Api) -> Api:
    """Four accounts, two of them with contacts and tasks."""
    contacts = [api.create("contacts", firstname=name, lastname="Z") for name in ("Ann", "Bob")]
    for index, (name, revenue) in enumerate([("Alpha", 10), ("beta", 20), ("Gamma", 30), ("delta", None)]):
        bound = {"primarycontactid__bind": f"contacts({contacts[index]})"} if index < 2 else {}
        account = api.create("accounts", name=name, revenue=revenue, accountcategorycode=1 if index < 2 else 2, **bound)
        for number in range(index):
            api.create("tasks", subject=f"{name} {number}", regardingobjectid_account_task__bind=f"accounts({account})")
    return api
