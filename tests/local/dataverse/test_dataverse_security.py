"""Who may do what: roles, depths, teams, business units, sharing, assigning, impersonation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dataverse.security.model import ON_BEHALF
from local.dataverse import seed
from local.dataverse.access import privilege_id
from tests.local.dataverse.conftest import DENIED, NO_ROLES, OUT_OF_REACH, Office, ref

if TYPE_CHECKING:
    from local.dataverse.trial import Answer, Api, Clock


def names(user: Api) -> list[str]:
    """The accounts that a user sees."""
    return sorted(row["name"] for row in user.rows("accounts?$select=name"))


ALL = "CRWDATGS"


class TestDepths:
    """Two units below the root, one below the first; somebody in each makes an account."""

    @pytest.mark.parametrize(
        ("depth", "want"),
        [
            ("USER", ["own"]),
            ("UNIT", ["colleague's", "own"]),
            ("UNITS_BELOW", ["branch's", "colleague's", "own"]),
            ("ORGANIZATION", ["branch's", "colleague's", "other unit's", "own", "root's"]),
        ],
    )
    def test_whose_rows_a_depth_reaches(self, office: Office, depth: str, want: list[str]) -> None:
        """Queries, counts, single rows, updates and deletes all stop at the same border."""
        north, south = office.unit("North"), office.unit("South")
        branch = office.unit("Branch", north)
        places = {"colleague's": north, "branch's": branch, "other unit's": south, "root's": seed.UNIT_ID}
        made = {
            name: office.with_role(name, f"account:{ALL}@USER", unit=unit).create("accounts", name=name)
            for name, unit in places.items()
        }
        anna = office.with_role("Anna", f"account:{ALL}@{depth}", unit=north)
        made["own"] = anna.create("accounts", name="own")
        assert names(anna) == want
        assert anna("GET", "accounts/$count").text.lstrip("\ufeff") == str(len(want))
        groups = anna.rows("accounts?$apply=aggregate($count as many)")
        assert groups == [{"many": len(want)}]
        for name, row in made.items():
            seen = name in want
            read = anna("GET", f"accounts({row})?$select=name")
            changed = anna("PATCH", f"accounts({row})", {"telephone1": "1"})
            gone = anna("DELETE", f"accounts({row})")
            if seen:
                assert (read.status, changed.status, gone.status) == (200, 204, 204)
            else:
                assert (read.error, changed.error, gone.error) == (OUT_OF_REACH,) * 3
                assert "AccessRights: ReadAccess" in read.message

    def test_no_privilege(self, office: Office) -> None:
        """Without a privilege the sentence names user, privilege, table; nothing is written, no query answered."""
        bob = office.with_role("Bob", "transactioncurrency:R")
        row = office.admin.create("accounts", name="A")
        attempts = {
            "prvCreateAccount": bob("POST", "accounts", {"name": "B"}),
            "prvReadAccount": bob("GET", "accounts"),
            "prvWriteAccount": bob("PATCH", f"accounts({row})", {"name": "C"}),
            "prvDeleteAccount": bob("DELETE", f"accounts({row})"),
        }
        for name, answer in attempts.items():
            assert answer.error == DENIED, name
            assert answer.message.startswith(
                f"Principal user (Id={bob.token}, type=8, roleCount=1, privilegeCount=1, accessMode=0,"
            )
            assert f"is missing {name} privilege (Id={privilege_id(name)}) on OTC=" in answer.message
            assert "for entity 'account' (LocalizedName='Account')" in answer.message
        assert bob("GET", f"accounts({row})/name").error == DENIED
        assert bob("GET", f"accounts({row})/Account_Tasks").error == DENIED
        assert bob("GET", "accounts/$count").error == DENIED
        assert names(office.admin) == ["A"]
        assert bob("GET", "WhoAmI").json["UserId"] == bob.token

    def test_what_is_joined_is_hidden_as_well(self, office: Office) -> None:
        """Filters through a lookup, lambdas and expansions see no more than a query of that table would."""
        hidden = office.admin.create("accounts", name="Hidden")
        anna = office.with_role("Anna", "contact:R", f"account:{ALL}@USER")
        shown = anna.create("accounts", name="Shown")
        for parent in (hidden, shown):
            office.admin.create("contacts", lastname="C", parentcustomerid_account__bind=f"accounts({parent})")
        assert len(anna.rows("contacts")) == 2
        assert len(anna.rows("contacts?$filter=parentcustomerid_account/name eq 'Hidden'")) == 0
        assert len(anna.rows("contacts?$filter=parentcustomerid_account/name eq 'Shown'")) == 1
        expanded = anna.rows("contacts?$expand=parentcustomerid_account($select=name)")
        assert sorted((row["parentcustomerid_account"] or {}).get("name", "") for row in expanded) == ["", "Shown"]
        office.done(office.admin("PATCH", f"accounts({hidden})", {"creditonhold": True}))
        assert anna.rows("accounts?$filter=contact_customer_accounts/any()&$select=name")[0]["name"] == "Shown"
        tracked = anna("GET", "accounts?$select=name", Prefer="odata.track-changes")
        assert tracked.error == DENIED


class TestLookups:
    """Append on the row, append-to on what it points to."""

    @pytest.mark.parametrize(
        ("grants", "missing"),
        [
            (("contact:CA", "account:T"), ""),
            (("contact:C", "account:T"), "prvAppendContact"),
            (("contact:CA", "account:R"), "prvAppendToAccount"),
        ],
    )
    def test_binding(self, office: Office, grants: tuple[str, ...], missing: str) -> None:
        """Both are needed, on create and on update."""
        account = office.admin.create("accounts", name="A")
        anna = office.with_role("Anna", "contact:W", *grants)
        bind = {"parentcustomerid_account@odata.bind": f"/accounts({account})"}
        created = anna("POST", "contacts", {"lastname": "C", **bind})
        changed = anna("PATCH", f"contacts({anna.create('contacts', lastname='D')})", bind)
        if missing:
            assert created.error == changed.error == DENIED
            assert missing in created.message
        else:
            assert created.status == changed.status == 204

    def test_reach_of_append_to(self, office: Office) -> None:
        """Append-to at user depth does not reach another's row."""
        account = office.admin.create("accounts", name="A")
        anna = office.with_role("Anna", "contact:CA", "account:T@USER")
        bind = {"parentcustomerid_account@odata.bind": f"/accounts({account})"}
        assert anna("POST", "contacts", {"lastname": "C", **bind}).error == OUT_OF_REACH


