"""Port to the settings: what is said by whom, and saying it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from work365.settings.catalogue import Level, Setting
    from work365.settings.resolving import Said


@dataclass(frozen=True, slots=True)
class Subject:
    """A contract, a customer, a legal entity or the company, with everything that is said for it.

    Attributes:
        name: a contract's number, a customer's name, a legal entity's code; "" for the company.
        said: its own values and those that it inherits, in no order.
        version: of its row, where its own values stand in its columns.
    """

    level: Level
    id: str
    name: str
    said: tuple[Said, ...]
    version: str = ""


class SettingBook(Protocol):
    """Settings of one tenant."""

    def subject(self, level: Level, name: str) -> Subject:
        """One of them by its name; a customer also by its account number or id, the company by "".

        Errors: BadInput when there is none, or more than one.
        """

    def say(self, subject: Subject, setting: Setting, text: str | None, reason: str) -> None:
        """Say a value for a subject, or with None no longer say one. Errors: Conflict when it changed since it was read."""

    def below_company(self, entity: str) -> Iterable[Subject]:
        """Legal entities, customers, active contracts that say something against those above; of one entity by code, or all."""
