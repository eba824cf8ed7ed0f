"""A notice: what somebody is told, about which record, and what became of it.

A notice is a row before anything leaves, and it names the events that it tells. What belongs together is told together: its id
comes from kind, bundle, audience, recipient and part, and a further part tells only what no earlier one has told. So each event
tells each recipient once, however often and in however many workers it is decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from work365.documents.deliveries import Posting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from work365.documents.formats import Formats
    from work365.documents.recipients import Addresses


A_WEEK = timedelta(days=7)
"""How long what has happened is worth telling."""


class NoticeKind(Enum):
    """What it is about. The values are the labels of the choice in the table model."""

    RENEWAL = "Renewal"
    RETURN_WINDOW = "Return window"
    USAGE_THRESHOLD = "Usage threshold"
    STATEMENT = "Statement"
    REMINDER = "Reminder"
    PAYMENT = "Payment"
    CARD_EXPIRY = "Card expiry"
    QUESTION = "Question"
    ANSWER = "Answer"
    PAYMENT_DETAILS = "Payment details"
    SUSPENSION_WARNING = "Suspension warning"
    SUSPENSION = "Suspension"
    APPROVAL = "Approval"


class Audience(Enum):
    """Who is told: the customer by mail, staff by a row that its owner reads. The values are the labels of the choice."""

    CUSTOMER = "Customer"
    STAFF = "Staff"


@dataclass(frozen=True, slots=True)
class Wording:
    """The words in one language. Shape: `facts` are lines of their own, "Seats: 10"."""

    subject: str
    sentence: str
    facts: tuple[str, ...]


class Occasion(Protocol):
    """Something that is worth telling, as the data say it now."""

    @property
    def kind(self) -> NoticeKind:
        """What it is about."""

    @property
    def event(self) -> str:
        """What makes it the same one when it is met again: the record, and what of it has come."""

    @property
    def bundle(self) -> str:
        """What it is told together with: occasions of one kind and contract that say the same here."""

    @property
    def contract(self) -> str:
        """Id of the billing contract whose customer and owner are told."""

    @property
    def subscription(self) -> str:
        """Id of the subscription that it is about."""

    @property
    def until(self) -> datetime:
        """From this moment on it is not worth telling any more."""

    @property
    def why(self) -> str:
        """The rule that asked for it, with its figures."""

    def worded(self, writing: Formats, zone: str) -> Wording:
        """What is said of it; moments are written in an IANA zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Who is told about a contract.

    Attributes:
        addresses: where the customer's mails go.
        chosen: who is told what, by the settings that count for the contract: off, staff, customer or both.
        problem: why they do not: one of them cannot be used; "" where all can.
        declines: the customer wants no optional notices.
        owner: table and id of whoever owns the contract, a user or a team: staff's notices are theirs.
        sender: the lines that a mail is signed with.
        languages: tags, most wanted first: the customer's, the company's.
        zone: IANA zone of the legal entity.
    """

    contract: str
    number: str
    account: str
    customer: str
    addresses: Addresses
    chosen: Mapping[NoticeKind, str]
    problem: str = ""
    declines: bool = False
    owner: tuple[str, str] | None = None
    sender: tuple[str, ...] = ()
    languages: tuple[str, str] = ("", "")
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Enclosure:
    """The file that a mail carries."""

    file_name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Posting):
    """One notice to one recipient; a member of staff has no address, the row itself is what they read.

    Attributes:
        key: what the id is derived from.
        events: what it tells.
        contract: id of the one that it is about; "" where it is about a customer as a whole.
        subscription: id of the one that it is about; "" where it is about several.
        why: the rule that asked for it, with its figures, for whoever asks later.
        until: it is not sent from this moment on.
        enclosure: of a statement of account; no other carries one.
        pay: ids of the invoices that it asks for, for which the mail may carry pay links; its body has a mark in their place.
        overtaken: why what it says is not true any more, as far as that was looked up: of a reminder, that something was paid.
    """

    key: str
    events: tuple[str, ...]
    kind: NoticeKind
    audience: Audience
    subject: str
    body: str
    language: str
    why: str
    until: datetime
    contract: str
    account: str
    subscription: str
    owner: tuple[str, str] | None = None
    enclosure: Enclosure | None = None
    pay: tuple[str, ...] = ()
    overtaken: str = ""
