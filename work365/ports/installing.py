"""Ports of an installation: what it looks at and what it does in the tenant, one Protocol per step.

Everything that acts may be called again with the same arguments, and then leaves what the first call left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from work365.installing.seen import (
        AdmissionSeen,
        EndpointSeen,
        ImportProgress,
        SeriesSeen,
        SolutionSeen,
        StepSeen,
        TeamSeen,
        UserSeen,
    )
    from work365.installing.wanted import EntityWanted, GroupWanted


class Admission(Protocol):
    """Who we are, and what environment this is."""

    def look(self) -> AdmissionSeen:
        """Errors: External; NotAuthorised when the sign-in is no user of this environment."""


class Solutions(Protocol):
    """The solution package and its imports."""

    @property
    def version(self) -> str:
        """The version of the package that this command carries."""

    def look(self) -> SolutionSeen:
        """The solution as it is there."""

    def start(self) -> str:
        """Send the package; answers the id of the system job that imports it.

        Errors: OutcomeUnknown when it may have been accepted: look again.
        """

    def progress(self, operation: str) -> ImportProgress:
        """How far a system job is."""


class Identities(Protocol):
    """The application user, and the teams of directory groups."""

    def user(self, application: str) -> UserSeen | None:
        """The application user of an application id."""

    def create_user(self, application: str) -> None:
        """Make it in the root business unit. Nothing happens when it is there."""

    def enable_user(self, application: str) -> None:
        """Enable it."""

    def give_user_role(self, application: str, role: str) -> None:
        """Give it a role of the root business unit. Errors: Refused when there is no such role."""

    def teams(self, groups: Sequence[str]) -> Mapping[str, TeamSeen]:
        """Teams by their group's object id."""

    def create_team(self, group: GroupWanted) -> None:
        """Make a group's team. Nothing happens when it is there."""

    def give_team_role(self, group: GroupWanted) -> None:
        """Give a group's team its role. Errors: Refused when there is no such role."""


class Webhooks(Protocol):
    """The service endpoint and the message steps behind it."""

    @property
    def steps(self) -> Sequence[str]:
        """Names of the steps that must be there."""

    def fingerprint(self, key: str) -> str:
        """Stands for a key without telling it."""

    def endpoint(self) -> EndpointSeen | None:
        """The service endpoint."""

    def set_endpoint(self, url: str, key: str) -> None:
        """Write address and key in one request."""

    def look(self) -> Mapping[str, StepSeen]:
        """Our steps that are there, by name."""

    def set_step(self, name: str) -> None:
        """Make or mend a step, and enable it."""


class Variables(Protocol):
    """Environment variables of the solution."""

    def look(self, names: Sequence[str]) -> Mapping[str, str]:
        """Current values, by schema name; a variable without a value is left out."""

    def write(self, name: str, value: str) -> None:
        """Write a value. Errors: Refused when the solution has no such variable."""


class Companies(Protocol):
    """Legal entities and their number series."""

    def entities(self) -> Sequence[str]:
        """Codes of the legal entities that are there."""

    def create_entity(self, entity: EntityWanted) -> None:
        """Make a legal entity. One that is there stays as it is."""

    def series(self) -> Sequence[SeriesSeen]:
        """Every number series that is there."""

    def create_series(self, *, entity: str, kind: str, year: int, prefix: str, digits: int) -> None:
        """Make a number series whose first number is 1. One that is there stays as it is."""
