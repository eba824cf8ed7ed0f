"""Requests that leave out custom logic, which needs privileges of its own.

| header | leaves out | needs |
|---|---|---|
| MSCRM.BypassBusinessLogicExecution: CustomSync, CustomAsync or both | steps of that mode | prvBypassCustomBusinessLogic |
| MSCRM.BypassBusinessLogicExecutionStepIds: up to three ids | these steps | prvBypassCustomBusinessLogic |
| MSCRM.BypassCustomPluginExecution: true | synchronous steps | prvBypassCustomPlugins |

Source: Microsoft Learn, "Bypass custom Dataverse logic".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.dataverse import codec, errors

if TYPE_CHECKING:
    from local.dataverse.context import Context

LOGIC = "mscrm.bypassbusinesslogicexecution"
STEPS = "mscrm.bypassbusinesslogicexecutionstepids"
PLUGINS = "mscrm.bypasscustompluginexecution"
MOST_STEPS = 3
LOGIC_PRIVILEGE, PLUGINS_PRIVILEGE = "prvBypassCustomBusinessLogic", "prvBypassCustomPlugins"
KINDS = frozenset({"customsync", "customasync"})


@dataclass(frozen=True, slots=True)
class Bypass:
    """What is left out."""

    synchronous: bool = False
    asynchronous: bool = False
    steps: frozenset[str] = frozenset()


NOTHING = Bypass()


def asked(context: Context) -> Bypass:
    """What a request leaves out. Errors: 400 for other values; 403 without the privilege."""
    headers = context.headers
    logic, ids, plugins = headers.get(LOGIC, ""), headers.get(STEPS, ""), headers.get(PLUGINS, "").strip().lower()
    if not logic and not ids and plugins in {"", "false"}:
        return NOTHING
    kinds = {part.strip().lower() for part in logic.split(",") if part.strip()}
    if kinds - KINDS or plugins not in {"", "true", "false"}:
        raise errors.bad("Business logic takes CustomSync and CustomAsync, plug-ins true or false.", "0x80040203")
    if logic or ids:
        context.access.need(LOGIC_PRIVILEGE)
    if plugins == "true":
        context.access.need(PLUGINS_PRIVILEGE)
    return Bypass("customsync" in kinds or plugins == "true", "customasync" in kinds, _ids(ids))


def _ids(text: str) -> frozenset[str]:
    found = [codec.guid(part.strip()) for part in text.strip().strip('"').split(",") if part.strip()]
    if None in found or len(found) > MOST_STEPS:
        raise errors.bad(f"{STEPS} takes up to {MOST_STEPS} ids of steps.", "0x80040203")
    return frozenset(one for one in found if one is not None)
