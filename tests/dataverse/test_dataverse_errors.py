"""Dataverse's error codes as types."""

from __future__ import annotations

import json

import pytest

from dataverse.errors import DeltaExpired, DuplicateKey, NotYours, PrivilegeMissing, RowChanged, refine
from transport.client import Answer, status_of
from transport.outcomes import refusal
from work365.errors import (
    Conflict,
    External,
    NotAuthorised,
    NotFound,
    OutcomeUnknown,
    Refused,
    Rejected,
    Retry,
    Throttled,
    Unavailable,
)

CASES: list[tuple[int, str, str, type[External]]] = [
    (400, "0x80044331", "A validation error occurred.  The length of the 'subject' attribute exceeded the maximum", Rejected),
    (404, "0x80040217", "account With Id = 00000000-0000-0000-0000-000000000001 Does Not Exist", NotFound),
    (404, "", "account With Id = 00000000-0000-0000-0000-000000000001 Does Not Exist", NotFound),
    (404, "0x80060891", "A record with the specified key values does not exist in w365_invoice entity", NotFound),
    (404, "0x8006088a", "Resource not found for the segment 'w365_nonsense'.", Rejected),
    (412, "", "A record with matching key values already exists.", DuplicateKey),
    (412, "0x80040237", "Cannot insert duplicate key.", DuplicateKey),
    (412, "0x80060892", "Entity Key Number violated. A record with the same value for Number already exists.", DuplicateKey),
    (412, "0x80060892".upper().replace("0X", "0x"), "Entity Key Number violated.", DuplicateKey),
    (
        412,
        "0x80040333",
        "A record was not created or updated because a duplicate of the current record already exists.",
        DuplicateKey,
    ),
    (
        500,
        "0x80040333",
        "A record was not created or updated because a duplicate of the current record already exists.",
        DuplicateKey,
    ),
    (412, "0x80060882", "The version of the existing record doesn't match the RowVersion property provided.", RowChanged),
    (412, "", "The version of the existing record doesn't match the RowVersion property provided.", RowChanged),
    (412, "0x80049999", "Something else about a precondition", Conflict),
    (403, "0x80040220", "Principal user is missing prvCreatew365_invoice privilege", PrivilegeMissing),
    (403, "0x80048306", "Principal user is missing prvReadaccount privilege", PrivilegeMissing),
    (400, "0x80044352", "Version stamp associated with the client has expired. Please perform a full sync.", DeltaExpired),
    (410, "", "Gone", DeltaExpired),
    (429, "0x80072322", "Number of requests exceeded the limit of 6000 over time window of 300 seconds.", Throttled),
    (429, "0x80072321", "Combined execution time of incoming requests exceeded limit", Throttled),
    (429, "0x80072326", "Number of concurrent requests exceeded the limit of 52.", Throttled),
    (400, "0x80040265", "Example Error Message.", Rejected),
    (400, "0x80048d19", "Error identified in Payload provided by the user for Entity :'accounts'", Rejected),
    (500, "0x80040216", "An unexpected error occurred.", OutcomeUnknown),
    (503, "", "", OutcomeUnknown),
]


def answered(status: int, body: bytes, *, read: bool = False) -> External:
    """The transport's error for an answer."""
    return refusal(Answer(status, {"retry-after": "3"} if status == 429 else {}, body, "dataverse", read), now_s=0)


@pytest.mark.parametrize(("status", "code", "words", "want"), CASES)
def test_each_code_has_a_type(status: int, code: str, words: str, want: type[External]) -> None:
    """Status and code decide, words only where the documentation prints no code; unknown ones keep what their status says."""
    error = refine(answered(status, json.dumps({"error": {"code": code, "message": words}}).encode()))
    assert type(error) is want
    assert (error.code, error.system, status_of(error)) == (code, "dataverse", status)
    assert words in str(error)
    if isinstance(error, Throttled):
        assert error.after_s == 3


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error": "text"}', b'{"Message": "x"}'])
def test_a_body_of_another_shape(body: bytes) -> None:
    """Gateways in between answer in their own words: the status decides alone."""
    assert type(refine(answered(404, body))) is NotFound
    assert refine(answered(400, body)).code == ""


def test_a_missing_privilege_of_a_person_is_told_to_that_person() -> None:
    """For us it is a configuration error; for the user whom we act for it is a refusal."""
    error = answered(403, b'{"error": {"code": "0x80040220", "message": "missing prvWrite"}}')
    ours, theirs = refine(error), refine(error, acting_for="someone")
    assert not isinstance(ours, Refused)
    assert isinstance(theirs, NotYours)
    assert isinstance(theirs, NotAuthorised)
    assert isinstance(theirs, Rejected)
    assert (theirs.retry, theirs.code) == (Retry.NEVER, "0x80040220")


def test_an_error_without_an_answer_stays_as_it_is() -> None:
    """Nobody answered, so there is no code."""
    error = Unavailable("down", system="dataverse")
    assert refine(error) is error
