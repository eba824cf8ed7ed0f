"""The lists of docs/reference/solution.md, made from the declarations: `python -m tools.solution --write` writes them too."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dataverse.schema.tables import CUSTOM
from dataverse.security.roles import ROLES
from dataverse.solution.app import navigation
from dataverse.solution.content.areas import AREAS, WITHIN
from dataverse.solution.content.charts import CHARTS
from dataverse.solution.content.commands import BUTTONS
from dataverse.solution.content.dashboards import DASHBOARDS
from dataverse.solution.content.resources import RESOURCES
from dataverse.solution.content.variables import VARIABLES
from dataverse.solution.content.views import VIEWS
from dataverse.solution.entities import extended
from dataverse.solution.forms import every_form
from dataverse.solution.views import every_view
from dataverse.solution.webhook import ENDPOINT, STEPS
from dataverse.solution.words import table_of

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "solution.md"
MADE = "## What is in it\n"
"""Where the part begins that is made; what stands above it is written by hand."""


def written() -> str:
    """The whole page: what is there by hand, and what follows from the declarations."""
    by_hand, _, _ = FILE.read_text().partition(MADE)
    return by_hand + "\n".join([MADE, *_summary(), *_navigation(), *_dashboards(), *_views(), *_charts(), *_rest()])


def _summary() -> Iterator[str]:
    forms = [form for found in every_form().values() for form in found]
    views = sum(len(found) for found in every_view().values())
    yield "Made from `dataverse/solution/`; do not edit below this line.\n\n| | |\n|---|---|"
    yield f"| tables | {len(CUSTOM)} of ours; {', '.join(f'`{table.name}`' for table in extended())} extended |"
    for kind, word in (
        ("main", "forms"),
        ("quickCreate", "forms for making a row from elsewhere"),
        ("quick", "forms at a glance"),
    ):
        yield f"| {word} | {sum(form.kind == kind for form in forms)} |"
    yield f"| views | {views} |"
    yield f"| charts, dashboards | {len(CHARTS)}, {len(DASHBOARDS)} |"
    yield f"| roles | {', '.join(role.name for role in ROLES)} |\n"
    yield "Every table has views of its active, inactive and all rows, of one's own where rows have owners, and the four finders."


def _navigation() -> Iterator[str]:
    yield "\n## The app\n\n| area | what it opens |\n|---|---|"
    for area in AREAS:
        opened = [
            entry.strip("'") if entry.startswith("'") else table_of(entry).plural for at, _, entry in navigation() if at == area
        ]
        yield f"| {area} | {', '.join(opened)} |"
    inside = (f"{table_of(word).plural.lower()} with their {table_of(parent).label.lower()}" for word, parent in WITHIN.items())
    yield f"\nOn the forms of others: {'; '.join(inside)}."


def _dashboards() -> Iterator[str]:
    yield "\n## Dashboards\n\n| dashboard | tiles |\n|---|---|"
    for one in DASHBOARDS:
        tiles = [tile.chart or tile.view for row in one.rows for tile in row]
        yield f"| {one.name}: {one.about} | {'; '.join(tiles)} |"


def _views() -> Iterator[str]:
    yield "\n## Views besides those of every table\n\n| table | view | rows |\n|---|---|---|"
    for view in VIEWS:
        shown = f"`{view.where.replace('|', ', ')}` {view.about}".strip()
        yield f"| {table_of(view.table).label} | {view.name} | {shown} |"


def _charts() -> Iterator[str]:
    yield "\n## Charts\n\n| table | chart | by | what |\n|---|---|---|---|"
    for chart in CHARTS:
        top = f", the first {chart.top}" if chart.top else ""
        yield f"| {table_of(chart.table).label} | {chart.name} | {chart.by.replace('/', ' by ')}{top} | {chart.measure} |"


def _rest() -> Iterator[str]:
    yield "\n## Environment variables\n\n| name | meaning |\n|---|---|"
    yield from (f"| `{one.name}` | {one.about} |" for one in VARIABLES)
    yield "\n## Buttons\n\n| on the form of | button | what it is for | who sees it |\n|---|---|---|---|"
    for button in BUTTONS:
        made = " and ".join(f"`{table_of(word).name}`" for word in button.creates)
        yield f"| {table_of(button.table).label} | {button.name} | {button.tooltip} | whoever may create {made} |"
    yield "\n## Web resources\n\n| name | what it is |\n|---|---|"
    yield from (f"| `{one.name}` | {one.about or one.label} |" for one in RESOURCES)
    yield "\n## Webhook\n"
    yield f"Service endpoint `{ENDPOINT.name}` (webhook, key in the query string, JSON). {ENDPOINT.about}\n"
    yield from (f"- after {step.message} of `{step.table}`, later: {step.about}" for step in STEPS)
    yield ""
