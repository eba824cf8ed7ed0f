"""GoCardless over HTTP: one version, an envelope around each resource, pages by cursor, every refusal as one of our errors.

Source: GoCardless, API reference, "Making requests" (the header GoCardless-Version is required; a body is wrapped in the name of
its resource), "Cursor pagination", "Errors" (a type, a code, a message, and a list of errors with a reason or a field each).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transport.client import Timeouts, body_of, status_of
from transport.outcomes import lost
from work365.errors import Conflict, NotFound, Rejected, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from transport.client import Answer, Http
    from work365.errors import External

SYSTEM = "gocardless"
API_VERSION = "2015-07-06"
TIMEOUTS = Timeouts(read_s=60.0, whole_s=90.0)
SIGN_IN = (401, 403)
CREATED_BEFORE = "idempotent_creation_conflict"
PAGE = 500
WORDS_MAX = 400


class Client:
    """One GoCardless account.

    Shape: `token` is an access token with the right to write; `http` may be shared with other accounts.
    """

    def __init__(self, http: Http, token: str) -> None:
        self._http = http
        self._headers = {"authorization": f"Bearer {token.strip()}", "gocardless-version": API_VERSION}

    def get(self, resource: str, id: str) -> dict[str, Any]:  # noqa: A002  GoCardless' word
        """One resource by its id. Errors: NotFound, Rejected, Throttled, Unavailable."""
        found: dict[str, Any] = _member(self._sent("GET", f"{resource}/{id}"), resource, dict)
        return found

    def create(self, resource: str, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """Create a resource, once per key however often this is called.

        Errors: NotFound, Rejected, Throttled, Unavailable: nothing was done; OutcomeUnknown: it may have been; Conflict when
                something stands under the key already.
        """
        made: dict[str, Any] = _member(self._sent("POST", resource, json={resource: body}, key=key), resource, dict)
        return made

    def listed(self, resource: str, query: Mapping[str, str], *, at_most: int) -> Iterator[dict[str, Any]]:
        """Resources, newest first, page by page.

        Errors: Unavailable when there are more than `at_most`; as `get`.
        """
        asked = {"limit": str(min(PAGE, at_most)), **query}
        seen = 0
        while True:
            answer = self._sent("GET", resource, query=asked)
            found = _member(answer, resource, list)
            yield from found
            seen += len(found)
            after = ((_member(answer, "meta", dict).get("cursors")) or {}).get("after")
            if not after:
                return
            if seen >= at_most:
                message = f"GoCardless has more than {at_most} {resource} to look through"
                raise Unavailable(message, system=SYSTEM)
            asked = {**asked, "after": str(after)}

    def _sent(self, method: str, path: str, *, key: str = "", **how: Any) -> Answer:  # noqa: ANN401  members of a request
        headers = {**self._headers, "idempotency-key": key} if key else self._headers
        try:
            return self._http.send(method, path, headers=headers, **how)
        except (Rejected, Conflict) as error:
            raise _worded(error) from error


def written(moment: datetime) -> str:
    """A moment in UTC as GoCardless writes it."""
    return f"{moment:%Y-%m-%dT%H:%M:%S.000Z}"


def faults_of(error: External) -> list[dict[str, Any]]:
    """What an answer finds wrong, one by one: each has a reason or a field, a message, sometimes links."""
    return [one for one in _fault(error).get("errors") or () if isinstance(one, dict)]


def created_before(error: External) -> str:
    """The id of what stands under our key already; empty when the answer names none."""
    created = next((one for one in faults_of(error) if one.get("reason") == CREATED_BEFORE), {})
    return str((created.get("links") or {}).get("conflicting_resource_id") or "")


def _fault(error: External) -> dict[str, Any]:
    body = body_of(error)
    fault = body.get("error") if isinstance(body, dict) else None
    return fault if isinstance(fault, dict) else {}


def _worded(error: External) -> External:
    """A refusal in GoCardless' own words, its reason as the code; the answer stays with it."""
    fault, faults = _fault(error), faults_of(error)
    code = next((str(one["reason"]) for one in faults if one.get("reason")), str(fault.get("type") or status_of(error)))
    text = _sentence(fault, faults) or str(error)
    if status_of(error) in SIGN_IN:
        text = f"GoCardless does not let us in: {text}. Check the secret that the payment processor's row names"
    kind = next(kind for kind in (Conflict, NotFound, Rejected) if isinstance(error, kind))
    said = kind(text, system=SYSTEM, code=code)
    vars(said)["answer"] = vars(error).get("answer")
    return said


def _sentence(fault: Mapping[str, Any], faults: list[dict[str, Any]]) -> str:
    parts = [" ".join(str(one[name]) for name in ("field", "message") if one.get(name)) for one in faults]
    said = ", ".join(dict.fromkeys(part for part in parts if part)) or str(fault.get("message") or "")
    return said[:WORDS_MAX].rstrip(".")


def _member(answer: Answer, name: str, kind: type[Any]) -> Any:  # noqa: ANN401  decoded JSON
    """A member of an answer. Errors: Unavailable, for a write OutcomeUnknown, when it is missing or something else."""
    body = answer.json()
    found = body.get(name) if isinstance(body, dict) else None
    if not isinstance(found, kind):
        message = f"GoCardless answered without '{name}'"
        raise lost(message, read=answer.read, system=SYSTEM)
    return found
