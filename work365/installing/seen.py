"""What an installation finds in the tenant and the vault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class AdmissionSeen:
    """Who we are in the tenant and what it is.

    Attributes:
        missing: privileges that an installation needs and we lack.
        server_time: what the tenant's clock says; None when its answer did not say.
        language: the base language's number (LCID), such as 1033.
        currency: ISO code of the base currency.
    """

    user: str
    organization: str
    version: str
    missing: tuple[str, ...]
    server_time: datetime | None
    language: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class SolutionSeen:
    """The solution as far as it is there.

    Attributes:
        version: "" when it is not installed.
        same: exactly the package that was asked about was imported, and its import succeeded.
        running: id of the system job of an import that is under way, "" without one.
    """

    version: str = ""
    same: bool = False
    running: str = ""


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far an import is. `done` and `failed` are final; `words` is what Dataverse says."""

    percent: int
    done: bool = False
    failed: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True)
class UserSeen:
    """The application user. `roles` are names."""

    id: str
    disabled: bool
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class TeamSeen:
    """A directory group's team."""

    id: str
    name: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class EndpointSeen:
    """The service endpoint. `key` is the fingerprint of the key that was written last; the key itself cannot be read."""

    url: str
    key: str
    complete: bool = True


@dataclass(frozen=True, slots=True)
class StepSeen:
    """One message step: by its name, whether it is enabled, and what is wrong with it ("" when nothing is)."""

    name: str
    enabled: bool
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class SeriesSeen:
    """A number series that is there."""

    entity: str
    kind: str
    year: int
