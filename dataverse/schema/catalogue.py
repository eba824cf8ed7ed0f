"""Catalogue: what is sold and for how much."""

from __future__ import annotations

from dataverse.schema.build import choice, day, flag, lookup, memo, number, part_of, states, table, text, whole
from dataverse.schema.model import Group, Ownership

BILLING_PLANS = "Monthly|Annual|Triennial"
BILLING_TYPES = "License|Usage|Tiered|Non-recurring|Service"
PRODUCT_CLASSES = "Resale|Own IP|Service"
TIER_MODELS = "Graduated|Volume|Flat|Package"

PRODUCT = table(
    "Product",
    (
        text("Number", 100, required=True, about="Our stock-keeping unit; for Microsoft products ProductId:SkuId"),
        text("PrintedName", 200, required=True),
        choice("BillingType", BILLING_TYPES, required=True),
        choice("ProductClass", PRODUCT_CLASSES),
        text("TaxCategory", 40, required=True),
        flag("IsBundle"),
        memo("Description", 2000),
        choice("TierModel", TIER_MODELS, about="How the price list's tiers are read; empty: one price per seat"),
        whole("PackageSize", minimum=1, about="Units in a package"),
        whole("FreeUnits", minimum=0, about="Units before the first package"),
        number("UsageMarkupPercent", 4, about="On the provider's cost of usage that neither contract nor meter price names"),
        number("ExtendedPercent", 4, about="Added to the price of a monthly term in an extended service term"),
        number("ExtendedAnnualPercent", 4, about="Added to the annual term's price there, where there is no monthly term"),
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
    (
        text("Code", 40, required=True),
        text("Market", 2, about="ISO 3166 code; rows of a supplier's sheet for other markets are left out"),
        text("Segment", 40, about="e.g. Commercial; rows of a supplier's sheet for other segments are left out"),
        lookup("PaymentRule", "w365_paymentrule", kept=True, about="How those may pay who buy by this list"),
    ),
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
        number("FlatAmount", about="Due once when the tier applies, beside the price per seat"),
        day("ValidTo", about="First day on which it can no longer be sold"),
    ),
    keys=(("Product", "PriceList", "Term", "BillingPlan", "TierFrom", "ValidFrom"),),
    ownership=Ownership.ORGANIZATION,
    about="One price of a product in a list, for a term and a billing plan, from a day and a quantity on.",
)

PRICE_CHANGE = table(
    "PriceChange",
    (
        text("Plan", 64, required=True, about="Hash of everything that was staged together; it is what a person approves"),
        text("Place", 300, required=True, about="Product, term, plan, tier and day: one wish each within a plan"),
        choice("Kind", "Added|Changed|Removed", required=True),
        lookup("PriceList", "w365_pricelist", required=True),
        lookup("Product", "w365_product", required=True),
        text("Term", 3, required=True),
        choice("BillingPlan", BILLING_PLANS, required=True),
        whole("TierFrom", minimum=1, required=True),
        day("ValidFrom", required=True, about="The day from which it holds; for a removed price the first day without it"),
        number("OldPrice"),
        number("OldCost"),
        number("UnitPrice"),
        number("UnitCost"),
        day("ValidTo"),
        text("Source", 200, about="The file that it came from"),
        lookup("StagedBy", "systemuser", kept=True),
        lookup("DecidedBy", "systemuser", kept=True),
    ),
    keys=(("Plan", "Place"),),
    ownership=Ownership.ORGANIZATION,
    status=states("Staged", "Approved|Rejected"),
    about="A price that somebody wants in a list; it becomes a price when somebody approves it, and bills nothing before.",
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
        whole("CyclesMax", minimum=1, about="How many cycles it lasts for one subscription; empty: as long as Lasts says"),
        choice("Eligibility", "Everyone|New customers|Named customers", required=True),
        memo("Accounts", 20000, about="JSON list of account ids, for named customers"),
        whole("SeatsMin", minimum=0),
        whole("SeatsMax", minimum=1),
        choice("Lasts", "To its end date|To the end of the term", about="Empty: to its end date"),
    ),
    keys=(("Key",),),
    ownership=Ownership.ORGANIZATION,
    currency=True,
    status=states("Active|Draft", "Ended"),
    about="A price that ends by itself.",
)

REFUND_POLICY = table(
    "RefundPolicy",
    (
        choice("BillingType", BILLING_TYPES, required=True),
        choice("Rule", "None|By days|By hours|Full", required=True),
        whole(
            "Days",
            minimum=0,
            maximum=3660,
            about="Refunded within so many days of buying or adding seats; empty: always",
        ),
        whole("ProviderDays", minimum=0, maximum=3660, about="The provider takes seats back within so many days; empty: always"),
    ),
    keys=(("BillingType",),),
    plural="Refund policies",
    ownership=Ownership.ORGANIZATION,
    about="Whether a reduction gives money back, for one type of product: the provider's window and the partner's own rule.",
)

GROUP = Group(
    "catalogue",
    "Catalogue",
    "What is sold and for how much.",
    (PRODUCT, PRODUCT_COMPONENT, PRICE_LIST, PRICE, PRICE_CHANGE, PROMOTION, REFUND_POLICY),
)
