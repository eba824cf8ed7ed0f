"""Charts: which rows are counted or summed, by what. Amounts are summed in the organisation's currency, as Dataverse does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart of a table.

    Attributes:
        by: the column that rows are grouped by; `column/month` groups a date by its month.
        measure: `count`, or `sum column`.
        shape: Column, Bar, Line or Doughnut.
        top: only so many groups, the largest ones; 0 means all.
    """

    table: str
    name: str
    by: str
    measure: str
    shape: str
    top: int = 0
    about: str = ""


COST = "What the provider charges, in its own currency; for the customer's price see w365 usage show."

CHARTS = (
    Chart("invoice", "Invoiced per month", "invoicedate/month", "sum total", "Column"),
    Chart(
        "invoice", "Balance by month due", "duedate/month", "sum balance", "Column", about="What is owed, by how long it is due."
    ),
    Chart("invoice", "Balance by customer", "account", "sum balance", "Bar", 10, "The ten customers who owe most."),
    Chart("invoice", "Invoices by status", "status", "count", "Doughnut"),
    Chart("invoiceline", "Revenue by product", "product", "sum amount", "Bar", 10),
    Chart("billingrun", "Invoices per run", "asof/month", "sum invoices", "Column"),
    Chart("payment", "Payments by status", "status", "count", "Doughnut"),
    Chart("payment", "Money received per month", "receivedon/month", "sum amount", "Column"),
    Chart("refund", "Refunds by status", "status", "count", "Doughnut"),
    Chart("reminder", "Reminders by step", "day", "count", "Column"),
    Chart("job", "Jobs by status", "status", "count", "Doughnut"),
    Chart("job", "Jobs by kind", "kind", "count", "Bar"),
    Chart("delivery", "Deliveries by status", "status", "count", "Doughnut"),
    Chart("notice", "Notices by kind", "kind", "count", "Doughnut"),
    Chart("finding", "Findings by code", "code", "count", "Bar", 10),
    Chart("finding", "Findings by severity", "severity", "count", "Doughnut"),
    Chart("accountingexport", "Exports by status", "status", "count", "Doughnut"),
    Chart("subscription", "Seats by product", "product", "sum quantity", "Bar", 10),
    Chart("subscription", "Subscriptions by status", "status", "count", "Doughnut"),
    Chart("subscription", "Renewals by month", "commitmentend/month", "count", "Column"),
    Chart("changelog", "Seats won and lost per month", "effective/month", "sum quantitydelta", "Column"),
    Chart("billingcontract", "Contracts by frequency", "frequency", "count", "Doughnut"),
    Chart("billingcontract", "Contracts by owner", "owner", "count", "Bar", 10),
    Chart("providerinvoice", "Provider invoices per month", "invoicedate/month", "sum total", "Column"),
    Chart("providerinvoiceline", "Provider's lines by status", "status", "count", "Doughnut"),
    Chart("usage", "Cost of usage by day", "usedon/day", "sum cost", "Line", about=COST),
    Chart("usage", "Cost of usage by resource", "resource", "sum cost", "Bar", 10, COST),
    Chart("usage", "Cost of usage by resource group", "resourcegroup", "sum cost", "Bar", 10, COST),
    Chart("earning", "Earnings by person", "person", "sum amount", "Bar", 10),
)
