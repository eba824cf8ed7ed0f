"""The solution package: `python -m tools.solution --write`, `--check`, `--pack` or `--schemas DIR`.

`--write` makes infra/dataverse/Work365 from the table model, the roles and the declarations; `--check` says what is stale or
wrong; `--pack` writes build/solution/Work365.zip and Work365_managed.zip from that folder, unless something is wrong with it;
`--schemas DIR` holds the folder against Microsoft's published schemas (tools/schemas.py).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dataverse.solution.checking.whole import problems
from dataverse.solution.layout import is_made
from dataverse.solution.packing import parts, zipped
from dataverse.solution.publisher import SOLUTION
from dataverse.solution.tree import tree
from tools import solution_page

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "infra" / "dataverse" / SOLUTION
OUT = ROOT / "build" / "solution"


def on_disk(folder: Path = FOLDER) -> dict[str, bytes]:
    """Every file of the folder by its path, in the order of paths."""
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return dict(sorted(files.items()))


def write(folder: Path = FOLDER) -> None:
    """Write what is made and take away what is made no longer."""
    made = tree()
    for path in on_disk(folder):
        if is_made(path) and path not in made:
            (folder / path).unlink()
    for path, data in made.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    if folder == FOLDER:
        solution_page.FILE.write_text(solution_page.written())


def stale(folder: Path = FOLDER) -> list[str]:
    """What differs from what would be made, as sentences."""
    made, found = tree(), on_disk(folder)
    again = "run `python -m tools.solution --write`"
    wrong = [f"{path} was not made from today's model; {again}" for path in made if found.get(path) != made[path]]
    wrong += [f"{path} is made no longer; {again}" for path in found if is_made(path) and path not in made]
    if solution_page.FILE.read_text() != solution_page.written():
        wrong.append(f"{solution_page.FILE.name} was not made from today's declarations; {again}")
    return wrong


def packed(folder: Path = FOLDER) -> dict[str, bytes]:
    """Both zips by their file names."""
    found = on_disk(folder)
    return {
        f"{SOLUTION}.zip": zipped(parts(found, managed=False)),
        f"{SOLUTION}_managed.zip": zipped(parts(found, managed=True)),
    }


def main() -> int:
    """Write, check, pack or validate; 1 when something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--write", action="store_true")
    group.add_argument("--check", action="store_true")
    group.add_argument("--pack", action="store_true")
    group.add_argument("--schemas", type=Path, metavar="DIR")
    told = parser.parse_args()
    if told.write:
        write()
        return 0
    wrong = refused(told.schemas) if told.schemas else [*stale(), *problems(on_disk())]
    sys.stderr.write("".join(f"{line}\n" for line in wrong))
    if told.pack and not wrong:
        OUT.mkdir(parents=True, exist_ok=True)
        for name, data in packed().items():
            (OUT / name).write_bytes(data)
            sys.stdout.write(f"{(OUT / name).relative_to(ROOT)}: {len(data)} bytes\n")
    return 1 if wrong else 0


def refused(schemas: Path) -> list[str]:
    """What the published schemas refuse."""
    from tools.schemas import problems as refused_by

    return refused_by(on_disk(), schemas)


if __name__ == "__main__":
    sys.exit(main())
