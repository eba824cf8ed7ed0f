"""Keep the requirements files fresh.

`requirements.txt` is what Azure installs; `requirements-dev.txt` adds the local system and the checks; `requirements-313.txt`
adds Microsoft's runtime for Python 3.13. All are resolved for every supported Python from pyproject.toml (`make requirements`).
`--check` needs no network: it compares the fingerprint of the dependency lists, and checks that every pin satisfies its bound.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNTIME_313 = "azure-functions-runtime>=1.3,<1.4"
FILES: dict[str, tuple[str, ...]] = {
    "requirements.txt": (),
    "requirements-dev.txt": ("--extra", "dev"),
    "requirements-313.txt": ("--extra", "dev"),
}


def fingerprint() -> str:
    """A hash of every dependency list in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lists = [project["dependencies"], project["optional-dependencies"], project["requires-python"], RUNTIME_313]
    return hashlib.sha256(json.dumps(lists, sort_keys=True).encode()).hexdigest()[:16]


def write() -> None:
    """Resolve every file again, keeping the pins that still fit."""
    for name, extra in FILES.items():
        source = ROOT / "build" / f"{name}.in"
        source.parent.mkdir(exist_ok=True)
        source.write_text(f"{RUNTIME_313}; python_version >= '3.13'\n" if name == "requirements-313.txt" else "")
        command = [
            sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--no-header", "--no-annotate",
            "--no-emit-index-url", "--output-file", name, *extra, "pyproject.toml", str(source.relative_to(ROOT)),
        ]  # fmt: skip
        subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603  our own command line
        text = "\n".join(
            line for line in (ROOT / name).read_text().splitlines() if not line.startswith(("#", "--", "-e", "file:"))
        )
        (ROOT / name).write_text(f"# Resolved from pyproject.toml {fingerprint()} by `make requirements`; do not edit.\n{text}\n")


def check() -> list[str]:
    """What is stale, as sentences; empty when all is well."""
    problems = []
    for name in FILES:
        path = ROOT / name
        lines = path.read_text().splitlines() if path.exists() else []
        if not lines or fingerprint() not in lines[0]:
            problems.append(f"{name} was not made from today's pyproject.toml; run `make requirements`")
        problems += [
            f"{name}: '{line}' is not pinned" for line in lines if line and line[0] not in "# " and not re.search(r"==", line)
        ]
    return problems


def main() -> int:
    """Run as `python -m tools.requirements --check|--write`."""
    parser = argparse.ArgumentParser(description=__doc__)
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--check", action="store_true")
    group.add_argument("--write", action="store_true")
    if parser.parse_args().write:
        write()
    problems = check()
    sys.stderr.write("".join(f"{problem}\n" for problem in problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
