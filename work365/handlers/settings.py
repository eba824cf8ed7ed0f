"""Settings for a person: what holds and why, saying a value, taking it back, and what differs below the company."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.errors import BadInput, Refused
from work365.settings.catalogue import CATALOGUE, Level, named
from work365.settings.resolving import resolve

if TYPE_CHECKING:
    from work365.ports.settings import SettingBook, Subject
    from work365.settings.catalogue import Setting
    from work365.settings.resolving import Resolved


@dataclass(frozen=True, slots=True)
class Moved:
    """A setting before and after somebody said it, or took it back."""

    subject: Subject
    before: Resolved
    after: Resolved


@dataclass(frozen=True, slots=True)
class Override:
    """A value that a legal entity, a customer or a contract has of its own."""

    subject: Subject
    resolved: Resolved


def show(subject: Subject) -> list[Resolved]:
    """Every setting as it holds for a subject; what contracts do not inherit, or do not say, is shown only where it belongs."""
    return [resolve(one, subject.said) for one in CATALOGUE if _belongs(one, subject.level)]


def _belongs(setting: Setting, level: Level) -> bool:
    if level is Level.CONTRACT:
        return setting.on_contract
    return setting.inherited and (setting.for_entities or level is not Level.LEGAL_ENTITY)


def say(subject: Subject, name: str, text: str, *, reason: str, book: SettingBook) -> Moved:
    """Say a value. Errors: BadInput for a setting that does not exist or a value that it cannot have; Conflict."""
    setting = _said_on(subject, name)
    try:
        setting.check(text)
    except Refused as error:
        message = f"'{text}' {error}; {name} holds {setting.holds}"
        raise BadInput(message, "VALUE") from None
    before = resolve(setting, subject.said)
    book.say(subject, setting, text, reason)
    return Moved(subject, before, resolve(setting, _again(subject, book).said))


def revert(subject: Subject, name: str, *, book: SettingBook) -> Moved:
    """Take a subject's own value back, so that it inherits again. Errors: BadInput; Refused when it has none; Conflict."""
    setting = _said_on(subject, name)
    before = resolve(setting, subject.said)
    if before.said is None or before.said.level is not subject.level:
        is_now = f"it is {before.text or 'empty'}, {before.origin(subject.level)}"
        message = f"{name} is not set there, so there is nothing to take back: {is_now}"
        raise Refused(message)
    book.say(subject, setting, None, "")
    return Moved(subject, before, resolve(setting, _again(subject, book).said))


def overrides(entity: str, *, book: SettingBook) -> list[Override]:
    """What legal entities, customers and contracts say against those above them, or against the product."""
    return [
        Override(subject, resolved)
        for subject in book.below_company(entity)
        for resolved in show(subject)
        if resolved.said is not None and resolved.said.level is subject.level and resolved.overrides
    ]


def _again(subject: Subject, book: SettingBook) -> Subject:
    """It, read afresh: several customers may have one name."""
    return book.subject(subject.level, subject.id if subject.level is Level.CUSTOMER else subject.name)


def _said_on(subject: Subject, name: str) -> Setting:
    setting = named(name)
    if subject.level is Level.CONTRACT and not setting.on_contract:
        message = f"{name} is not a contract's: it concerns all of a customer's contracts; say it with --customer"
        raise BadInput(message, "SETTING")
    if subject.level is Level.LEGAL_ENTITY and not setting.for_entities:
        message = f"{name} is not a legal entity's: it concerns what a customer owes to all; say it with --customer or --company"
        raise BadInput(message, "SETTING")
    if not setting.inherited:
        message = f"{name} is not inherited, because agreed amounts depend on it; change it on the contract's form"
        raise BadInput(message, "SETTING")
    return setting
