"""What an explanation is about: a posted line with what it stems from, as its rows say it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from work365.contracts.policy import Policy, Prorate
    from work365.crediting.policy import RefundRule
    from work365.invoicing.lines import Kind
    from work365.money import Money
    from work365.periods import Period
    from work365.pricing import Pricing
    from work365.simulating.items import Part
    from work365.supplied.costing import CostShare

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class ChangeBehind:
    """The change-log row that made a line.

    Attributes:
        event, source: the words of the table model, such as "Quantity" and "Provider".
        by: who recorded it, as the directory calls them.
        recorded: the day on which it was learned of; None when the row does not say.
        refund: what fewer seats give back; None where nobody was asked: the days that are left.
    """

    sequence: int
    event: str
    effective: date
    quantity: int
    delta: int
    source: str
    by: str
    recorded: date | None = None
    reference: str = ""
    id: str = ""
    refund: RefundRule | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """The earlier line that a line credits, replaces or corrects."""

    invoice: str
    ordinal: int
    amount: Money


@dataclass(frozen=True, slots=True)
class ShareBehind:
    """Why a part has its seats, since a day; `why` as whatever divided or followed them said it.

    Attributes:
        of_tier: it is what a tier of resellers is billed by the tier above, and no payer's part of a split.
    """

    since: date
    why: str
    of_tier: bool = False


@dataclass(frozen=True, slots=True)
class RowBehind:
    """A row that a line is made of: what it counts for, and what it is about in words."""

    part: Part
    said: str


@dataclass(frozen=True, slots=True)
class TermsBehind:
    """What the contract says about how a line is measured.

    Attributes:
        frequency: in words, such as "monthly".
        changed_on: the first day of these terms, if the line follows from their change; None if not.
        payers: by name, who paid until then and who pays from then on, if they are not the same; None if they are.
    """

    number: str
    frequency: str
    policy: Policy
    prorate: Prorate
    discount_percent: Decimal
    changed_on: date | None = None
    payers: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class LineBehind:
    """A posted line.

    Attributes:
        ordinal: its place on the document, from 1.
        used, whole: its fraction, in days or months of the cycle as the contract measures.
        price_currency, exchange_rate: where the price is in another currency, that one and the rate to the document's.
        price_includes_tax: the tax was taken out of the price, so quantity times price gives net and tax.
        key: of the line, unique in the tenant.
        contract: the number of the contract that it is of; "" for a document without one.
        subscription: its id; "" for what is billed beside subscriptions.
        pricing: the tiers or packages that price it.
        rows: what it is made of, where that is more than itself: usage, time, what the supplier billed.
        discount_percent: of a one-time item alone, whose discount is a line of its own.
        price_source: a sentence about where its price comes from; "" where there is nothing to say.
        taken_from: of a discount by percent, the percentage and what it is taken of, where that is its sum.
        undone: `reason` is why the whole document was cancelled.
        list_price: the list's, that the line was compared with when it was made; None where nobody knew one.
        bundle: what the bundle is called that its subscription is a part of; "" for what is sold by itself.
        reason: why a person credited or cancelled what it refers to; "" for a line that billing made.
        source: a sentence about where a one-time charge, a supplier's or a discount comes from; "" where there is nothing to say.
        costs: the lines of suppliers' bills behind it; None for what no supplier bills.
        term: by which rule the price of its term came to be, where that began with a renewal; "" otherwise.
        share: for a payer's part of a split subscription, and for what a tier is billed by the tier above.
    """

    ordinal: int
    kind: Kind
    description: str
    period: Period
    quantity: Decimal
    unit_price: Decimal | None
    used: int
    whole: int
    amount: Money
    tax: Money
    tax_percent: Decimal | None
    tax_code: str
    terms: TermsBehind | None
    price_includes_tax: bool = False
    price_currency: str = ""
    exchange_rate: Decimal | None = None
    change: ChangeBehind | None = None
    origin: Origin | None = None
    reason: str = ""
    source: str = ""
    list_price: Decimal | None = None
    share: ShareBehind | None = None
    costs: tuple[CostShare, ...] | None = None
    bundle: str = ""
    term: str = ""
    key: str = ""
    contract: str = ""
    subscription: str = ""
    pricing: Pricing | None = None
    rows: tuple[RowBehind, ...] = ()
    discount_percent: Decimal = _NOTHING
    price_source: str = ""
    taken_from: tuple[Decimal, Money] | None = None
    undone: bool = False

    @property
    def priced(self) -> Money:
        """What quantity times price gives."""
        return self.amount + self.tax if self.price_includes_tax else self.amount
