"""Catalogues as files: `de.json` is German. A file more is a language more; nothing else has to change.

A partner's own folder is read after ours, so that a word may be changed there as well.
"""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from work365.documents.formats import Formats
from work365.documents.labels import read_labels
from work365.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from work365.documents.labels import Labels

HERE = Path(__file__).parent
FALLBACK = "en"


class Languages:
    """The writing rules of every language that has a catalogue."""

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self._folders = (HERE, *folders)

    def formats(self, *tags: str) -> Formats:
        """The writing rules of the first tag that has a catalogue; English when none has.

        Shape: IETF tags, most wanted first, empty ones are passed over; "de-AT" takes de-AT.json, else de.json.
        """
        for tag in tags:
            wanted = tag.casefold().replace("_", "-")
            while wanted:
                if wanted in self._labels:
                    return Formats(self._labels[wanted])
                wanted = wanted.rpartition("-")[0]
        return Formats(self._labels[FALLBACK])

    @property
    def tags(self) -> tuple[str, ...]:
        """The languages that there are."""
        return tuple(sorted(self._labels))

    @cached_property
    def _labels(self) -> dict[str, Labels]:
        found: dict[str, Labels] = {}
        for path in (path for folder in self._folders for path in sorted(folder.glob("*.json"))):
            try:
                catalogue = json.loads(path.read_text(encoding="utf-8"))
            except ValueError as error:
                message = f"the catalogue {path.name} is no JSON: {error}"
                raise BadInput(message, path.name) from None
            found[path.stem.casefold()] = read_labels(catalogue, path.name)
        return found