class TestOwners:
    """Owning, assigning, sharing."""

    def test_a_new_row_is_its_makers(self, office: Office) -> None:
        """Owner and business unit come from the caller."""
        unit = office.unit("North")
        anna = office.with_role("Anna", "account:CR", unit=unit)
        row = anna.row(f"accounts({anna.create('accounts', name='A')})")
        assert (row["_ownerid_value"], row["_owningbusinessunit_value"], row["_createdby_value"]) == (
            anna.token,
            unit,
            anna.token,
        )

    def test_assigning(self, office: Office) -> None:
        """It needs the right, and an owner who can read the row; the business unit follows; the giver may lose sight of it."""
        north = office.unit("North")
        anna = office.with_role("Anna", "account:CRWG@USER", "systemuser:R")
        bob = office.with_role("Bob", "account:R@USER", unit=north)
        blind = office.user("Blind")
        row = anna.create("accounts", name="A")
        assert anna("PATCH", f"accounts({row})", {"ownerid@odata.bind": f"systemusers({blind.token})"}).error == DENIED
        office.done(anna("PATCH", f"accounts({row})", {"ownerid@odata.bind": f"systemusers({bob.token})"}))
        assert bob.row(f"accounts({row})")["_owningbusinessunit_value"] == north
        assert anna("GET", f"accounts({row})").error == OUT_OF_REACH
        assert bob("PATCH", f"accounts({row})", {"ownerid@odata.bind": f"systemusers({anna.token})"}).error == DENIED
        unable = office.with_role("Carl", "account:CRW@USER")
        given = {"name": "B", "ownerid@odata.bind": f"systemusers({bob.token})"}
        assert unable("POST", "accounts", given).error == DENIED
        assert anna("POST", "accounts", given).status == 204

    def test_sharing(self, office: Office) -> None:
        """A shared row is seen and changed as far as it was shared, until that is taken back."""
        anna = office.with_role("Anna", f"account:{ALL}@USER", "systemuser:R")
        bob = office.with_role("Bob", "account:RW@USER")
        row = anna.create("accounts", name="A")
        target = {"accountid": row, "@odata.type": "Microsoft.Dynamics.CRM.account"}
        whom = {"systemuserid": bob.token, "@odata.type": "Microsoft.Dynamics.CRM.systemuser"}
        assert names(bob) == []
        share = {"Target": target, "PrincipalAccess": {"Principal": whom, "AccessMask": "ReadAccess"}}
        assert bob("POST", "GrantAccess", share).error == DENIED
        office.done(anna("POST", "GrantAccess", share))
        assert names(bob) == ["A"]
        assert bob("PATCH", f"accounts({row})", {"name": "B"}).error == OUT_OF_REACH
        share["PrincipalAccess"] = {"Principal": whom, "AccessMask": "ReadAccess, WriteAccess"}
        office.done(anna("POST", "ModifyAccess", share))
        office.done(bob("PATCH", f"accounts({row})", {"name": "B"}))
        office.done(anna("POST", "RevokeAccess", {"Target": target, "Revokee": whom}))
        assert bob("GET", f"accounts({row})").error == OUT_OF_REACH
        assert anna("POST", "GrantAccess", {"Target": target}).status == 400


