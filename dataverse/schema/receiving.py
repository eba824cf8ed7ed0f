"""Money in: processors, profiles, payments, and what they paid for."""

from __future__ import annotations

from dataverse.schema.build import choice, day, flag, instant, lookup, memo, money, number, part_of, states, table, text, whole
from dataverse.schema.model import Group, Ownership

PAYMENT_PROCESSOR = table(
    "PaymentProcessor",
    (
        text("Code", 40, required=True),
        choice("Kind", "Stripe|Manual|GoCardless", required=True),
        text("SecretName", 127, about="Name of the Key Vault secret that holds the gateway's key; never the key itself"),
        text("WebhookSecretName", 127, about="Name of the Key Vault secret that signs the gateway's webhooks"),
        flag("IsDefault"),
        instant("MoneyReadTo", about="What moved at the gateway is kept up to this moment"),
        instant("MoneyCheckedTo", about="What moved at the gateway is compared with payments up to this moment"),
    ),
    keys=(("Code",),),
    ownership=Ownership.ORGANIZATION,
    about="A gateway, or the way in which money comes without one.",
)

PAYMENT_RULE = table(
    "PaymentRule",
    (
        text("Methods", 60, about="How it may be paid: Card, Bank debit, Transfer, separated by commas; empty: in every way"),
        number("CardSurcharge", 4, about="Percent of a document's net that payment by card adds; empty: nothing"),
        number("BankDebitSurcharge", 4, about="Percent of a document's net that a bank debit adds; empty: nothing"),
        number("TransferSurcharge", 4, about="Percent of a document's net that a transfer adds; empty: nothing"),
        lookup("SurchargeProduct", "w365_product", kept=True, about="What a surcharge is called, booked and taxed as"),
        number("PaidMonthlyPercent", 4, about="Added to the list's price of a longer plan where its term is paid monthly"),
        choice("PaidFirst", "Yes|No", about="Seats are added only while no document of the contract is open"),
    ),
    ownership=Ownership.ORGANIZATION,
    about="In which ways may be paid, and what each adds to a document: a customer's rule, or that of its price list.",
)

PAYMENT_PROFILE = table(
    "PaymentProfile",
    (
        lookup("Account", "account", required=True),
        lookup("Processor", "w365_paymentprocessor", required=True),
        text("CustomerReference", 100, about="The gateway's customer id"),
        text("MethodReference", 100, about="The gateway's id of the stored card or bank account"),
        choice("Kind", "Card|Bank debit", required=True),
        text("Brand", 40),
        text("LastFour", 4),
        whole("ExpiryMonth", minimum=1, maximum=12),
        whole("ExpiryYear", minimum=2000, maximum=2999),
        flag("IsDefault"),
        text("MandateReference", 100, about="The gateway's id of a bank debit's mandate"),
        text("SessionReference", 100, about="The gateway's id of its secure page that was opened last"),
        text("LinkHash", 64, about="SHA-256 of the request link's token; the token itself is nowhere"),
        instant("LinkExpiresOn", about="From this moment on the request link opens nothing"),
        text("LinkCurrency", 3, about="What will be collected in: decides which bank debits the page offers"),
        text("Message", 300, about="What happened to it last, in words"),
        day(
            "RefusedOn", about="When the bank or the gateway said that it must never be charged again; not charged until emptied"
        ),
    ),
    status=states("Active|Pending", "Inactive|Expired"),
    about="A token and what may be shown of it; card data live at the gateway only.",
)

