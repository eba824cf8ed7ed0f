"""The dashboards: rows of tiles, each a chart or a list of a table in one of its views."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tile:
    """A list of rows, or a chart of them when `chart` names one."""

    table: str
    view: str
    chart: str = ""


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One dashboard."""

    name: str
    about: str
    rows: tuple[tuple[Tile, ...], ...]


DASHBOARDS = (
    Dashboard(
        "Work 365 Finance",
        "What was invoiced, what is owed, what came in.",
        (
            (
                Tile("invoice", "All invoices", "Invoiced per month"),
                Tile("invoice", "Invoices with a balance", "Balance by month due"),
                Tile("invoice", "Invoices with a balance", "Balance by customer"),
            ),
            (
                Tile("payment", "All payments", "Payments by status"),
                Tile("payment", "All payments", "Money received per month"),
                Tile("invoice", "Overdue invoices"),
            ),
            (
                Tile("payment", "Payments that need action"),
                Tile("accountingexport", "Failed exports"),
                Tile("payout", "Payouts to approve"),
            ),
        ),
    ),
    Dashboard(
        "Work 365 Operations",
        "What is running, what failed, what somebody must look at.",
        (
            (
                Tile("job", "All jobs", "Jobs by status"),
                Tile("finding", "Open findings", "Findings by code"),
                Tile("delivery", "All deliveries", "Deliveries by status"),
            ),
            (Tile("job", "Failed jobs"), Tile("finding", "Open errors"), Tile("billingrun", "Billing runs with failures")),
            (Tile("approval", "Waiting for approval"), Tile("job", "Jobs that wait for approval")),
            (
                Tile("subscription", "Subscriptions awaiting provisioning"),
                Tile("provideraccount", "Unmapped provider accounts"),
                Tile("providerinvoiceline", "Lines that differ"),
            ),
        ),
    ),
    Dashboard(
        "Work 365 Sales",
        "What is sold, what renews, what changed.",
        (
            (
                Tile("subscription", "Active subscriptions", "Seats by product"),
                Tile("subscription", "All subscriptions", "Subscriptions by status"),
                Tile("changelog", "All change logs", "Seats won and lost per month"),
            ),
            (
                Tile("subscription", "Renewals in 90 days"),
                Tile("scheduledchange", "Changes of the next 7 days"),
                Tile("promotion", "Promotions ending in 30 days"),
            ),
            (Tile("billingcontract", "My billing contracts"), Tile("earning", "Earnings that are mine")),
        ),
    ),
)
