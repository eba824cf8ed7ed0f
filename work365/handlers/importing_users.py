"""Bring a list of a tenant's users into the tenant. Importing a list again writes nothing; one that broke off goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.errors import BadInput
from work365.findings import Finding
from work365.planning import Plan
from work365.splitting.listing import entries

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from work365.ports.tenant_users import UserBook
    from work365.splitting.users import User


@dataclass(frozen=True, slots=True)
class UsersReport:
    """What a list changed, or with a dry run would change; `plan` stands for all of it."""

    tenant: str
    listed: int
    came: int
    left: int
    changed: int
    plan: str
    findings: tuple[Finding, ...] = ()


def import_users(
    found: Iterable[User | Finding], tenant: str, on: date, *, book: UserBook, whole: bool = True, dry_run: bool = False
) -> UsersReport:
    """Import a list as of a day.

    Shape:  `whole` means that whoever is not on it has left; a list with rows that cannot be read is never taken for a whole one.
    Errors: BadInput for a tenant that is not there, or a user who is listed twice.
    """
    one = book.tenant(tenant)
    read = list(found)
    users, findings = [row for row in read if not isinstance(row, Finding)], [row for row in read if isinstance(row, Finding)]
    _once(users)
    if findings and whole:
        findings.append(_not_whole(one.name))
    known = book.known(one)
    made = entries(known, users, on, whole=whole and not findings)
    left = sum((entry.ends is not None and entry.begins is None) or entry.removed is not None for entry in made)
    plan = Plan(f"import users {one.name} {on}")
    for entry in made:
        for what, user in (("ends", entry.ends and entry.ends[1]), ("begins", entry.begins)):
            plan.add(what, *_said(user))
        for what, row in (("is", entry.corrected), ("gone", entry.removed)):
            plan.add(what, *_said(row and row[1]))
    if not dry_run:
        book.write(one, made)
    came = sum(entry.begins is not None and entry.ends is None for entry in made)
    return UsersReport(one.name, len(users), came, left, len(made) - came - left, plan.hash, tuple(findings))


def _said(user: User | None) -> tuple[object, ...]:
    """A user's days and words, in an order that does not change from one process to the next."""
    if user is None:
        return ()
    sets = sorted(user.attributes.items()), sorted(user.groups), sorted(user.licences)
    return user.id, user.start, user.end, user.name, *sets


def _once(users: Iterable[User]) -> None:
    seen: set[str] = set()
    for user in users:
        if user.id.casefold() in seen:
            message = f"user {user.id} is listed twice; leave one of the rows"
            raise BadInput(message, "FILE")
        seen.add(user.id.casefold())


def _not_whole(tenant: str) -> Finding:
    message = "Some rows cannot be read, so nobody is taken for gone; put them right and import the list again."
    return Finding("user-list-not-whole", tenant, message)