class TestTeams:
    """Members have what their teams have."""

    def test_roles_and_rows_of_a_team(self, office: Office) -> None:
        """A member gets the team's role and sees the team's rows; leaving takes both away."""
        anna = office.user("Anna")
        team = office.admin.create("teams", name="Sales", businessunitid__bind=f"businessunits({seed.UNIT_ID})")
        role = office.role("account:CRW@USER")
        members = f"teams({team})/teammembership_association"
        office.done(office.admin("POST", f"teams({team})/teamroles_association/$ref", ref(f"roles({role})")))
        theirs = office.admin.create("accounts", name="Team's", ownerid__bind=f"teams({team})")
        assert anna("GET", "accounts").error == NO_ROLES
        office.done(office.admin("POST", f"{members}/$ref", ref(f"systemusers({anna.token})")))
        assert names(anna) == ["Team's"]
        assert [row["systemuserid"] for row in office.admin.rows(members)] == [anna.token]
        office.done(anna("PATCH", f"accounts({theirs})", {"name": "Changed"}))
        anna.create("accounts", name="Own")
        office.done(office.admin("DELETE", f"{members}({anna.token})/$ref"))
        assert anna("GET", "accounts").error == NO_ROLES
        assert office.admin("DELETE", f"{members}({anna.token})/$ref").status == 404

    def test_default_team(self, office: Office) -> None:
        """Every business unit has a team of all its users; a move changes the team and takes the roles away."""
        north = office.unit("North")
        anna = office.with_role("Anna", "account:R")
        path = f"systemusers({anna.token})/teammembership_association?$select=name"
        assert [row["name"] for row in office.admin.rows(path)] == [seed.ORGANIZATION_NAME]
        office.done(office.admin("PATCH", f"systemusers({anna.token})", {"businessunitid@odata.bind": f"businessunits({north})"}))
        assert [row["name"] for row in office.admin.rows(path)] == ["North"]
        assert anna("GET", "accounts").error == NO_ROLES

    def test_who_may_give_roles(self, office: Office) -> None:
        """It needs prvAssignRole; the tables between are written in no other way."""
        anna = office.with_role("Anna", "account:R", "role:R", "systemuser:R")
        roles = f"systemusers({anna.token})/systemuserroles_association/$ref"
        assert anna("POST", roles, ref(f"roles({seed.ROLE_ID})")).error == DENIED
        direct = {"systemuserid": anna.token, "roleid": seed.ROLE_ID}
        assert office.admin("POST", "systemuserrolescollection", direct).status == 400
        found = office.admin.rows(f"systemuserrolescollection?$filter=systemuserid eq {anna.token}")
        assert len(found) == 1


