"""From an address and a method to what is done: the table of everything that the Web API offers here.

    set                         GET query · POST create
    set(key)                    GET · PATCH upsert or update · DELETE
    set(key)/property           GET · PUT · DELETE
    set(key)/nav, …/$ref        GET · PUT · DELETE (lookups) · POST and DELETE (collections)
    set/$count, set(key)/collection/$count
    set/Microsoft.Dynamics.CRM.CreateMultiple (…)
    custom actions and functions, unbound and bound (custom_api_calls.py)
    WhoAmI, EntityDefinitions, $batch (batches.py)

Source: Microsoft Learn, "Perform operations using the Web API" and its pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.security.model import Right
from local.dataverse import (
    access_actions,
    bodies,
    changes,
    custom_api_calls,
    errors,
    files,
    keys,
    metadata,
    metadata_writes,
    multiple,
    operations,
    options,
    other_queries,
    platform_operations,
    principal_functions,
    reading,
    references,
    urls,
)
from local.dataverse.answers import empty, entity_answer, json_answer, text_answer
from local.dataverse.applying import aggregate
from local.dataverse.keys import ById
from local.dataverse.properties import clear_property, read_property, write_property
from local.dataverse.solutions import guarding
from local.dataverse.writing import Change, Listener, Writer
from local.http import Response

if TYPE_CHECKING:
    from local.dataverse.context import Context
    from local.dataverse.custom_apis import Handler
    from local.dataverse.entities import Entity
    from local.dataverse.keys import Which
    from local.dataverse.pipeline import Event
    from local.dataverse.solutions.jobs import Jobs
    from local.dataverse.storage import Row, Storage
    from local.dataverse.urls import Address, Segment

MAX_SEGMENTS = 5
_TAG = '"@odata.etag":"W/\\"'
CUSTOMIZING = {"POST": "prvCreateEntity", "PUT": "prvWriteEntity", "DELETE": "prvDeleteEntity"}
"""What changing definitions needs."""
WHO_AM_I = "WhoAmI"
OPERATIONS = frozenset({WHO_AM_I}) | access_actions.ACTIONS


class WebApi:
    """Answers one operation at a time. Transactions are opened here, around single writes; a change set wraps them in its own."""

    def __init__(self, storage: Storage, listener: Listener, counts: dict[str, int], jobs: Jobs) -> None:
        self.storage = storage
        self.jobs = jobs
        self.counts = counts
        self.handlers: dict[str, Handler] = {}
        self._listener = listener

    def answer(self, context: Context, method: str, path: str, query: str, body: bytes) -> Response:
        """Do what a request asks. `path` is below the service root. Errors: DataverseError for every refusal."""
        length = len(path) + len(query)
        if length > (urls.MAX_BATCH_URL if context.in_batch else urls.MAX_URL):
            raise errors.DataverseError(414, "0x80060888", "The request URI is too long.")
        address = urls.read(path, query)
        context = context.reading(address.plain.get("tag", context.tag))
        if not address.segments:
            return metadata.service_document(self.storage.catalog, context)
        head = address.segments[0]
        if head.name in metadata.READS:
            return self._metadata(context, method, address, body)
        if head.name.removeprefix("Microsoft.Dynamics.CRM.") in OPERATIONS and not head.key and len(address.segments) == 1:
            return self._operation(context, method, head.name.removeprefix("Microsoft.Dynamics.CRM."), body)
        done = operations.answer(self, context, method, address, body)
        entity = self.storage.catalog.by_set.get(head.name)
        if done is None and entity is None:
            done = platform_operations.unbound(self, context, method, address, body)
        if done is None and entity is None:
            done = custom_api_calls.unbound(self, context, method, address, body)
        if done is not None:
            return done
        if entity is None or len(address.segments) > MAX_SEGMENTS:
            raise errors.no_segment(head.name)
        if head.key is None:
            return self._set(context, method, entity, address, body)
        return self._row(context, method, entity, head, address, body)

    def _metadata(self, context: Context, method: str, address: Address, body: bytes) -> Response:
        if method == "GET":
            with self.storage.lock:
                return metadata.read(self.storage.catalog, context, address)
        context.access.need(CUSTOMIZING.get(method, CUSTOMIZING["PUT"]))
        if method == "DELETE":
            with self.storage.lock:
                guarding.check_definition(self.storage, address.segments)
        return metadata_writes.write(self, context, method, address, body)

    def _operation(self, context: Context, method: str, name: str, body: bytes) -> Response:
        """A function or action that belongs to no table."""
        if method != ("GET" if name == WHO_AM_I else "POST"):
            raise not_allowed(method)
        if name == WHO_AM_I:
            return self._who_am_i(context)
        return access_actions.share(self, context, name, body)

    def _who_am_i(self, context: Context) -> Response:
        organization = self.storage.rows('SELECT organizationid FROM "organization" LIMIT 1')[0][0]
        text = (
            f'{{"@odata.context":"{context.root}$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse","BusinessUnitId":"{context.user.unit}",'
            f'"UserId":"{context.user.id}","OrganizationId":"{organization}"}}'
        )
        return json_answer(context, text)

    def writer(self, context: Context) -> Writer:
        """A writer for one request."""
        return Writer(self.storage, context, self._listener)

    def raise_event(self, context: Context, change: Change) -> None:
        """Tell the listener of a message that is more than one write."""
        self._listener(context, change)

    def raise_message(self, context: Context, event: Event) -> None:
        """Tell the listener of a message that is no write of a row (events.message). Call inside the message's transaction."""
        self._listener.raise_message(context, event)

    def _set(self, context: Context, method: str, entity: Entity, address: Address, body: bytes) -> Response:
        if len(address.segments) > 1:
            return self._below_set(context, method, entity, address, body)
        if method == "GET":
            return self._query(context, entity, address)
        if method != "POST":
            raise not_allowed(method)
        with self.storage.transaction():
            row_id = self.writer(context).create(entity, bodies.as_object(bodies.decode(body), entity.set_name))
            return self.created(context, entity, row_id, address)

    def _query(self, context: Context, entity: Entity, address: Address) -> Response:
        if not urls.OTHER_QUERIES.isdisjoint(address.plain):
            with self.storage.lock:
                return json_answer(context, other_queries.answer(self.storage, context, entity, address, entity.set_name))
        wanted = options.read(address.options, address.aliases)
        with self.storage.lock:
            if wanted.apply is not None:
                return json_answer(context, aggregate(self.storage, context, entity, wanted, address.aliases))
            if wanted.deltatoken is not None or context.preferences.track_changes:
                return json_answer(context, changes.tracked(self.storage, context, entity, wanted, address))
            return json_answer(context, reading.collection(self.storage, context, entity, wanted, address, entity.set_name))

    def _below_set(self, context: Context, method: str, entity: Entity, address: Address, body: bytes) -> Response:
        name = address.segments[1].name
        if len(address.segments) > 2:
            raise errors.no_segment(address.segments[2].name)
        if name == "$count" and method == "GET":
            other_queries.refuse(address)
            wanted = options.read(address.options, address.aliases)
            with self.storage.lock:
                if wanted.deltatoken is not None:
                    return text_answer(str(changes.count(self.storage, context, entity, wanted)))
                return text_answer(str(reading.count_segment(self.storage, context, entity, wanted, None)))
        if name.startswith("Microsoft.Dynamics.CRM."):
            platform_operations.refuse_absent(name)
            called = custom_api_calls.bound(self, context, method, entity, None, address, body)
            if called is not None:
                return called
            if method != "POST":
                raise not_allowed(method)
            with self.storage.transaction():
                return multiple.answer(self, context, entity, name.removeprefix("Microsoft.Dynamics.CRM."), body)
        raise errors.no_segment(name)

    def _row(self, context: Context, method: str, entity: Entity, head: Segment, address: Address, body: bytes) -> Response:
        which = keys.parse(entity, head.key or "")
        rest = address.segments[1:]
        if rest:
            return self.below_row(context, method, entity, which, rest, address, body)
        if method == "GET":
            return self._read(context, entity, which, address)
        if method == "PATCH":
            return self._patch(context, entity, which, head, address, body)
        if method == "DELETE":
            with self.storage.transaction():
                old = self._current(context, entity, which)
                self.writer(context).delete(entity, old)
            return empty()
        raise not_allowed(method)

    def _read(self, context: Context, entity: Entity, which: Which, address: Address) -> Response:
        other_queries.refuse(address)
        wanted = options.read(address.options, address.aliases)
        with self.storage.lock:
            row_id = which.id if isinstance(which, ById) else str(keys.required(self.storage, entity, which)[entity.primary_id])
            known = context.headers.get("if-none-match", "")
            if known and known not in {"null", "*"} and not wanted.expand and not context.preferences.annotations:
                row = keys.required(self.storage, entity, ById(row_id))
                context.access.check(entity, row, Right.READ)
                if known == etag(row):
                    return Response(304, (("OData-Version", "4.0"),))
            text = reading.single(self.storage, context, entity, wanted, row_id)
        start = text.find(_TAG) + len(_TAG)
        mark = text[start : text.find('\\"', start)]
        return json_answer(context, text, 200, (("ETag", f'W/"{mark}"'),))

    def _current(self, context: Context, entity: Entity, which: Which) -> Row:
        """The row of a write. Errors: 404; 412 when `If-Match` names another version."""
        row = keys.required(self.storage, entity, which)
        self.check_version(context, row)
        return row

    @staticmethod
    def check_version(context: Context, row: Row) -> None:
        """Errors: 412 when `If-Match` names another version."""
        wanted = context.headers.get("if-match", "*").strip()
        if wanted not in {"*", "", "null"} and etag(row) not in {part.strip() for part in wanted.split(",")}:
            raise errors.version_mismatch()

    def _patch(self, context: Context, entity: Entity, which: Which, head: Segment, address: Address, body: bytes) -> Response:
        given = bodies.as_object(bodies.decode(body), entity.set_name)
        path = f"{head.name}({head.key})"
        with self.storage.transaction():
            old = keys.find(self.storage, entity, which)
            if old is None:
                if context.headers.get("if-match", "null").strip() not in {"null", ""}:
                    raise keys.missing(entity, which)
                row_id = self.writer(context).create(entity, given, which=which)
                return self._written(context, entity, row_id, path, address, 201)
            if context.headers.get("if-none-match", "").strip() == "*":
                raise errors.exists()
            self.check_version(context, old)
            self.writer(context).update(entity, old, given, which)
            return self._written(context, entity, str(old[entity.primary_id]), path, address, 200)

    def created(self, context: Context, entity: Entity, row_id: str, address: Address) -> Response:
        """The answer to a row that was just made."""
        return self._written(context, entity, row_id, f"{entity.set_name}({row_id})", address, 201)

    def _written(self, context: Context, entity: Entity, row_id: str, path: str, address: Address, status: int) -> Response:
        if not context.preferences.representation:
            return entity_answer(context, f"{context.root}{path}")
        kept = {
            name: value for name, value in address.options.items() if name == "$select" or (name == "$expand" and status == 201)
        }
        text = reading.single(self.storage, context, entity, options.read(kept, {}), row_id)
        row = self.storage.find(entity, row_id) or {}
        return json_answer(context, text, status, (("ETag", etag(row)),))

    def below_row(
        self,
        context: Context,
        method: str,
        entity: Entity,
        which: Which,
        rest: tuple[Segment, ...],
        address: Address,
        body: bytes,
    ) -> Response:
        """Do what a request for something below one row asks; `rest` are the segments after the row's own."""
        name = rest[0].name
        if name in entity.singles or name in entity.collections or name in entity.manys:
            return references.answer(self, context, references.Below(method, entity, which, rest, address, body))
        if files.is_binary(entity.columns.get(name)):
            return files.answer(self, context, references.Below(method, entity, which, rest, address, body))
        if name.startswith("Microsoft.Dynamics.CRM."):
            if len(rest) > 1:
                raise errors.no_segment(rest[1].name)
            platform_operations.refuse_absent(name)
            called = custom_api_calls.bound(self, context, method, entity, which, address, body)
            if called is not None:
                return called
            return principal_functions.bound(self, context, method, entity, which, rest[0], address.aliases, body)
        if len(rest) > 2 or rest[0].key is not None or name not in entity.properties:
            raise errors.no_segment(rest[-1].name if name in entity.properties else name)
        if method == "GET":
            with self.storage.lock:
                return read_property(self.storage, context, entity, which, rest)
        if method in {"PUT", "DELETE"} and len(rest) == 1:
            with self.storage.transaction():
                old = self._current(context, entity, which)
                if method == "PUT":
                    write_property(self.writer(context), entity, old, name, body)
                else:
                    clear_property(self.writer(context), entity, old, name)
            return empty()
        raise not_allowed(method)


def etag(row: Row) -> str:
    """The entity tag of a row."""
    return f'W/"{row.get("versionnumber")}"'


def not_allowed(method: str) -> errors.DataverseError:
    """A method that an address does not take."""
    return errors.DataverseError(405, "0x80060888", f"The requested resource does not support http method '{method}'.")
