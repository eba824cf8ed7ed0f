"""The invoice's form in a browser: a page that gives our web resources what a model-driven app would, over the local tenant.

Beside the tenant's Web API the server of a test gives out the web resources and the command bar as the package holds them, and
the columns of the invoice's main form, so what a button or a script relies on is what will be installed.
"""

from __future__ import annotations

import json
import mimetypes
import re
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from local.http import Response
from tools import solution

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page

    from local.http import App, Request
    from work365.receivables.payments import InvoiceId

HOST = Path(__file__).parent / "host"
INVOICE = solution.FOLDER / "Entities" / "w365_Invoice"
SERVED = {"/WebResources/": solution.FOLDER / "WebResources", "/host/": HOST}
COLUMN = re.compile(r'datafieldname="([a-z0-9_]+)"')


def columns() -> list[str]:
    """The columns that the invoice's main form shows, in its order, each once."""
    [form] = (INVOICE / "FormXml" / "main").glob("*.xml")
    return list(dict.fromkeys(COLUMN.findall(form.read_text("utf-8"))))


def hosting(tenant: App) -> App:
    """The tenant, and beside its Web API the files that a browser asks for."""
    made = {"/host/ribbon.xml": (INVOICE / "RibbonDiff.xml").read_bytes(), "/host/columns.json": json.dumps(columns()).encode()}

    def answer(request: Request) -> Response:
        if request.path in made:
            return Response(200, (("content-type", "application/octet-stream"),), made[request.path])
        for prefix, folder in SERVED.items():
            if request.path.startswith(prefix):
                return _file(folder / request.path.removeprefix(prefix))
        return tenant(request)

    return answer


def _file(path: Path) -> Response:
    if not path.is_file():
        return Response(404)
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Response(200, (("content-type", f"{kind}; charset=utf-8"), ("cache-control", "no-store")), path.read_bytes())


class InvoiceForm:
    """One person in front of one invoice."""

    def __init__(self, page: Page, url: str, person: str, invoice: InvoiceId) -> None:
        self.page = page
        page.goto(f"{url}/host/form.html?user={person}&id={invoice}")
        page.wait_for_selector("body[data-ready]")

    @property
    def commands(self) -> list[str]:
        """What stands in the command bar."""
        return self.page.get_by_role("toolbar").get_by_role("button").all_inner_texts()

    def charge(self) -> FrameLocator:
        """Press Charge; the dialog, once it has read the invoice."""
        self.page.get_by_role("button", name="Charge", exact=True).click()
        return self._dialog()

    def open_dialog(self, name: str) -> FrameLocator:
        """Open a dialog for this invoice as a script might, past its button."""
        self.page.evaluate("name => { form.open(name); }", name)
        return self._dialog()

    def _dialog(self) -> FrameLocator:
        dialog = self.page.frame_locator("iframe")
        expect(dialog.get_by_text("Reading the invoice")).to_have_count(0)
        expect(dialog.get_by_role("heading", level=1)).to_have_text(re.compile("Invoice INV-"))
        return dialog

    def types(self, column: str, text: str) -> None:
        """Write something on the form and leave it unsaved."""
        self.page.evaluate("([column, text]) => { HOST.typed = {[column]: text}; }", [column, text])

    def shows(self, status: str, charged: str, balance: str) -> None:
        """Wait until the form shows these, without anybody loading it again."""
        for column, text in {"statuscode": status, "w365_amountcharged": charged, "w365_balance": balance}.items():
            expect(self.page.locator(f"#{column}")).to_have_text(text)
