"""Charge lines: one row of a supplier's reconciliation file, as values.

Everything that a file may spell in several ways is spelled in one way here: dates are UTC days, ends are the first day *after*,
numbers are exact, charge types are an enum. Signs of amounts stay as the supplier wrote them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal


class Charge(Enum):
    """Why a supplier made the line. The values are Microsoft's spelling.

    Source: Partner Center, "Common billing scenarios", charge types of new-commerce reconciliation files.
    """

    NEW = "new"
    RENEW = "renew"
    CYCLE = "cycleCharge"
    ADD = "addQuantity"
    REMOVE = "removeQuantity"
    MOVE = "moveQuantity"
    CANCEL = "cancelImmediate"
    CONVERT = "convert"
    PLAN = "changeBillingPlan"
    CREDIT = "customerCredit"
    EXTEND = "extendTerm"

    @property
    def states_all(self) -> bool:
        """Charges every seat of the subscription from its day on, so that its quantity is the whole quantity."""
        return self in _WHOLE


_WHOLE = frozenset((Charge.NEW, Charge.RENEW, Charge.CYCLE, Charge.CONVERT, Charge.PLAN, Charge.EXTEND))
_BY_WORD = {charge.value.lower(): charge for charge in Charge}


def charge_of(word: str) -> Charge | None:
    """The charge type behind a word in any casing, None for one that we do not know."""
    return _BY_WORD.get(word.strip().lower())


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """One charge of a supplier for one customer.

    Shape:  `end` and `commitment_end` are the first day after the period.
    Units:  prices and `subtotal` in major units; prices in `pricing_currency`, `subtotal` in `currency` (what we are billed in);
            `exchange_rate` turns the former into the latter.

    Attributes:
        line: where it stands in the file, counted as an editor counts lines.
        tenant: the customer's id at the supplier.
        product: ProductId:SkuId.
        charge: None when `charge_text` is a type that we do not know.
        quantity: seats (or units of usage) that this line charges, as written.
        reference: the supplier's id of the transaction, "" if it gave none; both rows of a change carry the same.
    """

    line: int
    tenant: str
    customer: str
    domain: str
    country: str
    subscription: str
    product: str
    product_name: str
    charge: Charge | None
    charge_text: str
    start: date
    end: date
    quantity: Decimal
    unit_price: Decimal
    effective_unit_price: Decimal
    subtotal: Decimal
    currency: str
    pricing_currency: str
    exchange_rate: Decimal
    term_text: str = ""
    frequency_text: str = ""
    commitment_start: date | None = None
    commitment_end: date | None = None
    reference: str = ""
    order: str = ""
    invoice: str = ""
    meter: str = ""
    description: str = ""
    qualifiers: str = ""

    @property
    def sign(self) -> int:
        """+1 for a charge, -1 for a credit, 0 when neither amount, price nor quantity tells."""
        for value in (self.subtotal, self.effective_unit_price):
            if value:
                return 1 if value > 0 else -1
        return -1 if self.quantity < 0 or self.charge is Charge.CANCEL else 0

    @property
    def transaction(self) -> str:
        """The reference, or one made from what the line says: the same line has the same one in every file."""
        return self.reference or f"~{self.charge_text}:{self.start}:{self.quantity}:{self.subtotal}".replace(" ", "_")

    @property
    def seats(self) -> int:
        """The quantity without its sign, as whole seats."""
        return int(abs(self.quantity))

    @property
    def trial(self) -> bool:
        """A trial, by its term or by its qualifiers."""
        return "trial" in self.term_text.lower() or "trial" in self.qualifiers.lower()


class LineKind(Enum):
    """What sort of thing a line charges for."""

    LICENCE = "licence"
    USAGE = "usage"
    RESERVATION = "reservation or savings plan"
    ONE_TIME = "one-time purchase"


def kind_of(line: ChargeLine) -> LineKind:
    """Tell licences from what this version does not bill.

    Source: Microsoft's own heuristic for reconciliation lines (publisher, TermAndBillingCycle, "Azure plan", blank term and end).
    """
    term = line.term_text.lower()
    if line.description.strip().lower() == "azure plan" or line.meter or line.quantity != line.quantity.to_integral_value():
        return LineKind.USAGE
    if "reservation" in term or "savings plan" in term:
        return LineKind.RESERVATION
    if not term and line.commitment_end is None and not line.frequency_text:
        return LineKind.ONE_TIME
    return LineKind.LICENCE
