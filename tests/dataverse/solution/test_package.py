"""What the package holds: the whole model, everything within reach, ids that never change, and no secret."""

from __future__ import annotations

import re

import pytest

from dataverse.schema.build import FIRST_OPTION
from dataverse.schema.model import PREFIX, Kind, Table
from dataverse.schema.tables import BY_NAME, CUSTOM
from dataverse.security.roles import ROLES
from dataverse.solution import layout, publisher, webhook
from dataverse.solution.app import APP, app_tables, navigation
from dataverse.solution.columns import TYPES, custom
from dataverse.solution.content import forms
from dataverse.solution.content.areas import WITHIN
from dataverse.solution.content.dashboards import DASHBOARDS
from dataverse.solution.content.resources import RESOURCES
from dataverse.solution.content.view_columns import COLUMNS
from dataverse.solution.fetch import listed, where
from dataverse.solution.forms import every_form, main_sketch
from dataverse.solution.manifest import Component
from dataverse.solution.role_files import privileges
from dataverse.solution.sketch import BadSketch, Rows, read_sketch
from dataverse.solution.tree import authored, roots
from dataverse.solution.views import every_view
from dataverse.solution.words import UnknownWord, table_of
from dataverse.solution.xml import Element, read
from tools import solution

STAMPS = {"importsequencenumber", "timezoneruleversionnumber", "utcconversiontimezonecode", "owninguser", "owningteam"}


def entity(table: Table) -> Element:
    """The file of a table."""
    folder = "Account" if table.name == "account" else table.schema
    return read(solution.on_disk()[f"Entities/{folder}/Entity.xml"])


def test_no_table_has_its_form_in_two_areas() -> None:
    """The later one would hide the earlier."""
    sketched = [name for area in vars(forms).values() for name in getattr(area, "FORMS", ())]
    assert sorted(sketched) == sorted(forms.FORMS)


@pytest.mark.parametrize("table", CUSTOM, ids=lambda table: table.name)
def test_a_table_is_that_of_the_model(table: Table) -> None:
    """Names, ownership, switches, keys, and every column with its type, length, precision, need and options."""
    found = entity(table).find("EntityInfo/entity")
    assert found is not None
    assert found.get("Name") == table.schema
    assert found.findtext("EntitySetName") == table.set_name
    assert found.findtext("OwnershipTypeMask") == ("UserOwned" if "ownerid" in table.by_name else "OrgOwned")
    assert found.findtext("ChangeTrackingEnabled") == str(int(table.tracked))
    assert found.findtext("IsAuditEnabled") == str(int(table.audited))
    assert found.findtext("HasRelatedNotes") == str(table.has_notes)
    keys = {key.findtext("Name"): tuple(name.text for name in key.iter("AttributeName")) for key in found.iter("EntityKey")}
    assert keys == {key.name: key.columns for key in table.keys}
    columns = {one.findtext("LogicalName"): one for one in found.iterfind("attributes/attribute")}
    assert columns.keys() - STAMPS == table.by_name.keys() - {"versionnumber"}
    for column in table.columns:
        if column.name == "versionnumber":
            continue
        one = columns[column.name]
        kind = {table.primary_id: "primarykey", "ownerid": "owner"}.get(column.name, TYPES[column.kind])
        assert one.findtext("Type") == kind
        if column.kind in {Kind.STRING, Kind.MEMO}:
            assert one.findtext("MaxLength") == str(column.max_length)
        if column.kind in {Kind.DECIMAL, Kind.MONEY}:
            assert one.findtext("Accuracy") == str(column.precision)
        if column.kind is Kind.DATE:
            assert (one.findtext("Format"), one.findtext("Behavior")) == ("date", "2")
        if column.choice is not None:
            options = [
                (option.get("value"), label.get("description"))
                for option in one.iterfind("optionset/*/*")
                for label in option.iter("label")
            ]
            assert options == [(str(option.value), option.label) for option in column.choice.options]
        assert one.findtext("IsCustomField") == str(int(custom(column)))
        assert (one.findtext("RequiredLevel") == "required") is (column.required and custom(column))


