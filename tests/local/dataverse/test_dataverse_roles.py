"""Roles in a tree of business units, what teams may have, sharing, users of the directory, and the questions about all that."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.dataverse import Caller, DataverseApp, seed
from local.dataverse.access import privilege_id
from local.dataverse.trial import Answer, Api
from tests.local.dataverse.conftest import DENIED, NO_ROLES, OUT_OF_REACH, Office, ref

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.dataverse.trial import Clock

WRONG_UNIT, INHERITED, TAKEN = (400, "0x80041409"), (400, "0x8004140c"), (400, "0x80041d2c")
GROUP = "9f0c0000-0000-4000-8000-000000000001"


def granted(api: Api, role: str) -> list[tuple[str, str]]:
    """What a role grants."""
    found = api("GET", f"RetrieveRolePrivilegesRole(RoleId={role})")
    return [(one["PrivilegeName"], one["Depth"]) for one in found.json["RolePrivileges"]]


class TestCopies:
    """Every business unit has its copy of each role above it."""

    def test_units_and_roles_in_any_order(self, office: Office) -> None:
        """A new unit gets copies of what is above; a new role gets copies below; each has its parent and its root."""
        north = office.unit("North")
        role = office.role("account:R", name="Reader")
        branch = office.unit("Branch", north)
        own, below = office.role_of(role, north), office.role_of(role, branch)
        assert len({role, own, below}) == 3
        row = office.admin.row(f"roles({below})")
        assert (row["name"], row["_parentroleid_value"], row["_parentrootroleid_value"]) == ("Reader", own, role)
        assert granted(office.admin, below) == [("prvReadAccount", "Global")]
        local = office.admin.create("roles", name="Local", businessunitid__bind=f"businessunits({north})")
        assert [row["_businessunitid_value"] for row in office.admin.rows("roles?$filter=name eq 'Local'")] in (
            [north, branch],
            [branch, north],
        )
        assert office.role_of(local, branch)

    def test_copies_follow(self, office: Office) -> None:
        """Name and privileges; with the role they go, and with a unit its own."""
        north = office.unit("North")
        role = office.role("account:R", name="Reader")
        own = office.role_of(role, north)
        anna = office.give(role, office.user("Anna", north))
        assert anna("PATCH", "accounts(11111111-1111-4111-8111-111111111111)", {"name": "A"}).error == DENIED
        grant = {"Privileges": [{"PrivilegeId": privilege_id("prvCreateAccount"), "Depth": "Basic"}]}
        office.done(office.admin("POST", f"roles({role})/Microsoft.Dynamics.CRM.AddPrivilegesRole", grant))
        office.done(office.admin("PATCH", f"roles({role})", {"name": "Maker"}))
        assert office.admin.row(f"roles({own})")["name"] == "Maker"
        assert anna.create("accounts", name="A")
        remove = {"PrivilegeId": privilege_id("prvCreateAccount")}
        office.done(office.admin("POST", f"roles({role})/Microsoft.Dynamics.CRM.RemovePrivilegeRole", remove))
        assert anna("POST", "accounts", {"name": "B"}).error == DENIED
        office.done(office.admin("DELETE", f"roles({role})"))
        assert office.admin("GET", f"roles({own})").status == 404
        assert anna("GET", "accounts").error == NO_ROLES

    def test_a_copy_is_not_changed_by_itself(self, office: Office) -> None:
        """Not its columns, not its privileges; nor is it deleted."""
        north = office.unit("North")
        own = office.role_of(office.role("account:R"), north)
        grant = {"Privileges": [{"PrivilegeId": privilege_id("prvCreateAccount"), "Depth": "Basic"}]}
        assert office.admin("PATCH", f"roles({own})", {"name": "X"}).error == INHERITED
        assert office.admin("DELETE", f"roles({own})").error == INHERITED
        assert office.admin("POST", f"roles({own})/Microsoft.Dynamics.CRM.AddPrivilegesRole", grant).error == INHERITED
        privilege = ref(f"privileges({privilege_id('prvCreateAccount')})")
        assert office.admin("POST", f"roles({own})/roleprivileges_association/$ref", privilege).error == INHERITED

    def test_a_moved_unit(self, office: Office) -> None:
        """It loses the copies of what is no longer above it."""
        north, south = office.unit("North"), office.unit("South")
        branch = office.unit("Branch", north)
        local = office.admin.create("roles", name="Local", businessunitid__bind=f"businessunits({north})")
        assert office.role_of(local, branch)
        move = {"parentbusinessunitid@odata.bind": f"businessunits({south})"}
        office.done(office.admin("PATCH", f"businessunits({branch})", move))
        assert [row["_businessunitid_value"] for row in office.admin.rows("roles?$filter=name eq 'Local'")] == [north]

    def test_a_role_of_another_unit_is_not_given(self, office: Office) -> None:
        """Neither to a user nor to a team."""
        north = office.unit("North")
        role = office.role("account:R")
        anna = office.user("Anna", north)
        team = office.admin.create("teams", name="T", businessunitid__bind=f"businessunits({north})")
        answer = office.admin("POST", f"systemusers({anna.token})/systemuserroles_association/$ref", ref(f"roles({role})"))
        assert answer.error == WRONG_UNIT
        assert f"userid={anna.token}, userBU={north}, roleId={role}, roleBU={seed.UNIT_ID}" in answer.message
        assert office.admin("POST", f"teams({team})/teamroles_association/$ref", ref(f"roles({role})")).error == WRONG_UNIT


class TestUnits:
    """Users, teams, roles and business units belong to a business unit."""

    @pytest.mark.parametrize(
        ("depth", "want"),
        [
            ("USER", ["Anna"]),
            ("UNIT", ["Anna", "Colleague"]),
            ("UNITS_BELOW", ["Anna", "Branch", "Colleague"]),
            ("ORGANIZATION", ["Anna", "Branch", "Colleague", "South"]),
        ],
    )
    def test_which_users_a_depth_reaches(self, office: Office, depth: str, want: list[str]) -> None:
        """One's own, those of one's unit, of the units below, all."""
        north, south = office.unit("North"), office.unit("South")
        places = {"Colleague": north, "Branch": office.unit("Branch", north), "South": south}
        others = {name: office.user(name, unit).token for name, unit in places.items()}
        anna = office.with_role("Anna", f"systemuser:RW@{depth}", unit=north)
        seen = {row["fullname"] for row in anna.rows("systemusers?$select=fullname")}
        assert sorted(seen & {"Anna", *others}) == want
        for name, row in others.items():
            answer = anna("PATCH", f"systemusers({row})", {"internalemailaddress": "x@example.com"})
            assert answer.status == 204 if name in want else answer.error == OUT_OF_REACH

    def test_depths_that_cannot_be(self, office: Office) -> None:
        """What belongs to the organisation is read as a whole or not at all."""
        role = office.role("account:R")
        for name, depth, status in (
            ("prvReadTransactionCurrency", "Basic", 400),
            ("prvReadTransactionCurrency", "Global", 204),
            ("prvActOnBehalfOfAnotherUser", "Local", 400),
            ("prvReadUser", "Local", 204),
        ):
            grant = {"Privileges": [{"PrivilegeId": privilege_id(name), "Depth": depth}]}
            assert office.admin("POST", f"roles({role})/Microsoft.Dynamics.CRM.AddPrivilegesRole", grant).status == status

    def test_who_may_give_roles(self, office: Office) -> None:
        """Whoever has prvAssignRole, and the right to read the role."""
        bob = office.user("Bob")
        giver = office.with_role("Giver", "prvAssignRole", "role:R", "systemuser:R")
        role = office.role("account:R")
        office.done(giver("POST", f"systemusers({bob.token})/systemuserroles_association/$ref", ref(f"roles({role})")))
        assert bob.rows("accounts") == []


class TestTeams:
    """What kinds of teams there are."""

    def team(self, office: Office, kind: int, **values: object) -> Answer:
        """Make one."""
        unit = {"businessunitid@odata.bind": f"businessunits({seed.UNIT_ID})"}
        return office.admin("POST", "teams", {"name": f"T{kind}", "teamtype": kind, **unit, **values})

    def test_an_access_team_has_no_roles(self, office: Office) -> None:
        """Rows are shared with it."""
        team = self.team(office, 1).id
        anna = office.with_role("Anna", "account:R@USER")
        row = office.admin.create("accounts", name="A")
        assert office.admin("POST", f"teams({team})/teamroles_association/$ref", ref(f"roles({seed.ROLE_ID})")).status == 400
        office.done(office.admin("POST", f"teams({team})/teammembership_association/$ref", ref(f"systemusers({anna.token})")))
        assert anna("GET", f"accounts({row})").error == OUT_OF_REACH
        share = {"Principal": {"teamid": team, "@odata.type": "Microsoft.Dynamics.CRM.team"}, "AccessMask": "ReadAccess"}
        office.done(office.admin("POST", "GrantAccess", {"Target": ref(f"accounts({row})"), "PrincipalAccess": share}))
        assert anna("GET", f"accounts({row})").status == 200

    def test_who_is_in_a_team_by_rule(self, office: Office) -> None:
        """Nobody is put into, or taken out of, a default team or a team of a group."""
        anna = office.user("Anna")
        group = self.team(office, 2, azureactivedirectoryobjectid=GROUP).id
        assert self.team(office, 3).status == 400
        for team in (seed.TEAM_ID, group):
            members = f"teams({team})/teammembership_association"
            assert office.admin("POST", f"{members}/$ref", ref(f"systemusers({anna.token})")).status == 400
            assert office.admin("DELETE", f"{members}({anna.token})/$ref").status == 400

    def test_team_privileges_only(self, office: Office) -> None:
        """Such a role reaches the team's rows, not the member's own; a group's team cannot have one."""
        role = office.role("account:CR@USER", name="Team's")
        office.done(office.admin("PATCH", f"roles({role})", {"isinherited": 0}))
        team = self.team(office, 0).id
        office.done(office.admin("POST", f"teams({team})/teamroles_association/$ref", ref(f"roles({role})")))
        anna = office.with_role("Anna", "contact:R")
        office.done(office.admin("POST", f"teams({team})/teammembership_association/$ref", ref(f"systemusers({anna.token})")))
        assert anna("POST", "accounts", {"name": "mine"}).error == OUT_OF_REACH
        theirs = {"name": "theirs", "ownerid@odata.bind": f"teams({team})"}
        office.done(office.admin("POST", "accounts", theirs))
        assert [row["name"] for row in anna.rows("accounts")] == ["theirs"]
        group = self.team(office, 2, azureactivedirectoryobjectid=GROUP).id
        answer = office.admin("POST", f"teams({group})/teamroles_association/$ref", ref(f"roles({role})"))
        assert answer.error == (400, "0x80048350")


