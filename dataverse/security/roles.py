"""The roles of Work365 and what each may do with which table: the matrix that the solution package and its test are made from.

Letters: C create, R read, W write, D delete, A append, T append to, G assign (give), S share. Depths: ORGANIZATION, UNIT (the
person's business unit), BELOW (that and the units below it), USER (their own rows). Tables that belong to the organisation know
only ORGANIZATION.

Whoever may create a payment may charge (docs/adr/0006-who-may-charge.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.schema.model import Ownership
from dataverse.schema.tables import BY_NAME, CUSTOM
from dataverse.security.model import AUDIT_HISTORY, ON_BEHALF, Depth, Right, Role, rights_of

if TYPE_CHECKING:
    from collections.abc import Sequence

LETTERS = {
    "C": Right.CREATE,
    "R": Right.READ,
    "W": Right.WRITE,
    "D": Right.DELETE,
    "A": Right.APPEND,
    "T": Right.APPEND_TO,
    "G": Right.ASSIGN,
    "S": Right.SHARE,
}
EVERYTHING = "CRWDATGS"
USER, UNIT, BELOW, ORGANIZATION = Depth.USER, Depth.UNIT, Depth.UNITS_BELOW, Depth.ORGANIZATION
Line = tuple[tuple[str, ...], str, Depth]

CUSTOMERS = ("account", "contact")
NOTES = ("annotation",)
COMPANY = ("w365_legalentity", "w365_numberseries", "w365_taxrate", "w365_exchangerate", "w365_paymentrule")
TIERS = ("w365_resellertier",)
EXEMPTIONS = ("w365_taxexemption",)
SETTINGS = ("w365_setting",)
CATALOGUE = (
    *("w365_product", "w365_productcomponent", "w365_pricelist", "w365_price", "w365_pricechange", "w365_promotion"),
    "w365_meterprice",
    "w365_refundpolicy",
)
SUPPLY = ("w365_provider", "w365_provideraccount")
AGREEMENTS = ("w365_agreementtemplate", "w365_agreement")
SELLING = ("w365_billingcontract", "w365_subscription", "w365_discount", "w365_scheduledchange")
AMENDMENTS = ("w365_amendment",)
SUSPENSIONS = ("w365_suspension",)
"""With what they go on costing: for whoever sees suppliers' bills, or answers customers."""
MISSED = ("w365_missedcycle",)
"""What was decided about missed cycles: whoever may write a contract decides, and may decide otherwise until it is billed."""
ITEMS = ("w365_nonrecurringitem", "w365_instalmentplan", "w365_columnmap")
TIME = ("w365_timelog",)
SPLITS = ("w365_seatsplit", "w365_seatshare")
TENANT_USERS = ("w365_tenantuser",)
"""Names of our customers' people: for whoever imports the lists and bills by them, and nobody else."""
USAGE = ("w365_usage",)
RUNS = ("w365_billingrun", "w365_billingchunk", "w365_billingschedule")
INVOICES = ("w365_invoice", "w365_invoiceline")
PROFILES = ("w365_paymentprofile",)
PROCESSORS = ("w365_paymentprocessor",)
MONEY_RECEIVED = ("w365_payment", "w365_allocation", "w365_receipt")
ACCOUNT_BALANCES = ("w365_accountbalance",)
PREPAID_BALANCES = ("w365_prepaidbalance",)
GATEWAY_MONEY = ("w365_gatewaypayout", "w365_gatewaymovement")
"""What gateways say of their money: the functions write it, people read it."""
MONEY_RETURNED = ("w365_refund", "w365_dispute")
REMINDERS = ("w365_reminder",)
REMINDER_PLANS = ("w365_reminderplan", "w365_reminderstep")
BOOKS = ("w365_accountingsystem", "w365_accountinglink", "w365_accountingexport")
BILLS = ("w365_providerinvoice", "w365_providerinvoiceline")
INCENTIVES = ("w365_incentivetemplate", "w365_incentiveplan")
EARNINGS = ("w365_earning",)
PAYOUTS = ("w365_payout",)
JOBS = ("w365_job",)
DELIVERIES = ("w365_delivery",)
PAY_LINKS = ("w365_paymentlink",)
"""Made by the functions alone, which know the token; people may withdraw one."""
FINDINGS = ("w365_finding",)
NOTICES = ("w365_notice",)
APPROVALS = ("w365_approval",)
"""Written by the functions alone. Whoever may append to one may answer it, by a job: that is the right of an approver."""
DELEGATIONS = ("w365_delegation",)
"""Who owns one lets its delegate answer: approvers make their own, an administrator any."""
OURS = tuple(table.name for table in CUSTOM)
LEDGER = ("w365_changelog",)
MOVEMENTS = ("w365_prepaidmovement",)
HOLD_LOG = ("w365_holdlog",)
EXPOSURES = ("w365_exposure",)
"""Whoever may change a subscription writes here that an order was let in: in one change set with it, whoever's customer it is."""
EXPOSURE_DAYS = ("w365_exposureday",)
WRITE_OFFS = ("w365_writeoff",)
CHECKLIST_ITEMS = ("w365_checklistitem",)
CHECKLISTS = ("w365_checklistentry",)
"""Who may change an account may see to its documents; only who may add to the hold log releases it."""
USERS = ("systemuser",)
"""Whoever writes a row that names somebody, as an entry of a checklist names who ticked it, appends it to that user."""
QUESTIONS = ("w365_question",)
MESSAGES = ("w365_questionmessage",)
ADDED = (*MOVEMENTS, *HOLD_LOG, *WRITE_OFFS, *MESSAGES)
"""What people add to, row by row, and nobody edits: movements of prepaid money, the hold log, write-offs, messages."""
KEPT = (*INVOICES, *LEDGER, *AMENDMENTS, *ADDED, *APPROVALS)
"""What nobody makes or deletes by hand. Lines are written by the functions alone, so an issued document stays as its customer got
it; who may charge writes on its head, because the attempt and the invoice's new version are one change set (adr/0006). People add
amendments, and rows to the change log; in Billing they move its billing state. Dataverse has no right that depends on a row's
state."""

