"""With which secrets a gateway may have signed what it reports: each account has one of its own."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

KEPT_S = 60
"""For how long the names in the rows are kept, so that a flood of forged reports asks the tenant nothing."""


class Signing:
    """Names of secrets by the kind of gateway.

    Shape: `told` is the one that the settings name, which is tried first; `in_rows` reads those that processors name.
    """

    def __init__(
        self, told: Mapping[str, str], in_rows: Callable[[str], Iterable[str]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._told, self._in_rows, self._clock = told, in_rows, clock
        self._kept: dict[str, tuple[tuple[str, ...], float]] = {}

    def names(self, kind: str) -> Iterator[str]:
        """One name after the other, each once; the rows are read when the first one did not do."""
        yield self._told[kind]
        yield from (name for name in self._rows(kind) if name != self._told[kind])

    def _rows(self, kind: str) -> tuple[str, ...]:
        names, until = self._kept.get(kind, ((), 0.0))
        if kind not in self._kept or self._clock() >= until:
            names = tuple(self._in_rows(kind))
            self._kept[kind] = (names, self._clock() + KEPT_S)
        return names