class TestDirectory:
    """What the directory says of callers."""

    @pytest.fixture
    def tenant(self, clock: Clock) -> Iterator[Api]:
        """A tenant whose tokens are JSON, and which knows one application."""

        def authorize(token: str) -> Caller | None:
            said: dict[str, Any] = json.loads(token)
            groups = said.get("groups")
            return Caller(said.get("oid"), said.get("app"), None if groups is None else frozenset(groups))

        known = {"36500000-0000-4000-8000-0000000000aa": "36500000-0000-4000-8000-0000000000bb"}
        app = DataverseApp(clock=clock, authorize=authorize, directory=known.get, deliver=lambda _: 200)
        yield Api(app, json.dumps({"oid": seed.ADMIN_OBJECT_ID}))
        app.close()

    def test_application_users(self, tenant: Api) -> None:
        """The object id comes from the directory; an application is one user; an unknown one is none."""
        app = "36500000-0000-4000-8000-0000000000aa"
        user = tenant.create("systemusers", applicationid=app)
        assert tenant.row(f"systemusers({user})")["azureactivedirectoryobjectid"] == "36500000-0000-4000-8000-0000000000bb"
        assert tenant("POST", "systemusers", {"applicationid": app}).error == TAKEN
        assert tenant("POST", "systemusers", {"applicationid": seed.UNIT_ID}).error == (400, "0x80041d49")
        person = {"fullname": "P", "azureactivedirectoryobjectid": seed.ADMIN_OBJECT_ID}
        assert tenant("POST", "systemusers", person).error == TAKEN
        caller = Api(tenant.app, json.dumps({"app": app}))
        assert caller("GET", "accounts").error == NO_ROLES
        roles = f"systemusers({user})/systemuserroles_association/$ref"
        assert tenant("POST", roles, ref(f"roles({seed.ROLE_ID})")).status == 204
        assert caller("GET", "WhoAmI").json["UserId"] == user

    def test_groups(self, tenant: Api) -> None:
        """A member of a group is a member of its team, for as long as the directory says so."""
        bind = {"businessunitid@odata.bind": f"businessunits({seed.UNIT_ID})"}
        team = tenant("POST", "teams", {"name": "G", "teamtype": 2, "azureactivedirectoryobjectid": GROUP, **bind}).id
        tenant("POST", f"teams({team})/teamroles_association/$ref", ref(f"roles({seed.ROLE_ID})"))
        oid = "36500000-0000-4000-8000-0000000000cc"
        tenant.create("systemusers", fullname="P", azureactivedirectoryobjectid=oid)

        def ask(*groups: str) -> Answer:
            return Api(tenant.app, json.dumps({"oid": oid, "groups": groups}))("GET", "accounts")

        assert ask().error == NO_ROLES
        assert ask(GROUP).status == 200
        assert ask(GROUP, seed.UNIT_ID).status == 200
        assert ask(seed.UNIT_ID).error == NO_ROLES


