"""Who is told what: the setting of a kind as it counts for a contract, and what the customer has declined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.telling.notice import Audience, NoticeKind

if TYPE_CHECKING:
    from work365.telling.notice import Addressee

BOTH = frozenset(Audience)
STAFF, CUSTOMER = frozenset({Audience.STAFF}), frozenset({Audience.CUSTOMER})
WORDS = {"off": frozenset[Audience](), "staff": STAFF, "customer": CUSTOMER, "both": BOTH}
SETTINGS = {
    NoticeKind.RENEWAL: "notice-renewal",
    NoticeKind.RETURN_WINDOW: "notice-return-window",
    NoticeKind.USAGE_THRESHOLD: "notice-usage-threshold",
    NoticeKind.PAYMENT: "payment-receipts",
    NoticeKind.CARD_EXPIRY: "notice-card-expiry",
    NoticeKind.QUESTION: "notice-question",
    NoticeKind.ANSWER: "notice-answer",
}
FIXED = {NoticeKind.SUSPENSION_WARNING: CUSTOMER, NoticeKind.SUSPENSION: STAFF}
"""Who is told of what nobody chooses: a warning is the customer's, whether it is to be carried out is for staff."""
OPTIONAL = frozenset(SETTINGS) - {NoticeKind.RENEWAL, NoticeKind.ANSWER}
"""What a customer may decline; that a term ends concerns what they owe, and who asks is answered: both are told in any case."""


def audiences(kind: NoticeKind, to: Addressee) -> frozenset[Audience]:
    """Who is told about a contract; both where a setting cannot be used, and then the customer's notice says why it failed."""
    if kind in FIXED:
        return FIXED[kind]
    if to.problem:
        return BOTH
    told = WORDS[to.chosen[kind]]
    return told - CUSTOMER if to.declines and kind in OPTIONAL else told