class TestImpersonation:
    """The intersection of both users' rights."""

    def test_both_must_be_allowed(self, office: Office) -> None:
        """The caller needs the privilege to act for others, and nobody gains anything."""
        anna = office.with_role("Anna", "account:CRW", "contact:R")
        helper = office.with_role("Helper", "account:CR@USER", ON_BEHALF)
        stranger = office.with_role("Stranger", "account:CR")
        of_anna = {"MSCRMCallerID": anna.token}
        answer = stranger("GET", "accounts", **of_anna)
        assert answer.error == DENIED
        assert ON_BEHALF in answer.message
        assert helper("GET", "contacts", **of_anna).error == DENIED
        made = helper("POST", "accounts", {"name": "A"}, **of_anna)
        assert made.error == OUT_OF_REACH, "the helper may create rows of his own only, and this one would be Anna's"
        row = anna.create("accounts", name="A")
        assert office.admin("PATCH", f"accounts({row})", {"name": "B"}, **of_anna).status == 204
        assert office.admin("DELETE", f"accounts({row})", **of_anna).error == DENIED
        kept = office.admin.row(f"accounts({row})")
        assert (kept["_modifiedby_value"], kept["_modifiedonbehalfby_value"]) == (anna.token, seed.APPLICATION_USER_ID)

    def test_in_batches(self, office: Office) -> None:
        """A change set as somebody else is refused as a whole."""
        anna = office.with_role("Anna", "account:R")
        body = b"\r\n".join(
            [
                b"--b", b"Content-Type: multipart/mixed; boundary=c", b"",
                b"--c", b"Content-Type: application/http", b"Content-ID: 1", b"",
                b"POST /api/data/v9.2/accounts HTTP/1.1", b"Content-Type: application/json", b"", b'{"name":"A"}',
                b"--c--", b"--b--", b"",
            ]
        )  # fmt: skip
        answer = office.admin("POST", "$batch", body, Content_Type="multipart/mixed; boundary=b", MSCRMCallerID=anna.token)
        assert "prvCreateAccount" in answer.text
        assert names(office.admin) == []

    def test_disabled(self, office: Office) -> None:
        """A disabled user can neither call nor be acted for."""
        anna = office.with_role("Anna", "account:R")
        office.done(office.admin("PATCH", f"systemusers({anna.token})", {"isdisabled": True}))
        assert anna("GET", "accounts").status == 403
        assert office.admin("GET", "accounts", MSCRMCallerID=anna.token).status == 403


