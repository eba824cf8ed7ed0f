"""What AvaTax takes for a transaction, and what is wrong with one. Unknown members are refused.

Source: developer.avalara.com, AvaTax REST v2: CreateTransactionModel, LineItemModel, AddressLocationInfo; "A simple transaction"
(company, code, type, date, customer, addresses, lines are the least there is); code of at most 50 characters.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from local.avalara.faults import invalid, unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

TYPES = ("SalesOrder", "SalesInvoice", "ReturnInvoice")
MEMBERS = {
    *("type", "code", "companyCode", "date", "customerCode", "currencyCode", "commit", "addresses", "lines"),
    "businessIdentificationNo",
}
LINE = {"number", "quantity", "amount", "taxCode", "description", "taxIncluded"}
ADDRESS = {"line1", "city", "region", "postalCode", "country", "locationCode"}
PLACES = {"shipFrom", "shipTo"}
CODE_MAX, NUMBER_MAX = 50, 25
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def check_transaction(body: Mapping[str, Any]) -> None:
    """Errors: AvaTaxFault naming the first member that is unknown, missing or of the wrong kind."""
    _known(body, MEMBERS, "CreateTransactionModel")
    if body.get("type") not in TYPES:
        raise invalid("type", f"'{body.get('type')}' is not one of {', '.join(TYPES)}")
    for name in ("code", "companyCode", "customerCode"):
        _text(body, name, CODE_MAX)
    if not isinstance(body.get("date"), str) or not _DAY.fullmatch(body["date"]):
        raise invalid("date", "an ISO date is required")
    if not re.fullmatch("[A-Z]{3}", str(body.get("currencyCode"))):
        raise invalid("currencyCode", "an ISO 4217 code is required")
    if body.get("commit") is not False:
        raise unknown("commit other than false")
    if "businessIdentificationNo" in body:
        _text(body, "businessIdentificationNo", NUMBER_MAX)
    _addresses(body.get("addresses"))
    lines = body.get("lines")
    if not isinstance(lines, list) or not lines:
        raise invalid("lines", "at least one line is required")
    for line in lines:
        _line(line)
    if len({line["number"] for line in lines}) < len(lines):
        raise invalid("number", "line numbers must be unique")


def _line(line: Any) -> None:  # noqa: ANN401  decoded JSON
    _known(line, LINE, "LineItemModel")
    _text(line, "number", CODE_MAX)
    _text(line, "taxCode", NUMBER_MAX)
    _text(line, "description", 2096)
    for name in ("quantity", "amount"):
        if isinstance(line.get(name), bool) or not isinstance(line.get(name), int | Decimal):
            raise invalid(name, "a number is required")
    if not isinstance(line.get("taxIncluded"), bool):
        raise invalid("taxIncluded", "true or false")


def _addresses(found: Any) -> None:  # noqa: ANN401  decoded JSON
    _known(found, PLACES, "AddressesModel")
    for place in sorted(PLACES):
        address = found.get(place)
        _known(address, ADDRESS, "AddressLocationInfo")
        if not address.get("locationCode") and not re.fullmatch("[A-Z]{2}", str(address.get("country"))):
            raise invalid(f"addresses.{place}.country", "a country is required")


def _known(found: Any, members: set[str], model: str) -> None:  # noqa: ANN401  decoded JSON
    if not isinstance(found, dict):
        raise invalid(model, "an object is required")
    for name in found:
        if name not in members:
            raise unknown(f"{model}.{name}")


def _text(found: Mapping[str, Any], name: str, longest: int) -> None:
    value = found.get(name)
    if not isinstance(value, str) or not value or len(value) > longest:
        raise invalid(name, f"a text of 1 to {longest} characters is required")
