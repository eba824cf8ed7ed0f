"""Rows: from cells by column name to a charge line, or to a finding that names line, column, what is wrong and what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from providers.partner_center import cells
from work365.errors import BadInput
from work365.money import currency
from work365.provisioning.lines import ChargeLine, charge_of
from work365.provisioning.wording import broken_row

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from work365.findings import Finding

_LIMIT = 100
"""Characters of the id columns in the tenant."""
_SEATS_LIMIT = 10**7
_NUMBER_LIMIT = 10**11
"""No column of the tenant holds more. Source: learn.microsoft.com, Dataverse column types, "Decimal number"."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a file writes numbers and days, when it is not as Microsoft does."""

    decimal_mark: str = "."
    dates: str = ""
    ends_inclusive: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row, by lower-case column name."""

    cells: Mapping[str, str]
    spelling: Spelling

    def text(self, name: str, *, required: bool = False, limit: int = 0) -> str:
        """The text of a cell, "" if the row has none."""
        text = cells.clean(self.cells.get(name.lower(), ""))
        if not text.isprintable():
            text = _CONTROL.sub(" ", text)
        if required and not text:
            message = "The cell is empty"
            raise BadInput(message, name)
        if limit and len(text) > limit:
            message = f"'{text[:20]}…' has {len(text)} characters; at most {limit} are possible"
            raise BadInput(message, name)
        return text

    def number(self, name: str, default: Decimal | None = None) -> Decimal:
        """A number; an empty cell is the default, or an error without one."""
        text = self.text(name, required=default is None)
        if not text and default is not None:
            return default
        try:
            found = cells.number(text, decimal_mark=self.spelling.decimal_mark)
        except BadInput as error:
            raise BadInput(error.message, name) from error
        if abs(found) >= _NUMBER_LIMIT:
            message = f"'{text[:20]}' is more than any line of a bill; check the decimal mark"
            raise BadInput(message, name)
        return found

    def day(self, name: str, *, required: bool = False, end: bool = False) -> date | None:
        """A day; for an end, the first day after."""
        text = self.text(name, required=required)
        if not text:
            return None
        try:
            read = cells.day_after if end and self.spelling.ends_inclusive else cells.day
            return read(text, layout=self.spelling.dates)
        except BadInput as error:
            raise BadInput(error.message, name) from error

    def reference(self, name: str) -> str:
        """A transaction's id."""
        try:
            return cells.reference(self.text(name))[:_LIMIT]
        except BadInput as error:
            raise BadInput(error.message, name) from error

    def currency(self, name: str, default: str = "") -> str:
        """A currency code."""
        text = self.text(name).upper() or default
        return currency(text, name)


def charge_line(values: Mapping[str, str], line: int, file: str, spelling: Spelling) -> ChargeLine | Finding:
    """One row as a charge line, or what is wrong with it."""
    try:
        return _line(Row(values, spelling), line)
    except BadInput as error:
        return broken_row(file, line, error.path, error.message)


def _line(row: Row, line: int) -> ChargeLine:
    start = row.day("ChargeStartDate", required=True)
    assert start is not None  # noqa: S101  required
    end = row.day("ChargeEndDate", end=True) or start
    if end < start:
        message = f"The charge ends on {row.text('ChargeEndDate')}, before it starts on {start}"
        raise BadInput(message, "ChargeEndDate")
    quantity = row.number("BillableQuantity")
    if abs(quantity) > _SEATS_LIMIT:
        message = f"{quantity} is more than any customer has; check the cell"
        raise BadInput(message, "BillableQuantity")
    billing = row.currency("Currency")
    charge_text = row.text("ChargeType", required=True, limit=60)
    product = f"{row.text('ProductId', required=True)}:{row.text('SkuId', required=True)}"
    if len(product) > _LIMIT:
        message = f"'{product[:20]}…' is too long for a product number"
        raise BadInput(message, "ProductId")
    return ChargeLine(
        line=line,
        tenant=row.text("CustomerId", required=True, limit=_LIMIT).lower(),
        customer=row.text("CustomerName")[:160],
        domain=row.text("CustomerDomainName")[:200],
        country=row.text("CustomerCountry")[:2].upper(),
        subscription=row.text("SubscriptionId", required=True, limit=_LIMIT).lower(),
        product=product,
        product_name=(row.text("SkuName") or row.text("ProductName"))[:200],
        charge=charge_of(charge_text),
        charge_text=charge_text,
        start=start,
        end=end,
        quantity=quantity,
        unit_price=row.number("UnitPrice", Decimal(0)),
        effective_unit_price=row.number("EffectiveUnitPrice", Decimal(0)),
        subtotal=row.number("Subtotal", Decimal(0)),
        currency=billing,
        pricing_currency=row.currency("PricingCurrency", billing),
        exchange_rate=row.number("PCToBCExchangeRate", Decimal(1)),
        term_text=row.text("TermAndBillingCycle"),
        frequency_text=row.text("BillingFrequency"),
        commitment_start=row.day("SubscriptionStartDate"),
        commitment_end=row.day("SubscriptionEndDate", end=True),
        reference=row.reference("ReferenceId"),
        order=row.text("OrderId")[:_LIMIT],
        invoice=row.text("InvoiceNumber")[:60],
        meter=row.text("MeterDescription"),
        description=row.text("SubscriptionDescription"),
        qualifiers=row.text("ProductQualifiers"),
    )