class TestShares:
    """Sharing has its limits."""

    def test_nobody_gives_what_he_has_not(self, office: Office) -> None:
        """Nor shares what belongs to the organisation, nor with something that is no principal."""
        anna = office.with_role("Anna", "account:CRS@USER", "systemuser:R", "transactioncurrency:R")
        bob = office.with_role("Bob", "account:RD@USER")
        row = ref(f"accounts({anna.create('accounts', name='A')})")
        whom = ref(f"systemusers({bob.token})")

        def grant(mask: str, target: dict[str, str] = row, principal: dict[str, str] = whom) -> Answer:
            share = {"Principal": principal, "AccessMask": mask}
            return anna("POST", "GrantAccess", {"Target": target, "PrincipalAccess": share})

        assert grant("ReadAccess,DeleteAccess").error == DENIED
        office.done(grant("ReadAccess"))
        assert grant("ReadAccess", principal=row).status == 400
        assert grant("AllAccess").status == 400
        assert grant("ReadAccess", target=ref(f"transactioncurrencies({seed.currency_id('EUR')})")).status == 400

    def test_with_whom(self, office: Office) -> None:
        """Each principal with what it may do."""
        anna = office.with_role("Anna", "account:R@USER")
        row = office.admin.create("accounts", name="A")
        path = f"RetrieveSharedPrincipalsAndAccess(Target=@t)?@t={{'@odata.id':'accounts({row})'}}"
        assert office.admin("GET", path).json["PrincipalAccesses"] == []
        share = {"Principal": ref(f"systemusers({anna.token})"), "AccessMask": "WriteAccess, ReadAccess"}
        office.done(office.admin("POST", "GrantAccess", {"Target": ref(f"accounts({row})"), "PrincipalAccess": share}))
        [found] = office.admin("GET", path).json["PrincipalAccesses"]
        assert found["AccessMask"] == "ReadAccess, WriteAccess"
        assert found["Principal"] == {
            "@odata.type": "#Microsoft.Dynamics.CRM.systemuser",
            "systemuserid": anna.token,
            "ownerid": anna.token,
        }
        stranger = office.with_role("Stranger", "account:R@USER")
        assert stranger("GET", path).error == OUT_OF_REACH


