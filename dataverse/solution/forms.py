"""Forms as files: the main form of every table, and the short ones.

Source: FormXml.xsd 9.0.0.2090; learn.microsoft.com, "Form XML schema"; unpacked solutions that Microsoft publishes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dataverse.schema.model import PREFIX, Kind, Ownership
from dataverse.schema.tables import CUSTOM
from dataverse.solution import controls
from dataverse.solution.columns import custom
from dataverse.solution.content.forms import FORMS
from dataverse.solution.content.quick_forms import QUICK_CREATE, QUICK_VIEW
from dataverse.solution.entities import extended
from dataverse.solution.publisher import FIRST_VERSION, TITLE, component_id
from dataverse.solution.sketch import Fields, Glance, Notes, Rows, Sketch, Tab, fields_of, read_sketch
from dataverse.solution.views import associated_name, view_id
from dataverse.solution.words import table_of
from dataverse.solution.xml import Element, descriptions, flag, labels, names, node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dataverse.schema.model import Table
    from dataverse.solution.sketch import Field, Section

MAIN, QUICK, QUICK_CREATE_FORM = "main", "quick", "quickCreate"
SIDE_BY_SIDE = 2
LIST_ROWS = 8
TEXT_ROWS = 3
GLANCE_ROWS = 4
DENSE = "HighWithControls"
OF_OTHERS = "What Work 365 knows of it. Our app shows this form only; the forms of others stay as they are."


@dataclass(frozen=True, slots=True)
class Form:
    """A form of one table; `kind` is the folder that it lies in."""

    table: Table
    kind: str
    name: str
    sketch: Sketch
    about: str = ""

    @property
    def id(self) -> str:
        """Its id in braces."""
        return form_id(self.table, self.kind)


def form_id(table: Table, kind: str) -> str:
    """The id of a table's form of a kind; it has one of each at most."""
    return component_id("form", table.name, kind)


def every_form() -> dict[str, list[Form]]:
    """All forms by logical table name. Errors: UnknownWord, BadSketch."""
    found = {table.name: [Form(table, MAIN, table.label, main_sketch(table), table.description)] for table in CUSTOM}
    for table in extended():
        found[table.name] = [Form(table, MAIN, f"{TITLE}: {table.label.lower()}", main_sketch(table), OF_OTHERS)]
    for word, words in QUICK_CREATE.items():
        table = table_of(word)
        found[table.name].append(Form(table, QUICK_CREATE_FORM, f"{table.label}: new", _short(table, words)))
    for word, words in QUICK_VIEW.items():
        table = table_of(word)
        found[table.name].append(Form(table, QUICK, f"{table.label}: at a glance", _short(table, words)))
    return found


def main_sketch(table: Table) -> Sketch:
    """What was sketched, with the tabs that every form has."""
    sketch = read_sketch(table, FORMS[table.name.removeprefix(PREFIX)])
    return replace(sketch, tabs=(*sketch.tabs, *_more_tabs(table, sketch)))


def _more_tabs(table: Table, sketch: Sketch) -> Iterator[Tab]:
    if table.has_notes:
        yield Tab("Notes", (Notes("Notes"),))
    left = [column for column in table.columns if custom(column) and not column.read_only and column.name not in sketch.placed()]
    sections: list[Section] = [Fields("Technical", fields_of(table, " ".join(column.name for column in left)))] if left else []
    owner = "owner " if table.ownership is Ownership.USER else ""
    sections.append(Fields("Record", fields_of(table, f"{owner}status creator! created! modifier! modified!")))
    yield Tab("Administration", tuple(sections))


def _short(table: Table, words: str) -> Sketch:
    return Sketch((), (Tab("General", (Fields("General", fields_of(table, words)),)),))


def form_file(form: Form) -> Element:
    """The file of one form."""
    return node(
        "forms",
        node(
            "systemform",
            node("formid", form.id),
            node("IntroducedVersion", FIRST_VERSION),
            node("FormPresentation", "1"),
            node("FormActivationState", "1"),
            _Writer(form).form(),
            flag("IsCustomizable", value=True),
            flag("CanBeDeleted", value=True),
            names(form.name),
            descriptions(form.about),
        ),
    )


