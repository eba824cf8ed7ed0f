"""Marks a PDF/A-3 that carries an e-invoice as Factur-X: a few properties in its XMP metadata, which typst cannot write itself.

Shape: the metadata stream of a PDF by typst is not compressed, and the table of objects is a plain one; the stream is replaced in
place and the table's offsets are moved, so that the file stays one revision and the same input gives the same bytes.
Source: Factur-X 1.0 (ZUGFeRD 2), XMP extension schema; ISO 32000-1, 7.5.4; ISO 19005-3, 6.6.2.3.
"""

from __future__ import annotations

import re

from work365.errors import InvariantBroken

FILE_NAME = "factur-x.xml"
NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
PROPERTIES = {
    "DocumentFileName": (FILE_NAME, "The name of the embedded XML document"),
    "DocumentType": ("INVOICE", "The type of the hybrid document in capital letters, e.g. INVOICE or ORDER"),
    "Version": ("1.0", "The actual version of the standard applying to the embedded XML document"),
    "ConformanceLevel": ("EN 16931", "The conformance level of the embedded XML document"),
}
METADATA = re.compile(rb"<</Length (\d+)/Type/Metadata/Subtype/XML>>\nstream\n")
TABLE = re.compile(rb"\nxref\n0 (\d+)\n")
ENTRY_BYTES = 20
START = re.compile(rb"startxref\n(\d+)")
SCHEMAS = b"<pdfaExtension:schemas><rdf:Bag>"


def marked(pdf: bytes) -> bytes:
    """The file with the properties of Factur-X. Errors: InvariantBroken when it is not built as typst builds them."""
    head = METADATA.search(pdf)
    if head is None or SCHEMAS not in pdf:
        message = "the PDF has no plain metadata to name its e-invoice in; was typst replaced by another version?"
        raise InvariantBroken(message)
    begin, end = head.end(), head.end() + int(head.group(1))
    packet = _described(pdf[begin:end])
    opening = head.group().replace(head.group(1), str(len(packet)).encode(), 1)
    grown = pdf[: head.start()] + opening + packet + pdf[end:]
    return _moved(grown, behind=head.start(), by=len(grown) - len(pdf))


def _described(packet: bytes) -> bytes:
    values = "".join(f"<fx:{name}>{value}</fx:{name}>" for name, (value, _) in PROPERTIES.items())
    mine = f'<rdf:Description rdf:about="" xmlns:fx="{NAMESPACE}">{values}</rdf:Description>'
    return packet.replace(SCHEMAS, SCHEMAS + _schema().encode(), 1).replace(b"</rdf:RDF>", mine.encode() + b"</rdf:RDF>", 1)


def _schema() -> str:
    """What PDF/A asks for: a description of every property that is not in its own list."""
    properties = "".join(
        f'<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>'
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{meaning}</pdfaProperty:description></rdf:li>"
        for name, (_, meaning) in PROPERTIES.items()
    )
    return (
        '<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>'
        f"<pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property></rdf:li>"
    )


def _moved(pdf: bytes, *, behind: int, by: int) -> bytes:
    """The file with the offsets of everything behind a place moved."""
    tables = list(TABLE.finditer(pdf))
    if len(tables) != 1:
        message = "the PDF has not one plain table of objects; was typst replaced by another version?"
        raise InvariantBroken(message)
    table = tables[0]
    first = table.end()
    size = int(table.group(1)) * ENTRY_BYTES
    entries = [pdf[place : place + ENTRY_BYTES] for place in range(first, first + size, ENTRY_BYTES)]
    body = b"".join(_entry(entry, behind, by) for entry in entries)
    tail = START.sub(lambda found: b"startxref\n%d" % (int(found.group(1)) + by), pdf[first + size :])
    return pdf[:first] + body + tail


def _entry(entry: bytes, behind: int, by: int) -> bytes:
    offset = int(entry[:10])
    used = entry[17:18] == b"n"
    return b"%010d" % (offset + by) + entry[10:] if used and offset > behind else entry
