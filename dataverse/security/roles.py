"""The roles of Work365 and what each may do with which table: the matrix that the solution package and its test are made from.

Letters: C create, R read, W write, D delete, A append, T append to, G assign (give), S share. Depths: ORGANIZATION, UNIT (the
person's business unit), USER (their own rows). Tables that belong to the organisation know only ORGANIZATION.

Whoever may create a payment may charge (docs/adr/0006-who-may-charge.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.schema.model import Ownership
from dataverse.schema.tables import BY_NAME, CUSTOM
from dataverse.security.model import ON_BEHALF, Depth, Right, Role, rights_of

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
USER, UNIT, ORGANIZATION = Depth.USER, Depth.UNIT, Depth.ORGANIZATION
Line = tuple[tuple[str, ...], str, Depth]

CUSTOMERS = ("account", "contact")
NOTES = ("annotation",)
COMPANY = ("w365_legalentity", "w365_numberseries", "w365_taxrate")
CATALOGUE = ("w365_product", "w365_productcomponent", "w365_pricelist", "w365_price")
SUPPLY = ("w365_provider", "w365_provideraccount")
SELLING = ("w365_billingcontract", "w365_subscription", "w365_changelog")
RUNS = ("w365_billingrun", "w365_billingchunk", "w365_billingschedule")
INVOICES = ("w365_invoice", "w365_invoiceline")
PROFILES = ("w365_paymentprofile",)
PROCESSORS = ("w365_paymentprocessor",)
MONEY_RECEIVED = ("w365_payment", "w365_allocation")
BOOKS = ("w365_accountingsystem", "w365_accountinglink", "w365_accountingexport")
JOBS = ("w365_job",)
DELIVERIES = ("w365_delivery",)
FINDINGS = ("w365_finding",)
OURS = tuple(table.name for table in CUSTOM)

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
    "Sets Work365 up and may do everything with its tables.",
    ((OURS, EVERYTHING, ORGANIZATION), ((*CUSTOMERS, *NOTES), EVERYTHING, ORGANIZATION)),
)
SALES = _role(
    "Sales",
    "Makes customers, contracts and subscriptions of the own business unit; sees their invoices; takes no money.",
    (
        (CUSTOMERS, "RAT", ORGANIZATION),
        (CUSTOMERS, "CWGS", UNIT),
        (SELLING, "CRWATGS", UNIT),
        ((*CATALOGUE, *SUPPLY, *COMPANY), "RT", ORGANIZATION),
        ((*INVOICES, *MONEY_RECEIVED, *DELIVERIES, *FINDINGS), "R", UNIT),
        (INVOICES, "T", UNIT),
        (JOBS, "CAT", USER),
        (JOBS, "R", UNIT),
        (NOTES, "CRWA", UNIT),
    ),
)
CUSTOMER_SERVICE = _role(
    "Customer Service",
    "Answers every customer: sees all, changes contracts and subscriptions, sends invoices again; takes no money.",
    (
        (CUSTOMERS, "RWAT", ORGANIZATION),
        (SELLING, "RWAT", ORGANIZATION),
        (("w365_changelog",), "C", ORGANIZATION),
        ((*CATALOGUE, *SUPPLY, *COMPANY), "RT", ORGANIZATION),
        ((*INVOICES, *MONEY_RECEIVED, *PROFILES, *DELIVERIES), "R", ORGANIZATION),
        (INVOICES, "T", ORGANIZATION),
        (JOBS, "CAT", USER),
        (JOBS, "R", ORGANIZATION),
        (FINDINGS, "RW", ORGANIZATION),
        (NOTES, "CRWA", ORGANIZATION),
    ),
)
BILLING = _role(
    "Billing",
    "Runs billing, corrects drafts, charges, books cash, keeps the books in step.",
    (
        (CUSTOMERS, "RWAT", ORGANIZATION),
        (SELLING, "RWAT", ORGANIZATION),
        (("w365_changelog",), "C", ORGANIZATION),
        ((*CATALOGUE, *SUPPLY, *COMPANY, *PROCESSORS), "RT", ORGANIZATION),
        ((*RUNS, *INVOICES), "CRWDATG", ORGANIZATION),
        ((*PROFILES, *MONEY_RECEIVED), "CRWATG", ORGANIZATION),
        (BOOKS, "RT", ORGANIZATION),
        (("w365_accountingexport",), "CWA", ORGANIZATION),
        (JOBS, "CRWATG", ORGANIZATION),
        ((*DELIVERIES, *FINDINGS), "CRWATG", ORGANIZATION),
        (NOTES, "CRWDA", ORGANIZATION),
    ),
)
PROVISIONING = _role(
    "Provisioning",
    "Keeps the catalogue, the providers and what customers have bought; sees no invoice.",
    (
        (CUSTOMERS, "RT", ORGANIZATION),
        (CATALOGUE, "CRWAT", ORGANIZATION),
        (SUPPLY, "CRWATG", ORGANIZATION),
        (("w365_billingcontract",), "RT", ORGANIZATION),
        (("w365_subscription", "w365_changelog"), "CRWATG", ORGANIZATION),
        (COMPANY, "R", ORGANIZATION),
        (FINDINGS, "CRWATG", ORGANIZATION),
    ),
)
PORTAL_SERVICE = _role(
    "Portal service",
    "What the customer portal does for whoever has signed in there: show, store a card, pay.",
    (
        (CUSTOMERS, "RT", ORGANIZATION),
        (SELLING, "RT", ORGANIZATION),
        (("w365_product", *PROCESSORS), "RT", ORGANIZATION),
        ((*INVOICES, *DELIVERIES, *NOTES), "R", ORGANIZATION),
        (INVOICES, "WT", ORGANIZATION),
        (PROFILES, "CRWAT", ORGANIZATION),
        (("w365_payment",), "CRAT", ORGANIZATION),
        (JOBS, "CRAT", USER),
    ),
)
APPLICATION = _role(
    "Application user",
    "What the functions do by themselves, and on behalf of the person who pressed a button.",
    (
        (OURS, EVERYTHING, ORGANIZATION),
        (CUSTOMERS, "CRWAT", ORGANIZATION),
        (NOTES, "CRWDAT", ORGANIZATION),
    ),
    (ON_BEHALF,),
)

ROLES: tuple[Role, ...] = (ADMINISTRATOR, SALES, CUSTOMER_SERVICE, BILLING, PROVISIONING, PORTAL_SERVICE, APPLICATION)
BY_ROLE_NAME = {role.name: role for role in ROLES}
