"""What the rows of payment processors say to the doors behind which gateways report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.query import Query, both, eq, not_null
from dataverse.rows import choice_value
from dataverse.stores.payments_rows import PROCESSOR_TABLE

if TYPE_CHECKING:
    from dataverse.webapi import WebApi


class Processors:
    """Payment processors."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def signing_secrets(self, kind: str) -> tuple[str, ...]:
        """Under which names the vault holds what accounts of a kind sign their reports with, each once.

        Shape: also those of processors that are switched off: what they took before is disputed and refunded still.
        """
        named = both(eq("w365_kind", choice_value(PROCESSOR_TABLE, "w365_kind", kind)), not_null("w365_webhooksecretname"))
        rows = self._api.find(Query(PROCESSOR_TABLE, ("w365_webhooksecretname",), named, "w365_code"))
        return tuple(dict.fromkeys(row["w365_webhooksecretname"] for row in rows))
