"""Catalogue: what is sold and for how much."""

from __future__ import annotations

from dataverse.schema.build import choice, day, flag, lookup, memo, number, table, text, whole
from dataverse.schema.model import Ownership

BILLING_PLANS = "Monthly|Annual|Triennial"

PRODUCT = table(
    "Product",
    (
        text("Number", 100, required=True, about="Our stock-keeping unit; for Microsoft products ProductId:SkuId"),
        text("PrintedName", 200, required=True),
        choice("BillingType", "License|Usage|Tiered|Non-recurring|Service", required=True),
        choice("ProductClass", "Resale|Own IP|Service"),
        text("TaxCategory", 40, required=True),
        flag("IsBundle"),
        memo("Description", 2000),
    ),
    keys=(("Number",),),
    ownership=Ownership.ORGANIZATION,
)

PRODUCT_COMPONENT = table(
    "ProductComponent",
    (
        lookup("Bundle", "w365_product", required=True),
        lookup("Component", "w365_product", required=True),
        whole("Quantity", minimum=1, required=True, about="Per unit of the bundle"),
        flag("Billable"),
        flag("Shown", about="Printed on the invoice"),
    ),
    keys=(("Bundle", "Component"),),
    ownership=Ownership.ORGANIZATION,
)

PRICE_LIST = table(
    "PriceList",
    (text("Code", 40, required=True),),
    keys=(("Code",),),
    ownership=Ownership.ORGANIZATION,
    currency=True,
    about="One list per currency and market.",
)

PRICE = table(
    "Price",
    (
        lookup("Product", "w365_product", required=True),
        lookup("PriceList", "w365_pricelist", required=True),
        text("Term", 3, required=True, about="P1M, P1Y or P3Y"),
        choice("BillingPlan", BILLING_PLANS, required=True),
        whole("TierFrom", minimum=1, required=True, about="Smallest quantity that this price applies to"),
        day("ValidFrom", required=True),
        number("UnitPrice", required=True, about="Per seat and billing-plan period, in the list's currency"),
        number("UnitCost", about="What the provider charges for the same"),
    ),
    keys=(("Product", "PriceList", "Term", "BillingPlan", "TierFrom", "ValidFrom"),),
    ownership=Ownership.ORGANIZATION,
)

TABLES = (PRODUCT, PRODUCT_COMPONENT, PRICE_LIST, PRICE)
