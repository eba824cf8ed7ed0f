"""Selling: contracts, the subscriptions on them, and the ledger of every licence change."""

from __future__ import annotations

from dataverse.schema.build import choice, day, flag, instant, lookup, memo, number, states, table, text, whole
from dataverse.schema.catalogue import BILLING_PLANS
from dataverse.schema.model import Group

FREQUENCIES = "Monthly|Quarterly|Semi-annual|Annual|Triennial"

BILLING_CONTRACT = table(
    "BillingContract",
    (
        text("Number", 40, required=True),
        lookup("Account", "account", required=True),
        lookup("LegalEntity", "w365_legalentity", required=True),
        day("StartDate", required=True),
        day("EndDate", about="First day that is no longer billed"),
        whole("BillDay", minimum=1, maximum=31, required=True),
        choice("Frequency", FREQUENCIES, required=True),
        choice("Policy", "Advance|Arrears", required=True),
        choice("Prorate", "Days|Months|30-day months|None", required=True),
        choice("ChangesBilled", "Now|Next cycle", required=True),
        whole(
            "OffsetDays",
            minimum=0,
            maximum=60,
            about="Days after the cycle's start (advance) or end (arrears) when the invoice is made",
        ),
        number("DiscountPercent", 4),
        day("NextInvoiceDate", about="The run of this day, or a later one, bills the next cycle"),
        day("BilledThrough", about="First day that no cycle invoice has billed yet"),
        whole("PaymentTermsDays", minimum=0, maximum=365),
        lookup("PriceList", "w365_pricelist", kept=True),
        flag("IsDefault", about="New subscriptions of this customer in this currency land here"),
        text("PurchaseOrder", 60),
        text("BillingEmail", 200),
        text("SecondaryEmail", 200, about="A second recipient of invoices"),
        memo("AdditionalRecipients", 1000, about="More addresses, separated by commas"),
        flag("AutoSend"),
        flag("AutoSync"),
        flag("AutoCharge"),
        lookup("PaymentProfile", "w365_paymentprofile"),
        lookup("AccountingSystem", "w365_accountingsystem", kept=True),
        choice("CatchUp", "Ask|Bill each|Combine|Skip", about="What becomes of cycles that its dates make due all at once"),
        text("CatchUpReason", 300),
        choice(
            "Consolidate",
            "Alone|Customer|Purchase order|Payment method|Purchase order and payment method",
            about="Stands on one document with the customer's other contracts that are due and say the same",
        ),
        day("CatchUpUntil", about="The decision is about cycles that begin before this day; empty: for good"),
    ),
    keys=(("Number",),),
    currency=True,
    status=states("Active", "Ended"),
)

SUBSCRIPTION = table(
    "Subscription",
    (
        lookup("Contract", "w365_billingcontract", kept=True),
        lookup("Account", "account", kept=True),
        lookup("Product", "w365_product", kept=True),
        lookup("Provider", "w365_provider", kept=True),
        lookup("ProviderAccount", "w365_provideraccount", kept=True),
        text("ExternalId", 100, about="The provider's subscription id"),
        text("PrintedName", 200, about="Printed instead of the product's name"),
        day("StartDate", required=True),
        day("EndDate", about="First day without service"),
        whole("Quantity", minimum=0, required=True, about="The sum of the change log"),
        number("UnitPrice", about="Selling price per seat and billing cycle of the contract"),
        number("UnitCost"),
        text("Term", 3),
        choice("BillingPlan", BILLING_PLANS),
        day("CommitmentEnd", about="First day after the commitment"),
        flag("Billable"),
        lookup("Parent", "w365_subscription", kept=True, about="The bundle that this one is a component of"),
        whole("LastSequence", minimum=0, about="Sequence of the newest change-log row"),
    ),
    keys=(("Provider", "ExternalId"),),
    currency=True,
    status=states("Active|Awaiting provisioning|Suspended", "Cancelled"),
)

