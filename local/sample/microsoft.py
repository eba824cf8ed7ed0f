"""Microsoft's reconciliation rows: charges in its 47 columns, and the rows of other kinds that stand between them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import uuid5

from local.sample.catalogue import BY_CODE
from local.sample.charges import SPACE, Charge, charges
from local.sample.partner import customers
from local.sample.story import lives

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.sample.partner import Customer

Cell = str | Decimal
Row = dict[str, Cell]

# fmt: off
COLUMNS = (
    "PartnerId", "CustomerId", "CustomerName", "CustomerDomainName", "CustomerCountry", "InvoiceNumber", "MpnId",
    "Tier2MpnId", "OrderId", "OrderDate", "ProductId", "SkuId", "AvailabilityId", "SkuName", "ProductName", "ChargeType",
    "UnitPrice", "Quantity", "Subtotal", "TaxTotal", "Total", "Currency", "PriceAdjustmentDescription", "PublisherName",
    "PublisherId", "SubscriptionDescription", "SubscriptionId", "ChargeStartDate", "ChargeEndDate", "TermAndBillingCycle",
    "EffectiveUnitPrice", "UnitType", "AlternateId", "BillableQuantity", "BillingFrequency", "PricingCurrency",
    "PCToBCExchangeRate", "PCToBCExchangeRateDate", "MeterDescription", "ReservationOrderId", "CreditReasonCode",
    "SubscriptionStartDate", "SubscriptionEndDate", "ReferenceId", "ProductQualifiers", "PromotionId", "ProductCategory",
)
# fmt: on
"""The order of the columns as downloads have it since 2024."""

BILLED_IN = {"EUR": "EUR", "GBP": "EUR", "USD": "USD"}
"""Two partner locations, two invoices a month: British customers are priced in pounds and billed to the partner in euros."""
POUND_IN_EUROS = {1: Decimal("1.1534"), 2: Decimal("1.1498"), 3: Decimal("1.1561"), 4: Decimal("1.1527")}
TERM_TEXT = {
    ("P1M", "Monthly"): "One-Month commitment for monthly billing",
    ("P1Y", "Monthly"): "One-Year commitment for monthly/yearly billing",
    ("P1Y", "Annual"): "One-Year commitment for yearly billing",
}
PARTNER = str(uuid5(SPACE, "partner"))
PROMOTION = "39NFJQT1X27N:0002:39NFJQT1Q5KL"


def tenant_of(customer: Customer) -> str:
    """The customer's tenant id at Microsoft."""
    return str(uuid5(SPACE, f"tenant {customer.name}"))


def month_rows(month: date, billing_currency: str) -> list[Row]:
    """The rows of one invoice, in no order of time (they are sorted by their reference, as good as shuffled)."""
    until = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    rows = list(_rows(month, until, billing_currency))
    return sorted(rows, key=lambda row: str(uuid5(SPACE, f"order {row['ReferenceId']} {row['SkuName']}")))


def _rows(month: date, until: date, billing_currency: str) -> Iterator[Row]:
    by_name = {customer.name: customer for customer in customers()}
    for life in lives():
        customer = by_name[life.customer]
        if BILLED_IN[customer.currency] == billing_currency:
            for charge in charges(life, customer.currency, month, until):
                yield _licence(charge, customer, month)
    yield from _others(month, until, billing_currency)


def _rate(customer: Customer, month: date) -> Decimal:
    return POUND_IN_EUROS[month.month] if customer.currency != BILLED_IN[customer.currency] else Decimal(1)


def _common(customer: Customer, month: date, reference: str) -> Row:
    billed = BILLED_IN[customer.currency]
    return dict.fromkeys(COLUMNS, "") | {
        "PartnerId": PARTNER,
        "CustomerId": tenant_of(customer),
        "CustomerName": customer.name,
        "CustomerDomainName": customer.domain,
        "CustomerCountry": customer.country,
        "InvoiceNumber": f"G0{'12' if billed == 'EUR' else '34'}{month:%y%m}01",
        "MpnId": "1000001" if billed == "EUR" else "1000002",
        "Tier2MpnId": "0",
        "TaxTotal": Decimal(0),
        "Currency": billed,
        "PublisherName": "Microsoft Corporation",
        "PricingCurrency": customer.currency,
        "PCToBCExchangeRate": _rate(customer, month),
        "PCToBCExchangeRateDate": _moment(month),
        "ReferenceId": reference,
    }


