"""A tenant in memory, as an installation sees it: one class per port of work365.ports.installing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from work365.errors import Refused
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
from work365.installing.wanted import APPLICATION_ROLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from work365.installing.wanted import EntityWanted, GroupWanted

STEPS = ("Work365: a job was created",)
ROLES = frozenset({APPLICATION_ROLE, "Work365 Billing", "Work365 Sales"})


@dataclass
class MemoryAdmission:
    """Who signed in; `seen` may be replaced."""

    seen: AdmissionSeen

    def look(self) -> AdmissionSeen:
        """What it was given."""
        return self.seen


@dataclass
class MemorySolutions:
    """Imports that take `looks` looks each; `fails` holds the words of imports that are to fail, first one first."""

    version: str = "1.0.0.0"
    looks: int = 2
    fails: list[str] = field(default_factory=list)
    seen: SolutionSeen = field(default_factory=SolutionSeen)
    started: int = 0
    _left: dict[str, int] = field(default_factory=dict)

    def look(self) -> SolutionSeen:
        """As it stands."""
        return self.seen

    def start(self) -> str:
        """One more import."""
        self.started += 1
        operation = f"operation {self.started}"
        self._left[operation] = self.looks
        self.seen = replace(self.seen, running=operation)
        return operation

    def progress(self, operation: str) -> ImportProgress:
        """One look further."""
        left = self._left[operation] = self._left[operation] - 1
        if left > 0:
            return ImportProgress(100 - 100 * left // self.looks)
        self.seen = replace(self.seen, running="")
        if self.fails:
            return ImportProgress(50, failed=True, words=self.fails.pop(0))
        self.seen = SolutionSeen(self.version, same=True)
        return ImportProgress(100, done=True)


@dataclass
class MemoryIdentities:
    """Users by application id and teams by group; only `roles` can be given."""

    users: dict[str, UserSeen] = field(default_factory=dict)
    groups: dict[str, TeamSeen] = field(default_factory=dict)
    roles: frozenset[str] = ROLES

    def user(self, application: str) -> UserSeen | None:
        """The user, if it was created."""
        return self.users.get(application)

    def create_user(self, application: str) -> None:
        """Once."""
        self.users.setdefault(application, UserSeen(f"user of {application}", disabled=False, roles=frozenset()))

    def enable_user(self, application: str) -> None:
        """Of a user that is there."""
        self.users[application] = replace(self._known(application), disabled=False)

    def give_user_role(self, application: str, role: str) -> None:
        """One that exists."""
        user = self._known(application)
        self.users[application] = replace(user, roles=user.roles | {self._role(role)})

    def teams(self, groups: Sequence[str]) -> dict[str, TeamSeen]:
        """Those that were created."""
        return {group: self.groups[group] for group in groups if group in self.groups}

    def create_team(self, group: GroupWanted) -> None:
        """Once."""
        self.groups.setdefault(group.id, TeamSeen(f"team of {group.id}", group.name, frozenset()))

    def give_team_role(self, group: GroupWanted) -> None:
        """To a team that is there."""
        if group.id not in self.groups:
            message = f"the team of the group {group.name} is not there; run w365 install again"
            raise Refused(message)
        team = self.groups[group.id]
        self.groups[group.id] = replace(team, roles=team.roles | {self._role(group.role)})

    def _known(self, application: str) -> UserSeen:
        if application not in self.users:
            message = f"there is no application user with the application id {application}; run w365 install again"
            raise Refused(message)
        return self.users[application]

    def _role(self, name: str) -> str:
        if name not in self.roles:
            message = f"there is no role “{name}” in this environment; the solution brings the roles of Work365, others are yours"
            raise Refused(message)
        return name


@dataclass
class MemoryWebhooks:
    """One endpoint and its steps."""

    seen: EndpointSeen | None = None
    known: dict[str, StepSeen] = field(default_factory=dict)
    steps: tuple[str, ...] = STEPS

    def fingerprint(self, key: str) -> str:
        """Length and last letter: enough to tell the keys of a test apart."""
        return f"mark of {len(key)} letters, the last {ord(key[-1])}"

    def endpoint(self) -> EndpointSeen | None:
        """As it was set."""
        return self.seen

    def set_endpoint(self, url: str, key: str) -> None:
        """Address and key together."""
        self.seen = EndpointSeen(url, self.fingerprint(key))

    def look(self) -> dict[str, StepSeen]:
        """Steps that were set."""
        return dict(self.known)

    def set_step(self, name: str) -> None:
        """Behind an endpoint that is there."""
        if self.seen is None:
            message = "the service endpoint Work365 is not there; run w365 install again"
            raise Refused(message)
        self.known[name] = StepSeen(name, enabled=True)


@dataclass
class MemoryVariables:
    """Variables that the solution defines, with their values."""

    defined: tuple[str, ...] = ("w365_FunctionsUrl", "w365_Environment")
    values: dict[str, str] = field(default_factory=dict)

    def look(self, names: Sequence[str]) -> dict[str, str]:
        """Values that were written."""
        return {name: self.values[name] for name in names if name in self.values}

    def write(self, name: str, value: str) -> None:
        """Of a variable that is defined."""
        if name not in self.defined:
            message = f"the solution has no environment variable {name}; correct the name in the company file"
            raise Refused(message)
        self.values[name] = value


@dataclass
class MemoryCompanies:
    """Legal entities and series; `first` holds each series' first number as it is printed."""

    known: dict[str, EntityWanted] = field(default_factory=dict)
    first: dict[SeriesSeen, str] = field(default_factory=dict)

    def entities(self) -> list[str]:
        """Codes."""
        return list(self.known)

    def create_entity(self, entity: EntityWanted) -> None:
        """Once."""
        self.known.setdefault(entity.code, entity)

    def series(self) -> list[SeriesSeen]:
        """Those that were created."""
        return list(self.first)

    def create_series(self, *, entity: str, kind: str, year: int, prefix: str, digits: int) -> None:
        """Once, for an entity that is there."""
        if entity not in self.known:
            message = f"there is no legal entity {entity}; run w365 install again"
            raise Refused(message)
        self.first.setdefault(SeriesSeen(entity, kind, year), f"{prefix}{1:0{digits}d}")