CHANGE_LOG = table(
    "ChangeLog",
    (
        lookup("Subscription", "w365_subscription", required=True),
        whole("Sequence", minimum=1, required=True),
        lookup("Contract", "w365_billingcontract", kept=True),
        choice("Event", "Create|Quantity|Price|Pause|Resume|Cancel|Reactivate|Transfer", required=True),
        day("Effective", required=True),
        instant("RecordedOn", about="When we learned of it"),
        whole("Quantity", minimum=0, required=True, about="Seats after the change"),
        whole("QuantityDelta", required=True),
        number("UnitPrice", required=True, about="Price after the change"),
        choice("Source", "Staff|Portal|Provider|Import|Schedule", required=True),
        text("Reference", 200, about="The provider's reference for this change"),
        choice("ProvisioningState", "Not applicable|Awaiting|Provisioned|Failed", required=True),
        choice("BillingState", "Unbilled|Billed|Excluded", required=True),
        lookup("Invoice", "w365_invoice", kept=True, about="The invoice that billed it"),
        memo("Note", 2000),
    ),
    keys=(("Subscription", "Sequence"),),
    plural="Change logs",
    about="A ledger: rows are never edited or deleted, only their two states move.",
)

SCHEDULED_CHANGE = table(
    "ScheduledChange",
    (
        text("Key", 120, required=True, about="Subscription, day and kind: one wish each"),
        lookup("Subscription", "w365_subscription", required=True),
        choice("Event", "Quantity|Price|Pause|Resume|Cancel|Product|Renewal", required=True),
        day("DueOn", required=True),
        whole("Quantity", minimum=0, about="Seats after the change"),
        number("UnitPrice", about="Price after the change"),
        lookup("Product", "w365_product", kept=True, about="The product that takes its place"),
        choice("Source", "Staff|Portal|Provider|Import|Schedule", required=True),
        lookup("Change", "w365_changelog", kept=True, about="The change-log row that it became"),
        whole("Attempts", minimum=0),
        memo("Message", 2000, about="Why it has not happened yet, in words"),
    ),
    keys=(("Key",),),
    status=states("Scheduled|Waiting for approval", "Done|Failed|Cancelled"),
    about="A change with a day in the future; on that day it becomes a change-log row, exactly once.",
)

NON_RECURRING_ITEM = table(
    "NonRecurringItem",
    (
        text("Key", 160, required=True, about="What makes a second copy impossible, e.g. a file's name and row"),
        lookup("Contract", "w365_billingcontract", required=True),
        lookup("Product", "w365_product", kept=True),
        text("Description", 300, required=True),
        day("ServiceDate", required=True),
        number("Quantity", 4, required=True),
        number("UnitPrice", required=True),
        number("UnitCost"),
        number("DiscountPercent", 4),
        choice("Source", "Staff|Portal|Import|Time|Fee", required=True),
        choice("BillingState", "Unbilled|Billed|Excluded", required=True),
        lookup("Invoice", "w365_invoice", kept=True, about="The invoice that billed it"),
        memo("Note", 2000),
    ),
    keys=(("Key",),),
    label="Non-recurring item",
    currency=True,
    status=states("Approved|Draft|Submitted", "Rejected"),
    about="Something that is billed once.",
)

USAGE = table(
    "Usage",
    (
        text("LineId", 200, required=True, about="The provider's id of the metered line; a restatement has a version of its own"),
        whole("Version", minimum=1, required=True),
        lookup("Subscription", "w365_subscription", required=True),
        day("UsedOn", required=True),
        text("Meter", 200, required=True),
        text("MeterCategory", 100),
        text("Region", 60),
        text("ResourceGroup", 200),
        text("Resource", 500),
        memo("Tags", 4000, about="JSON object"),
        number("Quantity", required=True),
        text("Unit", 60, required=True),
        number("UnitCost", required=True, about="In the provider's currency"),
        text("CostCurrency", 3, required=True),
        choice("Certainty", "Confirmed|Unconfirmed", required=True),
        choice("BillingState", "Unbilled|Billed|Excluded|Restated", required=True),
        lookup("InvoiceLine", "w365_invoiceline", kept=True, about="The line that billed it"),
    ),
    keys=(("LineId", "Version"),),
    label="Usage record",
    audited=False,
    about="What was metered, as the provider said it; billed in arrears.",
)

GROUP = Group(
    "selling",
    "Customers and subscriptions",
    "Contracts, what runs on them, and the ledger of every licence change.",
    (BILLING_CONTRACT, SUBSCRIPTION, CHANGE_LOG, SCHEDULED_CHANGE, NON_RECURRING_ITEM, USAGE),
)
