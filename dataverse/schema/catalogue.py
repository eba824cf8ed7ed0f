"""Catalogue: what is sold and for how much."""

from __future__ import annotations

from dataverse.schema.build import choice, day, flag, lookup, memo, number, part_of, states, table, text, whole
from dataverse.schema.model import Group, Ownership

BILLING_PLANS = "Monthly|Annual|Triennial"
PRODUCT_CLASSES = "Resale|Own IP|Service"

PRODUCT = table(
    "Product",
    (
        text("Number", 100, required=True, about="Our stock-keeping unit; for Microsoft products ProductId:SkuId"),
        text("PrintedName", 200, required=True),
        choice("BillingType", "License|Usage|Tiered|Non-recurring|Service", required=True),
        choice("ProductClass", PRODUCT_CLASSES),
        text("TaxCategory", 40, required=True),
        flag("IsBundle"),
        memo("Description", 2000),
        number("UsageMarkupPercent", 4, about="On the provider's cost of usage that neither contract nor meter price names"),
    ),
    keys=(("Number",),),
    ownership=Ownership.ORGANIZATION,
    about="Something that is sold: a licence, usage, a one-time thing, a service, or a bundle of them.",
)

PRODUCT_COMPONENT = table(
    "ProductComponent",
    (
        part_of("Bundle", "w365_product"),
        lookup("Component", "w365_product", required=True),
        whole("Quantity", minimum=1, required=True, about="Per unit of the bundle"),
        flag("Billable"),
        flag("Shown", about="Printed on the invoice"),
    ),
    keys=(("Bundle", "Component"),),
    ownership=Ownership.ORGANIZATION,
    about="A part of a bundle, with how many of it come with each unit.",
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
        part_of("PriceList", "w365_pricelist"),
        text("Term", 3, required=True, about="P1M, P1Y or P3Y"),
        choice("BillingPlan", BILLING_PLANS, required=True),
        whole("TierFrom", minimum=1, required=True, about="Smallest quantity that this price applies to"),
        day("ValidFrom", required=True),
        number("UnitPrice", required=True, about="Per seat and billing-plan period, in the list's currency"),
        number("UnitCost", about="What the provider charges for the same"),
    ),
    keys=(("Product", "PriceList", "Term", "BillingPlan", "TierFrom", "ValidFrom"),),
    ownership=Ownership.ORGANIZATION,
    about="One price of a product in a list, for a term and a billing plan, from a day and a quantity on.",
)

PROMOTION = table(
    "Promotion",
    (
        text("Key", 200, required=True, about="Code, product, term, plan and start: one promotion each"),
        text("Code", 60, required=True, about="The provider's promotion id, or our own"),
        lookup("Product", "w365_product", required=True),
        text("Term", 3, about="P1M, P1Y or P3Y; empty for every term"),
        choice("BillingPlan", BILLING_PLANS),
        choice("Kind", "Percentage|Amount|Price", required=True),
        number("Value", required=True, about="Percent off, amount off per seat, or the price instead"),
        day("StartDate", required=True),
        day("EndDate", about="First day on which it can no longer be taken"),
        whole("CyclesMax", minimum=1, about="How many cycles it lasts for one subscription; empty: to the end of its term"),
        choice("Eligibility", "Everyone|New customers|Named customers", required=True),
        memo("Accounts", 20000, about="JSON list of account ids, for named customers"),
        whole("SeatsMin", minimum=0),
        whole("SeatsMax", minimum=1),
    ),
    keys=(("Key",),),
    ownership=Ownership.ORGANIZATION,
    currency=True,
    status=states("Active|Draft", "Ended"),
    about="A price that ends by itself.",
)

GROUP = Group(
    "catalogue", "Catalogue", "What is sold and for how much.", (PRODUCT, PRODUCT_COMPONENT, PRICE_LIST, PRICE, PROMOTION)
)
