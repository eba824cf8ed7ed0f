"""What a user may do: roles of his own and of his teams, worked out once and kept until a row of the security model changes.

Each right on a table becomes a reach: everything, or rows of some owners, rows of some business units, and rows that were shared.
Roles of a team count with the team's business unit; at user depth they reach rows of the team, and the member's own as well
unless the role says "team privileges only". A user reaches rows of all his teams.

Source: Microsoft Learn, "Security concepts in Microsoft Dataverse", "Security roles and privileges" (access levels, team's
member privilege inheritance), "Role-based security".
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from dataverse.security.model import Depth
from local.dataverse import marks
from local.dataverse.security_tables import ADMINISTRATOR_TEMPLATE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.dataverse.context import User
    from local.dataverse.storage import Storage

GRANTS = """
SELECT p.name, rp.privilegedepthmask, s.businessunitid, NULL, 1 FROM systemuserroles AS u
JOIN systemuser AS s ON s.systemuserid = u.systemuserid
JOIN roleprivileges AS rp ON rp.roleid = u.roleid JOIN privilege AS p ON p.privilegeid = rp.privilegeid
WHERE u.systemuserid = ?1
UNION ALL
SELECT p.name, rp.privilegedepthmask, t.businessunitid, t.teamid, COALESCE(r.isinherited, 1) FROM teammembership AS m
JOIN team AS t ON t.teamid = m.teamid JOIN teamroles AS u ON u.teamid = m.teamid JOIN role AS r ON r.roleid = u.roleid
JOIN roleprivileges AS rp ON rp.roleid = u.roleid JOIN privilege AS p ON p.privilegeid = rp.privilegeid
WHERE m.systemuserid = ?1
"""
ROLES = """
SELECT r.roleid, r.roletemplateid FROM role AS r WHERE r.roleid IN (
SELECT roleid FROM systemuserroles WHERE systemuserid = ?1
UNION SELECT t.roleid FROM teamroles AS t JOIN teammembership AS m ON m.teamid = t.teamid WHERE m.systemuserid = ?1)
"""
SHARES = "SELECT objecttypecode, objectid, accessrightsmask FROM principalobjectaccess WHERE principalid IN"
BELOW = """
WITH RECURSIVE below(id) AS (SELECT ?1 UNION
SELECT b.businessunitid FROM businessunit AS b JOIN below ON b.parentbusinessunitid = id)
SELECT id FROM below
"""


@dataclass(frozen=True, slots=True)
class Grant:
    """One privilege as one role gives it: how far, from which business unit, to whose own rows."""

    depth: Depth
    unit: str
    owners: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose rows a privilege reaches."""

    everything: bool = False
    owners: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Holder:
    """A user with what he may do.

    Attributes:
        all: a system administrator, who may do everything.
        reaches: by the name of the privilege in lower case.
        depths: the deepest grant of each privilege, for those who ask what a user has.
        shares: rows that were shared with the user or his teams: by table and row, a mask of rights.
    """

    user: User
    all: bool = False
    roles: int = 0
    teams: frozenset[str] = frozenset()
    reaches: Mapping[str, Reach] = field(default_factory=dict)
    depths: Mapping[str, tuple[str, Depth, str]] = field(default_factory=dict)
    shares: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def reach(self, privilege: str) -> Reach | None:
        """How far a privilege reaches, None when the user has it not."""
        return Reach(everything=True) if self.all else self.reaches.get(privilege.lower())


class _Known:
    """Whose rights were worked out since the security model changed last."""

    def __init__(self) -> None:
        self.mark: object = None
        self.holders: dict[tuple[str, str], Holder] = {}


_KNOWN: WeakKeyDictionary[Storage, _Known] = WeakKeyDictionary()


def held_by(storage: Storage, user: User) -> Holder:
    """A user's rights as they are now. Call with the storage's lock held."""
    known = _KNOWN.setdefault(storage, _Known())
    mark = marks.mark(storage, marks.RIGHTS)
    if mark != known.mark:
        known.mark, known.holders = mark, {}
    which = (user.id, user.unit)
    if which not in known.holders:
        known.holders[which] = _load(storage, user)
    return known.holders[which]


def _load(storage: Storage, user: User) -> Holder:
    rows = storage.rows
    roles = rows(ROLES, (user.id,))
    teams = frozenset(str(row[0]) for row in rows("SELECT teamid FROM teammembership WHERE systemuserid = ?", (user.id,)))
    grants: dict[str, list[Grant]] = defaultdict(list)
    for name, mask, unit, team, inherited in rows(GRANTS, (user.id,)):
        mine = {user.id, *teams} if inherited else set()
        owners = frozenset(mine | ({str(team)} if team else set()))
        grants[str(name)].append(Grant(Depth(int(mask or 1)), str(unit or ""), owners))
    return Holder(
        user,
        any(template == ADMINISTRATOR_TEMPLATE for _, template in roles),
        len(roles),
        teams,
        {name.lower(): _reach(storage, given) for name, given in grants.items()},
        {name.lower(): _deepest(name, given) for name, given in grants.items()},
        _shares(storage, user, teams),
    )


def _reach(storage: Storage, grants: list[Grant]) -> Reach:
    units: set[str] = set()
    for grant in grants:
        if grant.depth is Depth.UNIT:
            units.add(grant.unit)
        elif grant.depth is Depth.UNITS_BELOW:
            units.update(str(row[0]) for row in storage.rows(BELOW, (grant.unit,)))
    owners = frozenset().union(*(grant.owners for grant in grants))
    return Reach(any(grant.depth is Depth.ORGANIZATION for grant in grants), owners, frozenset(units))


def _deepest(name: str, grants: list[Grant]) -> tuple[str, Depth, str]:
    best = max(grants, key=lambda grant: grant.depth)
    return name, best.depth, best.unit


def _shares(storage: Storage, user: User, teams: frozenset[str]) -> Mapping[str, Mapping[str, int]]:
    shares: dict[str, dict[str, int]] = defaultdict(dict)
    places = ", ".join("?" for _ in (user.id, *teams))
    for table, row_id, mask in storage.rows(f"{SHARES} ({places})", (user.id, *teams)):
        rows = shares[str(table)]
        rows[str(row_id)] = rows.get(str(row_id), 0) | int(mask or 0)
    return shares
