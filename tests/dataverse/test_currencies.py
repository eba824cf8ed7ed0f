"""Currencies of the environment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dataverse.stores.currencies import Currencies
from local.http import Response
from work365.errors import BadInput, InvariantBroken

if TYPE_CHECKING:
    from dataverse.webapi import WebApi
    from local.fakes.odata import Scripted

USD, EUR = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"


def rows(**codes: str) -> Response:
    """The currency rows of an environment."""
    values = [{"transactioncurrencyid": key.upper(), "isocurrencycode": code} for code, key in codes.items()]
    return Response(200, body=json.dumps({"value": values}).encode())


def test_they_are_read_once(api: WebApi, server: Scripted) -> None:
    """Ids and codes in both directions, and the property that sets a row's currency, with one request."""
    server.answers = [rows(USD=USD, EUR=EUR)]
    known = Currencies(api)
    assert (known.id("USD"), known.code(EUR.upper())) == (USD, "EUR")
    assert known.bind("EUR") == {"transactioncurrencyid@odata.bind": f"/transactioncurrencies({EUR})"}
    assert len(server.asked) == 1


def test_an_unknown_one_is_looked_for_again(api: WebApi, server: Scripted) -> None:
    """Somebody may have added it a minute ago; if not, the words say where to add it."""
    server.answers = [rows(USD=USD), rows(USD=USD, EUR=EUR), rows(USD=USD, EUR=EUR), rows(USD=USD, EUR=EUR)]
    known = Currencies(api)
    assert [known.id("USD"), known.id("EUR")] == [USD, EUR]
    with pytest.raises(BadInput, match="add it in the Power Platform admin center"):
        known.id("GBP")
    with pytest.raises(InvariantBroken, match="does not exist"):
        known.code("00000000-0000-4000-8000-000000000003")
    with pytest.raises(BadInput, match="not a currency we know"):
        known.id("XXX")
