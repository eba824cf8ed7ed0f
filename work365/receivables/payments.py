"""Values of money coming in: the invoice as a debt, the stored profile, and one attempt to collect."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from datetime import date, datetime

    from work365.money import Money

InvoiceId = NewType("InvoiceId", str)
PaymentId = NewType("PaymentId", str)
ProfileId = NewType("ProfileId", str)


class InvoiceStatus(Enum):
    """Where an invoice stands. The values are the labels of its status reason."""

    DRAFT = "Draft"
    VERIFIED = "Verified"
    ISSUED = "Issued"
    PARTIAL = "Partial"
    PAID = "Paid"
    CANCELLED = "Cancelled"
    WRITTEN_OFF = "Written off"


class ProfileStatus(Enum):
    """Whether a stored instrument may be used. The values are the labels of its status reason."""

    ACTIVE = "Active"
    PENDING = "Pending"
    INACTIVE = "Inactive"
    EXPIRED = "Expired"


class ProfileKind(Enum):
    """What is stored at the gateway. The values are the labels of the choice."""

    CARD = "Card"
    BANK_DEBIT = "Bank debit"


class PaymentSource(Enum):
    """Who asked for a payment. The values are the labels of the choice."""

    CHARGE = "Charge"
    AUTO_CHARGE = "Auto charge"
    BOOKS = "Books"
    MANUAL = "Manual"
    PREPAID = "Prepaid"
    CREDIT_NOTE = "Credit note"
    PAY_LINK = "Pay link"
    LEFT_OVER = "Left over"


class PaymentState(Enum):
    """What we know of an attempt. The values are the labels of its status reason.

    Attributes:
        PENDING: the row is written; the gateway may or may not have heard of it.
        UNKNOWN: a request left and no usable answer came, or the gateway said something that we do not know.
        PROCESSING: accepted; the money moves in days (bank debits).
        NEEDS_ACTION: somebody must do something at the gateway first.
        SUCCEEDED, FAILED: final.
        RETURNED: it had succeeded, and went away again: taken back by the bank, or here by a person.
    """

    PENDING = "Pending"
    UNKNOWN = "Unknown"
    PROCESSING = "Processing"
    NEEDS_ACTION = "Needs action"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    RETURNED = "Returned"

    @property
    def final(self) -> bool:
        """Nothing more will happen by itself."""
        return self in (PaymentState.SUCCEEDED, PaymentState.FAILED, PaymentState.RETURNED)


PAID_ON_A_PAGE = "card or account of the pay link"
"""How the instrument of a payment by link is called: the gateway knows it, we do not."""

CAME = (PaymentState.SUCCEEDED, PaymentState.RETURNED)
"""States of a payment whose money was here once."""


class DeclineClass(Enum):
    """Whether a decline may pass by itself. The values are the labels of the choice.

    Attributes:
        SOFT: want of funds, a limit, a fault of the network: the same charge may succeed on another day.
        HARD: it will not, or nobody says why.
    """

    SOFT = "Soft"
    HARD = "Hard"


@dataclass(frozen=True, slots=True)
class Processor:
    """A gateway as the partner set it up; `secret` is the name of its key in the vault, never the key.

    One that is switched off charges nothing more; what it took before is still asked about, disputed and given back there.
    """

    id: str
    code: str
    kind: str
    secret: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Profile:
    """A stored card or bank account: the gateway's tokens, and what of it may be shown.

    Attributes:
        expires: year and month until whose end a card is good; None for bank accounts.
        refused_on: when the bank or the gateway said that it must never be charged again; None where nobody did, or where the
            gateway has renewed it since. Why is not kept: what a bank knows of loss or theft is told to nobody.
        etag: the row's version when it was read.
    """

    id: ProfileId
    account: str
    processor: Processor
    kind: ProfileKind
    status: ProfileStatus
    customer: str
    method: str
    brand: str = ""
    last_four: str = ""
    expires: tuple[int, int] | None = None
    refused_on: date | None = None
    etag: str = ""

    @property
    def label(self) -> str:
        """How a person knows it: `Visa ending 4242`."""
        what = self.brand or ("card" if self.kind is ProfileKind.CARD else "bank account")
        return f"{what} ending {self.last_four}" if self.last_four else what

    def same_instrument(self, other: Profile) -> bool:
        """Whether both would charge one card or account: a renewed card has another number or month."""
        return (self.method, self.last_four, self.expires) == (other.method, other.last_four, other.expires)


@dataclass(frozen=True, slots=True)
class PayPage:
    """The gateway's own page on which a customer pays once, instead of with what is stored.

    Attributes:
        customer: the gateway's id of the customer, known before the page is asked for: by it the page is found again.
        session: the gateway's id of the page, once it answered.
    """

    processor: Processor
    customer: str
    session: str = ""

    def instrument(self, account: str) -> Profile:
        """What is paid with, as far as it is known here."""
        unnamed, card, active = ProfileId(""), ProfileKind.CARD, ProfileStatus.ACTIVE
        return Profile(unnamed, account, self.processor, card, active, self.customer, method="", brand=PAID_ON_A_PAGE)


@dataclass(frozen=True, slots=True)
class Debt:
    """An invoice as receivables see it: what was billed, what came in, what is open, what was given up.

    Attributes:
        number: empty until it is issued.
        entity: id of the legal entity that billed it.
        to_books: the contract sends to its books by itself, so a payment must follow there.
        etag: the row's version when it was read.
    """

    id: InvoiceId
    number: str
    account: str
    status: InvoiceStatus
    total: Money
    charged: Money
    balance: Money
    written_off: Money
    credit_note: bool = False
    entity: str = ""
    to_books: bool = False
    etag: str = ""

    @property
    def label(self) -> str:
        """How a person knows it: `Invoice INV-7`."""
        return f"Invoice {self.number}" if self.number else "This invoice"


@dataclass(frozen=True, slots=True)
class Payment:
    """One attempt to collect one invoice; its id is derived from both, and is the idempotency key.

    Attributes:
        attempt: 1, 2, …; the next one exists only after a definitive end of this one.
        reference: the gateway's id, once it answered.
        code: the gateway's or our own code of a failure.
        decline, declined_on: of a failure, whether it may pass by itself, and the day on which we learned of it, which for a bank
            debit is days after it was sent; None of what has not failed.
        message: what happened, in words.
        sent_on: when the gateway was first asked, or was about to be.
        job_final: the job that made it will do nothing more.
        page: where the customer pays it, of a payment by link; None for every other one.
        etag: the row's version when it was read.
    """

    id: PaymentId
    invoice: InvoiceId
    attempt: int
    amount: Money
    source: PaymentSource
    state: PaymentState
    account: str
    profile: ProfileId | None
    job: str | None
    sent_on: datetime
    reference: str = ""
    code: str = ""
    message: str = ""
    received_on: date | None = None
    decline: DeclineClass | None = None
    declined_on: date | None = None
    job_final: bool = False
    page: PayPage | None = None
    etag: str = ""

    @property
    def by_page(self) -> Profile | None:
        """What a payment by link is paid with, as far as it is known here; None for every other payment."""
        return None if self.page is None else self.page.instrument(self.account)
