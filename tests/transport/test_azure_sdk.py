"""What the exceptions of Microsoft's libraries mean."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import azure.core.exceptions as azure
import pytest
from azure.identity import AuthenticationRequiredError, CredentialUnavailableError

from transport.azure_sdk import from_azure
from transport.client import body_of, status_of
from work365.errors import Conflict, External, NotFound, OutcomeUnknown, Rejected, Throttled, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

SAFE = {
    "ServiceRequestError",
    "ServiceRequestTimeoutError",
    "SerializationError",
    "TooManyRedirectsError",
    "ClientAuthenticationError",
    "CredentialUnavailableError",
    "AuthenticationRequiredError",
}


def library_errors() -> Iterator[type[Exception]]:
    """Every exception class of azure-core, and azure-identity's own."""
    for found in vars(azure).values():
        if inspect.isclass(found) and issubclass(found, Exception) and found.__module__ == azure.__name__:
            yield found
    yield from (CredentialUnavailableError, AuthenticationRequiredError)


class Answered:
    """An answer as azure-core holds it."""

    def __init__(self, status: int, content: object = b"{}", headers: dict[str, str] | None = None) -> None:
        self.status_code, self.reason, self.request = status, "said", "GET /"
        self._content, self.headers = content, headers or {}

    @property
    def content(self) -> object:
        if isinstance(self._content, Exception):
            raise self._content
        return self._content

    def text(self, *_: object) -> str:
        return ""


def made(kind: type[Exception]) -> Exception:
    """An instance of an exception class, whatever its constructor wants."""
    if issubclass(kind, azure.TooManyRedirectsError):
        return kind([])
    if issubclass(kind, azure.ODataV4Error | azure.ResponseNotReadError | azure.StreamClosedError | azure.StreamConsumedError):
        answer: Any = Answered(200)
        return kind(answer)
    return kind("boom")


@pytest.mark.parametrize("kind", sorted(set(library_errors()), key=repr), ids=str)
def test_every_exception_is_mapped(kind: type[Exception]) -> None:
    """Each exception class becomes one of ours, and never claims that a write failed when it may have happened."""
    of_write = from_azure(made(kind), read=False, system="vault")
    assert isinstance(of_write, OutcomeUnknown) is (kind.__name__ not in SAFE)
    assert isinstance(from_azure(made(kind), read=True, system="vault"), Unavailable | Rejected)
    assert of_write.system == "vault"


@pytest.mark.parametrize(
    ("status", "want"),
    [
        (400, Rejected),
        (401, Rejected),
        (403, Rejected),
        (404, NotFound),
        (409, Conflict),
        (429, Throttled),
        (500, OutcomeUnknown),
        (200, OutcomeUnknown),
    ],
)
def test_an_exception_with_an_answer_is_judged_by_it(status: int, want: type[External]) -> None:
    """The status decides, as it does for our own client."""
    answer: Any = Answered(status, b'{"error": 1}', {"Retry-After": "5"})
    error = from_azure(azure.HttpResponseError("boom", response=answer), read=False, system="vault")
    assert type(error) is want
    if status != 200:
        assert (status_of(error), body_of(error)) == (status, {"error": 1})


@pytest.mark.parametrize("content", [azure.AzureError("not read"), None])
def test_an_answer_that_cannot_be_read_still_has_a_status(content: object) -> None:
    """A body that was never read does not hide what the status says."""
    answer: Any = Answered(404, content)
    assert isinstance(from_azure(azure.HttpResponseError("boom", response=answer), read=True, system="vault"), NotFound)


def test_their_own_checks_come_before_anything_left() -> None:
    """A ValueError about an address or a challenge is our configuration."""
    assert isinstance(from_azure(ValueError("no https"), read=False, system="vault"), Rejected)
