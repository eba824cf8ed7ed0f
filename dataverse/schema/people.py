"""People: what they earn on what they sell."""

from __future__ import annotations

from dataverse.schema.build import choice, day, flag, instant, lookup, memo, money, number, states, table, text
from dataverse.schema.catalogue import PRODUCT_CLASSES
from dataverse.schema.model import Group, Ownership

BASES = "Booking|Invoice|Cash"

INCENTIVE_TEMPLATE = table(
    "IncentiveTemplate",
    (
        text("Code", 60, required=True),
        choice("ProductClass", PRODUCT_CLASSES, about="Empty for every class"),
        choice("Revenue", "Recurring|One-time|Service|Every kind", required=True),
        choice("Frequency", "Monthly|Quarterly|Annual|Once", required=True),
        choice("Basis", BASES, required=True, about="The event that earns: the order, the invoice, or its payment"),
        choice("Measure", "Revenue|Net", required=True, about="Net is revenue less cost"),
        flag("NegativeNet", about="Whether a loss earns a negative amount instead of nothing"),
        number("Percent", 4, required=True),
        day("StartDate", required=True),
        day("EndDate", about="First day on which it no longer earns"),
    ),
    keys=(("Code",),),
    ownership=Ownership.ORGANIZATION,
    status=states("Draft|Published", "Ended"),
    about="What leadership offers for selling a class of products.",
)

INCENTIVE_PLAN = table(
    "IncentivePlan",
    (
        lookup("Template", "w365_incentivetemplate", required=True),
        lookup("Person", "systemuser", required=True),
        number("Percent", 4, about="Instead of the template's"),
        day("StartDate", required=True),
        day("EndDate", about="First day on which it no longer earns"),
        memo("Note", 2000),
    ),
    keys=(("Template", "Person", "StartDate"),),
    about="A template as it holds for one person.",
)

PAYOUT = table(
    "Payout",
    (
        lookup("Person", "systemuser", required=True),
        day("PeriodStart", required=True),
        day("PeriodEnd", required=True, about="First day after the period"),
        money("Amount", required=True, about="Sum of its earnings"),
        lookup("ApprovedBy", "systemuser", kept=True),
        instant("ApprovedOn"),
        day("PaidOn"),
        text("Reference", 100, about="Of the payment in payroll or the books"),
    ),
    keys=(("Person", "PeriodStart"),),
    status=states("Proposed|Approved", "Paid|Reversed"),
    about="What one person is paid for one period; after it is paid only a reversal changes it.",
)

EARNING = table(
    "Earning",
    (
        text("Key", 160, required=True, about="Plan, invoice line and event"),
        lookup("Plan", "w365_incentiveplan", required=True),
        lookup("Person", "systemuser", required=True),
        lookup("InvoiceLine", "w365_invoiceline", kept=True),
        lookup("Payment", "w365_payment", kept=True, about="On a cash basis, the payment that earned it"),
        choice("Basis", BASES, required=True),
        day("EarnedOn", required=True),
        money("Revenue", required=True),
        money("Cost"),
        number("Percent", 4, required=True),
        money("Amount", required=True),
        lookup("Payout", "w365_payout", kept=True),
        lookup("Reverses", "w365_earning", kept=True),
        memo("Dispute", 2000, about="What the person says against it, and the answer"),
    ),
    keys=(("Key",),),
    status=states("Open|Disputed|Approved", "Paid|Reversed"),
    about="What one invoice line earned one person.",
)

GROUP = Group(
    "people",
    "People",
    "What people earn on what they sell: templates, plans, earnings and payouts.",
    (INCENTIVE_TEMPLATE, INCENTIVE_PLAN, EARNING, PAYOUT),
)
