"""The rows by which a tenant tells the functions what happened, as an installation leaves them: the endpoint and its steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.solution import webhook
from dataverse.solution.webhook import ENDPOINT, STEPS
from local.dataverse.seed import filter_id, message_id

if TYPE_CHECKING:
    from dataverse.rows import Row


def subscription(url: str, key: str) -> dict[str, Row]:
    """Each row by the path that it is written to, in the order in which they are written."""
    rows: dict[str, Row] = {
        f"serviceendpoints({ENDPOINT.id})": {
            "name": ENDPOINT.name,
            "url": url,
            "contract": webhook.WEBHOOK,
            "authtype": webhook.WEBHOOK_KEY_AUTH,
            "messageformat": webhook.JSON_FORMAT,
            "authvalue": key,
        }
    }
    for step in STEPS:
        rows[f"sdkmessageprocessingsteps({step.id})"] = {
            "name": step.name,
            "mode": webhook.ASYNCHRONOUS,
            "stage": webhook.POST_OPERATION,
            "rank": 1,
            "asyncautodelete": True,
            "filteringattributes": ",".join(step.filtering) or None,
            "sdkmessageid@odata.bind": f"/sdkmessages({message_id(step.message)})",
            "sdkmessagefilterid@odata.bind": f"/sdkmessagefilters({filter_id(step.message, step.table)})",
            "eventhandler_serviceendpoint@odata.bind": f"/serviceendpoints({ENDPOINT.id})",
        }
    return rows
