"""Install: look, compare, act, look again, step by step. It may end anywhere and be started again.

The intent is written by each act itself: every id is derived or asked for by what it stands for, so that a second copy meets the
first; an import that was started is found by its system job. Nothing is kept outside the tenant and the vault.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.errors import InvariantBroken, NotFound, OutcomeUnknown, Refused
from work365.installing import actions as do
from work365.installing import deciding
from work365.installing.admitting import admit, notes
from work365.installing.plan import Plan, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from work365.installing.actions import Action
    from work365.installing.plan import Line
    from work365.installing.wanted import Wanted
    from work365.ports.installing import Admission, Companies, Identities, Solutions, Variables, Webhooks
    from work365.ports.platform import Clock, Secrets

ROUNDS = 3
"""How often a step looks and acts before it gives up: an import of somebody else may have to be waited for first."""

POLL_S, POLLS_MAX = 5.0, 1440


@dataclass(frozen=True, slots=True)
class Site:
    """Everything that an installation works on.

    Attributes:
        draw: makes a new key.
        pause: waits so many seconds.
        tell: says a sentence to whoever watches.
    """

    admission: Admission
    solutions: Solutions
    identities: Identities
    webhooks: Webhooks
    variables: Variables
    companies: Companies
    secrets: Secrets
    clock: Clock
    draw: Callable[[], str]
    pause: Callable[[float], None]
    tell: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """The plan, and what a person should know beside it."""

    plan: Plan
    notes: tuple[str, ...]


def prepare(wanted: Wanted, site: Site) -> Prepared:
    """Look at everything, write nothing. Errors: NotAuthorised, Refused, External."""
    seen = site.admission.look()
    admit(seen, site.clock.now())
    solution = site.solutions.look()
    return Prepared(Plan(tuple(_lines(wanted, site))), notes(wanted, seen, solution))


def apply(wanted: Wanted, plan: Plan, site: Site) -> int:
    """Do what the plan says, and answer how many things were done.

    Errors: Refused when the tenant differs from the plan, an import failed or a step had no effect; External. The next run
            goes on from there.
    """
    return sum(_take(step, wanted, plan, site) for step in Step)


def _lines(wanted: Wanted, site: Site) -> Iterator[Line]:
    for step in Step:
        yield from look(step, wanted, site)


def look(step: Step, wanted: Wanted, site: Site) -> tuple[Line, ...]:
    """What one step finds undone."""
    return tuple(LOOKS[step](wanted, site))


def _take(step: Step, wanted: Wanted, plan: Plan, site: Site) -> int:
    done = 0
    for _ in range(ROUNDS):
        lines = look(step, wanted, site)
        if not lines:
            return done
        plan.check_covers(line for line in lines if not isinstance(line.action, do.AwaitImport))  # waiting harms nobody
        for line in lines:
            site.tell(f"{line.what}: {line.will}")
            _perform(line.action, wanted, site)
            done += 1
            if isinstance(line.action, do.AwaitImport):
                break  # what follows is only known now
    message = f"{lines[0].what} is still {lines[0].found} after it was set; somebody or something sets it back. Run w365 doctor"
    raise Refused(message)


def _secret(wanted: Wanted, site: Site) -> Iterable[Line]:
    return deciding.secret_lines(wanted.webhook_secret, there=bool(_key(wanted, site)))


def _key(wanted: Wanted, site: Site) -> str:
    """The vault's key, "" while there is none."""
    try:
        return site.secrets.read(wanted.webhook_secret)
    except NotFound:
        return ""


def _solution(_: Wanted, site: Site) -> Iterable[Line]:
    return deciding.solution_lines(site.solutions.version, site.solutions.look())


def _identity(wanted: Wanted, site: Site) -> Iterable[Line]:
    return deciding.user_lines(wanted.application, site.identities.user(wanted.application))


def _groups(wanted: Wanted, site: Site) -> Iterable[Line]:
    groups = wanted.groups
    return deciding.group_lines(groups, site.identities.teams([group.id for group in groups])) if groups else ()


def _webhook(wanted: Wanted, site: Site) -> Iterator[Line]:
    hooks, key = site.webhooks, _key(wanted, site)
    yield from deciding.endpoint_lines(wanted.webhook_url, hooks.fingerprint(key) if key else "", hooks.endpoint())
    yield from deciding.step_lines(hooks.steps, hooks.look())


def _variables(wanted: Wanted, site: Site) -> Iterable[Line]:
    names = [name for name, _ in wanted.variables]
    return deciding.variable_lines(wanted.variables, site.variables.look(names)) if names else ()


def _company(wanted: Wanted, site: Site) -> Iterator[Line]:
    years = {entity.code: site.clock.today(entity.time_zone).year for entity in wanted.entities}
    yield from deciding.entity_lines(wanted.entities, site.companies.entities())
    yield from deciding.series_lines(wanted.entities, years, site.companies.series())


LOOKS: dict[Step, Callable[[Wanted, Site], Iterable[Line]]] = {
    Step.SECRET: _secret,
    Step.SOLUTION: _solution,
    Step.IDENTITY: _identity,
    Step.GROUPS: _groups,
    Step.WEBHOOK: _webhook,
    Step.VARIABLES: _variables,
    Step.COMPANY: _company,
}


def _perform(action: Action, wanted: Wanted, site: Site) -> None:  # noqa: C901, PLR0912  a flat table of actions
    match action:
        case do.MakeSecret(name):
            site.secrets.write(name, site.draw())
        case do.AwaitImport(operation):
            _wait(operation, site, ours=False)
        case do.ImportSolution():
            _import(site)
        case do.CreateUser(application):
            site.identities.create_user(application)
        case do.EnableUser(application):
            site.identities.enable_user(application)
        case do.GiveUserRole(application, role):
            site.identities.give_user_role(application, role)
        case do.CreateTeam(group):
            site.identities.create_team(group)
        case do.GiveTeamRole(group):
            site.identities.give_team_role(group)
        case do.SetEndpoint(url):
            site.webhooks.set_endpoint(url, site.secrets.read(wanted.webhook_secret))
        case do.SetStep(name):
            site.webhooks.set_step(name)
        case do.SetVariable(name, value):
            site.variables.write(name, value)
        case do.CreateEntity(entity):
            site.companies.create_entity(entity)
        case do.CreateSeries(entity, kind, year, prefix, digits):
            site.companies.create_series(entity=entity, kind=kind, year=year, prefix=prefix, digits=digits)


def _import(site: Site) -> None:
    try:
        operation = site.solutions.start()
    except OutcomeUnknown:
        operation = site.solutions.look().running
        if not operation:
            raise
    _wait(operation, site, ours=True)


def _wait(operation: str, site: Site, *, ours: bool) -> None:
    """Watch an import to its end. Errors: Refused with Dataverse's words when ours failed."""
    told = -1
    for _ in range(POLLS_MAX):
        seen = site.solutions.progress(operation)
        if seen.failed and ours:
            words = seen.words or "it gave no reason"
            message = f"Dataverse did not import the solution: {words}. Mend that and run w365 install again"
            raise Refused(message)
        if seen.done or seen.failed:
            return
        if seen.percent != told:
            told = seen.percent
            site.tell(f"importing the solution: {told} %")
        site.pause(POLL_S)
    message = f"the import {operation} has not ended after {POLLS_MAX * POLL_S / 3600:.0f} hours; look at it under System Jobs"
    raise InvariantBroken(message)
