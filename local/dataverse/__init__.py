"""A faithful local Dataverse: the Web API over SQLite, its webhooks, and a control surface for tests."""

from __future__ import annotations

from local.dataverse.app import DataverseApp
from local.dataverse.custom_apis import Call, CustomApi, RefusedError
from local.dataverse.delivery import Webhook
from local.dataverse.operation_values import Reference
from local.dataverse.parameters import Part
from local.dataverse.security import Caller

__all__ = ["Call", "Caller", "CustomApi", "DataverseApp", "Part", "Reference", "RefusedError", "Webhook"]
