"""The columns of a new-commerce reconciliation file, and the files that are mistaken for one.

Names are compared without letter case: the documentation, the downloads and the exports differ (`MPNID` / `MpnId`,
`ResellerMPNID` / `Tier2MpnId`, `ReferenceID` / `ReferenceId`). Columns that are not named here are allowed and ignored.

Source: Partner Center documentation, reconciliation files (46 columns); the 47 columns that third parties saw in 2024 to 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Collection

REQUIRED = (
    "CustomerId",
    "SubscriptionId",
    "ProductId",
    "SkuId",
    "ChargeType",
    "UnitPrice",
    "Subtotal",
    "Currency",
    "ChargeStartDate",
    "ChargeEndDate",
    "EffectiveUnitPrice",
    "BillableQuantity",
)
"""Without these columns a file says nothing about seats."""

KNOWN = (
    *REQUIRED,
    "CustomerName",
    "CustomerDomainName",
    "CustomerCountry",
    "InvoiceNumber",
    "OrderId",
    "SkuName",
    "ProductName",
    "Quantity",
    "SubscriptionDescription",
    "TermAndBillingCycle",
    "BillingFrequency",
    "PricingCurrency",
    "PCToBCExchangeRate",
    "MeterDescription",
    "SubscriptionStartDate",
    "SubscriptionEndDate",
    "ReferenceId",
    "ProductQualifiers",
)
"""The columns that are read."""

_OTHERS = (
    (
        ("durableofferid", "syndicationpartnersubscriptionnumber"),
        (
            "This is a legacy (licence-based) reconciliation file; only new-commerce files can be imported. "
            "Download the reconciliation file of an invoice whose number starts with G"
        ),
    ),
    (
        ("meterid", "usagedate"),
        "This is a daily usage file; usage is not billed by this version. Download the invoice reconciliation file instead",
    ),
)


def check_layout(names: Collection[str], file: str, *, complete: bool) -> None:
    """Refuse a file whose columns cannot be those of a reconciliation file.

    Shape:  `complete` says that the names are all there are; a JSON row may leave out what is empty.

    Errors: BadInput that says what the file seems to be, or which columns are missing.
    """
    present = {name.strip().lower() for name in names}
    for signs, message in _OTHERS:
        if present.issuperset(signs):
            raise BadInput(message, file)
    missing = [name for name in REQUIRED if name.lower() not in present]
    if len(missing) == len(REQUIRED):
        message = (
            "This is not a new-commerce reconciliation file: none of its columns is known. "
            "Choose the right file, or describe its columns with --map"
        )
        raise BadInput(message, file)
    if missing and complete:
        message = (
            f"The column(s) {', '.join(missing)} are missing. Export the file again with all columns, or describe them with --map"
        )
        raise BadInput(message, file)
