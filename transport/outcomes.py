"""Did my write happen? The one place where answers and failures of a transport become errors of ours.

    External
    + Rejected           4xx, a redirect, or a request that could not be formed     nothing was done
    |   + NotFound       404, 410                                                   nothing was done
    + Conflict           409, 412                                                   nothing was done
    + Throttled          429; 503 with Retry-After                                  nothing was done; after_s
    + Unavailable        no connection; for a read also every other failure         nothing was done
    + OutcomeUnknown     a write left and 5xx, silence or nonsense came back        ask first

Every error that stems from an answer carries it: see `answer_of`, `status_of`, `body_of`. Messages never contain bodies or
headers of requests.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from transport.exact import loads
from transport.waiting import THROTTLED_DEFAULT_S, retry_after_s
from work365.errors import Conflict, External, NotFound, OutcomeUnknown, Rejected, Throttled, Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

CONFLICTS = frozenset({409, 412})
MISSING = frozenset({404, 410})
NOT_MODIFIED, TOO_MANY, SERVER_ERROR, UNAVAILABLE = 304, 429, 500, 503
FIRST_SUCCESS, FIRST_REDIRECT = 200, 300


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are lower case; `read` says whether the request could have changed anything."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes = field(default=b"", repr=False)
    system: str = ""
    read: bool = True

    @property
    def good(self) -> bool:
        """A success, or "not modified"."""
        return FIRST_SUCCESS <= self.status < FIRST_REDIRECT or self.status == NOT_MODIFIED

    def json(self) -> Any:  # noqa: ANN401  decoded JSON
        """The body as JSON with fractions as Decimal; None when it is empty.

        Errors: OutcomeUnknown when a write was answered with something else; Unavailable when a read was.
        """
        if not self.content:
            return None
        try:
            return loads(self.content)
        except ValueError as exc:
            message = f"{self.system or 'the server'} answered {self.status} with something that is not JSON"
            raise lost(message, read=self.read, system=self.system) from exc


def lost(message: str, *, read: bool, system: str) -> External:
    """A request left and nothing usable came back."""
    return Unavailable(message, system=system) if read else OutcomeUnknown(message, system=system)


def refusal(answer: Answer, *, now_s: float, message: str = "") -> External:
    """The error that an answer other than a success means; it carries the answer."""
    error = _by_status(answer, message or f"{answer.system} answered {answer.status}", now_s)
    vars(error)["answer"] = answer
    return error


def _by_status(answer: Answer, text: str, now_s: float) -> External:
    status, system = answer.status, answer.system
    after_s = retry_after_s(answer.headers, now_s)
    if status == TOO_MANY or (status == UNAVAILABLE and after_s is not None):
        return Throttled(text, after_s=THROTTLED_DEFAULT_S if after_s is None else after_s, system=system)
    if status >= SERVER_ERROR:
        return lost(text, read=answer.read, system=system)
    if status in CONFLICTS:
        return Conflict(text, system=system)
    return (NotFound if status in MISSING else Rejected)(text, system=system)


def answer_of(error: BaseException) -> Answer | None:
    """The answer behind an error, or None when none came."""
    answer = vars(error).get("answer")
    return answer if isinstance(answer, Answer) else None


def status_of(error: BaseException) -> int:
    """The HTTP status behind an error; 0 when no answer came."""
    answer = answer_of(error)
    return answer.status if answer else 0


def body_of(error: BaseException) -> Any:  # noqa: ANN401  decoded JSON
    """The JSON body behind an error; None when there is none."""
    answer = answer_of(error)
    try:
        return loads(answer.content) if answer else None
    except ValueError:
        return None
