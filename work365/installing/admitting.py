"""May an installation begin? What must hold before anything is written, each refusal with its mend."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from work365.errors import NotAuthorised, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from work365.installing.seen import AdmissionSeen, SolutionSeen
    from work365.installing.wanted import Wanted

OLDEST = (9, 2)
"""The Web API's version that the product is written for."""

CLOCKS_APART = timedelta(minutes=5)
"""What the directory and the vendors' signatures bear."""


def admit(seen: AdmissionSeen, now: datetime) -> None:
    """Errors: NotAuthorised naming the privileges that are missing; Refused naming everything else that must be mended first."""
    if seen.missing:
        message = (
            f"{seen.user} may not install in {seen.organization}: missing {', '.join(seen.missing)}."
            " Sign in as a System Administrator of this environment"
        )
        raise NotAuthorised(message)
    wrong = list(_wrong(seen, now))
    if wrong:
        message = "; ".join(wrong)
        raise Refused(message)


def _wrong(seen: AdmissionSeen, now: datetime) -> Iterator[str]:
    parts = tuple(int(part) for part in seen.version.split(".")[:2] if part.isdigit())
    if parts < OLDEST:
        yield f"Dataverse is version {seen.version}, and Work365 needs {'.'.join(map(str, OLDEST))}: choose another environment"
    if seen.server_time is not None and abs(seen.server_time - now) > CLOCKS_APART:
        yield (
            f"this machine's clock says {now:%H:%M:%S} and Dataverse's {seen.server_time:%H:%M:%S} UTC:"
            " set the clock of this machine, or no sign-in will hold"
        )


def notes(wanted: Wanted, seen: AdmissionSeen, solution: SolutionSeen) -> tuple[str, ...]:
    """What a person should read before saying yes."""
    return (
        f"{seen.organization} at {wanted.environment}, Dataverse {seen.version}, signed in as {seen.user}",
        f"base currency {seen.currency}, base language {seen.language or 'unknown'}; neither can be changed later",
        f"solution: {solution.version or 'not installed'}",
    )
