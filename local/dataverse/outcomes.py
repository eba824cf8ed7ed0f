"""What became of the call of a webhook, in Dataverse's words.

Source: Microsoft Learn, "Web service error codes" (names that begin with Webhooks).
"""

from __future__ import annotations

from dataclasses import dataclass

import httpx2

from local.dataverse.endpoints import BAD_HEADERS, BAD_QUERY

REFUSED, TIMED_OUT, NOT_SENT = "0x80050201", "0x80050202", "0x80050205"
SENTENCES = {
    REFUSED: "The webhook call failed because the http request received non-success httpStatus code. Please check your webhook "
    "request handler.",
    TIMED_OUT: "The webhook call failed because the Http request timed out at client side. Please check your webhook request "
    "handler.",
    NOT_SENT: "The webhook call failed during http post. Please check the exception for more details.",
    BAD_HEADERS: "The webhook call failed because of invalid http headers in authValue. Check if the authValue format, header "
    "names and values are valid for your Service Endpoint entity.",
    BAD_QUERY: "The webhook call failed because of invalid http query params in authValue. Check if the authValue format, query "
    "parameter names and values are valid for your Service Endpoint entity.",
}
TRY_AGAIN = frozenset({502, 503, 504})


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended. `code` is "" for success; `detail` is what an administrator may want to read."""

    code: str = ""
    detail: str = ""
    attempts: int = 1

    @property
    def is_success(self) -> bool:
        """Whether the receiver answered 2xx."""
        return not self.code

    @property
    def message(self) -> str:
        """Dataverse's sentence."""
        return SENTENCES.get(self.code, "")

    @property
    def number(self) -> int:
        """The code as the signed number that a system job holds."""
        return int(self.code, 16) - 0x1_0000_0000


def answered(status: int, attempts: int) -> Outcome:
    """The receiver answered."""
    return Outcome("" if 200 <= status < 300 else REFUSED, f"HTTP status {status}", attempts)


def unanswered(error: Exception, attempts: int) -> Outcome:
    """No answer came."""
    timed_out = isinstance(error, TimeoutError | httpx2.TimeoutException)
    return Outcome(TIMED_OUT if timed_out else NOT_SENT, f"{type(error).__name__}: {error}", attempts)