class TestQuestions:
    """What may this user do?"""

    def access(self, office: Office, asker: Api, whom: str, row: str) -> Answer:
        """Ask for the rights on an account."""
        path = f"{whom}/Microsoft.Dynamics.CRM.RetrievePrincipalAccess(Target=@t)?@t={{'@odata.id':'accounts({row})'}}"
        return asker("GET", path)

    def test_retrieve_principal_access(self, office: Office) -> None:
        """The rights on one row, by Dataverse's names; "None" without any."""
        anna = office.with_role("Anna", "account:RWA", "account:D@USER", "systemuser:R")
        row = office.admin.create("accounts", name="A")
        want = "ReadAccess, WriteAccess, AppendAccess"
        assert self.access(office, office.admin, f"systemusers({anna.token})", row).json["AccessRights"] == want
        assert self.access(office, anna, f"systemusers({anna.token})", row).json["AccessRights"] == want
        blind = office.user("Blind")
        assert self.access(office, anna, f"systemusers({blind.token})", row).json["AccessRights"] == "None"
        assert self.access(office, blind, f"systemusers({blind.token})", row).error == NO_ROLES
        admin = self.access(office, anna, f"systemusers({seed.ADMIN_USER_ID})", row).json["AccessRights"]
        assert (
            admin
            == "ReadAccess, WriteAccess, AppendAccess, AppendToAccess, CreateAccess, DeleteAccess, ShareAccess, AssignAccess"
        )

    def test_retrieve_user_privileges(self, office: Office) -> None:
        """Each privilege with its depth; one by its name or id; none of another user without the right to read users."""
        anna = office.with_role("Anna", "account:R@UNIT", "account:W")
        base = f"systemusers({anna.token})/Microsoft.Dynamics.CRM."
        held = anna("GET", f"{base}RetrieveUserPrivileges()").json["RolePrivileges"]
        assert [(one["PrivilegeName"], one["Depth"]) for one in held] == [
            ("prvReadAccount", "Local"),
            ("prvWriteAccount", "Global"),
        ]
        by_name = f"{base}RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='prvreadaccount')"
        assert anna("GET", by_name).json["RolePrivileges"] == [held[0]]
        by_id = f"{base}RetrieveUserPrivilegeByPrivilegeId(PrivilegeId=@p)?@p={held[1]['PrivilegeId']}"
        assert anna("GET", by_id).json["RolePrivileges"] == [held[1]]
        none = f"{base}RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='prvDeleteAccount')"
        assert anna("GET", none).json["RolePrivileges"] == []
        assert anna("GET", f"{base}RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='prvX')").status == 400
        other = f"systemusers({seed.ADMIN_USER_ID})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges"
        assert anna("GET", other).error == DENIED
        everything = office.admin("GET", other).json["RolePrivileges"]
        assert {one["Depth"] for one in everything} == {"Global"}
        assert anna("GET", f"{base}RetrieveSomething").status == 404
        assert anna("POST", f"{base}RetrieveUserPrivileges").status == 405


def test_rights_follow_their_rows(office: Office, clock: Clock) -> None:
    """A role that is given, changed, taken away or restored counts from the next request on."""
    del clock
    anna = office.with_role("Anna", "account:R")
    assert names(anna) == []
    taken = office.admin.control("POST", "snapshot", name="before")
    role = office.admin.rows(f"systemusers({anna.token})/systemuserroles_association")[0]["roleid"]
    office.done(office.admin("DELETE", f"systemusers({anna.token})/systemuserroles_association({role})/$ref"))
    assert anna("GET", "accounts").error == NO_ROLES
    if taken.status < 400:
        office.admin.control("POST", "restore", name="before")
        assert names(anna) == []


def test_what_belongs_to_no_table(office: Office) -> None:
    """Changing definitions, bulk deletion and going round business logic each need a privilege of their own."""
    anna = office.with_role("Anna", f"account:{ALL}", f"contact:{ALL}")
    wanted = {
        "prvCreateEntity": anna("POST", "EntityDefinitions", {}),
        "prvDeleteEntity": anna("DELETE", "EntityDefinitions(LogicalName='account')"),
        "prvBulkDelete": anna("POST", "BulkDelete", {}),
        "prvBypassCustomBusinessLogic": anna(
            "POST", "accounts", {"name": "A"}, **{"mscrm.bypassbusinesslogicexecution": "CustomAsync"}
        ),
    }
    for name, answer in wanted.items():
        assert answer.error == DENIED, name
        assert f"is missing {name} privilege" in answer.message
