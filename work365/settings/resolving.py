"""Which value holds: the nearest that somebody says, else the product's own. Pure.

A contract is nearer than its customer, that nearer than the legal entity, and that nearer than the company.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.errors import BadInput, Refused
from work365.settings.catalogue import Level, named

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from work365.settings.catalogue import Setting


@dataclass(frozen=True, slots=True)
class Said:
    """A value, and who said it.

    Attributes:
        setting: its name, which may be one that does not exist.
        subject: what it is for, in words: a legal entity's code, a customer's name, a contract's number; "" for the company.
        row: id of the row in the table of settings; "" for a column of the subject's own form.
        by, at: who changed it last and when, as far as that is known.
    """

    level: Level
    setting: str
    text: str
    subject: str = ""
    row: str = ""
    by: str = ""
    at: datetime | None = None
    reason: str = ""

    @property
    def place(self) -> str:
        """Where it is said: `company`, `customer Fabrikam`."""
        return f"{self.level.value.lower()} {self.subject}".rstrip()


@dataclass(frozen=True, slots=True)
class Resolved:
    """The value of a setting.

    Attributes:
        said: who says it; None for the product's own value, or where nobody says any.
        hidden: what would hold without it, the nearest first.
    """

    setting: Setting
    text: str | None
    said: Said | None
    hidden: tuple[Said, ...] = ()

    def origin(self, on: Level = Level.CONTRACT) -> str:
        """Where the value comes from, as it is read on a contract, or on another level."""
        if self.said is not None:
            return "set here" if self.said.level is on else f"from {self.said.place}"
        return "not set" if self.text is None else "product default"

    @property
    def overrides(self) -> bool:
        """Whether it hides what somebody says further up, or differs from what the product says."""
        differs = self.setting.default is not None and self.text != self.setting.default
        return self.said is not None and (bool(self.hidden) or differs)

    @property
    def beneath(self) -> str | None:
        """The value that would hold without the nearest one."""
        return self.hidden[0].text if self.hidden else self.setting.default


def resolve(setting: Setting, said: Iterable[Said]) -> Resolved:
    """The nearest value; values of other settings are not looked at."""
    mine = sorted((one for one in said if one.setting == setting.name), key=lambda one: -one.level.nearness)
    if not mine:
        return Resolved(setting, setting.default, None)
    return Resolved(setting, mine[0].text, mine[0], tuple(mine[1:]))


def usable(resolved: Resolved) -> str | None:
    """The value to work with. Errors: BadInput when the one that counts cannot be used; another is never taken instead."""
    if resolved.said is not None and (wrong := problem(resolved.said)):
        raise BadInput(wrong)
    return resolved.text


def problem(one: Said) -> str:
    """What is wrong with a value, as a sentence that says where to mend it; "" where nothing is."""
    where = f"the {one.place}"
    try:
        setting = named(one.setting)
        if misplaced := _misplaced(one, setting):
            return f"The setting '{one.setting}' of {where} counts for nobody: {misplaced}"
        setting.check(one.text)
    except BadInput as error:
        return f"A setting of {where} has no meaning: {error.message}. Correct its name, or remove it."
    except Refused as error:
        return f"The setting '{one.setting}' of {where} cannot be used: '{one.text[:60]}' {error}. Correct it there."
    return ""


def _misplaced(one: Said, setting: Setting) -> str:
    """Where a setting has to be said instead; "" where its place is right."""
    contract, entity = one.level is Level.CONTRACT, one.level is Level.LEGAL_ENTITY
    if not contract and not setting.inherited:
        return "it is said on each contract. Remove it there."
    if contract and not setting.on_contract:
        return "say it for the customer, and remove it here."
    if entity and not setting.for_entities:
        return "say it for customers or the company, and remove it here."
    if one.row and (contract or (entity and setting.on_entity)):
        return "enter it on that form itself, and remove it here."
    return ""