PAYMENT = table(
    "Payment",
    (
        lookup("Invoice", "w365_invoice", required=True),
        whole("Attempt", minimum=1, required=True),
        lookup("Account", "account", kept=True),
        lookup("Profile", "w365_paymentprofile", kept=True),
        lookup("Processor", "w365_paymentprocessor", kept=True),
        lookup("Job", "w365_job"),
        choice("Source", "Charge|Auto charge|Books|Manual|Prepaid|Credit note|Pay link|Left over", required=True),
        money("Amount", required=True),
        text("GatewayReference", 100, about="The gateway's id of the payment; for a payment made in the books, its id there"),
        text("FailureCode", 100),
        choice("DeclineClass", "Soft|Hard", about="Whether a failure may pass by itself"),
        day("DeclinedOn", about="When it was known to have failed; its next try counts from there"),
        text("Message", 1000, about="What happened, in words"),
        instant("SentOn"),
        day("ReceivedOn"),
        lookup("Receipt", "w365_receipt", kept=True, about="The money that came in without a gateway, of which this is a part"),
        lookup("CreditNote", "w365_invoice", kept=True, about="The credit note of which this is a part"),
        lookup("LeftOverOf", "w365_payment", kept=True, about="The payment of another invoice which had this left over"),
        day("ReturnedOn", about="When it went away again: taken back here, or by the bank"),
        text("ReturnReason", 300),
        money("Spare", about="What of it no invoice uses and did not go back; below zero: more went back than had come"),
        text("CustomerReference", 100, about="Of a payment by link, the gateway's customer id; empty for every other one"),
        text("SessionReference", 100, about="Of a payment by link, the gateway's id of its page"),
    ),
    keys=(("Invoice", "Attempt"),),
    status=states("Pending|Unknown|Processing|Needs action", "Succeeded|Failed|Returned"),
    about="One attempt to collect one invoice, written before the gateway is called; its id is the idempotency key.",
)

PAYMENT_LINK = table(
    "PaymentLink",
    (
        lookup("Invoice", "w365_invoice", required=True),
        lookup("Delivery", "w365_delivery", about="The invoice's mail that carries it"),
        lookup("Notice", "w365_notice", about="The reminder or statement that carries it"),
        text("LinkHash", 64, required=True, about="SHA-256 of the link's token; the token itself is nowhere"),
        instant("ExpiresOn", about="From this moment on it opens nothing"),
    ),
    keys=(("LinkHash",),),
    status=states("Active", "Withdrawn"),
    about="A link in an invoice's mail, with which whoever has it sees the invoice and pays its balance.",
)

ALLOCATION = table(
    "Allocation",
    (
        lookup("Payment", "w365_payment", required=True),
        lookup("Invoice", "w365_invoice", required=True),
        money("Amount", required=True),
    ),
    keys=(("Payment", "Invoice"),),
    about="What part of a payment paid which invoice.",
)

RECEIPT = table(
    "Receipt",
    (
        lookup("Account", "account", required=True),
        lookup("LegalEntity", "w365_legalentity", required=True),
        choice("Method", "Bank transfer|Cheque|Cash|Other", required=True),
        text("Reference", 100, required=True, about="What the bank statement or the cheque says"),
        day("ReceivedOn", required=True),
        money("Amount", required=True),
        money("Unapplied", required=True, about="What no invoice has taken of it yet; never below zero"),
        day("ReturnedOn", about="When the bank took it back"),
        text("ReturnReason", 300),
        memo("PostedFor", 30000, about="What it was to pay when it was posted; whoever posts it again must say the same"),
    ),
    status=states("Open", "Used|Returned"),
    about="Money that came in without a gateway; what an invoice takes of it is a payment. Its id is derived: posted once.",
)

ACCOUNT_BALANCE = table(
    "AccountBalance",
    (
        lookup("Account", "account", required=True),
        money("Balance", required=True, about="What is open, less what is unapplied"),
        money("OpenAmount", required=True, about="The balances of its invoices, and what went back to it twice"),
        money(
            "Unapplied", required=True, about="What is left of its receipts, its credit notes, and payments that no invoice uses"
        ),
        money("Overdue", required=True, about="What of the open amount was due before the day"),
        money("Overdue30", required=True, about="Up to 30 days overdue"),
        money("Overdue60", required=True, about="31 to 60 days overdue"),
        money("Overdue90", required=True, about="61 to 90 days overdue"),
        money("OverdueLonger", required=True, about="More than 90 days overdue"),
        day("OldestDue", about="The first day on which something that is still open was due"),
        text("TimeZone", 60, about="Of the legal entity to which that is owed: the days there count"),
    ),
    about="What a customer owes in one currency; kept in step with its invoices and receipts, which count where they differ.",
)

PREPAID_BALANCE = table(
    "PrepaidBalance",
    (
        lookup("Account", "account", required=True),
        lookup("LegalEntity", "w365_legalentity", required=True),
        money("Balance", required=True, about="What is left; the sum of its movements, never below zero"),
        memo("Lots", 20000, about="JSON: what is left of each top-up, in the order in which invoices use them"),
    ),
    about="What a customer has paid before an invoice asked for it: taken by invoices under this row's version.",
)

