"""Laws of the local Dataverse that hold whatever is granted and whatever is said."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dataverse.security.model import ON_BEHALF, Depth
from local.dataverse import DataverseApp, encoding, seed
from local.dataverse.access import privilege_id
from local.dataverse.trial import Api
from tests.local.dataverse.conftest import Office

LEVELS = st.sampled_from([None, *Depth])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False, allow_infinity=False, places=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=50)
@given(VALUES)
def test_a_body_says_what_was_meant(value: object) -> None:
    """JSON with every slash escaped is the same JSON."""
    text = encoding.encoded(value)
    assert json.loads(text, parse_float=Decimal) == value
    assert text.count(b"/") == text.count(b"\\/")


class People:
    """Two people with a role each, a third who has made rows in every unit, and a tree of three units."""

    def __init__(self, office: Office) -> None:
        self.office = office
        north = office.unit("North")
        branch = office.unit("Branch", north)
        self.anna, self.helper = office.user("Anna", north), office.user("Helper", branch)
        self.roles = [office.role("account:R", name=name) for name in ("A", "B")]
        office.give(self.roles[0], self.anna)
        office.give(self.roles[1], self.helper)
        for unit in (seed.UNIT_ID, north, branch):
            maker = office.with_role(f"Maker of {unit}", "account:CR@USER", unit=unit)
            maker.create("accounts", name=unit)
        for owner in (self.anna, self.helper):
            office.admin.create("accounts", name=owner.token, ownerid__bind=f"systemusers({owner.token})")

    def grant(self, number: int, depth: Depth | None) -> None:
        """Let a role read accounts to a depth; the second may always act for others."""
        wanted = [("prvReadAccount", depth)] if depth else []
        wanted += [(ON_BEHALF, Depth.ORGANIZATION)] if number else [("prvReadContact", Depth.ORGANIZATION)]
        body = {"Privileges": [{"PrivilegeId": privilege_id(name), "Depth": level.level} for name, level in wanted]}
        path = f"roles({self.roles[number]})/Microsoft.Dynamics.CRM.ReplacePrivilegesRole"
        self.office.done(self.office.admin("POST", path, body))

    @staticmethod
    def seen(user: Api, **headers: str) -> set[str]:
        """The accounts that somebody sees; none without the privilege."""
        answer = user("GET", "accounts?$select=name", **headers)
        return {row["name"] for row in answer.json["value"]} if answer.status == 200 else set()


@pytest.fixture(scope="module")
def people() -> People:
    """One tenant for every example."""
    app = DataverseApp(any_token=True, deliver=lambda _: 200)
    return People(Office(app, Api(app)))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(own=LEVELS, others=LEVELS)
def test_acting_for_somebody_is_the_intersection(people: People, own: Depth | None, others: Depth | None) -> None:
    """Whatever both may read: impersonation shows what both see, no more and no less."""
    people.grant(0, others)
    people.grant(1, own)
    together = people.seen(people.helper, MSCRMCallerID=people.anna.token)
    assert together == people.seen(people.anna) & people.seen(people.helper)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(depth=LEVELS)
def test_a_list_shows_what_single_reads_show(people: People, depth: Depth | None) -> None:
    """Whatever the depth: a row is in the list exactly if it can be read alone."""
    people.grant(0, depth)
    listed = people.seen(people.anna)
    rows = people.office.admin.rows("accounts?$select=name")
    alone = {row["name"] for row in rows if people.anna("GET", f"accounts({row['accountid']})?$select=name").status == 200}
    assert listed == alone
