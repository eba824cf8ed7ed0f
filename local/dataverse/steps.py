"""Steps: rows of `sdkmessageprocessingstep` that lead to a webhook, and what of them can be registered.

A step fires when its message and table match, it is enabled, and, where it has filtering attributes, one of them was given.
Source: Microsoft Learn, "Register a webhook", "Register a plug-in" (stages, modes, filtering attributes, run in user's context).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from local.dataverse import errors, images, pipeline
from local.dataverse.context import User
from local.dataverse.seed import MESSAGES

if TYPE_CHECKING:
    from local.dataverse.codec import Sql
    from local.dataverse.images import Image
    from local.dataverse.pipeline import Event
    from local.dataverse.storage import Row, Storage
    from local.dataverse.writing import Change

SYNCHRONOUS, ASYNCHRONOUS = 0, 1
ASYNC_ONLY, SYNC_AND_ASYNC = 1, 2
PRE_VALIDATION, PRE_OPERATION, POST_OPERATION = 10, 20, 40
WEBHOOK_CONTRACT = 8
WEBHOOK_KEY, HTTP_HEADER, QUERY_STRING = 4, 5, 6
JSON_FORMAT = 2
PORTS = frozenset({80, 443, None})
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SILENT = frozenset({"Retrieve", "RetrieveMultiple", "Upsert"})
"""Messages that set nothing off here; Upsert is Create or Update."""

_STEPS = """
SELECT s.sdkmessageprocessingstepid, m.name, f.primaryobjecttypecode, s.filteringattributes, s.name, s.stage, s.mode,
u.systemuserid, u.businessunitid, u.azureactivedirectoryobjectid
FROM sdkmessageprocessingstep AS s
JOIN sdkmessage AS m ON m.sdkmessageid = s.sdkmessageid
LEFT JOIN sdkmessagefilter AS f ON f.sdkmessagefilterid = s.sdkmessagefilterid
LEFT JOIN systemuser AS u ON u.systemuserid = s.impersonatinguserid
WHERE s.statecode = 0 AND s.eventhandler IS NOT NULL
ORDER BY s.rank, s.sdkmessagefilterid, s.sdkmessageprocessingstepid
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One registered step. `user` is in whose name it runs, None for the caller."""

    id: str
    message: str
    table: str | None
    attributes: frozenset[str]
    name: str
    stage: int = POST_OPERATION
    mode: int = ASYNCHRONOUS
    user: User | None = None
    images: tuple[Image, ...] = ()

    def matches(self, event: Event) -> bool:
        """Whether an event sets it off."""
        if self.message.lower() != event.message.lower() or self.table not in {None, pipeline.NO_TABLE, event.table}:
            return False
        return not self.attributes or event.change is None or not self.attributes.isdisjoint(pipeline.columns(event))


def read(storage: Storage) -> list[Step]:
    """The enabled steps in the order in which they run."""
    taken = images.read(storage)
    return [_step(row, taken.get(str(row[0]), ())) for row in storage.rows(_STEPS)]


def _step(row: tuple[Sql, ...], taken: tuple[Image, ...]) -> Step:
    step, message, table, attributes, name, stage, mode, user, unit, object_id = row
    runs_as = User(str(user), str(unit or ""), None if object_id is None else str(object_id)) if user else None
    narrowed = images.names(attributes) if str(message) in {"Update", *pipeline.MULTIPLE} else frozenset()
    kind = None if table is None else str(table)
    return Step(str(step), str(message), kind, narrowed, str(name or ""), int(stage or 0), int(mode or 0), runs_as, taken)


def check(storage: Storage, change: Change) -> None:
    """Errors: 501 for what is not run here, so that none is registered and then silent; 400 for what Dataverse refuses."""
    if change.message == "Delete":
        return
    row = dict(change.after)
    if change.entity.name == "serviceendpoint":
        _check_endpoint(row)
    elif change.entity.name == "sdkmessageprocessingstep":
        _check_step(storage, row)
    elif change.entity.name == "sdkmessageprocessingstepimage":
        images.check(storage, row)


def _check_endpoint(row: Row) -> None:
    if row.get("contract") != WEBHOOK_CONTRACT:
        raise errors.unsupported("service endpoints other than webhooks (contract 8)")
    if row.get("usekeyvaultconfiguration"):
        raise errors.unsupported("service endpoints whose secret is in a key vault (usekeyvaultconfiguration)")
    if row.get("messageformat") not in {None, JSON_FORMAT}:
        raise errors.unsupported("messageformat other than Json (2)")
    if row.get("authtype") not in {WEBHOOK_KEY, HTTP_HEADER, QUERY_STRING}:
        raise errors.bad("A webhook's authtype is WebhookKey (4), HttpHeader (5) or HttpQueryString (6).", "0x80040203")
    parts = urlsplit(str(row.get("url") or ""))
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise errors.bad("A webhook needs an absolute http or https url.", "0x80040203")
    if parts.port not in PORTS and parts.hostname not in LOOPBACK:
        raise errors.bad("Registered webhooks support only port 80 for HTTP and port 443 for HTTPS.", "0x80040203")


def _check_step(storage: Storage, row: Row) -> None:
    message = storage.find(storage.catalog["sdkmessage"], str(row.get("sdkmessageid"))) or {}
    name = str(message.get("name") or "")
    if not name:
        raise errors.bad("A step needs a message: bind sdkmessageid.", "0x80040203")
    if row.get("eventhandler") is None:
        raise errors.bad("A step needs a webhook: bind eventhandler_serviceendpoint.", "0x80040203")
    if name in SILENT:
        raise errors.unsupported(f"steps of the message {name}")
    if row.get("mode") not in {SYNCHRONOUS, ASYNCHRONOUS} or row.get("stage") is None:
        raise errors.bad("A step needs a mode (0 synchronous, 1 asynchronous) and a stage (10, 20, 40).", "0x80040203")
    if row["mode"] == ASYNCHRONOUS and row["stage"] != POST_OPERATION:
        raise errors.bad("Asynchronous steps must be registered in the post-operation stage (40).", "0x80044184")
    if row["stage"] != POST_OPERATION and name not in {"Create", "Update", "Delete"} and name in MESSAGES:
        raise errors.unsupported(f"steps of the message {name} before the operation")
    _check_custom_api(storage, name, row)
    _check_filter(storage, row, str(message["sdkmessageid"]))


def _check_custom_api(storage: Storage, message: str, row: Row) -> None:
    """A custom API says which steps its message may have. Source: "Custom API tables" (allowedcustomprocessingsteptype)."""
    if "customapi" not in storage.catalog.by_name:
        return
    found = storage.rows("SELECT allowedcustomprocessingsteptype FROM customapi WHERE uniquename = ?", (message,))
    allowed = found[0][0] if found else SYNC_AND_ASYNC
    if not allowed or (allowed == ASYNC_ONLY and row["mode"] == SYNCHRONOUS):
        raise errors.bad(f"The custom API '{message}' does not allow such a step.", "0x80040203")


def _check_filter(storage: Storage, row: Row, message: str) -> None:
    found = storage.find(storage.catalog["sdkmessagefilter"], str(row.get("sdkmessagefilterid")))
    if found is not None and found.get("sdkmessageid") != message:
        raise errors.bad("The filter (sdkmessagefilterid) is of another message than the step.", "0x80040203")
    table = storage.catalog.by_name.get(str((found or {}).get("primaryobjecttypecode")))
    unknown = images.names(row.get("filteringattributes")) - (table.columns.keys() if table is not None else set())
    if table is not None and unknown:
        raise errors.bad(f"The table '{table.name}' has no column '{min(unknown)}' to filter by.", "0x80040203")