def test_relationships_do_what_the_model_says() -> None:
    """Every target of every lookup of ours is one relationship; deleting a row does to the others what the column says."""
    found = {
        one.get("Name"): one.findtext("CascadeDelete")
        for path, data in solution.on_disk().items()
        if path.startswith(layout.RELATIONSHIPS)
        for one in read(data)
    }
    lookups = [(table, column) for table in CUSTOM for column in table.columns if column.kind is Kind.LOOKUP and custom(column)]
    for table, column in lookups:
        for target in column.targets:
            prefix = "" if target.startswith(PREFIX) else PREFIX
            assert found[f"{prefix}{target}_{table.name}_{column.name}"] == column.on_delete.value
    assert found["user_w365_invoice"] == "NoCascade"
    assert found["TransactionCurrency_w365_Invoice"] == "Restrict"
    assert found["organization_w365_product"] == "NoCascade"


def test_of_account_only_our_columns() -> None:
    """A table of others holds what we add, a form of ours among it, and is marked as not changed otherwise."""
    found = entity(BY_NAME["account"]).find("EntityInfo/entity")
    assert found is not None
    assert found.get("unmodified") == "1"
    assert [one.get("PhysicalName") for one in found.iter("attribute")] == [
        "w365_Balances",
        "w365_BuyerReference",
        "w365_CreditUsed",
        "w365_DeclinesNotices",
        "w365_Documents",
        "w365_HoldKind",
        "w365_HoldReason",
        "w365_Language",
        "w365_PaymentRule",
        "w365_TaxCountry",
        "w365_TaxNumber",
        "w365_TaxRegion",
    ]
    assert [form.kind for form in every_form()["account"]] == ["main"]
    shown = next(iter(form.id for form in every_form()["account"])).encode()
    assert shown in solution.on_disk()[f"AppModules/{APP}/AppModule.xml"]
    behaviours = {root.name: root.behaviour for root in roots() if root.kind is Component.TABLE}
    assert behaviours["account"] == 2
    assert behaviours["w365_invoice"] == 0


def test_the_publisher_fits_the_options() -> None:
    """The option value prefix times ten thousand is our first option, and every option that we number stands above it."""
    assert publisher.OPTION_PREFIX == 36_500
    ours = [option.value for table in CUSTOM for column in table.columns if column.choice for option in column.choice.options]
    assert all(value < 10 or FIRST_OPTION <= value < FIRST_OPTION + 10_000 for value in ours)


def test_versions_have_four_parts() -> None:
    """A solution's version is that of the program, written with four numbers."""
    assert publisher.four_parts("1.2.3") == "1.2.3.0"
    assert publisher.four_parts("1.2.3.4") == "1.2.3.4"


def test_roles_are_those_of_the_matrix() -> None:
    """Each cell of the matrix is one privilege with its level, and there is no other."""
    for role in ROLES:
        root = read(solution.on_disk()[f"Roles/{role.name}.xml"])
        given = [(one.get("name"), one.get("level")) for one in root.iter("RolePrivilege")]
        assert given == list(privileges(role))
        assert len(given) == len(role.grants) + len(role.more)
    sales = dict(privileges(next(role for role in ROLES if role.name == "Work365 Sales")))
    assert "prvCreatew365_Payment" not in sales
    assert sales["prvReadw365_Earning"] == "Basic"


def test_every_table_is_within_reach() -> None:
    """The navigation opens each table, or its rows stand on the form of a table that it opens."""
    opened = {table_of(entry).name for _, _, entry in navigation() if not entry.startswith("'")}
    assert {table.name for table in app_tables()} - opened == {f"{PREFIX}{word}" for word in WITHIN}
    for word, parent in WITHIN.items():
        sections = [section for tab in main_sketch(table_of(parent)).tabs for section in tab.sections]
        assert table_of(word) in [section.table for section in sections if isinstance(section, Rows)]
    assert {table.name for table in CUSTOM} <= {table.name for table in app_tables()}
    assert {entry.strip("'") for _, _, entry in navigation() if entry.startswith("'")} == {one.name for one in DASHBOARDS}


@pytest.mark.parametrize("table", CUSTOM, ids=lambda table: table.name)
def test_every_column_stands_on_the_form(table: Table) -> None:
    """Whatever a person may know of a row is on its form, each column once."""
    shown = main_sketch(table).placed()
    assert [column.name for column in table.columns if custom(column) and not column.read_only and column.name not in shown] == []


