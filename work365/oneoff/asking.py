"""What a person wants on a one-off invoice, as text, one line each.

GEN-1                                    one, at the price of the contract's price list
2 x GEN-1                                two of it
2 x GEN-1 at 120.00 - Workshop on site   a free line: its own price and text; the product decides its tax
2 x GEN-1 at 120.00 less 10 % - Workshop on site
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from work365.errors import BadInput

CONTRACT, LINES, PURCHASE_ORDER, FEE = "contract", "lines", "purchase_order", "fee"
"""The arguments of the job: the contract, and either lines, perhaps with an order instead of its own, or a late fee's item."""
LINES_MAX, DESCRIPTION_MAX = 100, 300
_NUMBER = r"-?[0-9]{1,12}(?:\.[0-9]{1,10})?"
_WISH = re.compile(
    rf"(?:(?P<quantity>{_NUMBER})\s+x\s+)?(?P<product>\S+)"
    rf"(?:\s+at\s+(?P<price>{_NUMBER}))?(?:\s+less\s+(?P<percent>{_NUMBER})\s*%)?(?:\s+-\s+(?P<text>\S.*))?",
    re.IGNORECASE,
)
_QUANTITY_PLACES = 4


@dataclass(frozen=True, slots=True)
class LineWish:
    """One line of a one-off invoice.

    Attributes:
        product: its number.
        price: per unit, in major units of the contract's currency; None for the price list's.
        text: printed instead of the product's name; "" for that.
    """

    product: str
    quantity: Decimal = Decimal(1)
    price: Decimal | None = None
    discount_percent: Decimal = Decimal(0)
    text: str = ""


def line_wishes(text: str, path: str = "lines") -> tuple[LineWish, ...]:
    """The lines of a text. Errors: BadInput for a line that says something else, for none, and for too many."""
    written = [line.strip() for line in text.splitlines() if line.strip()]
    if not written:
        message = "say what is to be billed, e.g. 2 x GEN-1 at 120.00 - Workshop on site"
        raise BadInput(message, path)
    if len(written) > LINES_MAX:
        message = f"{len(written)} lines are too many for one wish; import them with `w365 import billing-lines`"
        raise BadInput(message, path)
    return tuple(_wish(line, path) for line in written)


def _wish(line: str, path: str) -> LineWish:
    found = _WISH.fullmatch(line)
    if found is None:
        message = f"'{line}' is no line; write 2 x GEN-1, or 2 x GEN-1 at 120.00 - Workshop on site"
        raise BadInput(message, path)
    quantity = Decimal(found["quantity"] or 1)
    if not quantity or round(quantity, _QUANTITY_PLACES) != quantity:
        message = f"'{line}' has the quantity {quantity}; use one that is not 0, with at most {_QUANTITY_PLACES} decimal places"
        raise BadInput(message, path)
    words = (found["text"] or "").strip()
    if len(words) > DESCRIPTION_MAX:
        message = f"the text of '{line[:40]}…' has {len(words)} characters; use at most {DESCRIPTION_MAX}"
        raise BadInput(message, path)
    price = None if found["price"] is None else Decimal(found["price"])
    return LineWish(found["product"], quantity, price, Decimal(found["percent"] or 0), words)
