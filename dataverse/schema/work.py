"""Work: jobs (what every button, flow and timer creates), deliveries, findings and notices."""

from __future__ import annotations

from dataverse.schema.build import choice, instant, lookup, memo, money, states, table, text, whole
from dataverse.schema.model import Group

JOB = table(
    "Job",
    (
        text("Key", 160, required=True, about="What makes a second copy of the same wish impossible"),
        choice(
            "Kind",
            "Charge|Sync|Send|Issue|Confirm payment|Verify|Settle tax|Credit|Cancel|Change|One-off|Close|Refund|Explain",
            required=True,
        ),
        lookup("Invoice", "w365_invoice"),
        lookup("Payment", "w365_payment"),
        lookup("Profile", "w365_paymentprofile", about="Charge with this profile instead of the contract's"),
        money("Amount", about="Charge or give back this much; empty means the balance, or all that is left"),
        memo("Arguments", 4000, about="More arguments, as a JSON object"),
        whole("Attempts", minimum=0),
        instant("NotBefore", about="Do not try again before this moment"),
        instant("AskedOn", about="Set to now, a person asks for it to be run now, or again"),
        instant("StartedOn"),
        instant("FinishedOn"),
        memo("Message", 4000, about="The result, in words for the form"),
    ),
    keys=(("Key",),),
    status=states("Waiting|Running|Confirming|Paused", "Succeeded|Refused|Failed|Cancelled"),
    about="What somebody wants done: a button, a flow or a timer creates it, a worker does it and says what came of it.",
)

DELIVERY = table(
    "Delivery",
    (
        lookup("Invoice", "w365_invoice", required=True),
        text("Recipient", 200, required=True),
        whole("Attempt", minimum=1, required=True),
        text("DocumentHash", 64, about="SHA-256 of the PDF that was sent"),
        text("MessageReference", 200),
        lookup("Job", "w365_job"),
        instant("BegunOn", about="When a worker began to hand it over; without an outcome it may have been sent"),
        instant("SentOn"),
        memo("Message", 2000),
    ),
    keys=(("Invoice", "Recipient", "Attempt"),),
    plural="Deliveries",
    status=states("Queued|Unknown", "Sent|Failed"),
    about="One mailing of one document to one recipient, written before it is handed over.",
)

FINDING = table(
    "Finding",
    (
        text("Key", 250, required=True),
        text("Code", 60, required=True),
        text("Subject", 250, required=True),
        memo("Message", 4000),
        choice("Severity", "Error|Warning|Information", required=True),
        text("Source", 200, about="The file, run or job that found it"),
        lookup("Account", "account"),
        lookup("Contract", "w365_billingcontract"),
        lookup("Subscription", "w365_subscription"),
        lookup("Invoice", "w365_invoice"),
        lookup("ProviderInvoiceLine", "w365_providerinvoiceline"),
        money("Value", about="What it is worth a month, where that is known"),
        text("Decision", 300, about="What a person decided, and why"),
    ),
    keys=(("Key",),),
    status=states("Open|Snoozed", "Resolved|Ignored"),
    about="Something that a person must look at, with the sentence that says what to do.",
)

KINDS = "Renewal|Return window|Usage threshold|Statement|Reminder|Payment|Card expiry|Suspension warning|Suspension"
NOTICE = table(
    "Notice",
    (
        text("Key", 400, required=True, about="Kind, contract, what is told together, audience and recipient: told once"),
        memo("Events", 100_000, about="What it tells, a line each"),
        choice("Kind", KINDS, required=True),
        choice("Audience", "Customer|Staff", required=True),
        text("Recipient", 200, about="The customer's address; empty for staff, whose notice is this row itself"),
        memo("Body", 100_000, about="What it says, as it was or will be sent"),
        text("Language", 20, about="IETF tag of the language that it is written in"),
        text("Why", 300, about="The rule that asked for it, with its figures"),
        lookup("Account", "account"),
        lookup("Contract", "w365_billingcontract"),
        lookup("Subscription", "w365_subscription"),
        instant("Until", about="It is not sent from this moment on"),
        instant("BegunOn", about="When a worker began to hand it over; without an outcome it may have been sent"),
        instant("SentOn"),
        text("MessageReference", 200),
        memo("Message", 2000, about="Why it was not sent, in words"),
    ),
    keys=(("Key",),),
    status=states("Queued|Unknown|To read", "Sent|Failed|Read"),
    has_notes=True,
    about="What a customer or the owner of a contract is told about something that comes or happened; each of them once.",
)

GROUP = Group(
    "work",
    "Work",
    "Jobs (what every button, flow and timer creates), deliveries, findings and notices.",
    (JOB, DELIVERY, FINDING, NOTICE),
)