PREPAID_MOVEMENT = table(
    "PrepaidMovement",
    (
        lookup("Balance", "w365_prepaidbalance", required=True),
        choice("Kind", "Top-up|Credit|Drawn|Expired", required=True),
        money("Amount", required=True, about="Negative for what leaves the balance"),
        day("MovedOn", required=True),
        text("Lot", 36, required=True, about="The top-up or credit that it made, or that it was taken from"),
        day("Expires", about="First day on which a top-up can no longer be used; empty: never"),
        lookup("Invoice", "w365_invoice", kept=True, about="The invoice that took it, or the credit note that it came from"),
        text("Reason", 300),
    ),
    about="The ledger of prepaid balances: rows are never changed or deleted.",
)

REFUND = table(
    "Refund",
    (
        lookup("Payment", "w365_payment", required=True),
        whole("Attempt", minimum=1, required=True),
        lookup("Account", "account", kept=True),
        lookup("CreditNote", "w365_invoice", kept=True),
        lookup("Job", "w365_job"),
        money("Amount", required=True),
        text("Reason", 300, required=True),
        text("GatewayReference", 100),
        text("FailureCode", 100),
        text("Message", 1000, about="What happened, in words"),
        instant("SentOn"),
        day("GivenOn", about="When it counted as given back"),
        day("CameBackOn", about="When it did not reach the customer after all"),
    ),
    keys=(("Payment", "Attempt"),),
    status=states("Pending|Unknown|Processing", "Succeeded|Failed"),
    about="One attempt to give money back, written before the gateway is called; its id is the idempotency key.",
)

WRITE_OFF = table(
    "WriteOff",
    (
        lookup("Invoice", "w365_invoice", required=True),
        lookup("Account", "account", kept=True),
        choice("Kind", "Written off|Taken back", required=True),
        money("Amount", required=True, about="Negative for what is taken back"),
        day("MovedOn", required=True),
        text("Reason", 300, required=True),
        lookup("Payment", "w365_payment", kept=True, about="The late money that took it back; empty where a person did"),
        lookup("Job", "w365_job", about="The wish of the person; empty where money did"),
    ),
    about="The ledger of what was given up of invoices, by whom and why: rows are never changed or deleted.",
)

REMINDER_PLAN = table(
    "ReminderPlan",
    (
        text("Code", 40, required=True, about="What the setting 'reminder-plan' calls it"),
        lookup("FeeProduct", "w365_product", kept=True, about="What late fees are billed, taxed and booked as"),
        whole("GraceDays", minimum=0, maximum=365, about="For so many days after the due day no step costs anything"),
        number("FeeCap", 4, about="The most that all steps of one invoice cost together; empty: whatever they come to"),
    ),
    keys=(("Code",),),
    ownership=Ownership.ORGANIZATION,
    currency=True,
    about="What happens so many days before and after an invoice is due, as long as it is open.",
)

REMINDER_STEP = table(
    "ReminderStep",
    (
        part_of("Plan", "w365_reminderplan"),
        whole("Day", minimum=-60, maximum=365, required=True, about="Days after the due day; negative for before it"),
        choice("Channel", "Mail|Task|Mail and task", required=True, about="A mail to the customer, a notice to staff, or both"),
        memo("TextEn", 2000, label="Text in English", about="Said before the list of invoices; empty: our own words"),
        memo("TextDe", 2000, label="Text in German"),
        memo("TextEs", 2000, label="Text in Spanish"),
        choice("CreditHold", "Yes|No", about="Whether it puts the customer on credit hold"),
        number("Fee", 4, about="What it costs, in the plan's currency"),
        number("FeePercent", 4, about="Percent of what is owed that it costs, besides"),
        number("YearlyInterest", 4, about="Percent a year of what is owed that it costs, besides"),
        choice("Suspend", "Yes|No", about="Whether it asks for the suspension of what is on the invoice's contract"),
    ),
    keys=(("Plan", "Day"),),
    ownership=Ownership.ORGANIZATION,
    about="One step of a reminder plan.",
)

