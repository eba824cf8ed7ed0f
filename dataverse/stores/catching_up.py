"""Decisions about missed cycles, on the contract's row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.rows import choice_value
from dataverse.webapi import Ref

if TYPE_CHECKING:
    from dataverse.webapi import WebApi
    from work365.invoicing.decision import Decision

CONTRACT = "w365_billingcontract"
REASON_MAX = 300


class CatchUps:
    """The catch-up book over Dataverse."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def decide(self, contract: str, version: str, decision: Decision) -> None:
        """Write a decision, only on the version that was shown."""
        row = {
            "w365_catchup": choice_value(CONTRACT, "w365_catchup", decision.choice.value),
            "w365_catchupreason": decision.reason[:REASON_MAX],
            "w365_catchupuntil": decision.until,
        }
        self._api.update(Ref(CONTRACT, contract), row, etag=version)
