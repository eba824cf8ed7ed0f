"""Our own package: imported into an empty tenant, it makes the tenant that the model describes."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from dataverse.schema.tables import CUSTOM
from dataverse.security.roles import ROLES
from local.dataverse import DataverseApp, platform
from local.dataverse.trial import Api, Clock, Receiver
from tests.local.dataverse.solutions.conftest import Lab

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.dataverse.entities import Catalog

MOST_S = 5.0
UNORDERED = {"ColumnNumber"}
"""What depends on the order in which columns were made."""


@dataclass(frozen=True)
class Before:
    """What the tenant was before it got our package, and how long that took."""

    rows: dict[str, list[tuple[object, ...]]]
    catalog: Catalog
    took_s: float


@pytest.fixture(scope="module")
def history(ours: bytes) -> Iterator[tuple[Lab, Before]]:
    """A tenant with our package, and its past."""
    clock = Clock()
    app = DataverseApp(any_token=True, clock=clock, deliver=Receiver(), tables=platform.WITHOUT_SOLUTION)
    made = Lab(app, Api(app), clock)
    rows, catalog, start = made.dump(), app.storage.catalog, time.process_time()
    answer = made.ask(ours)
    assert answer.status == 204, answer.text
    yield made, Before(rows, catalog, time.process_time() - start)
    app.close()


@pytest.fixture(scope="module")
def installed(history: tuple[Lab, Before]) -> Lab:
    """A tenant with our package."""
    return history[0]


@pytest.fixture(scope="module")
def modelled() -> Iterator[DataverseApp]:
    """A tenant that was started with the model's tables."""
    app = DataverseApp(any_token=True, clock=Clock())
    yield app
    app.close()


def test_tables_equal_the_model_column_by_column(installed: Lab, modelled: DataverseApp) -> None:
    """Every table of the tenant is the same value as the one in code, apart from the order of its columns."""
    found, wanted = installed.app.storage.catalog, modelled.storage.catalog
    assert found.by_name.keys() == wanted.by_name.keys()
    for entity in wanted:
        mine, theirs = found[entity.name].table, entity.table
        assert mine.by_name == theirs.by_name, entity.name
        assert {part: value for part, value in vars(mine).items() if part not in {"columns", "by_name"}} == {
            part: value for part, value in vars(theirs).items() if part not in {"columns", "by_name"}
        }


def _sql(app: DataverseApp) -> dict[str, tuple[set[Any], set[Any]]]:
    """Columns and indexes of every SQL table."""
    db = app.storage.db
    names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {
        name: (
            {row[1:] for row in db.execute(f'PRAGMA table_info("{name}")')},
            {
                (row[1].split("sqlite_")[0], row[2], tuple(one[2] for one in db.execute(f'PRAGMA index_info("{row[1]}")')))
                for row in db.execute(f'PRAGMA index_list("{name}")')
            },
        )
        for name in names
    }


def test_the_database_has_the_same_columns_and_indexes(installed: Lab, modelled: DataverseApp) -> None:
    """Not only definitions agree, but what SQL stores."""
    assert _sql(installed.app) == _sql(modelled)


def _definitions(api: Api, table: str) -> dict[str, Any]:
    wanted = "Attributes,Keys,OneToManyRelationships,ManyToOneRelationships,ManyToManyRelationships"
    whole = api("GET", f"EntityDefinitions(LogicalName='{table}')?$expand={wanted}").json
    for name in wanted.split(","):
        rows = [{one: value for one, value in row.items() if one not in UNORDERED} for row in whole[name]]
        whole[name] = sorted(rows, key=lambda row: str(row["SchemaName"]))
    return dict(whole)


@pytest.mark.parametrize("table", ["account", "w365_invoice", "w365_billingcontract", "w365_job", "w365_payment"])
def test_definitions_are_the_same(installed: Lab, modelled: DataverseApp, table: str) -> None:
    """What the metadata API says of a table does not tell how it came there."""
    assert _definitions(installed.api, table) == _definitions(Api(modelled), table)


