"""What a person wants to credit, as text: `2` all that is left of line 2, `2:3` three of its units, `2=50.00` an amount of it.

Several are separated by commas or blanks; nothing, or `all`, means all that is left of every line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from work365.errors import BadInput

ALL = "all"
_WISH = re.compile(r"(?P<line>\d{1,6})(?:(?P<how>[:=])(?P<value>\d{1,15}(?:\.\d{1,10})?))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wish:
    """One line to credit. At most one of `units` and `net` is given; neither means all that is left.

    Attributes:
        line: its place on the document, from 1.
        units: of its quantity.
        net: in major units, before tax.
    """

    line: int
    units: Decimal | None = None
    net: Decimal | None = None


def wishes(text: str, path: str = "lines") -> tuple[Wish, ...]:
    """The wishes in a text; none at all mean everything. Errors: BadInput for what is no wish, or names a line twice."""
    words = text.replace(",", " ").split()
    if words in ([], [ALL]):
        return ()
    read = tuple(_wish(word, path) for word in words)
    twice = {wish.line for wish in read if sum(other.line == wish.line for other in read) > 1}
    if twice:
        message = f"line {min(twice)} is named twice; name each line once"
        raise BadInput(message, path)
    return read


def _wish(word: str, path: str) -> Wish:
    found = _WISH.fullmatch(word)
    if found is None:
        message = (
            f"'{word}' names no line; write 2 for all of line 2 that is left, 2:3 for three units of it, 2=50.00 for an amount"
        )
        raise BadInput(message, path)
    line, how = int(found["line"]), found["how"]
    value = Decimal(found["value"]) if how else None
    if value == 0:
        message = f"'{word}' credits nothing; leave the line out"
        raise BadInput(message, path)
    return Wish(line, units=value if how == ":" else None, net=value if how == "=" else None)
