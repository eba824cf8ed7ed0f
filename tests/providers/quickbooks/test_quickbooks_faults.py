"""Every exception of the library, and every status, is one of our errors."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime

import pytest
import requests
from quickbooks import exceptions
from urllib3.exceptions import NewConnectionError

from local.faults import Fault, Fuse
from local.http import App, Response
from local.quickbooks.app import QuickBooks
from local.quickbooks.connect import client_for, vault_for
from local.quickbooks.throttle import Limits
from providers.quickbooks.faults import fault, refused_status
from transport.exact import dumps
from work365.errors import Conflict, External, NotFound, OutcomeUnknown, Rejected, Throttled, Unavailable

REALM = "9130347596842384"
LIBRARY = [kind for _, kind in inspect.getmembers(exceptions, inspect.isclass) if issubclass(kind, Exception)]
EXPECTED = {
    exceptions.QuickbooksException: Rejected,
    exceptions.AuthorizationException: Rejected,
    exceptions.UnsupportedException: Rejected,
    exceptions.GeneralException: Rejected,
    exceptions.ValidationException: Rejected,
    exceptions.SevereException: OutcomeUnknown,
    exceptions.ObjectNotFoundException: NotFound,
}


def test_the_library_has_no_exception_that_we_do_not_know() -> None:
    """A new one in a new version fails here, not at month's end."""
    assert set(LIBRARY) == set(EXPECTED)


@pytest.mark.parametrize("kind", LIBRARY)
def test_each_exception_is_mapped(kind: type[exceptions.QuickbooksException]) -> None:
    """To the class that decides what a worker does next, with the code and the words of QuickBooks."""
    error = fault(kind("Message", 2010, "Message : and its detail"), read=False)
    assert type(error) is EXPECTED[kind]
    assert (error.system, error.code) == ("QuickBooks", "2010")
    assert "Message : and its detail (QuickBooks code 2010)" in str(error)


@pytest.mark.parametrize(
    ("code", "read", "kind"),
    [
        (6140, False, Conflict),
        (6240, False, Conflict),
        (5010, False, Conflict),
        (3001, False, Throttled),
        (10000, False, OutcomeUnknown),
        (10000, True, Unavailable),
        (6070, False, Rejected),
    ],
)
def test_codes_decide(code: int, read: bool, kind: type[External]) -> None:
    """Numbers and names in use and stale versions are conflicts; a system fault of a write is unknown."""
    assert type(fault(exceptions.QuickbooksException("words", code, ""), read=read)) is kind


def test_the_line_fails() -> None:
    """What never left is unavailable; a write that may have arrived is unknown."""
    refused = requests.exceptions.ConnectionError(NewConnectionError(None, "refused"))  # type: ignore[arg-type]
    assert type(fault(refused, read=False)) is Unavailable
    assert type(fault(requests.exceptions.ReadTimeout(), read=False)) is OutcomeUnknown
    assert type(fault(requests.exceptions.ReadTimeout(), read=True)) is Unavailable


def test_statuses() -> None:
    """429 waits 60 seconds or as long as it is told; 5xx is read before any body."""
    wait = refused_status(429, {}, read=False)
    assert isinstance(wait, Throttled)
    assert wait.after_s == 60
    told = refused_status(429, {"Retry-After": "7"}, read=False)
    assert isinstance(told, Throttled)
    assert told.after_s == 7
    assert type(refused_status(500, {}, read=False)) is OutcomeUnknown
    assert type(refused_status(503, {}, read=True)) is Unavailable
    assert refused_status(400, {}, read=False) is None


def office(app: App | None = None, limits: Limits | None = None) -> tuple[QuickBooks, Fuse, App]:
    """A company and a fuse before it."""
    quickbooks = QuickBooks(lambda: datetime(2026, 11, 2, tzinfo=UTC), limits=limits)
    fuse = Fuse()
    return quickbooks, fuse, fuse.guard(app or quickbooks)


@pytest.mark.parametrize(
    ("way", "read", "kind"),
    [
        (Fault.NOT_REACHED, False, Unavailable),
        (Fault.LOSE_ANSWER, False, OutcomeUnknown),
        (Fault.ERROR_AFTER, False, OutcomeUnknown),
        (Fault.LOSE_ANSWER, True, Unavailable),
        (Fault.ERROR_AFTER, True, Unavailable),
    ],
)
def test_failures_over_the_wire(way: Fault, read: bool, kind: type[External]) -> None:
    """The adapter never sends a write again, and says what is known."""
    quickbooks, fuse, app = office()
    client = client_for(app, REALM, vault_for(quickbooks, REALM), lambda: datetime(2026, 11, 2, tzinfo=UTC))
    client.query("Customer")
    fuse.arm(at=1, fault=way)
    with pytest.raises(kind):
        client.query("Customer") if read else client.write("Customer", {"DisplayName": "Contoso"})
    assert fuse.count == 1


@pytest.mark.parametrize(
    ("answer", "read", "kind"),
    [
        (Response(200, (), b"<html>"), False, OutcomeUnknown),
        (Response(200, (), b"<html>"), True, Unavailable),
        (Response(401, (), b"{}"), False, Rejected),
        (Response(429, (), b"slow down"), False, Throttled),
        (Response(403, (), dumps({"Fault": {"Error": [{"Message": "ThrottleExceeded", "code": "3001"}]}})), False, Throttled),
        (Response(400, (), dumps({"Fault": {"Error": [{"Message": "Object Not Found", "code": "610"}]}})), True, NotFound),
    ],
)
def test_answers_that_are_no_success(answer: Response, read: bool, kind: type[External]) -> None:
    """Pages of a proxy, refused sign-in, throttling in both forms, and what is not there."""
    quickbooks, _, _ = office()
    app = lambda request: quickbooks(request) if request.path.startswith("/oauth2") else answer  # noqa: E731  a fake of one line
    client = client_for(app, REALM, vault_for(quickbooks, REALM), lambda: datetime(2026, 11, 2, tzinfo=UTC))
    with pytest.raises(kind):
        client.read("Customer", "1") if read else client.write("Customer", {"DisplayName": "Contoso"})


def test_the_stand_in_throttles_the_adapter() -> None:
    """The eleventh request in a second waits 60 seconds."""
    quickbooks, _, app = office(limits=Limits())
    client = client_for(app, REALM, vault_for(quickbooks, REALM), lambda: datetime(2026, 11, 2, tzinfo=UTC))
    for _ in range(10):
        client.query("Customer")
    with pytest.raises(Throttled) as caught:
        client.query("Customer")
    assert caught.value.after_s == 60
