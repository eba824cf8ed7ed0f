"""The Dataverse Web API: rows in, rows out, one HTTP request per call unless it says otherwise.

Reads are repeated by the transport; a write leaves once, and its error says what is known (dataverse/errors.py). Amounts and
prices travel as exact numbers.

Source: learn.microsoft.com, Power Apps developer guide, "Use the Microsoft Dataverse Web API".
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from dataverse import answers, batch
from dataverse.batch import Call, ChangeSet, Create, Delete, Failed, Get, InsertOnly, Op, Outcome, Part, Rows, Update, Upsert
from dataverse.delta import PAGES_LIMIT, Delta, collect, endless
from dataverse.errors import SYSTEM, DeltaExpired, DuplicateKey, refine
from dataverse.names import Ref, guid, set_of
from dataverse.query import Query
from dataverse.rows import Row
from transport.client import Answer, Http, answer_of
from transport.exact import dumps
from transport.outcomes import lost
from work365.errors import BadInput, External, OutcomeUnknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

__all__ = ["Delta", "Http", "Ref", "Row", "WebApi"]

ADDRESS_LIMIT = 30_000
"""Dataverse takes addresses of 32,768 characters, and 64 KB inside a batch: longer ones are sent in a batch of one."""
ADDRESS_LIMIT_IN_BATCH = 64_000
HEADERS = {"accept": "application/json", "odata-version": "4.0", "odata-maxversion": "4.0", "if-none-match": "null"}


class WebApi:
    """One environment, seen as one caller.

    Shape: `token` gives a current bearer token; `caller` is the Entra object id of the user to act for; `tag` marks our writes in
           the execution context, so that our own webhook steps can tell them from a person's.
    """

    def __init__(self, http: Http, token: Callable[[], str], *, caller: str | None = None, tag: str = "w365") -> None:
        self._http, self._token, self._tag = http, token, tag
        self._caller = None if caller is None else guid(caller)
        self._root = urlsplit(http.base_url).path

    def as_user(self, entra_object_id: str) -> WebApi:
        """The same environment with the rights of one user: Dataverse applies the intersection of theirs and ours."""
        return WebApi(self._http, self._token, caller=entra_object_id, tag=self._tag)

    def read(self, ref: Ref, *, select: Sequence[str], expand: str = "", annotations: bool = False) -> Row:
        """One row. Errors: NotFound."""
        return self._object(self._send(batch.get_call(Get(ref, select, expand, annotations))))

    def find(self, query: Query) -> Iterator[Row]:
        """Every row of a query, page by page as they are asked for."""
        rows = (row for page in self._pages(batch.get_call(Get(query))) for row in page)
        return islice(rows, query.top)

    def first(self, query: Query) -> Row | None:
        """The first row of a query, or None."""
        return next(self.find(replace(query, top=1)), None)

    def create(self, table: str, row: Row, *, id: str | None = None) -> str:  # noqa: A002  the word of the API
        """Create a row and return its id. Errors: DuplicateKey when the id or an alternate key is taken."""
        answer = self._write(Create(table, row, id))
        made = answers.entity_id(answer.headers) or id
        if made is None:
            message = f"Dataverse created a row in {table} without saying which"
            raise OutcomeUnknown(message, system=SYSTEM)
        return made

    def update(self, ref: Ref, row: Row, *, etag: str | None = None, create: bool = False) -> None:
        """Write some columns of a row.

        Errors: NotFound when it is not there (unless `create`); RowChanged when `etag` is not its version any more.
        """
        self._write(Upsert(ref, row) if create else Update(ref, row, etag))

    def upsert(self, ref: Ref, row: Row) -> None:
        """Write some columns of a row; create it when it is not there."""
        self._write(Upsert(ref, row))

    def insert_only(self, ref: Ref, row: Row) -> bool:
        """Create a row at its address; False when it was there already, and then nothing is written."""
        try:
            self._write(InsertOnly(ref, row))
        except DuplicateKey:
            return False
        return True

    def delete(self, ref: Ref, *, etag: str | None = None) -> None:
        """Remove a row. Errors: NotFound when it is not there; RowChanged when `etag` is not its version any more."""
        self._write(Delete(ref, etag))

    def batch(self, parts: Sequence[Get | ChangeSet], *, go_on: bool = True) -> list[Outcome]:
        """Do several things in one request (further pages of a read are fetched after it).

        Shape:  one outcome per part, in order. Without `go_on` the first failure stops the rest, which then say NotTried.
        Errors: BadInput for more than 1000 operations; Throttled, Unavailable or OutcomeUnknown when the whole request failed.
        """
        batch.check_size(batch.size(parts))
        results = self._outcomes(parts, go_on=go_on)
        return [self._all_pages(result, part) for result, part in zip(results, parts, strict=True)]

    def rows(self, *gets: Get) -> list[list[Row]]:
        """Several reads in one request, all of which must succeed. Errors: what the first one failed with."""
        return [batch.rows_of(outcome) for outcome in self.batch(gets)]

    def change(self, ops: Sequence[Op]) -> None:
        """One change set. Errors: what it failed with, and then nothing of it was written."""
        (outcome,) = self.batch([ChangeSet(ops)])
        batch.raise_failed(outcome)

    def create_multiple(self, table: str, rows: Sequence[Row]) -> list[str]:
        """Create rows of one table, all or none; ids in the same order."""
        body = self._object(self._multiple("CreateMultiple", table, rows))
        ids = body.get("Ids")
        if not isinstance(ids, list) or len(ids) != len(rows):
            message = f"Dataverse created rows in {table} without saying which"
            raise OutcomeUnknown(message, system=SYSTEM)
        return [str(made).lower() for made in ids]

    def upsert_multiple(self, table: str, rows_with_keys: Sequence[tuple[Ref, Row]]) -> None:
        """Create or update rows of one table by their references, all or none; key columns must not be in the rows as well."""
        self._multiple("UpsertMultiple", table, [{"@odata.id": ref.path, **row} for ref, row in rows_with_keys])

    def changes(self, table: str, select: Sequence[str], link: str | None) -> Delta:
        """What changed since `link`, or everything; a link that is too old is answered with everything, marked `full`."""
        try:
            return self._changes(table, select, link)
        except DeltaExpired:
            if link is None:
                raise
            return self._changes(table, select, None)

    def who_am_i(self) -> Row:
        """UserId, BusinessUnitId and OrganizationId of our application user."""
        return self.function("WhoAmI")

    def function(self, path: str, **parameters: str) -> Row:
        """What a function answers; `path` is a function's name, or a row's path and one (`Ref(…).path + "/…"`).

        Shape: `parameters` are given by alias: `function("F(P=@p1)", p1="…")`.
        """
        return self._object(self._send(Call("GET", path, [(f"@{name}", text) for name, text in parameters.items()])))

    def action(self, name: str, body: Row) -> Row:
        """What an action of the service root answers. It leaves once, like every write."""
        return self._object(self._send(Call("POST", name, [], {}, body)))

    def related(self, ref: Ref, relation: str, *, select: Sequence[str]) -> list[Row]:
        """The rows that a many-to-many relationship ties to a row."""
        call = Call("GET", f"{ref.path}/{relation}", [("$select", ",".join(select))])
        return [row for page in self._pages(call) for row in page]

    def associate(self, ref: Ref, relation: str, other: Ref) -> None:
        """Tie two rows together; nothing happens when they are tied already."""
        target = {"@odata.id": f"{self._http.base_url}{other.path}"}
        with suppress(DuplicateKey):
            self._send(Call("POST", f"{ref.path}/{relation}/$ref", [], {}, target))

    def server_time(self) -> datetime | None:
        """What the tenant's clock says now, to the second; None when its answer does not say."""
        said = self._send(Call("GET", "WhoAmI")).headers.get("date", "")
        try:
            return parsedate_to_datetime(said)
        except ValueError:
            return None

    def _changes(self, table: str, select: Sequence[str], link: str | None) -> Delta:
        try:
            return collect(lambda call: self._send(call).json(), table, select, link)
        except ValueError as exc:
            raise self._nonsense(read=True) from exc

    def _multiple(self, action: str, table: str, rows: Sequence[Row]) -> Answer:
        batch.check_size(len(rows))
        kind = {"@odata.type": f"Microsoft.Dynamics.CRM.{table}"}
        path = f"{set_of(table)}/Microsoft.Dynamics.CRM.{action}"
        return self._send(Call("POST", path, batch.tagged(self._tag), {}, {"Targets": [kind | row for row in rows]}))

    def _pages(self, call: Call) -> Iterator[list[Row]]:
        for _ in range(PAGES_LIMIT):
            page = self._page(call)
            yield page.rows
            if not page.more:
                return
            call = Call("GET", page.more, [], call.headers)
        raise endless(call.path)

    def _page(self, call: Call) -> Rows:
        length = len(batch.address(call, self._http.base_url))
        if length > ADDRESS_LIMIT_IN_BATCH:
            message = f"a question of {length} characters is longer than Dataverse takes; ask for fewer values at a time"
            raise BadInput(message)
        if length > ADDRESS_LIMIT:
            return self._page_in_batch(call)
        answer = self._send(call)
        try:
            return answers.page_of(answer.json())
        except ValueError as exc:
            raise self._nonsense(read=True) from exc

    def _page_in_batch(self, call: Call) -> Rows:
        [result] = self._outcomes([call], go_on=True)
        if isinstance(result, Failed):
            raise result.error
        return cast("Rows", result)  # a read has no third outcome

    def _all_pages(self, result: Outcome, part: Get | ChangeSet) -> Outcome:
        if not isinstance(result, Rows) or not result.more or not isinstance(part, Get):
            return result
        following = self._pages(Call("GET", result.more, [], batch.get_call(part).headers))
        rows = [*result.rows, *(row for page in following for row in page)]
        return Rows(rows[: part.source.top] if isinstance(part.source, Query) else rows)

    def _outcomes(self, parts: Sequence[Part], *, go_on: bool) -> list[Outcome]:
        content_type, body = batch.encode(parts, self._root, self._tag)
        headers = {"content-type": content_type} | ({"prefer": "odata.continue-on-error"} if go_on else {})
        reading = not any(isinstance(part, ChangeSet) for part in parts)
        try:
            answer = self._http.send("POST", "$batch", headers=self._headers(headers), content=body, read=reading)
        except External as error:
            partial = answer_of(error)
            if partial is None or not answers.is_batch(partial):
                raise refine(error, acting_for=self._caller) from error
            answer = partial
        return answers.outcomes(answer, parts, acting_for=self._caller, now_s=time.time())

    def _write(self, op: Op) -> Answer:
        return self._send(batch.op_call(op, self._tag))

    def _send(self, call: Call) -> Answer:
        content = None if call.body is None else dumps(call.body)
        address = batch.address(call, self._http.base_url)
        try:
            return self._http.send(call.method, address, headers=self._headers(call.headers), content=content)
        except External as error:
            raise refine(error, acting_for=self._caller) from error

    def _headers(self, own: Mapping[str, str]) -> dict[str, str]:
        caller = {} if self._caller is None else {"callerobjectid": self._caller}
        return {**HEADERS, "authorization": f"Bearer {self._token()}", **caller, **own}

    def _object(self, answer: Answer) -> Row:
        try:
            return answers.row_of(answer.json())
        except ValueError as exc:
            raise self._nonsense(read=answer.read) from exc

    def _nonsense(self, *, read: bool) -> External:
        return lost("Dataverse answered with something other than rows", read=read, system=SYSTEM)