class _Writer:
    """One form; every id is derived from the form and the place in it."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._columns = SIDE_BY_SIDE if form.kind == MAIN else 1

    def _id(self, *place: str) -> str:
        return component_id("form part", self._form.table.name, self._form.kind, *place)

    def form(self) -> Element:
        """The form element."""
        tabs = node("tabs", *(self._tab(tab) for tab in self._form.sketch.tabs))
        if self._form.kind != MAIN:
            return node("form", tabs)
        shown = node("DisplayConditions", node("Everyone"), Order="0", FallbackForm="true")
        return node("form", tabs, self._header(), shown, headerdensity=DENSE)

    def _header(self) -> Element:
        cells = (self._field("header", field, 1, "header_") for field in self._form.sketch.header)
        attributes = {"id": self._id("header"), "celllabelposition": "Top", "columns": "111", "labelwidth": "115"}
        return node("header", node("rows", node("row", *cells)), attributes={**attributes, "celllabelalignment": "Left"})

    def _tab(self, tab: Tab) -> Element:
        sections = (self._section(tab.label, section) for section in tab.sections)
        return node(
            "tab",
            labels("labels", "label", tab.label),
            node("columns", node("column", node("sections", *sections), width="100%")),
            name=_name(tab.label),
            id=self._id(tab.label),
            IsUserDefined="0",
            showlabel="true",
            expanded="true",
            verticallayout="true",
        )

    def _section(self, tab: str, section: Section) -> Element:
        place = f"{tab}/{section.label}"
        across = self._columns if isinstance(section, Fields) else 1
        return node(
            "section",
            labels("labels", "label", section.label),
            node("rows", *self._rows(place, section, across)),
            name=_name(place),
            id=self._id(place),
            showlabel="true",
            showbar="false",
            IsUserDefined="0",
            layout="varwidth",
            columns="1" * across,
            labelwidth="115",
            celllabelposition="Left",
            celllabelalignment="Left",
        )

    def _rows(self, place: str, section: Section, across: int) -> Iterator[Element]:
        if isinstance(section, Fields):
            yield from self._field_rows(place, section, across)
        elif isinstance(section, Rows):
            yield from self._list_rows(place, section)
        elif isinstance(section, Glance):
            target = table_of(section.lookup.targets[0])
            name = f"{_name(section.label)}_glance"
            control = controls.glance_control(name, section.lookup.name, target.name, form_id(target, QUICK))
            yield from _tall(self._cell(place, section.label, control, GLANCE_ROWS), GLANCE_ROWS)
        else:
            yield from _tall(self._cell(place, section.label, controls.notes_control(), LIST_ROWS), LIST_ROWS)

    def _list_rows(self, place: str, section: Rows) -> Iterator[Element]:
        view = view_id(section.table, section.view or associated_name(section.table))
        control = controls.rows_control(f"{_name(place)}_rows", section, self._form.table.name, view)
        yield from _tall(self._cell(place, section.label, control, LIST_ROWS), LIST_ROWS)

    def _field_rows(self, place: str, section: Fields, across: int) -> Iterator[Element]:
        waiting: list[Element] = []
        for field in section.fields:
            if field.column.kind is Kind.MEMO:
                if waiting:
                    yield node("row", *waiting)
                    waiting = []
                yield from _tall(self._field(place, field, across), TEXT_ROWS)
            else:
                waiting.append(self._field(place, field, 1))
                if len(waiting) == across:
                    yield node("row", *waiting)
                    waiting = []
        if waiting:
            yield node("row", *waiting)

    def _field(self, place: str, field: Field, across: int, prefix: str = "") -> Element:
        tall = TEXT_ROWS if field.column.kind is Kind.MEMO and not prefix else 1
        return node(
            "cell",
            labels("labels", "label", field.column.label),
            controls.column_control(field, prefix),
            id=self._id(place, field.column.name),
            showlabel="true",
            locklevel="0",
            colspan=str(across),
            rowspan=str(tall),
        )

    def _cell(self, place: str, label: str, control: Element, tall: int) -> Element:
        return node(
            "cell",
            labels("labels", "label", label),
            control,
            id=self._id(place, "cell"),
            showlabel="false",
            colspan="1",
            rowspan=str(tall),
            auto="false",
        )


def _tall(cell: Element, rows: int) -> Iterator[Element]:
    """A cell that reaches over several rows: the others follow empty."""
    yield node("row", cell)
    for _ in range(rows - 1):
        yield node("row")


def _name(label: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in label.lower())
