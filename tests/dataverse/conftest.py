"""A Web API whose server is a script."""

from __future__ import annotations

import pytest

from dataverse.webapi import WebApi
from local.fakes.odata import ORG, Scripted
from local.http import httpx_transport
from transport.client import Http


@pytest.fixture
def server() -> Scripted:
    """The script."""
    return Scripted()


@pytest.fixture
def slept() -> list[float]:
    """How long the client waited, each time."""
    return []


@pytest.fixture
def api(server: Scripted, slept: list[float]) -> WebApi:
    """A Web API client of the script."""
    http = Http("dataverse", ORG, transport=httpx_transport(server), sleep=slept.append, jitter=lambda: 0.0)
    return WebApi(http, lambda: "the-token")
