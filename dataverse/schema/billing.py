"""Billing: runs, their chunks, schedules, invoices and lines."""

from __future__ import annotations

from dataverse.schema.build import choice, day, flag, instant, lookup, memo, money, number, part_of, states, table, text, whole
from dataverse.schema.model import Group

BILLING_RUN = table(
    "BillingRun",
    (
        day("AsOf", required=True),
        lookup("LegalEntity", "w365_legalentity", required=True),
        text("Scope", 60, required=True, about="'all', or the number of the one contract that the run is for"),
        whole("Chunks", minimum=0),
        whole("Contracts", minimum=0),
        whole("Invoices", minimum=0),
        instant("FinishedOn"),
        memo("Message", 4000),
    ),
    keys=(("AsOf", "LegalEntity", "Scope"),),
    status=states("Planning|Running", "Complete|Complete with failures"),
    about="One run of one legal entity for one day: what was due, and what became of it.",
)

BILLING_CHUNK = table(
    "BillingChunk",
    (
        part_of("Run", "w365_billingrun"),
        whole("Ordinal", minimum=0, required=True),
        memo("Contracts", 20000, about="JSON list of contract ids"),
        whole("Attempts", minimum=0),
        instant("ClaimedOn"),
        whole("Invoices", minimum=0),
        whole("Findings", minimum=0),
        memo("Message", 4000),
    ),
    keys=(("Run", "Ordinal"),),
    audited=False,
    status=states("Waiting|Working", "Done|Failed"),
    about="Some contracts of a run that one worker bills.",
)

BILLING_SCHEDULE = table(
    "BillingSchedule",
    (
        lookup("Contract", "w365_billingcontract", required=True),
        day("CycleStart", required=True),
        day("CycleEnd", required=True, about="First day after the cycle"),
        choice("Purpose", "Cycle|Changes|One-time|Skipped", required=True),
        text("ChangeSet", 64, required=True, about="'-' and more for a cycle; a hash of the changes for a change-log invoice"),
        lookup("Invoice", "w365_invoice", kept=True),
        lookup("Run", "w365_billingrun"),
        text("Reason", 300, about="Why the cycle is never billed, for one that was skipped"),
    ),
    keys=(("Contract", "CycleStart", "Purpose", "ChangeSet"),),
    about="One row per billed or skipped cycle: its key is what makes a second invoice for a cycle impossible.",
)

MISSED_CYCLE = table(
    "MissedCycle",
    (
        lookup("Contract", "w365_billingcontract", required=True),
        lookup("Subscription", "w365_subscription", kept=True, about="The one that was entered late; empty: all of the contract"),
        day("CycleStart", required=True),
        day("CycleEnd", required=True, about="First day after the cycle"),
        choice("Choice", "Bill|Combine|Skip", required=True, about="What becomes of it"),
        text("Reason", 300, about="Why; needed for one that is skipped"),
    ),
    about="What a person decided about one cycle that dates made due late; billing reads it, and never bills a skipped one.",
)

INVOICE = table(
    "Invoice",
    (
        text("Key", 120, required=True, about="Contract, first cycle and purpose: one document each"),
        text("Number", 40, about="Empty until the invoice is issued"),
        choice("Kind", "Invoice|Credit note", required=True),
        lookup("Contract", "w365_billingcontract", kept=True),
        lookup("Account", "account", required=True),
        lookup("LegalEntity", "w365_legalentity", required=True),
        lookup("Run", "w365_billingrun"),
        day("InvoiceDate"),
        day("DueDate"),
        day("PeriodStart"),
        day("PeriodEnd", about="First day after the period"),
        text("PurchaseOrder", 60),
        money("Net", required=True),
        money("Tax", required=True),
        money("Total", required=True),
        money("AmountCharged", required=True),
        money("Balance", required=True),
        money("WrittenOff", about="What of it was given up: the sum of its write-offs"),
        money("PrepaidUsed", about="What of it came from the customer's prepaid balance when it was issued"),
        money("PrepaidLeft", about="What was left on the prepaid balance then"),
        day("PaidOn"),
        instant("SentOn"),
        lookup("VerifiedBy", "systemuser", kept=True),
        instant("VerifiedOn"),
        text(
            "VerifiedHash",
            400,
            about="Of all that is printed, as it was verified; a document that says more or less is a draft again",
        ),
        memo("ApprovalNote", 1000, about="Why it is a draft again: what was changed since it was verified, by whom and when"),
        text("LastChargeStatus", 300),
        flag("NoReminders", about="Nobody is ever reminded of it"),
        day(
            "RemindersPausedUntil", about="Last day without a reminder, e.g. because the customer has promised to pay until then"
        ),
        money("DisputedAmount", about="What of it the customer does not accept; nobody is reminded of that part"),
        text("ReminderNote", 300, about="Why it is paused, disputed or never reminded of"),
        day("RemindedOn", about="The day of its latest reminder"),
        text("TaxReference", 50, about="The document's name at the tax engine; empty where the table computed the taxes"),
        text("TaxState", 20, about="What the tax engine has recorded it as, e.g. 'Committed'"),
        lookup("Original", "w365_invoice", kept=True, about="The document that this one credits or cancels"),
        text("Reason", 300, about="Why a person credited or cancelled it"),
        text("AccountingReference", 60, about="The document's id in the books"),
        text("Claim", 36, about="The set of usage records that it bills, where these are too many for one change set"),
    ),
    keys=(("Key",), ("Number",)),
    has_notes=True,
    status=states("Draft|Verified|Issued|Partial", "Paid|Cancelled|Written off"),
    about="A document: an invoice or a credit note, from draft to paid.",
)

