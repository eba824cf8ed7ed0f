"""Selling: contracts, the subscriptions on them, and the ledger of every licence change."""

from __future__ import annotations

from dataverse.schema.build import choice, day, flag, instant, lookup, memo, number, states, table, text, whole
from dataverse.schema.catalogue import BILLING_PLANS

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
        lookup("PriceList", "w365_pricelist"),
        flag("IsDefault", about="New subscriptions of this customer in this currency land here"),
        text("PurchaseOrder", 60),
        text("BillingEmail", 200),
        text("SecondaryEmail", 200, about="A second recipient of invoices"),
        memo("AdditionalRecipients", 1000, about="More addresses, separated by commas"),
        flag("AutoSend"),
        flag("AutoSync"),
        flag("AutoCharge"),
        lookup("PaymentProfile", "w365_paymentprofile"),
        lookup("AccountingSystem", "w365_accountingsystem"),
    ),
    keys=(("Number",),),
    currency=True,
    status=states("Active", "Ended"),
)

SUBSCRIPTION = table(
    "Subscription",
    (
        lookup("Contract", "w365_billingcontract"),
        lookup("Account", "account"),
        lookup("Product", "w365_product"),
        lookup("Provider", "w365_provider"),
        lookup("ProviderAccount", "w365_provideraccount"),
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
        lookup("Parent", "w365_subscription", about="The bundle that this one is a component of"),
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
        lookup("Contract", "w365_billingcontract"),
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
        lookup("Invoice", "w365_invoice", about="The invoice that billed it"),
        memo("Note", 2000),
    ),
    keys=(("Subscription", "Sequence"),),
    plural="Change logs",
    about="A ledger: rows are never edited or deleted, only their two states move.",
)

TABLES = (BILLING_CONTRACT, SUBSCRIPTION, CHANGE_LOG)