class TestQuestions:
    """What may a role, a team, a person of the directory do?"""

    def test_replace(self, office: Office) -> None:
        """What was there is gone; nothing is half done."""
        role = office.role("account:RW")
        path = f"roles({role})/Microsoft.Dynamics.CRM.ReplacePrivilegesRole"
        one = {"PrivilegeId": privilege_id("prvReadContact"), "Depth": "Deep"}
        office.done(office.admin("POST", path, {"Privileges": [one]}))
        assert granted(office.admin, role) == [("prvReadContact", "Deep")]
        unknown = {"PrivilegeId": seed.UNIT_ID, "Depth": "Deep"}
        for wrong in ([one, unknown], [{**one, "Depth": "Deepest"}], ["x"], None):
            assert office.admin("POST", path, {"Privileges": wrong}).status == 400
        assert granted(office.admin, role) == [("prvReadContact", "Deep")]
        remove = f"roles({role})/Microsoft.Dynamics.CRM.RemovePrivilegeRole"
        assert office.admin("POST", remove, {"PrivilegeId": seed.UNIT_ID}).status == 400
        reader = office.with_role("Reader", "role:R")
        assert reader("POST", path, {"Privileges": [one]}).error == DENIED
        assert office.admin("GET", f"RetrieveRolePrivilegesRole(RoleId={seed.UNIT_ID})").status == 404
        everything = granted(office.admin, seed.ROLE_ID)
        assert {depth for _, depth in everything} == {"Global"}
        assert len(everything) == len(office.admin("GET", "RetrievePrivilegeSet()").json["value"])

    def test_of_a_team(self, office: Office) -> None:
        """The deepest of its roles."""
        team = office.admin.create("teams", name="T", businessunitid__bind=f"businessunits({seed.UNIT_ID})")
        for role in (office.role("account:R@USER", name="A"), office.role("account:R@UNIT", "contact:R", name="B")):
            office.done(office.admin("POST", f"teams({team})/teamroles_association/$ref", ref(f"roles({role})")))
        answer = office.admin("GET", f"teams({team})/Microsoft.Dynamics.CRM.RetrieveTeamPrivileges()")
        held = [(one["PrivilegeName"], one["Depth"]) for one in answer.json["RolePrivileges"]]
        assert held == [("prvReadAccount", "Local"), ("prvReadContact", "Global")]

    def test_by_the_directory_id(self, office: Office) -> None:
        """Privileges and roles of a person whose systemuserid is not known."""
        anna = office.with_role("Anna", "account:R@UNIT")
        oid = "36500000-0000-4000-8000-0000000000dd"
        office.done(office.admin("PATCH", f"systemusers({anna.token})", {"azureactivedirectoryobjectid": oid}))
        held = office.admin("GET", f"RetrieveAadUserPrivileges(DirectoryObjectId={oid})").json["RolePrivileges"]
        assert [(one["PrivilegeName"], one["Depth"]) for one in held] == [("prvReadAccount", "Local")]
        roles = office.admin("GET", f"RetrieveAadUserRoles(DirectoryObjectId=@o)?@o={oid}").json["value"]
        assert [one["name"] for one in roles] == ["Role of Anna"]
        assert office.admin("GET", f"RetrieveAadUserRoles(DirectoryObjectId={seed.UNIT_ID})").status == 404
        other = f"RetrieveAadUserPrivileges(DirectoryObjectId={seed.ADMIN_OBJECT_ID})"
        assert anna("GET", other).error == DENIED


