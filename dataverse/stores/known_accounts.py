"""Whether an account that a person named is there: an empty list is no answer to a number that nobody has."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from dataverse.query import Query, typed
from work365.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dataverse.webapi import WebApi

T = TypeVar("T", bound="Sequence[object]")


def of_known(api: WebApi, number: str, found: T) -> T:
    """What was found of the account with a number. Shape: one request more where that is nothing. Errors: BadInput."""
    if not found and api.first(Query("account", ("accountid",), typed("accountnumber", number))) is None:
        message = f"no account has the number '{number}'; look it up under Accounts"
        raise BadInput(message, "ACCOUNT")
    return found
