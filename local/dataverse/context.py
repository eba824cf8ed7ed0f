"""What a request carries through the server: who asks, when, with which preferences, under which address."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from local.dataverse.access import TOTAL, Access
from local.dataverse.options import Preferences
from local.dataverse.zones import UTC_CODE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

API = "/api/data/v9.2"


@dataclass(frozen=True, slots=True)
class User:
    """A row of systemuser, as far as requests need it, and the code of his time zone."""

    id: str
    unit: str
    object_id: str | None = None
    application_id: str | None = None
    name: str = ""
    zone: int = UTC_CODE


@dataclass(frozen=True, slots=True)
class Context:
    """One request's circumstances.

    Attributes:
        user: whose rights count, and who becomes createdby.
        actor: who really called, when impersonating; becomes createdonbehalfby.
        tag: the `tag` query option, a shared variable of every event.
        references: what `$1` in a change set stands for, as `set(id)`.
        many: the request is a message of many rows, whose single writes raise no such message of their own.
        access: what the user (and whoever acts for him) may do.
        directory: the object id behind an application id, where there is a directory to ask.
    """

    user: User
    now: datetime
    base: str
    actor: User | None = None
    version: str = "v9.2"
    headers: Mapping[str, str] = field(default_factory=dict)
    preferences: Preferences = field(default_factory=Preferences)
    tag: str | None = None
    references: Mapping[str, str] = field(default_factory=dict)
    in_batch: bool = False
    many: bool = False
    correlation_id: str = ""
    request_id: str = ""
    access: Access = TOTAL
    directory: Callable[[str], str | None] | None = None

    @property
    def root(self) -> str:
        """The service root with its closing slash."""
        return f"{self.base}/api/data/{self.version}/"

    def reading(self, tag: str | None) -> Context:
        """The same request with a `tag`, its formatted values in the user's time zone."""
        zone = self.user.zone
        if tag == self.tag and zone == self.preferences.zone:
            return self
        return replace(self, tag=tag, preferences=replace(self.preferences, zone=zone))
