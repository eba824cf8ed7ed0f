"""A tenant in memory."""

from __future__ import annotations

import pytest

from dataverse.webapi import WebApi
from local.dataverse.app import DataverseApp
from local.http import httpx_transport
from transport.client import Http


@pytest.fixture
def tenant() -> DataverseApp:
    """An empty Dataverse."""
    return DataverseApp(any_token=True)


@pytest.fixture
def api(tenant: DataverseApp) -> WebApi:
    """Its Web API."""
    http = Http("dataverse", "https://local.crm4.dynamics.com/api/data/v9.2/", transport=httpx_transport(tenant))
    return WebApi(http, lambda: "token")
