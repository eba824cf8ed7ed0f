"""What an installation can do, as values. Every action may be done again: doing it twice leaves what doing it once left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from work365.installing.wanted import EntityWanted, GroupWanted


@dataclass(frozen=True, slots=True)
class MakeSecret:
    """Draw a new key and store it in the vault under a name."""

    name: str


@dataclass(frozen=True, slots=True)
class ImportSolution:
    """Send the package and wait until it is imported."""

    version: str


@dataclass(frozen=True, slots=True)
class AwaitImport:
    """Wait for an import that runs already. `operation` is the id of its system job."""

    operation: str


@dataclass(frozen=True, slots=True)
class CreateUser:
    """Make the application user of an application id."""

    application: str


@dataclass(frozen=True, slots=True)
class EnableUser:
    """Enable the application user again."""

    application: str


@dataclass(frozen=True, slots=True)
class GiveUserRole:
    """Give the application user a role."""

    application: str
    role: str


@dataclass(frozen=True, slots=True)
class CreateTeam:
    """Make the team that stands for a group of the directory."""

    group: GroupWanted


@dataclass(frozen=True, slots=True)
class GiveTeamRole:
    """Give a group's team a role."""

    group: GroupWanted


@dataclass(frozen=True, slots=True)
class SetEndpoint:
    """Write address and key of the service endpoint."""

    url: str


@dataclass(frozen=True, slots=True)
class SetStep:
    """Make or mend one of our message steps, and enable it."""

    name: str


@dataclass(frozen=True, slots=True)
class SetVariable:
    """Write the value of an environment variable."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class CreateEntity:
    """Make a legal entity's row."""

    entity: EntityWanted


@dataclass(frozen=True, slots=True)
class CreateSeries:
    """Make a number series that begins at 1."""

    entity: str
    kind: str
    year: int
    prefix: str
    digits: int


Action = (
    MakeSecret
    | ImportSolution
    | AwaitImport
    | CreateUser
    | EnableUser
    | GiveUserRole
    | CreateTeam
    | GiveTeamRole
    | SetEndpoint
    | SetStep
    | SetVariable
    | CreateEntity
    | CreateSeries
)
