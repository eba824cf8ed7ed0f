"""Lists of a tenant's users: CSV or JSON lines, as the admin centers export them, or of your own.

    User principal name,Display name,Department,Licenses,Groups
    anna@town.example,Anna Berg,Finance,SPE_E3+FLOW_FREE,Treasury;All staff

Column names count without blanks, and in any case. Of everything else that a file says, only the attributes are kept that are
asked for: names of people stay where they are needed.

Source: MicrosoftDocs/entra-docs, "users-bulk-download": userPrincipalName, displayName, objectId, department and more, but no
licences and no groups. The Microsoft 365 admin center's file names licences in words, with `+` between them [P].
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from providers.partner_center.cells import clean
from providers.partner_center.records import records
from work365.errors import BadInput
from work365.provisioning.wording import broken_row
from work365.splitting.users import User

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from work365.findings import Finding

ID = ("userprincipalname", "userid", "id", "objectid")
NAME = ("displayname", "name")
LICENCES = ("licences", "licenses")
GROUPS = ("groups", "memberof")
USER_ID_MAX = 200
_APART = re.compile(r"[;+|]")


def read_users(path: Path, on: date, attributes: Sequence[str]) -> Iterator[User | Finding]:
    """The users of a list, known from a day on; a finding for each row that cannot be read.

    Errors: BadInput for a file that is no list of users, or lacks an attribute that is asked for.
    """
    wanted = [_plain(name) for name in attributes]
    for record in records(path):
        cells = {_plain(name): clean(cell).strip() for name, cell in record.cells.items()}
        if record.header:
            _check(cells, wanted, path.name)
            continue
        user = _text(cells, ID)
        if record.problem or not user or len(user) > USER_ID_MAX:
            yield broken_row(path.name, record.line, "", record.problem or "The row names no user")
            continue
        yield User(
            user,
            on,
            name=_text(cells, NAME)[:USER_ID_MAX],
            attributes={name: cells[name] for name in wanted if cells.get(name)},
            groups=_several(_text(cells, GROUPS)),
            licences=_several(_text(cells, LICENCES)),
        )


def _check(cells: Mapping[str, str], wanted: Sequence[str], file: str) -> None:
    if not any(name in cells for name in ID):
        message = "The file has no column 'User principal name', 'User id' or 'Id'; a list of users names them"
        raise BadInput(message, file)
    lacking = [name for name in wanted if name not in cells]
    if lacking:
        message = f"The file has no column '{lacking[0]}'; export it too, or leave it out of --attributes"
        raise BadInput(message, file)


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).casefold()


def _text(cells: Mapping[str, str], names: Sequence[str]) -> str:
    return next((cells[name] for name in names if cells.get(name)), "")


def _several(cell: str) -> frozenset[str]:
    """Names that stand in one cell: a JSON list, or text with `;`, `+` or `|` between them. They are compared in lower case."""
    try:
        listed = json.loads(cell) if cell.startswith("[") else None
    except ValueError:
        listed = None
    names = [str(one) for one in listed] if isinstance(listed, list) else _APART.split(cell)
    return frozenset(name.strip().casefold() for name in names if name.strip())