def test_every_table_has_its_views() -> None:
    """Active, inactive, all, mine where rows have owners, and the four finders; names do not repeat."""
    for table in CUSTOM:
        names = [view.name for view in every_view()[table.name]]
        assert len(names) == len(set(names))
        small = table.plural[0].lower() + table.plural[1:]
        expected = {f"Active {small}", f"Inactive {small}", f"All {small}"}
        if "ownerid" in table.by_name:
            expected.add(f"My {small}")
        assert expected <= set(names)
    assert COLUMNS.keys() == {table.name.removeprefix(PREFIX) for table in CUSTOM}


def test_ids_never_change() -> None:
    """An upgrade meets what an older version made by its id. These are written down; a new name is a new component."""
    assert webhook.ENDPOINT.id == "57f39cf1-3cf1-594b-9274-6b6f5d9fe752"
    assert publisher.component_id("view", "w365_invoice", "Overdue invoices") == "{cbf579fd-9020-5fa3-9624-e2647f31716e}"
    assert publisher.component_id("role", "Work365 Sales") == "{9d688617-0963-5130-9984-2dbf4161db8f}"
    assert publisher.component_id("form", "w365_invoice", "main") == "{877cbe24-afc1-5dfb-a00e-6ccfa841cb69}"


def test_no_secret_and_no_address() -> None:
    """The package holds neither a key nor where the functions are: an installation sets both."""
    everything = b"".join(solution.on_disk().values()).lower()
    for word in (b"authvalue", b"?code=", b"password", b"sk_test", b"sk_live", b"azurewebsites.net"):
        assert word not in everything
    addresses = set(re.findall(rb"https?://[^/\"<\s]+", everything))
    assert addresses <= {b"https://functions.invalid", b"http://www.w3.org"}


def test_files_written_by_hand_are_the_declared_ones() -> None:
    """Each web resource that is not made has its file, and nothing else lies there."""
    by_hand = [path for path in solution.on_disk() if not layout.is_made(path)]
    assert by_hand == sorted(authored())
    assert {resource.name.split("/")[0] for resource in RESOURCES} == {"w365_"}


def test_the_app_is_for_people() -> None:
    """The functions and the portal open no app."""
    module = read(solution.on_disk()[f"AppModules/{APP}/AppModule.xml"])
    opened = {one.get("id") for one in module.iter("Role")}
    ids = {role.name: publisher.component_id("role", role.name) for role in ROLES}
    assert {name for name, own in ids.items() if own not in opened} == {"Work365 Application user", "Work365 Portal service"}


@pytest.mark.parametrize(
    ("words", "message"),
    [("+number nothing", "w365_invoice has no column 'nothing'"), ("bill", "has no column 'bill'")],
)
def test_unknown_columns_are_refused(words: str, message: str) -> None:
    """A word that the model does not have stops the build."""
    with pytest.raises(UnknownWord, match=message):
        listed(table_of("invoice"), words)


def test_unknown_labels_and_tables_are_refused() -> None:
    """So does a label that its choice does not have, and a table that nobody knows."""
    with pytest.raises(UnknownWord, match="has no option 'Overdue'"):
        where(table_of("invoice"), "status eq Overdue")
    with pytest.raises(UnknownWord, match="the model has no table 'bill'"):
        table_of("bill")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("header: status\nFields: name", "stands before the first tab"),
        ("# Tab\nFields: name", "a header has one to 4 columns, not 0"),
        ("header: status owner name number kind\n# Tab", "not 5"),
        ("header: status\n# Tab\nLines = invoiceline", "is no section"),
        ("header: status\n# Tab\nLines = price by product", r"w365_price\.w365_product does not point here"),
    ],
)
def test_a_sketch_that_says_nothing(text: str, message: str) -> None:
    """A line of a form that cannot be read is named."""
    with pytest.raises(BadSketch, match=message):
        read_sketch(table_of("invoice"), text)


def test_what_the_functions_write_is_not_edited() -> None:
    """Numbers, totals and outcomes of an invoice are shown, not asked for."""
    main = next(form for form in every_form()["w365_invoice"] if form.kind == "main")
    fields = [field for tab in main.sketch.tabs for section in tab.sections for field in getattr(section, "fields", ())]
    locked = {field.column.name for field in fields if field.locked}
    assert {"w365_number", "w365_net", "w365_tax", "w365_total", "w365_amountcharged", "w365_balance"} <= locked
    assert "w365_duedate" not in locked
