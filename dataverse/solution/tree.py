"""The unpacked package: every file by its path, worked out from the model and the declarations. No disk, no clock."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from dataverse.schema.tables import CUSTOM
from dataverse.security.roles import ROLES
from dataverse.solution import layout
from dataverse.solution.app import APP, app_file, site_map_file
from dataverse.solution.charts import chart_file, charts_of
from dataverse.solution.content.dashboards import DASHBOARDS
from dataverse.solution.content.dialogs import DIALOGS
from dataverse.solution.content.resources import RESOURCES, icon_of
from dataverse.solution.content.variables import VARIABLES
from dataverse.solution.dashboards import dashboard_file, dashboard_id
from dataverse.solution.dialogs import page, page_path
from dataverse.solution.entities import entity, extended
from dataverse.solution.forms import QUICK_CREATE_FORM, every_form, form_file
from dataverse.solution.manifest import Component, Root, customizations, solution
from dataverse.solution.platform import physical_table
from dataverse.solution.relationships import relationships
from dataverse.solution.resources import group_of, resource_file, variable_file, variable_path
from dataverse.solution.ribbons import buttons_of, ribbon_file
from dataverse.solution.role_files import role_file, role_id
from dataverse.solution.views import every_view, view_file
from dataverse.solution.webhook import ENDPOINT, STEPS, endpoint_file, step_file
from dataverse.solution.xml import Element, node, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dataverse.schema.model import Table
    from dataverse.solution.forms import Form
    from dataverse.solution.views import View

SHELL = 2


def tables() -> tuple[Table, ...]:
    """The tables of the package: those of others that we extend, then ours."""
    return (*extended(), *CUSTOM)


@cache
def tree() -> Mapping[str, bytes]:
    """Every file that is made, by its path, in the order of paths; made once. Errors: UnknownWord, BadSketch."""
    made = {path: write(element) for path, element in (*_entities(), *_relationships(), *_components(), *_frame())}
    made |= {page_path(dialog): page(dialog) for dialog in DIALOGS}
    return MappingProxyType(dict(sorted(made.items())))


def authored() -> list[str]:
    """The files that are written by hand: what web resources hold that is not made."""
    contents = (layout.WEB_RESOURCES + resource.name for resource in RESOURCES)
    return [path for path in contents if not layout.is_made(path)]


def roots() -> Iterator[Root]:
    """What stands at the root of the package."""
    for table in tables():
        yield Root(Component.TABLE, table.name, behaviour=SHELL if table.standard else 0)
    for role in ROLES:
        yield Root(Component.ROLE, id=role_id(role.name))
    for dashboard in DASHBOARDS:
        yield Root(Component.FORM, id=dashboard_id(dashboard.name))
    for resource in RESOURCES:
        yield Root(Component.WEB_RESOURCE, resource.name)
    yield Root(Component.SITE_MAP, APP)
    yield Root(Component.APP, APP)
    for step in STEPS:
        yield Root(Component.STEP, id=f"{{{step.id}}}")
    yield Root(Component.SERVICE_ENDPOINT, id=f"{{{ENDPOINT.id}}}")
    for variable in VARIABLES:
        yield Root(Component.ENVIRONMENT_VARIABLE, variable.name)


def _frame() -> Iterator[tuple[str, Element]]:
    yield layout.SOLUTION_FILE, solution(roots())
    yield layout.CUSTOMIZATIONS_FILE, customizations()


def _entities() -> Iterator[tuple[str, Element]]:
    views, forms = every_view(), every_form()
    for table in tables():
        folder = f"Entities/{physical_table(table)}"
        yield from _forms(folder, forms[table.name])
        if table.standard:
            yield f"{folder}/{layout.ENTITY_FILE}", entity(table)
            yield from _added_buttons(table, folder)
        else:
            yield from _table(table, folder, views[table.name], forms[table.name])


def _added_buttons(table: Table, folder: str) -> Iterator[tuple[str, Element]]:
    """Our buttons on a command bar that is somebody else's; without any nothing is said of it."""
    if buttons_of(table):
        yield f"{folder}/{layout.RIBBON_FILE}", ribbon_file(table)


def _forms(folder: str, forms: list[Form]) -> Iterator[tuple[str, Element]]:
    for form in forms:
        made = form_file(form)
        yield layout.form_path(folder, form.kind, made[0]), made


def _table(table: Table, folder: str, views: list[View], forms: list[Form]) -> Iterator[tuple[str, Element]]:
    quick_create = any(form.kind == QUICK_CREATE_FORM for form in forms)
    yield f"{folder}/{layout.ENTITY_FILE}", entity(table, icon=icon_of(group_of(table)), quick_create=quick_create)
    yield f"{folder}/{layout.RIBBON_FILE}", ribbon_file(table)
    for view in views:
        made = view_file(view)
        yield layout.view_path(folder, made[0]), made
    for chart in charts_of(table):
        made = chart_file(chart)
        yield layout.chart_path(folder, made), made


def _relationships() -> Iterator[tuple[str, Element]]:
    found = relationships(tables())
    yield layout.RELATIONSHIPS_FILE, layout.relationship_list([one for group in found.values() for one in group])
    for group in found.values():
        yield layout.relationship_path(group[0]), node("EntityRelationships", *group)


def _components() -> Iterator[tuple[str, Element]]:
    """Everything that has a section and a file of its own."""
    made = [
        *(role_file(role) for role in ROLES),
        *(dashboard_file(dashboard) for dashboard in DASHBOARDS),
        *(resource_file(resource) for resource in RESOURCES),
        *(step_file(step, ENDPOINT) for step in STEPS),
        site_map_file(),
        app_file(),
    ]
    paths = {place.tag: place.path for place in layout.PLACES}
    for element in made:
        yield paths[element.tag](element), element
    yield layout.ENDPOINTS_FILE, endpoint_file(ENDPOINT)
    for variable in VARIABLES:
        yield variable_path(variable), variable_file(variable)
