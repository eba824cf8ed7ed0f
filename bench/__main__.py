"""Run every benchmark, print the figures, and write build/bench.json."""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Callable

TARGET = Path("build/bench.json")


class Figure(TypedDict):
    """One measured figure."""

    name: str
    value: float
    unit: str
    detail: str


BENCHMARKS = ("core", "dataverse", "runs", "history", "charges", "scale")


def main() -> int:
    """Run as `python -m bench [NAME …]`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], help="only these; all by default")
    names = parser.parse_args().names or BENCHMARKS
    figures: list[Figure] = []
    for name in names:
        sys.stderr.write(f"measuring {name} ...\n")
        measure: Callable[[], list[Figure]] = import_module(f"bench.{name}").measure
        for figure in measure():
            figures.append(figure)
            sys.stdout.write(f"{figure['name']:45} {figure['value']:>14,.4g} {figure['unit']:12} {figure['detail']}\n")
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(figures, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