class TestEverywhere:
    """Rights hold in joins and parts as well."""

    def test_joins_need_the_privilege_of_the_joined_table(self, office: Office) -> None:
        """Expanding, filtering through a lookup, and linking: 403 without it."""
        anna = office.with_role("Anna", "contact:R")
        link = "<link-entity name='account' from='accountid' to='parentcustomerid'/>"
        fetch = f"<fetch><entity name='contact'>{link}</entity></fetch>"
        for path in (
            "contacts?$expand=parentcustomerid_account($select=name)",
            "contacts?$filter=parentcustomerid_account/name eq 'A'",
            "contacts?$orderby=parentcustomerid_account/name",
            f"contacts?fetchXml={fetch.replace(' ', '%20')}",
        ):
            assert anna("GET", path).error == DENIED, path

    def test_secured_columns_are_refused(self, office: Office) -> None:
        """Column-level security is not made here, so no column pretends to have it."""
        body = {"@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata", "SchemaName": "new_Secret", "IsSecured": True}
        assert office.admin("POST", "EntityDefinitions(LogicalName='account')/Attributes", body).status == 501

    def test_a_part_of_a_batch_is_in_the_name_of_the_batch(self, office: Office) -> None:
        """A part that names another user is refused, not run in the wrong name."""
        head = b"--b\r\nContent-Type: application/http\r\n\r\nGET /api/data/v9.2/accounts HTTP/1.1\r\n"
        part = head + f"CallerObjectId: {seed.ADMIN_OBJECT_ID}\r\n\r\n--b--\r\n".encode()
        assert "impersonat" in office.admin("POST", "$batch", part, Content_Type="multipart/mixed; boundary=b").text