DISPUTE = table(
    "Dispute",
    (
        lookup("Payment", "w365_payment", required=True),
        lookup(
            "Invoice", "w365_invoice", required=True, about="While one of its disputes is open, an invoice is not reminded of"
        ),
        lookup("Account", "account", kept=True),
        text("GatewayReference", 100, required=True, about="The gateway's id of the dispute, or of the event that began it"),
        money("Amount", required=True, about="What is disputed; may be a part of the payment"),
        money("Away", required=True, about="What of the payment it has taken and not given back"),
        money("Taken", required=True, about="The most that it had taken at once"),
        day("TakenOn"),
        day("BackOn", about="When money came back"),
        text("Reason", 300),
        instant("EvidenceDueBy", about="Until when evidence may be given at the gateway"),
        text("Message", 1000, about="What happened last, in words"),
    ),
    keys=(("Payment", "GatewayReference"),),
    status=states("Open|Under review", "Won|Lost|Closed"),
    about="What a bank or card scheme holds against a payment that had succeeded: a dispute, a charge-back, a late failure.",
)

REMINDER = table(
    "Reminder",
    (
        lookup("Invoice", "w365_invoice", required=True),
        whole("Day", required=True, about="Days after the due day; negative for before it"),
        lookup("Account", "account", kept=True),
        text("Plan", 40, about="The code of the plan that it was a step of"),
        day("DueOn", required=True, about="The day of the step by the plan"),
        money("Amount", required=True, about="What the customer was reminded of: the balance then, without what was disputed"),
        memo("Message", 2000, about="What else it did, in words"),
        money("Fee", about="What it cost the customer"),
        day("InterestTo", about="The last day that its interest is for"),
        lookup("FeeItem", "w365_nonrecurringitem", kept=True, about="What bills its fee"),
        flag("Suspends", about="Its step asks for the suspension of what is on the invoice's contract"),
    ),
    keys=(("Invoice", "Day"),),
    about="A step of a reminder plan that was taken for an invoice, once; who was told stands in the notices that name it.",
)

HOLD_LOG = table(
    "HoldLog",
    (
        lookup("Account", "account", required=True),
        choice("Action", "Placed|Lifted|Overridden", required=True),
        choice("Kind", "Manual|Rule|Documents", required=True, about="Who holds, or whose hold is lifted or overridden"),
        text("Rule", 200, about="The rule that did it; empty where a person did, who is its creator"),
        text("Reason", 300, required=True),
        lookup("Subscription", "w365_subscription", kept=True, about="What was changed although the customer is held"),
        lookup("Change", "w365_changelog", kept=True, about="The row of the change log that the override let in"),
    ),
    label="Hold log",
    plural="Hold log",
    about="What was put on credit hold, lifted and overridden, by whom and why: rows are never changed or deleted.",
)

CHECKLIST_ITEM = table(
    "ChecklistItem",
    (
        text("Code", 40, required=True),
        choice("Kind", "By hand|Payment profile|Agreement", required=True, about="What ticks it; by hand always works"),
        flag("Optional", about="Nobody waits for it"),
        whole("Ordinal", minimum=0, about="Its place on the checklist"),
        day("ValidFrom", required=True, about="Asked of accounts that are entered from this day on"),
    ),
    keys=(("Code",),),
    ownership=Ownership.ORGANIZATION,
    about="What a new customer has to bring before its credit hold is released.",
)

CHECKLIST_ENTRY = table(
    "ChecklistEntry",
    (
        lookup("Account", "account", required=True),
        lookup("Item", "w365_checklistitem", required=True),
        text("Code", 40, required=True),
        choice("Kind", "By hand|Payment profile|Agreement", required=True),
        flag("Optional"),
        whole("Ordinal", minimum=0),
        text("Note", 300, about="What was seen, or why it is open again"),
        instant("TickedOn", about="When it was ticked, or opened again"),
        lookup("TickedBy", "systemuser", kept=True, about="Whoever did; empty where it ticked itself"),
    ),
    keys=(("Account", "Item"),),
    status=states("Open", "Done"),
    label="Checklist entry",
    plural="Checklist entries",
    about="One item on the checklist of one account: who ticked it, when, and what was seen.",
)

