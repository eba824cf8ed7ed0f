"""Run every benchmark, print the figures, and write build/bench.json."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from bench import core, dataverse, runs

if TYPE_CHECKING:
    from collections.abc import Callable

TARGET = Path("build/bench.json")


class Figure(TypedDict):
    """One measured figure."""

    name: str
    value: float
    unit: str
    detail: str


BENCHMARKS: dict[str, Callable[[], list[Figure]]] = {"core": core.measure, "dataverse": dataverse.measure, "runs": runs.measure}


def main() -> int:
    """Run as `python -m bench [NAME …]`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], help="only these; all by default")
    names = parser.parse_args().names or list(BENCHMARKS)
    figures: list[Figure] = []
    for name in names:
        sys.stderr.write(f"measuring {name} ...\n")
        for figure in BENCHMARKS[name]():
            figures.append(figure)
            sys.stdout.write(f"{figure['name']:45} {figure['value']:>14,.4g} {figure['unit']:12} {figure['detail']}\n")
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(figures, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
