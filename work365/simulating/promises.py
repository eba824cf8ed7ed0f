"""A contract's minimum and maximum, as a scenario writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.commitments.terms import Commitment
from work365.contracts.as_json import without_nones
from work365.errors import BadInput
from work365.strict_json import members, number, optional, refuse, whole

if TYPE_CHECKING:
    from work365.contracts.as_json import Json

MOST_CYCLES_IN_BLOCK = 1_000


def commitment(value: object, path: str) -> Commitment:
    """A minimum over so many cycles, and a maximum in one. Errors: BadInput, with the path of what is wrong."""
    row = members(value, path, "minimum cycles maximum")
    least, most = (optional(row, path, name, number) for name in ("minimum", "maximum"))
    if least is None and most is None:
        refuse(path, "give a 'minimum', a 'maximum' or both")
    try:
        return Commitment(least, most, "", "", optional(row, path, "cycles", whole(1, MOST_CYCLES_IN_BLOCK)) or 1)
    except BadInput as error:
        refuse(path, error.message)


def commitment_said(one: Commitment) -> Json:
    """The same in the words that `commitment` reads."""
    return without_nones(
        minimum=None if one.minimum is None else f"{one.minimum:f}",
        cycles=None if one.cycles == 1 else one.cycles,
        maximum=None if one.maximum is None else f"{one.maximum:f}",
    )