GATEWAY_PAYOUT = table(
    "GatewayPayout",
    (
        lookup("Processor", "w365_paymentprocessor", required=True),
        text("Reference", 100, required=True, about="The gateway's id of it"),
        number("Amount", 4, required=True, about="What the bank statement shows, in major units"),
        text("CurrencyCode", 3, required=True),
        number("Fees", 4, about="What the gateway kept of it; empty where it does not say"),
        whole("Payments", about="How many payments it brings; empty where the gateway does not say"),
        day("ArrivesOn", about="The day on which it should be at the bank"),
        instant("MadeOn"),
        text("Message", 300, about="Why it did not arrive, in the gateway's words"),
    ),
    keys=(("Processor", "Reference"),),
    ownership=Ownership.ORGANIZATION,
    status=states("On its way", "Paid|Failed"),
    about="What a gateway sent to the bank account, as it says it itself.",
)

GATEWAY_MOVEMENT = table(
    "GatewayMovement",
    (
        lookup("Processor", "w365_paymentprocessor", required=True),
        text("Reference", 200, required=True, about="The gateway's id of it"),
        choice("Kind", "Payment|Refund|Dispute|Fee|Payout|Other", required=True),
        number("Amount", 4, about="What moved of the payment, in its own currency; negative for what went; empty: of no payment"),
        text("CurrencyCode", 3),
        number("Settled", 4, required=True, about="By how much the gateway's balance moved, before the fee"),
        number("Fee", 4, required=True, about="What the gateway kept of it"),
        text("SettledIn", 3, required=True, about="The currency of the gateway's balance"),
        instant("MovedOn"),
        text("PaymentReference", 100, about="The gateway's id of the payment"),
        text("PaymentMark", 100, about="Our id of the payment, as the gateway repeats it"),
        choice(
            "Mark", "Ours|Another environment|Nobody", about="Whose mark the payment carries; empty where it must be asked for"
        ),
        lookup("Payout", "w365_gatewaypayout", kept=True),
    ),
    keys=(("Processor", "Reference"),),
    ownership=Ownership.ORGANIZATION,
    about="What moved at a gateway, as it says it itself: rows are never changed, but for the payout that holds them.",
)

FIGURES = (
    money("CreditLimit", about="Empty: any amount"),
    money("OpenAmount", required=True, about="The balances of its invoices"),
    money("Unapplied", required=True, about="What is left of receipts, credit notes and payments; taken off the exposure"),
    money("Overdue", required=True, about="What of the open amount was due before the day"),
    money("Usage", required=True, about="Confirmed usage and approved time that no invoice has billed"),
    money("Committed", required=True, about="Cycles, changes and items that are billed up to the horizon"),
    money("Waiting", required=True, about="What orders add that wait or are planned"),
    money("Exposure", required=True, about="The sum of these"),
    money("Available", about="What the limit leaves; below zero where it is exceeded"),
    number("UsedPercent", 1, about="The used share of the limit"),
    memo("Unknown", 2000, about="What could not be counted, and why; until it can, no order fits"),
)
"""What is said of a debtor, with the accounts directly below it, in the currency of its limit."""

EXPOSURE = table(
    "Exposure",
    (
        lookup("Account", "account", required=True),
        *FIGURES,
        text("OrderedSince", 200, about="The last order that was let in since this was drawn; orders go in one after the other"),
    ),
    label="Credit exposure",
    about="What a customer with a credit limit owes and is bound to, drawn from documents, contracts and orders, which count.",
)

EXPOSURE_DAY = table(
    "ExposureDay",
    (lookup("Account", "account", required=True), day("Day", required=True), *FIGURES),
    label="Credit exposure of a day",
    plural="Credit exposures of days",
    about="How a customer stood at the end of each day on which its credit exposure changed.",
)

GROUP = Group(
    "receiving",
    "Money in",
    "Processors, profiles, payments and their links, receipts, balances, prepaid money, refunds, write-offs, disputes, "
    "reminders, holds, credit, payouts.",
    (
        *(PAYMENT_PROCESSOR, PAYMENT_RULE, PAYMENT_PROFILE, PAYMENT, ALLOCATION, RECEIPT, ACCOUNT_BALANCE, PREPAID_BALANCE),
        *(PREPAID_MOVEMENT, REFUND, DISPUTE, REMINDER_PLAN, REMINDER_STEP, REMINDER, HOLD_LOG, WRITE_OFF),
        *(CHECKLIST_ITEM, CHECKLIST_ENTRY),
        *(EXPOSURE, EXPOSURE_DAY, GATEWAY_PAYOUT, GATEWAY_MOVEMENT, PAYMENT_LINK),
    ),
)
