"""docs/reference/doctor.md out of the table of checks and ills: `python -m tools.ills --write` or `--check`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from work365.examining.ills import CHECKS, ILLS
from work365.examining.verdicts import UNREAD

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "doctor.md"
HEAD = """# Doctor

`w365 doctor` checks a deployment from the outside in and says of each broken thing how to mend it. It writes nothing; the one
thing that it sends is a ring at our own webhook, which asks for no work. [How to install](../how-to/install.md) says how to sign
in.

| | |
|---|---|
| `w365 doctor` | with the settings of the Function App in this shell's environment |
| `w365 doctor company.toml` | compares everything with the company file, too |
| `--output json` | `{"checks": [{"check", "health", "seen", "ill", "mend"}]}` |
| exit code | 0 nothing to mend, 1 findings, 3 the sign-in failed |

`health` is `ok`, `warning`, `broken`, or `not set up` for what this deployment does without. One broken check never stops the
others; without a sign-in only what can be seen without it is checked. What could not be looked at is named `….unread`, with the
other system's sentence: {unread}. Whoever looks must be allowed to see: sign in as a System Administrator of the environment.

This page is made from the code (`python -m tools.ills --write`).
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD.replace("{unread}", UNREAD)]
    for check, green in CHECKS.items():
        rows = [f"| `{ill}` | {weight} | {mend} |" for ill, (weight, mend) in ILLS.items() if ill.partition(".")[0] == check]
        parts.append("\n".join((f"## {check}", "", f"Green: {green}.", "", "| ill | | mend |", "|---|---|---|", *rows, "")))
    return "\n".join(parts)


def main() -> int:
    """Write or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().write:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
        sys.stderr.write(f"{PAGE.name} was not made from today's table: run `python -m tools.ills --write`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
