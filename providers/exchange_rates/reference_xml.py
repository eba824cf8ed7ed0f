"""The European Central Bank's euro reference rates as XML: of a day, of 90 days, of all years; one shape.

Source: www.ecb.europa.eu, "Euro foreign exchange reference rates": a gesmes:Envelope with a Cube that holds one
`Cube time="2026-11-02"` per day, the newest first, and in each `Cube currency="USD" rate="1.1523"`: so many for one euro.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from providers.exchange_rates.rows import ECB, EURO, rate_of
from work365.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from work365.currencies.rates import ExchangeRate
    from work365.findings import Finding

GESMES, RATES = "http://www.gesmes.org/xml/2002-08-01", "http://www.ecb.int/vocabulary/2002-08-01/eurofxref"
ENVELOPE, CUBE = f"{{{GESMES}}}Envelope", f"{{{RATES}}}Cube"


def read_reference_xml(text: str, name: str) -> Iterator[ExchangeRate | Finding]:
    """Every rate, with a finding for each that cannot be read.

    Errors: BadInput, before the first one, for text that is no such XML, or that brings a document type: entities are never read.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        message = "an XML file with a document type of its own is not read"
        raise BadInput(message, name)
    try:
        root = ET.fromstring(text)  # noqa: S314  entities were refused above, and nothing else expands
    except ET.ParseError as error:
        message = f"the XML cannot be read: {error}"
        raise BadInput(message, name) from None
    days = root.findall(f"{CUBE}/{CUBE}[@time]") if root.tag == ENVELOPE else []
    if not days:
        message = "the XML holds no euro reference rates (no Cube with a time)"
        raise BadInput(message, name)
    for cube in days:
        for one in cube:
            cells = {"to": one.get("currency", ""), "date": cube.get("time", ""), "rate": one.get("rate", "")}
            yield rate_of({"from": EURO, "source": ECB, **cells}, f"{name} {cells['date']} {cells['to']}")
