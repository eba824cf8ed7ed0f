"""The service endpoint and the message steps behind it. Implements work365.ports.installing.Webhooks.

The key of an endpoint can be written and never read. So that a later run knows which key it was, its fingerprint stands in the
endpoint's description, written in the same request: a hash of 256 random bits tells nothing about them.

Source: Microsoft Learn, "serviceendpoint" (contract 8 Webhook, authtype 4 WebhookKey, messageformat 2 Json),
"sdkmessageprocessingstep" (mode 1 asynchronous, stage 40 post-operation), "Use webhooks".
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from dataverse.errors import DuplicateKey
from dataverse.query import Query, any_of, both, eq
from dataverse.rows import bind
from dataverse.solution import webhook
from dataverse.webapi import Ref
from work365.errors import Refused
from work365.installing.seen import EndpointSeen, StepSeen

if TYPE_CHECKING:
    from dataverse.rows import Row
    from dataverse.solution.webhook import Step
    from dataverse.webapi import WebApi

NAME = webhook.ENDPOINT.name
ENDPOINT, STEP = "serviceendpoint", "sdkmessageprocessingstep"
KIND = {"contract": webhook.WEBHOOK, "authtype": webhook.WEBHOOK_KEY_AUTH, "messageformat": webhook.JSON_FORMAT}
ENABLED = 0
ABOUT = "Set by w365 install. Fingerprint of the key: "
FINGERPRINT = re.compile(re.escape(ABOUT) + r"([0-9a-f]{16})")
STEP_COLUMNS = ("name", "mode", "stage", "asyncautodelete", "filteringattributes", "statecode", "_eventhandler_value")
STEP_SOURCES = "sdkmessageid($select=name),sdkmessagefilterid($select=primaryobjecttypecode)"


BY_NAME = {step.name: step for step in webhook.STEPS}
"""What the solution brings."""


class DataverseWebhooks:
    """The webhooks of one environment."""

    steps = tuple(BY_NAME)

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def fingerprint(self, key: str) -> str:
        """Sixteen hexadecimal digits."""
        return hashlib.sha256(f"w365 webhook {key}".encode()).hexdigest()[:16]

    def endpoint(self) -> EndpointSeen | None:
        """The endpoint of our name."""
        row = self._endpoint()
        if row is None:
            return None
        known = FINGERPRINT.search(row["description"] or "")
        complete = all(row[name] == value for name, value in KIND.items())
        return EndpointSeen(str(row["url"] or ""), known[1] if known else "", complete)

    def set_endpoint(self, url: str, key: str) -> None:
        """One request: address, key and the key's fingerprint."""
        row = self._endpoint()
        ref = Ref(ENDPOINT, row["serviceendpointid"] if row else webhook.ENDPOINT.id)
        about = f"{ABOUT}{self.fingerprint(key)}"
        self._api.upsert(ref, {"name": NAME, "url": url, "authvalue": key, "description": about, **KIND})

    def look(self) -> dict[str, StepSeen]:
        """Our steps, by name."""
        endpoint = self._endpoint()
        handler = str(endpoint["serviceendpointid"]) if endpoint else ""
        rows = self._api.find(Query(STEP, STEP_COLUMNS, filter=any_of("name", self.steps), expand=STEP_SOURCES))
        return {str(row["name"]): _seen(row, handler) for row in rows}

    def set_step(self, name: str) -> None:
        """Make the step or write it as it should be, then enable it."""
        step, endpoint = BY_NAME[name], self._endpoint()
        if endpoint is None:
            message = "the service endpoint Work365 is not there; run w365 install again"
            raise Refused(message)
        row = self._wanted(step, str(endpoint["serviceendpointid"]))
        there = self._api.first(Query(STEP, ("name",), filter=eq("name", name)))
        ref = Ref(STEP, there[f"{STEP}id"] if there else step.id)
        try:
            if there is None:
                self._api.create(STEP, row, id=ref.id)
        except DuplicateKey:
            there = row
        if there is not None:
            self._api.update(ref, row)
            self._api.update(ref, {"statecode": ENABLED, "statuscode": 1})

    def _wanted(self, step: Step, endpoint: str) -> Row:
        which = both(eq("primaryobjecttypecode", step.table), eq("sdkmessageid/name", step.message))
        found = self._api.first(Query("sdkmessagefilter", ("sdkmessagefilterid", "_sdkmessageid_value"), filter=which))
        if found is None:
            message = f"this environment has no message {step.message} of {step.table}; is the solution imported?"
            raise Refused(message)
        return {
            "name": step.name,
            "mode": webhook.ASYNCHRONOUS,
            "stage": webhook.POST_OPERATION,
            "rank": 1,
            "asyncautodelete": True,
            "filteringattributes": ",".join(step.filtering) or None,
            **bind("sdkmessageid", "sdkmessage", found["_sdkmessageid_value"]),
            **bind("sdkmessagefilterid", "sdkmessagefilter", found["sdkmessagefilterid"]),
            **bind("eventhandler_serviceendpoint", ENDPOINT, endpoint),
        }

    def _endpoint(self) -> Row | None:
        columns = ("serviceendpointid", "name", "url", "description", *KIND)
        return self._api.first(Query(ENDPOINT, columns, filter=eq("name", NAME)))


def _columns(listed: str | None) -> set[str]:
    return {name.strip() for name in (listed or "").split(",") if name.strip()}


def _seen(row: Row, endpoint: str) -> StepSeen:
    step = BY_NAME[str(row["name"])]
    table = (row["sdkmessagefilterid"] or {}).get("primaryobjecttypecode")
    message = (row["sdkmessageid"] or {}).get("name")
    wrong = ""
    if (message, table) != (step.message, step.table):
        wrong = f"listens to {message} of {table}"
    elif _columns(row["filteringattributes"]) != set(step.filtering):
        wrong = f"listens to {row['filteringattributes'] or 'every column'}"
    elif (row["mode"], row["stage"]) != (webhook.ASYNCHRONOUS, webhook.POST_OPERATION):
        wrong = "does not run asynchronously afterwards"
    elif str(row["_eventhandler_value"] or "") != endpoint:
        wrong = "calls another endpoint"
    return StepSeen(step.name, row["statecode"] == ENABLED, wrong)