def test_the_service_document_is_the_same(installed: Lab, modelled: DataverseApp) -> None:
    """`$metadata` has the same elements, in whatever order."""
    texts = [api("GET", "$metadata").text for api in (installed.api, Api(modelled))]
    mine, theirs = (sorted(re.split(r"(?=<(?:Property|NavigationProperty|EntityType|EntitySet|Record)\b)", one)) for one in texts)
    assert len(mine) == len(theirs)
    assert sorted(re.findall(r"<[^>]+>", texts[0])) == sorted(re.findall(r"<[^>]+>", texts[1]))


@pytest.mark.parametrize(
    ("rows", "least"),
    [
        ("savedqueries?$filter=returnedtypecode eq 'w365_invoice' and ismanaged eq true", 1),
        ("systemforms?$filter=objecttypecode eq 'w365_invoice' and type eq 2", 1),
        ("systemforms?$filter=type eq 0", 1),
        ("savedqueryvisualizations", 1),
        ("webresourceset?$filter=startswith(name,'w365_')", 1),
        ("appmodules?$filter=startswith(uniquename,'w365_')", 1),
        ("appmodulecomponents?$filter=componenttype eq 1", len(CUSTOM)),
        ("sitemaps", 1),
        ("environmentvariabledefinitions?$filter=startswith(schemaname,'w365_')", 1),
        ("roles?$filter=startswith(name,'Work365')", len(ROLES)),
        ("serviceendpoints?$filter=contract eq 8", 1),
        ("sdkmessageprocessingsteps?$expand=sdkmessagefilterid,eventhandler_serviceendpoint", 1),
        ("solutioncomponents?$filter=componenttype eq 1", len(CUSTOM)),
        ("msdyn_componentlayers?$filter=msdyn_solutionname eq 'Work365'", len(CUSTOM)),
    ],
)
def test_what_was_installed_can_be_read(installed: Lab, rows: str, least: int) -> None:
    """Components are rows of the tables in which Dataverse has them."""
    answer = installed.api("GET", rows)
    assert answer.status == 200, answer.text
    assert len(answer.json["value"]) >= least


def test_the_solution_names_its_publisher(installed: Lab) -> None:
    """What an installer reads first."""
    found = installed.api("GET", "solutions?$filter=uniquename eq 'Work365'&$expand=publisherid").json["value"][0]
    assert (found["ismanaged"], found["publisherid"]["customizationprefix"]) == (True, "w365")


def test_rows_can_be_written_at_once(installed: Lab) -> None:
    """An imported table works like any other, its keys included."""
    row = {"w365_name": "EUR 2027", "w365_code": "EUR-2027"}
    first = installed.api("POST", "w365_pricelists", row)
    assert first.status == 204, first.text
    assert installed.api("POST", "w365_pricelists", row).error == (412, "0x80060892")
    assert installed.api("DELETE", f"w365_pricelists({first.id})").status == 204


def test_the_whole_package_is_imported_in_time(history: tuple[Lab, Before]) -> None:
    """About fifty tables with everything around them."""
    assert history[1].took_s < MOST_S


def test_importing_again_changes_nothing(installed: Lab, ours: bytes) -> None:
    """Row for row, apart from times and jobs."""
    before = installed.dump()
    installed.clock.pass_by(days=1)
    assert installed.ask(ours, OverwriteUnmanagedCustomizations=True).status == 204
    assert installed.dump() == before


def test_uninstalling_leaves_the_tenant_as_it_was(history: tuple[Lab, Before]) -> None:
    """Tables, columns of standard tables, roles, views: everything goes, the publisher stays. This tenant's last test."""
    lab, before = history
    found = lab.solution("Work365")["solutionid"]
    assert lab.api("DELETE", f"solutions({found})").status == 204
    after = lab.dump()
    after["~schema"] = before.rows["~schema"]
    after["publisher"] = [row for row in after["publisher"] if "work365" not in row]
    assert {name: rows for name, rows in after.items() if rows != before.rows.get(name)} == {}
    catalog = lab.app.storage.catalog
    assert {one.name: one.table.by_name for one in catalog} == {one.name: one.table.by_name for one in before.catalog}
