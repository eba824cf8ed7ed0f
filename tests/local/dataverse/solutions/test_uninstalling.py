"""Removing a managed solution: everything of it goes, unless something that stays needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local.dataverse.solutions.conftest import Draft, column, entity, form, relation, view

if TYPE_CHECKING:
    from tests.local.dataverse.solutions.conftest import Lab

VIEW, FORM = "33333333-3333-4444-8555-666666666601", "33333333-3333-4444-8555-666666666602"
SHELL = entity("account", column("lab_Rank", "int"), whole=False, more=view(VIEW, "account", "name", "lab_rank"))
DRAFT = Draft(
    entities=(entity("lab_Thing", column("lab_Size", "int"), more=form(FORM, "lab_size")), SHELL),
    roots=((1, "lab_thing"), (1, "account")),
)


def _uninstall(lab: Lab) -> tuple[int, str]:
    answer = lab.api("DELETE", f"solutions({lab.solution()['solutionid']})")
    return answer.status, answer.text


def test_it_takes_its_tables_columns_and_rows_along(lab: Lab) -> None:
    """Afterwards the names are free, and the standard table is as it was."""
    lab.install(DRAFT)
    lab.api("POST", "lab_things", {"lab_name": "one"})
    assert lab.api("GET", "accounts?$select=lab_rank").status == 200
    assert _uninstall(lab) == (204, "")
    assert lab.api("GET", "lab_things").status == 404
    assert lab.api("GET", "accounts?$select=lab_rank").status == 400
    for rows in ("savedqueries", "systemforms", "msdyn_componentlayers", "solutioncomponents"):
        assert lab.api("GET", rows).json["value"] == []
    assert lab.install(DRAFT).status == 204


def _lookup(lab: Lab) -> None:
    """A partner's lookup that points to a table of the solution."""
    given = {
        "@odata.type": "Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata",
        "SchemaName": "new_thing_contact",
        "ReferencedEntity": "lab_thing",
        "ReferencingEntity": "contact",
        "Lookup": {"SchemaName": "new_Thing", "@odata.type": "Microsoft.Dynamics.CRM.LookupAttributeMetadata"},
    }
    assert lab.api("POST", "RelationshipDefinitions", given).status == 204


def _view(lab: Lab) -> None:
    """A partner's view of a standard table that shows a column of the solution."""
    shown = '<fetch><entity name="account"><attribute name="lab_rank" /></entity></fetch>'
    row = {"name": "Ranked", "returnedtypecode": "account", "querytype": 0, "fetchxml": shown}
    assert lab.api("POST", "savedqueries", row).status == 204


def _other(lab: Lab) -> None:
    """Another solution that gives a table of this one a column."""
    more = Draft(name="More", entities=(entity("lab_Thing", column("lab_More", "int"), whole=False),))
    assert lab.install(more).status == 204


def _step(lab: Lab) -> None:
    """A partner's webhook on a table of the solution."""
    hook = lab.api("POST", "serviceendpoints", {"name": "h", "url": "https://x.example", "contract": 8, "authtype": 4}).id
    message = lab.api("GET", "sdkmessages?$filter=name eq 'Create'").json["value"][0]["sdkmessageid"]
    named = "sdkmessagefilters?$filter=primaryobjecttypecode eq 'lab_thing'"
    found = next(one for one in lab.api("GET", named).json["value"] if one["_sdkmessageid_value"] == message)
    step = {
        "name": "s",
        "mode": 1,
        "stage": 40,
        "rank": 1,
        "sdkmessageid@odata.bind": f"sdkmessages({message})",
        "sdkmessagefilterid@odata.bind": f"sdkmessagefilters({found['sdkmessagefilterid']})",
        "eventhandler_serviceendpoint@odata.bind": f"serviceendpoints({hook})",
    }
    assert lab.api("POST", "sdkmessageprocessingsteps", step).status == 204


@pytest.mark.parametrize(
    ("need", "words"),
    [
        (_lookup, "contact.new_thing: The column points to 'lab_thing'"),
        (_view, "Name = 'lab_rank'"),
        (_other, "Another solution has changed the table 'lab_thing'"),
        (_step, "The table of the step is not there"),
    ],
)
def test_it_is_refused_while_something_needs_it(lab: Lab, need: object, words: str) -> None:
    """What stands in the way is named; nothing is removed; and it can be asked beforehand."""
    assert callable(need)
    lab.install(DRAFT)
    need(lab)
    before = lab.dump()
    listed = lab.api("GET", "RetrieveDependenciesForUninstall(SolutionUniqueName='Lab')").json["value"]
    status, text = _uninstall(lab)
    assert (status, "Solution dependencies exist, cannot uninstall" in text, words in text) == (400, True, True)
    assert len(listed) >= 1
    assert lab.dump() == before


def test_it_can_be_done_in_the_background(lab: Lab) -> None:
    """As a system job, which fails with the same sentence."""
    lab.install(DRAFT)
    _lookup(lab)
    job = lab.api("POST", "UninstallSolutionAsync", {"SolutionUniqueName": "Lab"}).json["AsyncOperationId"]
    assert lab.app.drain()
    row = lab.api("GET", f"asyncoperations({job})").json
    assert (row["operationtype"], row["statuscode"], "new_thing" in row["message"]) == (208, 31, True)
    lab.api("DELETE", "RelationshipDefinitions(SchemaName='new_thing_contact')")
    lab.api("POST", "UninstallSolutionAsync", {"SolutionUniqueName": "Lab"})
    assert lab.app.drain()
    assert lab.api("GET", "lab_things").status == 404


def test_an_unmanaged_solution_leaves_its_components(lab: Lab) -> None:
    """It was only a list of them."""
    lab.install(DRAFT.but(managed=False))
    assert _uninstall(lab) == (204, "")
    assert lab.api("GET", "lab_things").status == 200
    assert lab.api("GET", "RetrieveDependenciesForUninstall(SolutionUniqueName='Lab')").status == 404


def test_what_two_solutions_have_stays_with_the_other(lab: Lab) -> None:
    """A view that both bring outlives one of them."""
    lab.install(DRAFT)
    again = Draft(name="Twin", entities=(SHELL,), roots=((1, "account"),))
    assert lab.install(again).status == 204
    assert _uninstall(lab) == (204, "")
    assert lab.api("GET", f"savedqueries({VIEW})").status == 200
    assert lab.api("GET", "accounts?$select=lab_rank").status == 200


def test_a_lookup_of_the_solution_itself_is_no_dependency(lab: Lab) -> None:
    """Tables that point to each other go together."""
    parts = (entity("lab_Thing", column("lab_Box", "lookup")), entity("lab_Box", column("lab_Thing", "lookup")))
    relations = relation("lab_a", "lab_Thing", "lab_Box", "lab_Box") + relation("lab_b", "lab_Box", "lab_Thing", "lab_Thing")
    draft = Draft(entities=parts, sections=(("EntityRelationships", relations),), roots=((1, "lab_thing"), (1, "lab_box")))
    assert lab.install(draft).status == 204
    assert _uninstall(lab) == (204, "")


def test_a_rule_of_privileges(lab: Lab) -> None:
    """Who may not delete solutions cannot uninstall one."""
    lab.install(DRAFT)
    guest = lab.guest()
    assert guest("DELETE", f"solutions({lab.solution()['solutionid']})").error == (403, "0x80040220")
