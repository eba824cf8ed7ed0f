"""What of an invoice its customer does not accept: the one place that everything asks which reminds, charges fees or holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.rows import amount
from work365.money import zero

if TYPE_CHECKING:
    from dataverse.rows import Row
    from work365.money import Currency, Money

COLUMNS = ("w365_disputedamount",)
"""Of the invoice."""


def disputed(invoice: Row, code: Currency) -> Money:
    """The part that people have entered on the invoice, e.g. while a question of the customer is open."""
    entered = invoice["w365_disputedamount"]
    return zero(code) if entered is None else amount(entered, code)
