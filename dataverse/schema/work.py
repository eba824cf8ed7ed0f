"""Work: jobs (what every button, flow and timer creates), deliveries, findings, notices, and approvals of jobs."""

from __future__ import annotations

from dataverse.schema.build import choice, day, instant, lookup, memo, money, number, states, table, text, whole
from dataverse.schema.model import Group

JOB = table(
    "Job",
    (
        text("Key", 160, required=True, about="What makes a second copy of the same wish impossible"),
        choice(
            "Kind",
            "Charge|Sync|Send|Issue|Confirm payment|Verify|Settle tax|Credit|Cancel|Change|One-off|Close|Refund|Explain"
            "|Write off|Take back write-off|Answer request|Approve prices|Reprice|Set renewals|Request profile|Amend|Release"
            "|Review entry|Tick",
            required=True,
        ),
        lookup("Invoice", "w365_invoice"),
        lookup("Payment", "w365_payment"),
        lookup("Profile", "w365_paymentprofile", about="Charge with this profile instead of the contract's"),
        money("Amount", about="Charge, give back or write off this much; empty means the balance, or all that is left"),
        memo("Arguments", 4000, about="More arguments, as a JSON object"),
        whole("Attempts", minimum=0),
        instant("NotBefore", about="Do not try again before this moment"),
        instant("AskedOn", about="Set to now, a person asks for it to be run now, or again"),
        instant("StartedOn"),
        instant("FinishedOn"),
        memo("Message", 4000, about="The result, in words for the form"),
    ),
    keys=(("Key",),),
    status=states("Waiting|Running|Confirming|Paused|Waits for approval", "Succeeded|Refused|Failed|Cancelled"),
    about="What somebody wants done: a button, a flow or a timer creates it, a worker does it and says what came of it.",
)

APPROVAL = table(
    "Approval",
    (
        text("Key", 160, required=True, about="Job and number: a request is asked about once as long as its facts are the same"),
        lookup("Job", "w365_job", about="The request that waits"),
        text(
            "Subject", 100, about="What was entered or planned that it is about: table and id; empty for what a job does itself"
        ),
        whole("Number", minimum=1, required=True, about="How often the request has been asked about"),
        choice(
            "Matter",
            "Purchase|Reduction|Discount|Credit|Refund|Write-off|Renewal|Price list|Order over limit",
            required=True,
        ),
        memo("What", 2000, about="What is asked for, in words"),
        memo("Why", 4000, about="The threshold that caught it, with the figures"),
        memo("Facts", 20_000, about="What it was decided on, as a JSON object: other facts ask again"),
        text("Fingerprint", 64, required=True, about="SHA-256 of the facts"),
        text("Wish", 64, required=True, about="SHA-256 of what the job said: an edited job is not approved"),
        money("Amount", about="How large it is; empty where it is a percentage, or not known"),
        number("Percent", 4, about="How large it is, in percent"),
        lookup("Account", "account", kept=True),
        lookup("LegalEntity", "w365_legalentity", kept=True),
        lookup("AskedBy", "systemuser", required=True),
        instant("AskedOn"),
        instant("AnswerBy", about="It is expired from this moment on"),
        lookup("AnsweredBy", "systemuser", kept=True),
        lookup("InPlaceOf", "systemuser", kept=True, about="The approver whose delegate answered"),
        instant("AnsweredOn"),
        lookup("Answer", "w365_job", about="The job by which it was answered"),
        memo("Reason", 4000, about="Why it was answered so, or why it is overtaken"),
    ),
    keys=(("Key",),),
    status=states("Waiting", "Approved|Refused|Expired|Overtaken"),
    about="A request that waits for an approver, or the answer to it. Written by the functions alone; people answer by a job.",
)

DELEGATION = table(
    "Delegation",
    (
        lookup("Delegate", "systemuser", required=True, about="Who may answer in the owner's place"),
        day("StartDate", required=True),
        day("EndDate", about="First day on which it no longer counts"),
        text("Note", 200),
    ),
    about="An approver, who owns the row, lets somebody else answer requests in their place for some days.",
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
        number("Amount", 4, about="By how much something differs, in major units"),
        text("CurrencyCode", 3),
        day("Since", about="The day from which its age counts"),
        text("Here", 100, about="Our id of what differs, or the number of a document"),
        text("There", 100, about="Its id at a gateway or in the books"),
        text("NextStep", 500, about="What to press, run or ask"),
        day("ClosedOn", about="The day on which it was no longer found"),
    ),
    keys=(("Key",),),
    status=states("Open|Snoozed", "Resolved|Ignored"),
    about="Something that a person must look at, with the sentence that says what to do.",
)

KINDS = (
    "Renewal|Return window|Usage threshold|Statement|Reminder|Payment|Card expiry|Question|Answer|Payment details|"
    "Suspension warning|Suspension|Approval"
)
NOTICE = table(
    "Notice",
    (
        text("Key", 400, required=True, about="Kind, contract, what is told together, audience and recipient: told once"),
        memo("Events", 100_000, about="What it tells, a line each"),
        choice("Kind", KINDS, required=True),
        choice("Audience", "Customer|Staff", required=True),
        text("Recipient", 200, about="Where it is mailed; empty for staff who read it here"),
        memo("Body", 100_000, about="What it says, as it was or will be sent; links that open something stand in the mail alone"),
        text("Language", 20, about="IETF tag of the language that it is written in"),
        text("Why", 300, about="The rule that asked for it, with its figures"),
        lookup("Account", "account"),
        lookup("Contract", "w365_billingcontract"),
        lookup("Subscription", "w365_subscription"),
        memo(
            "PayInvoices", 4000, about="Ids of the invoices that it asks for, a line each: its mail may carry links to pay them"
        ),
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
    "Jobs (what every button, flow and timer creates), deliveries, findings, notices, and approvals of jobs.",
    (JOB, DELIVERY, FINDING, NOTICE, APPROVAL, DELEGATION),
)
