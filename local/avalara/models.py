"""What AvaTax takes for a transaction, and what is wrong with one. Unknown members are refused.

Source: developer.avalara.com, AvaTax REST v2: CreateTransactionModel, LineItemModel, AddressLocationInfo; "A simple transaction"
(company, code, type, date, customer, addresses, lines are the least there is); code of at most 50 characters. TaxOverrideModel
(the reason is required for an override of the amount, the date or the exemption); here only amounts can be overridden, per line.
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
    *("businessIdentificationNo", "referenceCode"),
}
LINE = {"number", "quantity", "amount", "taxCode", "description", "taxIncluded", "taxOverride"}
OVERRIDE = {"type", "taxAmount", "taxDate", "reason"}
ADDRESS = {"line1", "city", "region", "postalCode", "country", "locationCode"}
PLACES = {"shipFrom", "shipTo"}
CODE_MAX, NUMBER_MAX, REFERENCE_MAX, REASON_MAX = 50, 25, 1024, 255
NEEDED = ("code", "companyCode", "customerCode")
TEXTS = {**dict.fromkeys(NEEDED, CODE_MAX), "businessIdentificationNo": NUMBER_MAX, "referenceCode": REFERENCE_MAX}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def check_transaction(body: Mapping[str, Any]) -> None:
    """Errors: AvaTaxFault naming the first member that is unknown, missing or of the wrong kind."""
    _known(body, MEMBERS, "CreateTransactionModel")
    if body.get("type") not in TYPES:
        raise invalid("type", f"'{body.get('type')}' is not one of {', '.join(TYPES)}")
    for name, longest in TEXTS.items():
        if name in body or name in NEEDED:
            _text(body, name, longest)
    if not isinstance(body.get("date"), str) or not _DAY.fullmatch(body["date"]):
        raise invalid("date", "an ISO date is required")
    if not re.fullmatch("[A-Z]{3}", str(body.get("currencyCode"))):
        raise invalid("currencyCode", "an ISO 4217 code is required")
    _commit(body)
    _addresses(body.get("addresses"))
    lines = body.get("lines")
    if not isinstance(lines, list) or not lines:
        raise invalid("lines", "at least one line is required")
    for line in lines:
        _line(line)
    if len({line["number"] for line in lines}) < len(lines):
        raise invalid("number", "line numbers must be unique")


def _commit(body: Mapping[str, Any]) -> None:
    if not isinstance(body.get("commit"), bool):
        raise invalid("commit", "true or false")
    if body["commit"] and body["type"] == "SalesOrder":
        raise unknown("commit of a SalesOrder")


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
    if "taxOverride" in line:
        _override(line["taxOverride"])


def _override(found: Any) -> None:  # noqa: ANN401  decoded JSON
    _known(found, OVERRIDE, "TaxOverrideModel")
    if found.get("type") != "TaxAmount":
        raise unknown(f"TaxOverrideModel.type {found.get('type')}")
    if isinstance(found.get("taxAmount"), bool) or not isinstance(found.get("taxAmount"), int | Decimal):
        raise invalid("taxOverride.taxAmount", "a number is required")
    if not isinstance(found.get("taxDate"), str) or not _DAY.fullmatch(found["taxDate"]):
        raise invalid("taxOverride.taxDate", "an ISO date is required")
    _text(found, "reason", REASON_MAX)


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
