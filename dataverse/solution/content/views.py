"""The views that a table has besides those that every table has (active, inactive, all, mine, and the finders).

`where` is a list of conditions, all of which hold: `column operator value`, separated by `;`; alternatives by ` or `. Values of
choices are labels, several ones separated by `|`. A day before today is `yesterday or olderthan-x-days 1`: FetchXML has no word
for it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Listed:
    """A view of one table, with the columns that its lists have."""

    table: str
    name: str
    where: str
    about: str = ""


COUNTS = "billingstate in Unbilled|Billed"
PAST = "{0} yesterday or {0} olderthan-x-days 1"


def _past(column: str) -> str:
    return PAST.format(column)


VIEWS = (
    # billing
    Listed("invoice", "Draft invoices", "status eq Draft"),
    Listed("invoice", "Verified invoices", "status eq Verified", "Looked at, and waiting for their number."),
    Listed("invoice", "Issued invoices", "status eq Issued"),
    Listed(
        "invoice",
        "Overdue invoices",
        f"status in Issued|Partial; balance gt 0; {_past('duedate')}",
        "Due before today, with something left to pay.",
    ),
    Listed("invoice", "Invoices due in 7 days", "status in Issued|Partial; balance gt 0; duedate next-x-days 7"),
    Listed("invoice", "Partially paid invoices", "status eq Partial"),
    Listed("invoice", "Paid invoices", "status eq Paid"),
    Listed("invoice", "Invoices written off", "writtenoff gt 0", "Given up, wholly or in part."),
    Listed("invoice", "Invoices of this month", "invoicedate this-month"),
    Listed("invoice", "Invoices with a balance", "status in Issued|Partial; balance gt 0"),
    Listed("invoice", "Credit notes", "kind eq Credit note"),
    Listed("invoice", "Invoices not sent", "status in Issued|Partial|Paid; senton null"),
    Listed("invoice", "Invoices not in the books", "status in Issued|Partial|Paid; accountingreference null"),
    Listed("invoiceline", "Corrections", "kind in Credit|Charge|Correction", "Lines that a late change made."),
    Listed("billingrun", "Billing runs with failures", "status eq Complete with failures"),
    Listed("billingrun", "Running billing runs", "status in Planning|Running"),
    Listed("billingchunk", "Failed billing chunks", "status eq Failed"),
    Listed("billingschedule", "Cycles of this month", "cyclestart this-month"),
    Listed("billingschedule", "Cycles without an invoice", "invoice null"),
    # customers and subscriptions
    Listed("billingcontract", "Contracts due to bill", f"status eq Active; nextinvoicedate today or {_past('nextinvoicedate')}"),
    Listed("billingcontract", "Contracts charged automatically", "status eq Active; autocharge eq Yes"),
    Listed("billingcontract", "Contracts without a billing address", "status eq Active; billingemail null"),
    Listed("subscription", "Subscriptions awaiting provisioning", "status eq Awaiting provisioning"),
    Listed("subscription", "Suspended subscriptions", "status eq Suspended"),
    Listed(
        "subscription",
        "Renewals in 90 days",
        "status eq Active; commitmentend next-x-days 90",
        "Subscriptions whose commitment ends within 90 days.",
    ),
    Listed("subscription", "Subscriptions without a contract", "status eq Active; contract null"),
    Listed("subscription", "Subscriptions without a product", "status eq Active; product null"),
    Listed("changelog", "Unbilled changes", "billingstate eq Unbilled"),
    Listed("changelog", "Changes awaiting provisioning", "provisioningstate eq Awaiting"),
    Listed("changelog", "Changes that failed at the provider", "provisioningstate eq Failed"),
    Listed("scheduledchange", "Changes of the next 7 days", "status eq Scheduled; dueon next-seven-days"),
    Listed("scheduledchange", "Changes waiting for approval", "status eq Waiting for approval"),
    Listed("scheduledchange", "Changes waiting for payment", "status eq Waiting for payment"),
    Listed("scheduledchange", "Changes waiting for credit hold", "status eq Waiting for credit hold"),
    Listed("checklistentry", "Documents that are missing", "status eq Open; optional eq no"),
    Listed("scheduledchange", "Changes waiting for credit limit", "status eq Waiting for credit limit"),
    Listed("exposure", "Credit limits exceeded", "available lt 0", "More is used than the limit allows, the most used first."),
    Listed("exposure", "Credit exposure not known", "unknown not-null", "Something could not be counted, so no order fits."),
    Listed("holdlog", "Overridden holds", "action eq Overridden"),
    Listed("scheduledchange", "Failed scheduled changes", "status eq Failed"),
    Listed("nonrecurringitem", "Items waiting for approval", "status eq Submitted"),
    Listed("nonrecurringitem", "Approved items not billed", "status eq Approved; billingstate eq Unbilled"),
    Listed("usage", "Unbilled usage", "billingstate eq Unbilled"),
    Listed("usage", "Unconfirmed usage", "certainty eq Unconfirmed"),
    Listed(
        "usage", "Usage of this month", f"usedon this-month; {COUNTS}", "Without what was restated or excluded; for the charts."
    ),
    Listed("usage", "Usage of last month", f"usedon last-month; {COUNTS}"),
    Listed("timelog", "Time waiting for approval", "status eq Submitted"),
    Listed("timelog", "Approved time not billed", "status eq Approved; billingstate eq Unbilled"),
    Listed("instalmentplan", "Running instalment plans", "status eq Active"),
    Listed("subscription", "Split subscriptions", "splitfrom not-null"),
    Listed("subscription", "Charges of tiers", "tierof not-null", "What tiers of resellers are billed by the tier above."),
    Listed("subscription", "Subscriptions held back", "heldback not-null", "Their contracts wait until this is mended."),
    # catalogue and supply
    Listed("product", "Bundles", "state eq Active; isbundle eq yes"),
    Listed("product", "Services", "state eq Active; productclass eq Service"),
    Listed("pricechange", "Prices to approve", "status eq Staged", "Staged prices: nothing is sold at them yet."),
    Listed("discount", "Discounts ending in 30 days", "state eq Active; enddate next-x-days 30"),
    Listed("promotion", "Running promotions", "status eq Active"),
    Listed("promotion", "Promotions ending in 30 days", "status eq Active; enddate next-x-days 30"),
    Listed("promotion", "Draft promotions", "status eq Draft"),
    Listed(
        "provideraccount", "Unmapped provider accounts", "state eq Active; account null", "Nobody has said whose tenant this is."
    ),
    Listed("agreementtemplate", "Published agreement templates", "status eq Published"),
    Listed("agreement", "Agreements to be accepted", "status eq Pending"),
    Listed("agreement", "Expired agreements", "status eq Expired"),
    # money in
    Listed("payment", "Payments without an answer", "status eq Unknown", "The gateway is asked until it knows."),
    Listed("payment", "Failed payments", "status eq Failed"),
    Listed("payment", "Payments that need action", "status eq Needs action; sessionreference null"),
    Listed("payment", "Payment pages that are open", "status eq Needs action; sessionreference not-null"),
    Listed("payment", "Payments on their way", "status in Pending|Processing"),
    Listed("payment", "Payments received this month", "status eq Succeeded; receivedon this-month"),
    Listed(
        "payment",
        "Money that no invoice uses",
        "spare gt 0",
        "Give it back, or use it for another invoice.",
    ),
    Listed("paymentprofile", "Expired payment profiles", "status eq Expired"),
    Listed("paymentprofile", "Payment profiles to be confirmed", "status eq Pending"),
    Listed("writeoff", "Write-offs of this month", "movedon this-month"),
    Listed("refund", "Refunds without an answer", "status eq Unknown"),
    Listed("refund", "Failed refunds", "status eq Failed"),
    Listed(
        "dispute", "Disputes that need evidence", "status eq Open", "Answer them at the gateway before the day that stands there."
    ),
    Listed("dispute", "Disputes under review", "status eq Under review"),
    Listed("dispute", "Lost disputes", "status eq Lost"),
    Listed("gatewaypayout", "Payouts on their way", "status eq On its way"),
    Listed("gatewaypayout", "Payouts that did not arrive", "status eq Failed"),
    Listed("gatewaymovement", "Movements of nobody", "mark eq Nobody", "Made at the gateway, or by something else that uses it."),
    Listed("invoice", "Invoices without reminders", "status in Issued|Partial; noreminders eq yes"),
    Listed("invoice", "Disputed invoices", "status in Issued|Partial; disputedamount gt 0"),
    Listed("question", "Questions to answer", "status eq Open", "The customer waits for an answer."),
    Listed("question", "Answered questions", "status eq Answered"),
    Listed("reminder", "Reminders of this month", "created this-month"),
    Listed("nonrecurringitem", "Late fees", "source eq Fee", "Not billed yet: leave one out with a reason. Billed: credit it."),
    Listed(
        "suspension", "Suspensions to decide", "status in Proposed|Resume proposed", "Confirm or decline; resume what is paid."
    ),
    Listed("suspension", "Suspended", "status in Confirmed|Resume proposed", "The supplier goes on charging for these."),
    Listed("suspension", "Customers warned of a suspension", "status eq Warned"),
    # books and suppliers
    Listed("accountingexport", "Failed exports", "status eq Failed"),
    Listed("accountingexport", "Exports without an answer", "status eq Unknown"),
    Listed("accountingexport", "Exports on their way", "status eq Pending"),
    Listed("providerinvoice", "Provider invoices to reconcile", "status in Imported|Reconciling"),
    Listed("providerinvoice", "Provider invoices with open lines", "open gt 0"),
    Listed("providerinvoiceline", "Lines to bill to customers", "billingstate eq Unbilled"),
    Listed("providerinvoiceline", "Lines that differ", "status eq Variance"),
    Listed("providerinvoiceline", "Lines nobody could map", "status eq Unmapped"),
    # people
    Listed("incentiveplan", "Plans that are mine", "person eq-userid"),
    Listed("earning", "Earnings that are mine", "person eq-userid"),
    Listed("earning", "Disputed earnings", "status eq Disputed"),
    Listed("earning", "Approved earnings not paid", "status eq Approved"),
    Listed("payout", "Payouts that are mine", "person eq-userid"),
    Listed("payout", "Payouts to approve", "status eq Proposed"),
    Listed("payout", "Payouts to pay", "status eq Approved"),
    # work
    Listed("job", "Waiting jobs", "status eq Waiting"),
    Listed("job", "Running jobs", "status in Running|Confirming"),
    Listed("job", "Paused jobs", "status eq Paused"),
    Listed("job", "Failed jobs", "status eq Failed"),
    Listed("job", "Refused jobs", "status eq Refused", "Jobs that the rules said no to; the message says why."),
    Listed("job", "Jobs that wait for approval", "status eq Waits for approval"),
    Listed("approval", "Waiting for approval", "status eq Waiting"),
    Listed("approval", "Answered approvals", "status in Approved|Refused"),
    Listed("job", "Jobs of mine, whatever became of them", "owner eq-userid"),
    Listed("job", "Jobs that succeeded today", "status eq Succeeded; finishedon today"),
    Listed("delivery", "Failed deliveries", "status eq Failed"),
    Listed("delivery", "Deliveries without an answer", "status eq Unknown"),
    Listed("delivery", "Invoices sent today", "status eq Sent; senton today"),
    Listed("finding", "Open errors", "status eq Open; severity eq Error"),
    Listed("finding", "Open findings", "status eq Open"),
    Listed("finding", "Snoozed findings", "status eq Snoozed"),
    Listed(
        "finding", "Money that differs", "status eq Open; since not-null", "Between our payments, the gateways and the books."
    ),
    Listed("finding", "Explained differences", "status eq Ignored; since not-null"),
    Listed("finding", "Resolved findings", "status in Resolved|Ignored"),
    Listed("notice", "Notices to read", "status eq To read"),
    Listed("notice", "Notices not sent", "status in Failed|Unknown"),
    Listed("notice", "Notices sent this month", "status eq Sent; senton this-month"),
    Listed("setting", "Overrides", "state eq Active; level ne Company", "What holds for one customer, contract or legal entity."),
    Listed("setting", "Company settings", "state eq Active; level eq Company"),
)
