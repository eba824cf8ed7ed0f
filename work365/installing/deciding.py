"""From what is wanted and what is there to what must be done: one pure function per step; no lines, nothing missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.installing import actions as do
from work365.installing.plan import Line, Step
from work365.installing.wanted import APPLICATION_ROLE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from work365.installing.seen import EndpointSeen, SeriesSeen, SolutionSeen, StepSeen, TeamSeen, UserSeen
    from work365.installing.wanted import EntityWanted, GroupWanted

MISSING = "missing"


def secret_lines(name: str, *, there: bool) -> Iterator[Line]:
    """A key that is there is kept, whoever made it."""
    if not there:
        yield Line(Step.SECRET, f"secret {name}", MISSING, "drawn and stored in the vault", do.MakeSecret(name))


def solution_lines(version: str, seen: SolutionSeen) -> Iterator[Line]:
    """An import that runs is waited for, not started again."""
    what = "solution Work365"
    if seen.running:
        yield Line(Step.SOLUTION, what, "an import is running", "waited for", do.AwaitImport(seen.running))
        found = "known when that has ended, and if it was another or failed"
        yield Line(Step.SOLUTION, what, found, f"version {version} imported", do.ImportSolution(version))
    elif not seen.version:
        yield Line(Step.SOLUTION, what, MISSING, f"version {version} imported", do.ImportSolution(version))
    elif newer(seen.version, version):
        return  # somebody has gone ahead of this command; taking the tenant back would lose columns
    elif not seen.same:
        found = f"version {seen.version}" if seen.version != version else f"version {version}, not imported from this package"
        yield Line(Step.SOLUTION, what, found, f"version {version} imported", do.ImportSolution(version))


def newer(one: str, other: str) -> bool:
    """Whether a version such as 1.10.0.0 is later than another."""
    return _numbers(one) > _numbers(other)


def _numbers(version: str) -> tuple[int, ...]:
    parts = tuple(int(part) for part in version.split(".") if part.isdigit())
    return parts + (0,) * (4 - len(parts))


def user_lines(application: str, seen: UserSeen | None) -> Iterator[Line]:
    """One application user per application id, enabled, with the one role that it needs."""
    what = f"application user {application}"
    if seen is None:
        yield Line(Step.IDENTITY, what, MISSING, "created in the root business unit", do.CreateUser(application))
    elif seen.disabled:
        yield Line(Step.IDENTITY, what, "disabled", "enabled", do.EnableUser(application))
    if seen is None or APPLICATION_ROLE not in seen.roles:
        yield Line(
            Step.IDENTITY,
            f"role {APPLICATION_ROLE} of {application}",
            "not given",
            "given",
            do.GiveUserRole(application, APPLICATION_ROLE),
        )


def group_lines(groups: Sequence[GroupWanted], seen: Mapping[str, TeamSeen]) -> Iterator[Line]:
    """A team per group of the directory, with its role. `seen` is by the group's object id."""
    for group in groups:
        team = seen.get(group.id)
        if team is None:
            yield Line(Step.GROUPS, f"team of the group {group.name} ({group.id})", MISSING, "created", do.CreateTeam(group))
        if team is None or group.role not in team.roles:
            what = f"role {group.role} of the group {group.name} ({group.id})"
            yield Line(Step.GROUPS, what, "not given", "given", do.GiveTeamRole(group))


def endpoint_lines(url: str, key: str, seen: EndpointSeen | None) -> Iterator[Line]:
    """Address and key of the service endpoint. `key` is the fingerprint of the vault's key, "" while there is none."""
    found = _endpoint_found(url, key, seen)
    if found:
        will = f"calls {url} with the vault's key"
        yield Line(Step.WEBHOOK, "service endpoint Work365", found, will, do.SetEndpoint(url))


def _endpoint_found(url: str, key: str, seen: EndpointSeen | None) -> str:
    if seen is None:
        return MISSING
    if seen.url != url:
        return f"calls {seen.url or 'nobody'}"
    if not seen.complete:
        return "is no webhook with a key"
    return "" if key and seen.key == key else "has another key than the vault"


def step_lines(names: Sequence[str], seen: Mapping[str, StepSeen]) -> Iterator[Line]:
    """Every message step there, as it was made, and enabled."""
    for name in names:
        step = seen.get(name)
        found = MISSING if step is None else step.wrong or ("" if step.enabled else "disabled")
        if found:
            yield Line(Step.WEBHOOK, f"step “{name}”", found, "set and enabled", do.SetStep(name))


def variable_lines(wanted: Sequence[tuple[str, str]], seen: Mapping[str, str]) -> Iterator[Line]:
    """The current value of each variable that the file names; others are left alone."""
    for name, value in wanted:
        found = seen.get(name)
        if found != value:
            shown = MISSING if found is None else f"“{found}”"
            yield Line(Step.VARIABLES, f"variable {name}", shown, f"“{value}”", do.SetVariable(name, value))


def entity_lines(entities: Sequence[EntityWanted], seen: Collection[str]) -> Iterator[Line]:
    """Rows of companies that are missing. One that is there belongs to its users and is left as it is. `seen` holds codes."""
    for entity in entities:
        if entity.code not in seen:
            found = f"{entity.company_name}, {entity.country}, created"
            yield Line(Step.COMPANY, f"legal entity {entity.code}", MISSING, found, do.CreateEntity(entity))


def series_lines(entities: Sequence[EntityWanted], years: Mapping[str, int], seen: Collection[SeriesSeen]) -> Iterator[Line]:
    """Number series of this year that are missing. The next number of one that is there is never touched."""
    there = {(series.entity, series.kind, series.year) for series in seen}
    for entity in entities:
        year = years[entity.code]
        for series in entity.series:
            if (entity.code, series.kind, year) not in there:
                prefix = series.prefix_of(year)
                what = f"number series {entity.code} {series.kind} {year}"
                will = f"created, first number {prefix}{1:0{series.digits}d}"
                action = do.CreateSeries(entity.code, series.kind, year, prefix, series.digits)
                yield Line(Step.COMPANY, what, MISSING, will, action)