def _licence(charge: Charge, customer: Customer, month: date) -> Row:
    article, life = BY_CODE[charge.product], charge.life
    row = _common(customer, month, charge.reference)
    subtotal = charge.subtotal(_rate(customer, month))
    product, sku = article.number.split(":")
    price = Decimal(charge.sign * charge.effective.numerator) / Decimal(charge.effective.denominator)
    order = uuid5(SPACE, f"order {life.name}").hex[:12]
    return row | {
        "OrderId": order,
        "OrderDate": _moment(charge.start, seconds=uuid5(SPACE, charge.reference).int % 86400),
        "ProductId": product,
        "SkuId": sku,
        "AvailabilityId": f"CFQ7TTC0{uuid5(SPACE, article.number).hex[:4].upper()}",
        "SkuName": charge.part or article.name,
        "ProductName": charge.part or article.name,
        "ChargeType": charge.charge,
        "UnitPrice": charge.unit_price,
        "Quantity": Decimal(charge.seats),
        "Subtotal": subtotal,
        "Total": subtotal,
        "PriceAdjustmentDescription": '["You are getting a discount from a promotion."]' if life.discount else "",
        "SubscriptionDescription": article.name,
        "SubscriptionId": life.id,
        "ChargeStartDate": _moment(charge.start),
        "ChargeEndDate": _moment(charge.end),
        "TermAndBillingCycle": "One-Month commitment for trial" if charge.trial else TERM_TEXT[life.term, life.plan],
        "EffectiveUnitPrice": price,
        "AlternateId": order,
        "BillableQuantity": Decimal(charge.seats),
        "BillingFrequency": "" if charge.trial else life.plan,
        "SubscriptionStartDate": _moment(charge.term_start),
        "SubscriptionEndDate": _moment(charge.term_end),
        "ProductQualifiers": '["Trial"]' if charge.trial else "[]",
        "PromotionId": PROMOTION if life.discount else "",
        "ProductCategory": "Online Services",
    }


def _others(month: date, until: date, billing_currency: str) -> Iterator[Row]:
    """Azure usage of two customers, and one credit: rows that move no seats."""
    last = until - timedelta(days=1)
    for customer in customers():
        if customer.name in ("Fabrikam, Inc.", "City Power & Light") and BILLED_IN[customer.currency] == billing_currency:
            for index, (meter, units, price) in enumerate(
                (("Data Stored - GB", "512.250100", "0.0184"), ("Compute Hours", "744.000000", "0.0960"))
            ):
                yield _usage(customer, month, last, f"Azure {meter}", Decimal(units) + month.month * index, Decimal(price))
        if customer.name == "Proseware, Inc." and month.month == 2 and billing_currency == "EUR":
            yield _credit(customer, month)


def _usage(customer: Customer, month: date, last: date, meter: str, units: Decimal, price: Decimal) -> Row:
    amount = (units * price).quantize(Decimal("0.01"))
    return _common(customer, month, str(uuid5(SPACE, f"{customer.name} {meter} {month}"))) | {
        "OrderId": uuid5(SPACE, f"azure {customer.name}").hex[:12],
        "OrderDate": _moment(last),
        "ProductId": "DZH318Z0BPS6",
        "SkuId": "0001",
        "AvailabilityId": "DZH318Z0BML2",
        "SkuName": meter,
        "ProductName": meter,
        "ChargeType": "New",
        "UnitPrice": price,
        "Quantity": Decimal(1),
        "Subtotal": amount,
        "Total": amount,
        "SubscriptionDescription": "Azure plan",
        "SubscriptionId": str(uuid5(SPACE, f"azure {customer.name}")),
        "ChargeStartDate": _moment(month),
        "ChargeEndDate": _moment(last),
        "EffectiveUnitPrice": price,
        "UnitType": "1 unit",
        "BillableQuantity": units,
        "MeterDescription": meter,
        "ProductCategory": "Azure",
    }


def _credit(customer: Customer, month: date) -> Row:
    return _common(customer, month, str(uuid5(SPACE, f"credit {customer.name} {month}"))) | {
        "ProductId": "CFQ7TTC0LF8R",
        "SkuId": "0001",
        "SkuName": "Office 365 E3",
        "ProductName": "Office 365 E3",
        "ChargeType": "customerCredit",
        "UnitPrice": Decimal(0),
        "Quantity": Decimal(1),
        "Subtotal": Decimal("-45.00"),
        "Total": Decimal("-45.00"),
        "SubscriptionId": str(uuid5(SPACE, "subscription Proseware, Inc. 0")),
        "ChargeStartDate": _moment(month),
        "ChargeEndDate": _moment(month),
        "EffectiveUnitPrice": Decimal("-45.00"),
        "BillableQuantity": Decimal(1),
        "CreditReasonCode": "Service level",
    }


def _moment(day: date, seconds: int = 0) -> str:
    return (datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
