"""How the verdicts of an examination are shown, and the exit code that they mean."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from rich.table import Table

from cli.output import FINDINGS, NOT_AUTHORISED, OK, Output, data, tell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from work365.examining.verdicts import Verdict

SIGN_IN = ("identity.refused",)


def show(verdicts: Iterable[Verdict], output: Output) -> list[Verdict]:
    """Print all of them; the answer is the list."""
    found = list(verdicts)
    if output is Output.JSON:
        checks = [
            {"check": one.check, "health": one.health.value, "seen": one.seen, "ill": one.ill, "mend": one.mend} for one in found
        ]
        sys.stdout.write(json.dumps({"checks": checks}, ensure_ascii=False) + "\n")
    else:
        data().print(_table(found))
    ill = sum(one.health.is_finding for one in found)
    tell(f"{ill} of {len(found)} checks need somebody" if ill else f"{len(found)} checks, nothing to mend")
    return found


def _table(verdicts: Sequence[Verdict]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("check", "health", "seen", "mend"):
        table.add_column(name, overflow="fold")
    for one in verdicts:
        table.add_row(one.check, one.health.value, one.seen, one.mend)
    return table


def exit_code(verdicts: Sequence[Verdict]) -> int:
    """0 when nothing is to be mended, 3 when we could not sign in, else 1."""
    if any(one.ill in SIGN_IN for one in verdicts):
        return NOT_AUTHORISED
    return FINDINGS if any(one.health.is_finding for one in verdicts) else OK
