"""The service endpoint and the message steps behind it. Implements work365.ports.installing.Webhooks.

The key of an endpoint can be written and never read. So that a later run knows which key it was, its fingerprint stands in the
endpoint's description, written in the same request: a hash of 256 random bits tells nothing about them.

Source: Microsoft Learn, "serviceendpoint" (contract 8 Webhook, authtype 4 WebhookKey, messageformat 2 Json),
"sdkmessageprocessingstep" (mode 1 asynchronous, stage 40 post-operation), "Use webhooks".
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dataverse.errors import DuplicateKey
from dataverse.query import Query, any_of, both, eq
from dataverse.rows import bind
from dataverse.webapi import Ref
from work365.errors import Refused
from work365.ids import derived
from work365.installing.seen import EndpointSeen, StepSeen

if TYPE_CHECKING:
    from dataverse.rows import Row
    from dataverse.webapi import WebApi

NAME = "Work365"
ENDPOINT, STEP = "serviceendpoint", "sdkmessageprocessingstep"
KIND = {"contract": 8, "authtype": 4, "messageformat": 2}
ASYNCHRONOUS, POST_OPERATION, ENABLED, DISABLED = 1, 40, 0, 1
ABOUT = "Set by w365 install. Fingerprint of the key: "
FINGERPRINT = re.compile(re.escape(ABOUT) + r"([0-9a-f]{16})")
STEP_COLUMNS = ("name", "mode", "stage", "asyncautodelete", "filteringattributes", "statecode", "_eventhandler_value")
STEP_SOURCES = "sdkmessageid($select=name),sdkmessagefilterid($select=primaryobjecttypecode)"


@dataclass(frozen=True, slots=True)
class Hook:
    """What we are told of: a message of a table, afterwards and asynchronously."""

    name: str
    message: str
    table: str


HOOKS = (Hook("Work365: a job was created", "Create", "w365_job"),)
BY_NAME = {hook.name: hook for hook in HOOKS}


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
        ref = Ref(ENDPOINT, row["serviceendpointid"] if row else derived("service endpoint", NAME))
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
        hook, endpoint = BY_NAME[name], self._endpoint()
        if endpoint is None:
            message = "the service endpoint Work365 is not there; run w365 install again"
            raise Refused(message)
        row = self._wanted(hook, str(endpoint["serviceendpointid"]))
        there = self._api.first(Query(STEP, ("name",), filter=eq("name", name)))
        ref = Ref(STEP, there[f"{STEP}id"] if there else derived("message step", name))
        try:
            if there is None:
                self._api.create(STEP, row, id=ref.id)
        except DuplicateKey:
            there = row
        if there is not None:
            self._api.update(ref, row)
            self._api.update(ref, {"statecode": ENABLED, "statuscode": 1})

    def _wanted(self, hook: Hook, endpoint: str) -> Row:
        of_message = eq("sdkmessageid/name", hook.message)
        which = both(eq("primaryobjecttypecode", hook.table), of_message)
        found = self._api.first(Query("sdkmessagefilter", ("sdkmessagefilterid", "_sdkmessageid_value"), filter=which))
        if found is None:
            message = f"this environment has no message {hook.message} of {hook.table}; is the solution imported?"
            raise Refused(message)
        return {
            "name": hook.name,
            "mode": ASYNCHRONOUS,
            "stage": POST_OPERATION,
            "rank": 1,
            "asyncautodelete": True,
            "filteringattributes": None,
            **bind("sdkmessageid", "sdkmessage", found["_sdkmessageid_value"]),
            **bind("sdkmessagefilterid", "sdkmessagefilter", found["sdkmessagefilterid"]),
            **bind("eventhandler_serviceendpoint", ENDPOINT, endpoint),
        }

    def _endpoint(self) -> Row | None:
        columns = ("serviceendpointid", "name", "url", "description", *KIND)
        return self._api.first(Query(ENDPOINT, columns, filter=eq("name", NAME)))


def _seen(row: Row, endpoint: str) -> StepSeen:
    hook = BY_NAME[str(row["name"])]
    table = (row["sdkmessagefilterid"] or {}).get("primaryobjecttypecode")
    message = (row["sdkmessageid"] or {}).get("name")
    wrong = ""
    if (message, table) != (hook.message, hook.table):
        wrong = f"listens to {message} of {table}"
    elif row["filteringattributes"]:
        wrong = f"listens only to {row['filteringattributes']}"
    elif (row["mode"], row["stage"]) != (ASYNCHRONOUS, POST_OPERATION):
        wrong = "does not run asynchronously afterwards"
    elif str(row["_eventhandler_value"] or "") != endpoint:
        wrong = "calls another endpoint"
    return StepSeen(hook.name, row["statecode"] == ENABLED, wrong)
