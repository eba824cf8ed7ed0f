"""A faithful local Dataverse: the Web API over SQLite, its webhooks, and a control surface for tests."""

from __future__ import annotations

from local.dataverse.app import DataverseApp
from local.dataverse.delivery import Webhook
from local.dataverse.security import Caller

__all__ = ["Caller", "DataverseApp", "Webhook"]
