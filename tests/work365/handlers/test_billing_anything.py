"""F40: one invoice holds what recurs, what is sold once, what is metered and what is worked, each by its own rule."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from dataverse.rows import choice_label
from local.desks.billing import BillingDesk
from local.desks.usage import add_time, add_usage

JANUARY, MID_JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 1, 15), date(2026, 2, 1)


def test_four_kinds_of_lines_on_one_invoice_with_one_tax_and_one_total() -> None:
    """10 x 31.00, an item of 100.00, 60.00 of usage and 20 percent, two hours at 100.00; none of these is prorated."""
    desk = BillingDesk(JANUARY)
    contract = desk.contract("C-1", usagemarkuppercent=Decimal(20))
    seats = desk.subscription(contract)
    desk.run(JANUARY)
    desk.item(contract, MID_JANUARY, "100.00")
    add_usage(desk, contract, seats, MID_JANUARY, "60.00")
    add_time(desk, contract, MID_JANUARY, "2")
    desk.run(FEBRUARY)
    _, invoice = desk.invoices()
    kinds = [choice_label("w365_invoiceline", "w365_kind", line["w365_kind"]) for line in invoice.lines]
    assert dict(zip(kinds, invoice.amounts, strict=True)) == {
        "Cycle": "310.00",
        "One-time": "100.00",
        "Usage": "72.00",
        "Time": "200.00",
    }
    assert (invoice.net, invoice.tax, invoice.total) == (Decimal("682.00"), Decimal("129.58"), Decimal("811.58"))
