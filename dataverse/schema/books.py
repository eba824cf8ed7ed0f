"""Books: the accounting systems, what was sent to them, and what they call our rows."""

from __future__ import annotations

from dataverse.schema.build import choice, instant, lookup, memo, money, states, table, text, whole
from dataverse.schema.model import Group, Ownership

ACCOUNTING_SYSTEM = table(
    "AccountingSystem",
    (
        text("Code", 40, required=True),
        choice("Kind", "QuickBooks Online|Xero|Business Central|Manual", required=True),
        text("CompanyReference", 100, about="The company's id there (QuickBooks: realm)"),
        text("TokenSecretName", 127, about="Name of the Key Vault secret that holds its rotating token; never the token itself"),
        text("IncomeAccount", 60, about="Account that new items post to"),
        text("DefaultTaxCode", 40),
        text("BadDebtAccount", 60, about="Expense account that write-offs post to"),
        instant("ReadBackTo", about="Payments made there have been read up to this moment"),
        instant("MoneyCheckedTo", about="What they hold is compared with invoices and payments up to this moment"),
    ),
    keys=(("Code",),),
    ownership=Ownership.ORGANIZATION,
    about="A company's books: where its invoices are sent to and its payments read from.",
)

ACCOUNTING_EXPORT = table(
    "AccountingExport",
    (
        lookup("Invoice", "w365_invoice", required=True),
        lookup("System", "w365_accountingsystem", required=True),
        whole("Version", minimum=1, required=True),
        text("PayloadHash", 64),
        text("ExternalId", 100),
        text("ExternalNumber", 60),
        money("ExternalTotal"),
        instant("SentOn"),
        memo("Message", 4000),
    ),
    keys=(("Invoice", "System", "Version"),),
    status=states("Pending|Unknown", "Done|Failed"),
    about="One document sent to one system, written before it is sent.",
)

ACCOUNTING_LINK = table(
    "AccountingLink",
    (
        lookup("System", "w365_accountingsystem", required=True),
        text("LocalTable", 64, required=True),
        text("LocalId", 100, required=True),
        text("ExternalId", 100, required=True),
        text("PayloadHash", 64, about="Of what was last sent; equal means that nothing changed"),
    ),
    keys=(("System", "LocalTable", "LocalId"),),
    ownership=Ownership.ORGANIZATION,
    about="What an accounting system calls one of our customers or products.",
)

GROUP = Group(
    "books",
    "Books",
    "The accounting systems, what was sent to them, and what they call our rows.",
    (ACCOUNTING_SYSTEM, ACCOUNTING_EXPORT, ACCOUNTING_LINK),
)
