"""What of an invoice its customer does not accept: the one place that everything asks which reminds, charges fees or holds."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, both, eq, gt
from dataverse.rows import decimal
from work365.money import EXPONENT, Money

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dataverse.rows import Row
    from work365.money import Currency

COLUMNS = ("w365_invoiceid", "w365_disputedamount")
"""Of the invoice."""
AT_GATEWAYS = Get(
    Query("w365_dispute", ("_w365_invoice_value", "w365_away"), both(eq("statecode", 0), gt("w365_Invoice/w365_balance", 0)))
)
"""The disputes at gateways that are not decided, of invoices of which something is open."""


def at_gateways(rows: Iterable[Row]) -> Mapping[str, Decimal]:
    """What banks hold back of each invoice; what they took back for good is owed again."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        found[row["_w365_invoice_value"]] += decimal(row["w365_away"])
    return found


def disputed(invoice: Row, gateways: Mapping[str, Decimal], code: Currency) -> Money:
    """What people have entered on the invoice, e.g. while a question of the customer is open, and what banks hold back.

    Shape: the column takes more places than a currency has; what is beyond them counts as a whole unit, for the customer.
    """
    entered = decimal(invoice["w365_disputedamount"] or 0)
    whole = entered + gateways.get(invoice["w365_invoiceid"], Decimal(0))
    return Money(int(whole.scaleb(EXPONENT[code]).to_integral_value(ROUND_CEILING)), code)