INVOICE_LINE = table(
    "InvoiceLine",
    (
        text("Key", 160, required=True, about="What makes a second copy of a line impossible"),
        part_of("Invoice", "w365_invoice"),
        lookup("Contract", "w365_billingcontract", kept=True),
        lookup("Subscription", "w365_subscription", kept=True),
        lookup("Product", "w365_product", kept=True),
        whole("Ordinal", minimum=0, required=True),
        choice(
            "Kind",
            "Cycle|Stub|Credit|Charge|Correction|Discount|Minimum|One-time|Usage|Time|Surcharge|Supplier|Fee",
            required=True,
        ),
        text("Description", 300, required=True),
        day("PeriodStart"),
        day("PeriodEnd", about="First day after the period"),
        number("Quantity", 4),
        number("UnitPrice"),
        whole("FractionNumerator"),
        whole("FractionDenominator", minimum=1),
        money("Amount", required=True),
        number("TaxPercent", 4),
        money("Tax", required=True),
        text("TaxCode", 40),
        text("TaxCategoryCode", 2, about="EN 16931: S, Z, E, AE, K, G or O"),
        text("TaxNote", 200, about="Printed beside the tax"),
        flag("PriceIncludesTax", about="The price includes the tax, which was taken out of the amount"),
        text("TaxRegistration", 40, about="The seller's tax number that the tax is owed under, if not the legal entity's own"),
        number("ExchangeRate", about="What the price was converted with, where it is in another currency"),
        text("PriceCurrency", 3, about="The currency of the price, where it is not the invoice's"),
        lookup("Change", "w365_changelog", kept=True, about="The change that made this line"),
        text("Origin", 160, about="Key of the line that this one corrects"),
        number("ListPrice", about="The list's price per seat and cycle when the line was made"),
    ),
    keys=(("Key",),),
    about="Posted lines are never edited: a late change becomes a credit and a charge.",
)

QUESTION = table(
    "Question",
    (
        part_of("Invoice", "w365_invoice"),
        lookup("Line", "w365_invoiceline", kept=True, about="The line that it is about; empty: the document"),
        lookup("Account", "account", kept=True),
        money("Disputed", required=True, about="What of the invoice nobody is reminded of until it is closed"),
    ),
    status=states("Open|Answered", "Closed"),
    about="What a customer asks about a document or one of its lines, until it is closed.",
)

QUESTION_MESSAGE = table(
    "QuestionMessage",
    (
        part_of("Question", "w365_question"),
        whole("Sequence", minimum=1, required=True),
        choice("Side", "Customer|Staff", required=True),
        text("By", 100, about="Who says it, where that is not whoever created the row"),
        instant("SaidOn"),
        memo("Text", 2000),
    ),
    keys=(("Question", "Sequence"),),
    about="One message of a question. None is edited or deleted.",
)

GROUP = Group(
    "billing",
    "Billing",
    "Runs, their chunks, what each billed, the invoices, and what their customers ask about them.",
    (BILLING_RUN, BILLING_CHUNK, BILLING_SCHEDULE, MISSED_CYCLE, INVOICE, INVOICE_LINE, QUESTION, QUESTION_MESSAGE),
)
