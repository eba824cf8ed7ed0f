"""The `Documents` port over typst: one wheel, no system library, the same bytes for the same data.

Fonts: those of `fonts/` only; the machine's own are ignored, or the bytes would depend on it. A partner whose customers write in
further scripts adds a folder of fonts.
Source: typst.app/docs/reference/pdf.
"""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from dataclasses import asdict
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typst

from providers.typst_pdf.facturx import marked
from work365.documents.statement import StatementView
from work365.errors import InvariantBroken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from work365.documents.printed import DocumentView

HERE = Path(__file__).parent
TEMPLATE, STATEMENT = HERE / "invoice.typ", HERE / "statement.typ"
FONTS = HERE / "fonts"
STANDARDS: list[typst.PDFStandard] = ["a-3b", "ua-1"]
"""For the archive, and for screen readers."""
NO_GLYPH = "could not be displayed"
"""What typst says of a character that no font has: PDF/A forbids it, plain PDF shows a box and keeps the text."""
UNPRINTED = frozenset({"Cc", "Cs", "Cn"})
"""Unicode categories that draw nothing: control characters, halves of characters, unassigned ones."""
INVISIBLE = "Cf"
"""The category of marks without width, and of those that turn the writing round."""
IGNORABLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Fillers and variation selectors: invisible too, in other categories. Source: Unicode, Default_Ignorable_Code_Point."""
COMBINING = frozenset({"Mn", "Me"})


class TypstDocuments:
    """Sets documents with one template.

    Shape: `template` is a partner's own, `fonts` are further folders of fonts.
    """

    def __init__(self, *, template: Path = TEMPLATE, fonts: Sequence[Path] = ()) -> None:
        self._template = template
        self._folders = [FONTS, *fonts]

    def render(self, view: DocumentView, e_invoice: bytes | None = None) -> bytes:
        """The document as a tagged PDF/A-3b and PDF/UA-1; its date is the invoice's, so the same view gives the same bytes.

        With an e-invoice it is a Factur-X file: the XML is attached and named in the metadata.
        A character that none of the fonts has costs these two marks, not the invoice: the rest is still right.
        Errors: InvariantBroken when the template does not compile.
        """
        made, archived = self._compile(self._template, wire(view, e_invoice))
        return marked(made) if e_invoice is not None and archived else made

    def statement(self, view: StatementView) -> bytes:
        """A statement of account, as the documents are; its date is its last day."""
        made, _ = self._compile(STATEMENT, wire(view))
        return made

    def picture(self, view: DocumentView | StatementView, ppi: int = 110) -> list[bytes]:
        """The pages as PNG, to look at."""
        template = STATEMENT if isinstance(view, StatementView) else self._template
        pages = typst.compile(template, font_paths=self._fonts, format="png", ppi=ppi, sys_inputs={"data": wire(view)})
        return pages if isinstance(pages, list) else [pages]

    def _compile(self, template: Path, data: str) -> tuple[bytes, bool]:
        """The file, and whether it keeps its marks."""

        def compiled(standards: list[typst.PDFStandard]) -> bytes:
            return typst.compile(template, font_paths=self._fonts, sys_inputs={"data": data}, pdf_standards=standards)

        try:
            return compiled(STANDARDS), True
        except typst.TypstError as error:
            if NO_GLYPH not in str(error):
                message = f"the template {template.name} does not compile: {error}"
                raise InvariantBroken(message) from error
        return compiled([]), False

    @cached_property
    def _fonts(self) -> typst.Fonts:
        return typst.Fonts(include_system_fonts=False, font_paths=list(self._folders))


def wire(view: DocumentView | StatementView, e_invoice: bytes | None = None) -> str:
    """The view as the JSON that the template reads: text all the way down, the date as year, month, day."""
    data = _clean(asdict(view))
    data["e_invoice"] = e_invoice.decode() if e_invoice is not None else ""
    if view.logo is not None:
        data["logo"]["data"] = list(base64.b64decode(view.logo.data))
    return json.dumps({**data, "date": [view.issued.year, view.issued.month, view.issued.day]}, ensure_ascii=False)


def _clean(value: Any) -> Any:  # noqa: ANN401  a tree of texts
    if isinstance(value, str):
        return _printable(value)
    if isinstance(value, dict):
        return {name: _clean(part) for name, part in value.items() if not isinstance(part, date)}
    return [_clean(part) for part in value] if isinstance(value, list | tuple) else value


def _printable(text: str) -> str:
    """The text without characters that draw nothing or turn the writing round, and without marks on anything but letters.

    Beside being invisible they spoil what people copy out of the PDF: a glyph is given the text that it first stood for.
    """
    kept: list[str] = []
    for char in unicodedata.normalize("NFC", IGNORABLE.sub("", text)):
        category = unicodedata.category(char)
        marked = category in COMBINING and not (kept and unicodedata.category(kept[-1])[0] in "LM")
        if category != INVISIBLE and not marked:
            kept.append(" " if category in UNPRINTED else char)
    return "".join(kept)