EVERYONE: tuple[Line, ...] = (
    (("transactioncurrency",), "RT", ORGANIZATION),
    (("systemuser", "team", "businessunit"), "R", ORGANIZATION),
)
"""What a person needs to see a form at all: currencies, and whom rows belong to."""


def _role(name: str, description: str, lines: Sequence[Line], more: tuple[str, ...] = ()) -> Role:
    grants: dict[tuple[str, Right], Depth] = {}
    for tables, letters, depth in (*EVERYONE, *lines):
        for table in tables:
            offered = rights_of(BY_NAME[table])
            owned = BY_NAME[table].ownership is Ownership.USER
            for right in (LETTERS[letter] for letter in letters):
                if right in offered:
                    given = depth if owned else ORGANIZATION
                    grants[table, right] = max(given, grants.get((table, right), given))
    return Role(f"Work365 {name}", description, grants, more)


ADMINISTRATOR = _role(
    "Administrator",
    "Sets Work365 up and may do everything with its tables, but for issued documents and the change log.",
    (
        (tuple(table for table in OURS if table not in KEPT), EVERYTHING, ORGANIZATION),
        (INVOICES, "RATGS", ORGANIZATION),
        (("w365_invoice",), "W", ORGANIZATION),
        (LEDGER, "CRWATGS", ORGANIZATION),
        (ADDED, "CRATGS", ORGANIZATION),
        (AMENDMENTS, "CRATGS", ORGANIZATION),
        (APPROVALS, "RATGS", ORGANIZATION),
        (USERS, "T", ORGANIZATION),
        ((*CUSTOMERS, *NOTES), EVERYTHING, ORGANIZATION),
    ),
    AUDIT_HISTORY,
)
SALES = _role(
    "Sales",
    "Makes customers, contracts and subscriptions of the own business unit; sees their invoices and the own earnings; takes no "
    "money, and approves none.",
    (
        (CUSTOMERS, "RAT", ORGANIZATION),
        (CUSTOMERS, "CWGS", UNIT),
        ((*SELLING, *SPLITS, *MISSED), "CRWATGS", UNIT),
        ((*LEDGER, *AMENDMENTS), "CRATGS", UNIT),
        ((*CATALOGUE, *SUPPLY, *COMPANY, "w365_agreementtemplate"), "RT", ORGANIZATION),
        (SETTINGS, "R", ORGANIZATION),
        (("w365_agreement", *CHECKLISTS), "CRWAT", UNIT),
        (USERS, "T", ORGANIZATION),
        (CHECKLIST_ITEMS, "RT", ORGANIZATION),
        (TIME, "CRWA", USER),
        ((*ITEMS, *USAGE, *INVOICES, *MONEY_RECEIVED, *MONEY_RETURNED, *REMINDERS, *DELIVERIES, *FINDINGS), "R", UNIT),
        ((*ACCOUNT_BALANCES, *PREPAID_BALANCES, *ADDED, *QUESTIONS, *EXEMPTIONS, *EXPOSURE_DAYS), "R", UNIT),
        (EXPOSURES, "RW", ORGANIZATION),
        (INVOICES, "T", UNIT),
        (("w365_incentivetemplate",), "R", ORGANIZATION),
        (("w365_incentiveplan", *EARNINGS, *PAYOUTS), "R", USER),
        (NOTICES, "R", UNIT),
        (NOTICES, "W", USER),
        (JOBS, "CAT", USER),
        ((*JOBS, *APPROVALS), "R", UNIT),
        (NOTES, "CRWA", UNIT),
    ),
)
CUSTOMER_SERVICE = _role(
    "Customer Service",
    "Answers every customer: sees all, changes contracts and subscriptions, sends invoices again; takes no money.",
    (
        (CUSTOMERS, "RWAT", ORGANIZATION),
        (SELLING, "RWAT", ORGANIZATION),
        ((*SPLITS, *TIERS, *MISSED), "R", ORGANIZATION),
        ((*LEDGER, *AMENDMENTS), "CRAT", ORGANIZATION),
        (("w365_scheduledchange",), "C", ORGANIZATION),
        ((*CATALOGUE, *SUPPLY, *COMPANY, "w365_agreementtemplate"), "RT", ORGANIZATION),
        (SETTINGS, "R", ORGANIZATION),
        (SUSPENSIONS, "RWA", ORGANIZATION),
        (("w365_agreement",), "CRWAT", ORGANIZATION),
        (TIME, "CRWA", USER),
        ((*ITEMS, *USAGE, *INVOICES, *MONEY_RECEIVED, *MONEY_RETURNED, *PROFILES), "R", ORGANIZATION),
        ((*ACCOUNT_BALANCES, *PREPAID_BALANCES, *MOVEMENTS, *HOLD_LOG, *REMINDERS, *DELIVERIES, *EXEMPTIONS), "R", ORGANIZATION),
        ((*WRITE_OFFS, *EXPOSURE_DAYS), "R", ORGANIZATION),
        (EXPOSURES, "RW", ORGANIZATION),
        (CHECKLISTS, "CRWAT", ORGANIZATION),
        (USERS, "T", ORGANIZATION),
        (CHECKLIST_ITEMS, "RT", ORGANIZATION),
        ((*REMINDER_PLANS, *PAY_LINKS), "R", ORGANIZATION),
        (INVOICES, "T", ORGANIZATION),
        (QUESTIONS, "CRWAT", ORGANIZATION),
        (MESSAGES, "CRA", ORGANIZATION),
        (JOBS, "CAT", USER),
        ((*JOBS, *APPROVALS), "R", ORGANIZATION),
        ((*FINDINGS, *NOTICES), "RW", ORGANIZATION),
        (NOTES, "CRWA", ORGANIZATION),
    ),
)
BILLING = _role(
    "Billing",
    "Runs billing, verifies and issues, charges, refunds, books cash, keeps the books in step, reconciles suppliers' bills; "
    "proposes payouts, which somebody else approves.",
    (
        (CUSTOMERS, "RWAT", ORGANIZATION),
        (SELLING, "RWAT", ORGANIZATION),
        ((*SPLITS, *TENANT_USERS, *TIERS, *MISSED), "CRWDATG", ORGANIZATION),
        (LEDGER, "CRWAT", ORGANIZATION),
        (AMENDMENTS, "CRAT", ORGANIZATION),
        (("w365_discount", "w365_scheduledchange"), "C", ORGANIZATION),
        ((*CATALOGUE, *SUPPLY, *COMPANY, *PROCESSORS, *AGREEMENTS), "RT", ORGANIZATION),
        (("w365_exchangerate",), "CW", ORGANIZATION),
        ((*REMINDER_PLANS, *CHECKLIST_ITEMS), "CRWDAT", ORGANIZATION),
        (SUSPENSIONS, "RWAT", ORGANIZATION),
        (CHECKLISTS, "CRWATG", ORGANIZATION),
        (USERS, "T", ORGANIZATION),
        (EXEMPTIONS, "CRWATG", ORGANIZATION),
        (SETTINGS, "CRW", ORGANIZATION),
        ((*ITEMS, *TIME), "CRWDATG", ORGANIZATION),
        (USAGE, "RWAT", ORGANIZATION),
        (RUNS, "CRWDATG", ORGANIZATION),
        (INVOICES, "RATG", ORGANIZATION),
        (("w365_invoice",), "W", ORGANIZATION),
        ((*PROFILES, *MONEY_RECEIVED, *MONEY_RETURNED, *REMINDERS), "CRWATG", ORGANIZATION),
        (PREPAID_BALANCES, "CRWAT", ORGANIZATION),
        ((*ACCOUNT_BALANCES, *EXPOSURE_DAYS, *GATEWAY_MONEY), "R", ORGANIZATION),
        (EXPOSURES, "RW", ORGANIZATION),
        (ADDED, "CRA", ORGANIZATION),
        (QUESTIONS, "CRWAT", ORGANIZATION),
        (BOOKS, "RT", ORGANIZATION),
        (("w365_accountingexport",), "CWA", ORGANIZATION),
        (BILLS, "CRWDATG", ORGANIZATION),
        (INCENTIVES, "RT", ORGANIZATION),
        (EARNINGS, "CRWATG", ORGANIZATION),
        (PAYOUTS, "CRAT", ORGANIZATION),
        (JOBS, "CRWATG", ORGANIZATION),
        ((*APPROVALS, *DELEGATIONS), "R", ORGANIZATION),
        ((*DELIVERIES, *FINDINGS), "CRWATG", ORGANIZATION),
        (PAY_LINKS, "RW", ORGANIZATION),
        (NOTICES, "RWG", ORGANIZATION),
        (NOTES, "CRWDA", ORGANIZATION),
    ),
)
APPROVER = _role(
    "Approver",
    "Answers requests that wait for approval, and names who answers in their place; for people who have another role as well.",
    (
        ((*CUSTOMERS, *SELLING, *LEDGER, *INVOICES, *MONEY_RECEIVED, *MONEY_RETURNED, *HOLD_LOG), "R", ORGANIZATION),
        ((*CATALOGUE, *COMPANY, *SETTINGS), "R", ORGANIZATION),
        (APPROVALS, "RT", ORGANIZATION),
        (NOTICES, "RW", ORGANIZATION),
        (DELEGATIONS, "CRWA", USER),
        (USERS, "T", ORGANIZATION),
        (JOBS, "CA", USER),
        (JOBS, "R", ORGANIZATION),
    ),
)
PROVISIONING = _role(
    "Provisioning",
    "Keeps the catalogue, the providers, what customers have bought and used, and suppliers' bills; sees no customer's invoice.",
    (
        (CUSTOMERS, "RT", ORGANIZATION),
        (CATALOGUE, "CRWAT", ORGANIZATION),
        ((*SUPPLY, *AGREEMENTS, *USAGE, *BILLS), "CRWATG", ORGANIZATION),
        (SPLITS, "R", ORGANIZATION),
        (TENANT_USERS, "CRWDATG", ORGANIZATION),
        (("w365_billingcontract", *AMENDMENTS), "RT", ORGANIZATION),
        (("w365_subscription", "w365_discount", "w365_scheduledchange"), "CRWATG", ORGANIZATION),
        (SUSPENSIONS, "R", ORGANIZATION),
        (LEDGER, "CRATG", ORGANIZATION),
        ((*COMPANY, *SETTINGS), "R", ORGANIZATION),
        (FINDINGS, "CRWATG", ORGANIZATION),
        (EXPOSURES, "RW", ORGANIZATION),
        (NOTICES, "RW", ORGANIZATION),
        (JOBS, "CAT", USER),
        ((*JOBS, *APPROVALS), "R", UNIT),
    ),
)
PORTAL_SERVICE = _role(
    "Portal service",
    "What the customer portal does for whoever has signed in there: show, take wishes and agreements, store a card, pay.",
    (
        (CUSTOMERS, "RT", ORGANIZATION),
        ((*SELLING, *LEDGER, *AMENDMENTS), "RT", ORGANIZATION),
        (("w365_scheduledchange",), "CA", ORGANIZATION),
        (("w365_product", *PROCESSORS, "w365_agreementtemplate"), "RT", ORGANIZATION),
        (("w365_provider", "w365_provideraccount"), "T", ORGANIZATION),
        (("w365_agreement",), "CRWA", ORGANIZATION),
        (SETTINGS, "R", ORGANIZATION),
        ((*INVOICES, *DELIVERIES, *USAGE, *NOTES, *PREPAID_BALANCES, *MOVEMENTS), "R", ORGANIZATION),
        (INVOICES, "T", ORGANIZATION),
        (("w365_invoice",), "W", ORGANIZATION),
        (PROFILES, "CRWAT", ORGANIZATION),
        (QUESTIONS, "CRWAT", ORGANIZATION),
        (MESSAGES, "CRA", ORGANIZATION),
        (("w365_payment",), "CRAT", ORGANIZATION),
        (JOBS, "CRAT", USER),
    ),
)
RESELLER = _role(
    "Reseller",
    "Sees the customers, contracts and documents of the own tier and of those below it; changes nothing. For the people and for "
    "the team of a reseller's business unit (docs/how-to/resellers.md).",
    (
        ((*CUSTOMERS, *SELLING, *SPLITS, *LEDGER, *AMENDMENTS, *MISSED, *NOTES), "R", BELOW),
        (("w365_nonrecurringitem", "w365_instalmentplan", "w365_provideraccount", "w365_agreement", *USAGE), "R", BELOW),
        ((*INVOICES, *MONEY_RECEIVED, *MONEY_RETURNED, *REMINDERS, *DELIVERIES, *FINDINGS, *NOTICES), "R", BELOW),
        (("w365_product", "w365_provider"), "R", ORGANIZATION),
    ),
)
AUDITOR = _role(
    "Auditor",
    "Reads everything of Work365 and the history of changes; changes nothing.",
    (((*OURS, *CUSTOMERS, *NOTES), "R", ORGANIZATION),),
    AUDIT_HISTORY,
)
APPLICATION = _role(
    "Application user",
    "What the functions do by themselves, and on behalf of the person who pressed a button.",
    (
        (OURS, EVERYTHING, ORGANIZATION),
        (CUSTOMERS, "CRWAT", ORGANIZATION),
        (USERS, "T", ORGANIZATION),
        (NOTES, "CRWDAT", ORGANIZATION),
    ),
    (ON_BEHALF,),
)

ROLES: tuple[Role, ...] = (
    ADMINISTRATOR,
    SALES,
    CUSTOMER_SERVICE,
    BILLING,
    APPROVER,
    PROVISIONING,
    PORTAL_SERVICE,
    RESELLER,
    AUDITOR,
    APPLICATION,
)
BY_ROLE_NAME = {role.name: role for role in ROLES}
