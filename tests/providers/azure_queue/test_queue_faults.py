"""Every error of azure-core becomes one of ours."""

from __future__ import annotations

import inspect

import pytest
from azure.core import exceptions
from azure.core.exceptions import AzureError, HttpResponseError
from azure.identity import CredentialUnavailableError

from providers.azure_queue.faults import translate
from work365.errors import Conflict, External, NotFound, OutcomeUnknown, Rejected, Throttled, Unavailable

EXPECTED: dict[str, type[External]] = {
    "AzureError": OutcomeUnknown,
    "ServiceRequestError": Unavailable,
    "ServiceRequestTimeoutError": Unavailable,
    "ServiceResponseError": OutcomeUnknown,
    "ServiceResponseTimeoutError": OutcomeUnknown,
    "HttpResponseError": OutcomeUnknown,
    "DecodeError": OutcomeUnknown,
    "IncompleteReadError": OutcomeUnknown,
    "ResourceExistsError": Conflict,
    "ResourceNotFoundError": NotFound,
    "ClientAuthenticationError": Rejected,
    "ResourceModifiedError": Conflict,
    "ResourceNotModifiedError": OutcomeUnknown,
    "TooManyRedirectsError": Rejected,
    "ODataV4Error": OutcomeUnknown,
    "StreamConsumedError": OutcomeUnknown,
    "StreamClosedError": OutcomeUnknown,
    "ResponseNotReadError": OutcomeUnknown,
}
KINDS = {name: kind for name, kind in vars(exceptions).items() if inspect.isclass(kind) and issubclass(kind, AzureError)}


def bare(kind: type[AzureError]) -> AzureError:
    """An instance without its constructor's foreign arguments."""
    error = kind.__new__(kind)
    Exception.__init__(error, "made up")
    for name in ("status_code", "response", "error"):
        setattr(error, name, None)
    return error


def test_no_new_error_slips_through() -> None:
    """The table below names every error that azure-core has."""
    assert set(KINDS) == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_each_error_has_its_place(name: str) -> None:
    """An error without a status is judged by its class; whatever is not known may have been stored."""
    found = translate(bare(KINDS[name]))
    assert type(found) is EXPECTED[name]
    assert found.system == "azure queue storage"
    assert "made up" not in str(found)


class Answer:
    """As much of a response as the mapping looks at."""

    def __init__(self, status: int, headers: dict[str, str]) -> None:
        self.status_code = status
        self.headers = headers
        self.reason = ""


@pytest.mark.parametrize(
    ("status", "code", "headers", "expected"),
    [
        (400, "OutOfRangeInput", {}, Rejected),
        (403, "AuthorizationPermissionMismatch", {}, Rejected),
        (413, "RequestBodyTooLarge", {}, Rejected),
        (429, "", {}, Throttled),
        (500, "InternalError", {}, OutcomeUnknown),
        (500, "OperationTimedOut", {}, OutcomeUnknown),
        (503, "ServerBusy", {}, Throttled),
        (503, "", {"Retry-After": "7"}, Throttled),
        (503, "", {}, OutcomeUnknown),
    ],
)
def test_statuses(status: int, code: str, headers: dict[str, str], expected: type[External]) -> None:
    """An answer with a status is judged by it and by the service's own code."""
    error = bare(HttpResponseError)
    vars(error).update(status_code=status, error_code=code, response=Answer(status, headers))
    found = translate(error)
    assert (type(found), found.code) == (expected, code)
    if isinstance(found, Throttled):
        assert found.after_s == (7.0 if headers else 5.0)


def test_a_missing_identity() -> None:
    """No managed identity here: Rejected, with what to check."""
    found = translate(CredentialUnavailableError(message="no identity"))
    assert isinstance(found, Rejected)
    assert "roles" in str(found)
