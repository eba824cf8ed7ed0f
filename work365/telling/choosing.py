"""Who is told what: the settings of a kind, and what a customer has declined.

A setting stands for the company and may be overridden for a legal entity, a customer or a contract; the nearest one counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.findings import Finding, Severity
from work365.telling.notice import Audience, NoticeKind

if TYPE_CHECKING:
    from work365.telling.notice import Addressee

COMPANY = "-"
"""The subject of a setting that holds for everybody."""
BOTH = frozenset(Audience)
STAFF, CUSTOMER = frozenset({Audience.STAFF}), frozenset({Audience.CUSTOMER})
WORDS = {"off": frozenset[Audience](), "staff": STAFF, "customer": CUSTOMER, "both": BOTH}
SETTINGS = {
    NoticeKind.RENEWAL: "notice-renewal",
    NoticeKind.RETURN_WINDOW: "notice-return-window",
    NoticeKind.USAGE_THRESHOLD: "notice-usage-threshold",
}
DEFAULTS = {NoticeKind.RENEWAL: BOTH, NoticeKind.RETURN_WINDOW: STAFF, NoticeKind.USAGE_THRESHOLD: BOTH}
OPTIONAL = frozenset({NoticeKind.RETURN_WINDOW, NoticeKind.USAGE_THRESHOLD})
"""What a customer may decline; that a term ends concerns what they owe, and is told in any case."""

Chosen = dict[tuple[str, str], str]
"""Values of settings by subject (COMPANY, or the id of the row that it is for) and name."""


def audiences(kind: NoticeKind, to: Addressee, chosen: Chosen) -> frozenset[Audience]:
    """Who is told about a contract. A value that means nothing tells staff alone; `unreadable` names it."""
    subjects = (to.contract, to.account, to.entity, COMPANY)
    value = next((chosen[place] for subject in subjects if (place := (subject, SETTINGS[kind])) in chosen), None)
    told = DEFAULTS[kind] if value is None else WORDS.get(_plain(value), STAFF)
    return told - CUSTOMER if to.declines and kind in OPTIONAL else told


def unreadable(chosen: Chosen) -> list[Finding]:
    """The settings whose value means nothing."""
    return [
        Finding(
            "notice-setting-unknown",
            f"{name} {subject}",
            f"The setting {name} says '{value}'; write {', '.join(WORDS)}. Until then only staff is told.",
            Severity.WARNING,
        )
        for (subject, name), value in sorted(chosen.items())
        if _plain(value) not in WORDS
    ]


def _plain(value: str) -> str:
    return value.strip().casefold()
