"""A form in a browser: a page that gives our web resources what a model-driven app would, over the local tenant.

Beside the tenant's Web API the server of a test gives out the web resources and the command bars as the package holds them, and
the columns of main forms, so what a button or a script relies on is what will be installed.
"""

from __future__ import annotations

import json
import mimetypes
import re
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from dataverse.schema.tables import BY_NAME
from dataverse.solution.platform import physical_table
from local.http import Response
from tools import solution

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page

    from local.http import App, Request

HOST = Path(__file__).parent / "host"
SERVED = {"/WebResources/": solution.FOLDER / "WebResources", "/host/": HOST}
COLUMN = re.compile(r'datafieldname="([a-z0-9_]+)"')
TABLE = re.compile(r"/host/(account|w365_[a-z]+)/(ribbon\.xml|columns\.json)")
READING = re.compile("^Reading the ")


def hosting(tenant: App) -> App:
    """The tenant, and beside its Web API the files that a browser asks for."""

    def answer(request: Request) -> Response:
        of_table = TABLE.fullmatch(request.path)
        if of_table:
            return Response(200, (("content-type", "application/octet-stream"),), _of_table(*of_table.groups()))
        for prefix, folder in SERVED.items():
            if request.path.startswith(prefix):
                return _file(folder / request.path.removeprefix(prefix))
        return tenant(request)

    return answer


def _of_table(table: str, what: str) -> bytes:
    """A table's command bar, or the columns of its main form in their order, each once."""
    folder = solution.FOLDER / "Entities" / physical_table(BY_NAME[table])
    if what == "ribbon.xml":
        return (folder / "RibbonDiff.xml").read_bytes()
    [form] = (folder / "FormXml" / "main").glob("*.xml")
    return json.dumps(list(dict.fromkeys(COLUMN.findall(form.read_text("utf-8"))))).encode()


def _file(path: Path) -> Response:
    if not path.is_file():
        return Response(404)
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Response(200, (("content-type", f"{kind}; charset=utf-8"), ("cache-control", "no-store")), path.read_bytes())


class Form:
    """One person in front of one row."""

    def __init__(self, page: Page, url: str, person: str, table: str, id_: str) -> None:
        self.page = page
        page.goto(f"{url}/host/form.html?user={person}&table={table}&id={id_}")
        page.wait_for_selector("body[data-ready]")

    @property
    def commands(self) -> list[str]:
        """What stands in the command bar."""
        return self.page.get_by_role("toolbar").get_by_role("button").all_inner_texts()

    def press(self, command: str) -> FrameLocator:
        """Press a button of the command bar; the dialog, once it has read."""
        self.page.get_by_role("toolbar").get_by_role("button", name=command, exact=True).click()
        return self._dialog()

    def open_dialog(self, name: str) -> FrameLocator:
        """Open a dialog for this row as a script might, past its button."""
        self.page.evaluate("name => { form.open(name); }", name)
        return self._dialog()

    def _dialog(self) -> FrameLocator:
        dialog = self.page.frame_locator("iframe")
        expect(dialog.locator("#sheet")).to_be_visible()
        expect(dialog.get_by_text(READING)).to_have_count(0)
        return dialog

    def types(self, column: str, text: str) -> None:
        """Write something on the form and leave it unsaved."""
        self.page.evaluate("([column, text]) => { HOST.typed = {[column]: text}; }", [column, text])

    def shows(self, **columns: str) -> None:
        """Wait until the form shows these, without anybody loading it again."""
        for column, text in columns.items():
            expect(self.page.locator(f"#{column}")).to_have_text(text)


def press(dialog: FrameLocator, button: str, **fields: str) -> None:
    """Fill fields of a dialog, each by the beginning of its label, and press a button of it."""
    for label, text in fields.items():
        dialog.get_by_label(re.compile(f"^{label.capitalize()}")).fill(text)
    dialog.get_by_role("button", name=button, exact=True).click()


def says(dialog: FrameLocator | Page, words: str | re.Pattern[str]) -> None:
    """Wait until a dialog says something."""
    expect(dialog.get_by_role("status")).to_have_text(words)
