"""What went wrong, as a sentence and an exit code. Exit codes: 2 usage or bad input, 3 not authorised, 4 partial or not done."""

from __future__ import annotations

import tempfile
import traceback
from itertools import pairwise
from subprocess import CalledProcessError
from typing import TYPE_CHECKING

from cli.output import NOT_AUTHORISED, PARTIAL, USAGE
from transport.outcomes import status_of
from work365.errors import BadInput, External, InvariantBroken, NotAuthorised, OutcomeUnknown, Refused, Throttled, Unavailable
from work365.masking import masked

if TYPE_CHECKING:
    from collections.abc import Sequence

UNAUTHORISED, FORBIDDEN = 401, 403
DIRECTORY = "entra"
WORDS_MAX, CAUSES_MAX = 200, 3


def explained(error: BaseException) -> tuple[str, int]:
    """The sentence for a person, and the exit code."""
    match error:
        case NotAuthorised():
            return str(error), NOT_AUTHORISED
        case Refused():
            return str(error), USAGE
        case External():
            return _external(error)
        case InvariantBroken():
            return f"{error} Nothing more was done. This is a defect, or the data contradict themselves: report it", PARTIAL
        case OSError():
            return f"{_file(error)}{error.strerror or error}; check its name, its rights and the space left", USAGE
        case _:
            return _defect(error), PARTIAL


def as_json(error: BaseException, sentence: str) -> dict[str, dict[str, str]]:
    """The answer of a command that was to print JSON: the same form as `w365 simulate` has for bad input."""
    if isinstance(error, BadInput):
        return {"error": {"path": error.path, "message": error.message}}
    return {"error": {"path": "", "message": sentence}}


def wants_json(arguments: Sequence[str]) -> bool:
    """`--output json` or `--output=json` was typed."""
    return "--output=json" in arguments or ("--output", "json") in pairwise(arguments)


def _external(error: External) -> tuple[str, int]:
    name = error.system or "another system"
    if error.system == DIRECTORY:
        return f"we cannot sign in to the tenant ({_root(error)}); check W365_IDENTITY and the settings beside it", NOT_AUTHORISED
    if status_of(error) in (UNAUTHORISED, FORBIDDEN):
        return f"{name} does not let us do this: {error}; an administrator must grant the right", NOT_AUTHORISED
    match error:
        case Throttled() | Unavailable():
            return f"{name} cannot be reached now: {error}; nothing was lost, run the command again later", PARTIAL
        case OutcomeUnknown():
            return f"{name} gave no usable answer: {error}; run the command again, it looks first at what was done", PARTIAL
        case _:
            return f"{name} did not do what we asked: {error}", PARTIAL


def _root(error: BaseException) -> str:
    """What an inner library said, as far as it fits on a line; libraries wrap each other, and now and then in a circle."""
    for _ in range(CAUSES_MAX):
        if error.__cause__ is None or not str(error.__cause__) or isinstance(error.__cause__, CalledProcessError):
            break  # what a library says of a command that it ran is better than the command line
        error = error.__cause__
    return masked(str(error).splitlines()[0])[:WORDS_MAX]


def _file(error: OSError) -> str:
    return f"{error.filename}: " if error.filename else ""


def _defect(error: BaseException) -> str:
    """Keep the traceback for whoever mends it; the person gets a sentence."""
    with tempfile.NamedTemporaryFile("w", prefix="w365-", suffix=".txt", delete=False) as kept:
        kept.write(masked("".join(traceback.format_exception(error))))
    return f"this is a defect of the program ({type(error).__name__}); report it with the file {kept.name}"
