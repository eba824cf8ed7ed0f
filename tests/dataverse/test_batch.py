"""Batches: how they are written, and what their answers mean."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataverse.batch import (
    ChangeSet,
    Create,
    Delete,
    Done,
    Failed,
    Get,
    InsertOnly,
    Op,
    Outcome,
    Rows,
    Update,
    Upsert,
    content_ids,
    encode,
    in_parts,
)
from dataverse.errors import DuplicateKey, NotTried
from dataverse.multipart import boundary_of, split
from dataverse.names import Ref
from dataverse.query import Query
from dataverse.rows import bind
from dataverse.webapi import WebApi
from local.fakes.odata import ORG, BatchServer, Scripted
from local.http import Response, httpx_transport
from transport.client import NO_RETRIES, Http
from work365.errors import BadInput, InvariantBroken, NotFound, OutcomeUnknown, Rejected, Throttled, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DATA = Path(__file__).parent.parent / "data" / "dataverse"
INVOICE, LINE = "w365_invoice", "w365_invoiceline"
ID = "0f0e0d0c-0000-4000-8000-0a0b0c0d0e0f"
INVOICES = Query(INVOICE, ("w365_number",))


def documented(name: str, status: int = 200) -> Response:
    """An answer as Microsoft prints it, with the Content-Type that the pages leave out."""
    body = (DATA / name).read_bytes().partition(b"\r\n\r\n")[2]
    mark = body.splitlines()[0].removeprefix(b"--").decode()
    return Response(status, (("Content-Type", f"multipart/mixed; boundary={mark}"), ("OData-Version", "4.0")), body)


class TestWriting:
    """What leaves."""

    def test_a_change_set_with_references(self) -> None:
        """Microsoft's shape: parts with Content-ID, `$1` in a bind and in an address, values as exact numbers."""
        ops: list[Op] = [
            Create(INVOICE, {"w365_total": Decimal("10.50")}, content_id=1),
            Create(LINE, bind("w365_Invoice", INVOICE, Ref(INVOICE, content_id=1))),
            Update(Ref(INVOICE, content_id=1), {"w365_total": 1}),
            Update(Ref(INVOICE, id=ID), {"w365_total": 2}, etag='W/"7"'),
            Upsert(Ref(INVOICE, key={"w365_number": "A 1"}), {}),
            InsertOnly(Ref(INVOICE, id=ID), {}),
            Delete(Ref(INVOICE, id=ID)),
        ]
        content_type, body = encode([ChangeSet(ops), Get(INVOICES)], "/api/data/v9.2/", "w365")
        change_set, read = split(body, boundary_of(content_type))
        parts = split(change_set.body, boundary_of(change_set.headers["content-type"]))
        assert [part.headers["content-id"] for part in parts] == ["1", "2", "3", "4", "5", "6", "7"]
        assert [part.body.split(b"\r\n")[0].decode() for part in (*parts, read)] == [
            "POST /api/data/v9.2/w365_invoices?tag=w365 HTTP/1.1",
            "POST /api/data/v9.2/w365_invoicelines?tag=w365 HTTP/1.1",
            "PATCH $1 HTTP/1.1",
            f"PATCH /api/data/v9.2/w365_invoices({ID})?tag=w365 HTTP/1.1",
            "PATCH /api/data/v9.2/w365_invoices(w365_number='A%201')?tag=w365 HTTP/1.1",
            f"PATCH /api/data/v9.2/w365_invoices({ID})?tag=w365 HTTP/1.1",
            f"DELETE /api/data/v9.2/w365_invoices({ID})?tag=w365 HTTP/1.1",
            "GET /api/data/v9.2/w365_invoices?$select=w365_number HTTP/1.1",
        ]
        assert parts[0].body.endswith(b'\r\n\r\n{"w365_total":10.50}')
        assert parts[1].body.endswith(b'{"w365_Invoice@odata.bind":"$1"}')
        conditions = [[line for line in part.body.decode().split("\r\n") if line.lower().startswith("if-")] for part in parts]
        assert conditions == [[], [], [], ['if-match: W/"7"'], [], ["if-none-match: *"], ["if-match: *"]]

    def test_content_ids_fill_the_gaps(self) -> None:
        """Own numbers are kept, the others take the next free."""
        ops: list[Op] = [
            Create(INVOICE, {}),
            Create(INVOICE, {}, content_id=1),
            Delete(Ref(INVOICE, id=ID)),
            Create(INVOICE, {}, content_id=5),
        ]
        assert content_ids(ChangeSet(ops)) == [2, 1, 3, 5]

    @pytest.mark.parametrize("ops", [[], [Create(INVOICE, {}, content_id=1), Create(INVOICE, {}, content_id=1)]])
    def test_mistakes_in_a_change_set(self, ops: Sequence[Op]) -> None:
        """An empty one, and two operations with one number."""
        with pytest.raises(InvariantBroken):
            content_ids(ChangeSet(ops))

    @pytest.mark.parametrize("count", [0, 1001])
    def test_size_is_bounded(self, api: WebApi, server: Scripted, count: int) -> None:
        """Dataverse takes 1000 operations; more is refused before anything leaves."""
        with pytest.raises(BadInput, match="1 to 1000"):
            api.batch([ChangeSet([Delete(Ref(INVOICE, id=ID))] * (count - 1)), Get(INVOICES)] if count else [])
        assert server.asked == []

    def test_going_on_is_asked_for(self, api: WebApi, server: Scripted) -> None:
        """The preference is sent unless the first failure shall stop the rest."""
        server.answers = [documented("06-first-fails.response-default.http", 400)] * 2
        delete = ChangeSet([Delete(Ref(INVOICE, id=ID))])
        api.batch([delete], go_on=False)
        assert "prefer" not in server.last.headers
        api.batch([delete])
        assert server.last.headers["prefer"] == "odata.continue-on-error"
        assert server.last.headers["authorization"] == "Bearer the-token"


class TestReading:
    """What the answers mean."""

    def test_a_documented_change_set(self, api: WebApi, server: Scripted) -> None:
        """Three creates: one outcome with their ids in order."""
        server.answers = [documented("02-changeset.response.http")]
        [outcome] = api.batch([ChangeSet([Create("contact", {}, content_id=1), Create("contact", {}), Create("account", {})])])
        assert outcome == Done(
            [
                "425195a4-7a75-e911-a97a-000d3a34a1bd",
                "495195a4-7a75-e911-a97a-000d3a34a1bd",
                "4f5195a4-7a75-e911-a97a-000d3a34a1bd",
            ]
        )

    def test_the_first_failure_stops_the_rest(self, api: WebApi, server: Scripted) -> None:
        """The answer is a 400 with the parts so far; the others were not begun."""
        server.answers = [documented("06-first-fails.response-default.http", 400)]
        first, second, third = api.batch(
            [ChangeSet([Create("account", {})]), ChangeSet([Create("account", {})]), Get(INVOICES)], go_on=False
        )
        assert isinstance(first, Failed)
        assert (type(first.error), first.error.code) == (Rejected, "0x80044331")
        for outcome in (second, third):
            assert isinstance(outcome, Failed)
            assert isinstance(outcome.error, NotTried)

    @pytest.mark.parametrize(
        "answer",
        [
            documented("06-first-fails.response-default.http", 200),
            Response(200, (("Content-Type", "multipart/mixed; boundary=b"),), b"--b\r\n\r\nHTTP/1.1 204 No"),
            Response(200, (("Content-Type", "multipart/mixed; boundary=b"),), b"--b\r\n\r\nhello\r\n--b--"),
            Response(
                200, (("Content-Type", "multipart/mixed; boundary=b"),), b"--b\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n\r\n--b--"
            ),
            Response(200, (("Content-Type", "application/json"),), b"{}"),
            documented("01-no-changeset.response.http"),
            documented("02-changeset.response.http"),
        ],
    )
    def test_an_answer_that_does_not_match_leaves_writes_open(self, api: WebApi, server: Scripted, answer: Response) -> None:
        """Missing parts, parts cut off, other content ids, other shapes: nobody knows what was written."""
        server.answers = [answer]
        with pytest.raises(OutcomeUnknown):
            api.batch([ChangeSet([Create(INVOICE, {})]), ChangeSet([Create(INVOICE, {})])])
        assert len(server.asked) == 1

    def test_a_batch_of_reads_may_come_again(self, api: WebApi, server: Scripted) -> None:
        """Reads are repeated by the transport, throttled ones after the time they are told; nonsense is Unavailable."""
        server.answers = [
            Response(429, (("Retry-After", "7"),)),
            Response(200, (("Content-Type", "multipart/mixed; boundary=b"),), b"--b"),
        ]
        with pytest.raises(Unavailable):
            api.batch([Get(INVOICES)])
        assert len(server.asked) == 2

    @pytest.mark.parametrize(
        ("answer", "want"),
        [
            (Response(429, (("Retry-After", "7"),), b'{"error": {"code": "0x80072326", "message": "m"}}'), Throttled),
            (Response(500), OutcomeUnknown),
            (Response(400, body=b'{"error": {"code": "", "message": "m"}}'), Rejected),
        ],
    )
    def test_a_batch_that_fails_as_a_whole(self, api: WebApi, server: Scripted, answer: Response, want: type[Exception]) -> None:
        """With writes in it, it is sent once."""
        server.answers = [answer]
        with pytest.raises(want):
            api.batch([ChangeSet([Create(INVOICE, {})]), Get(INVOICES)])
        assert len(server.asked) == 1

    def test_one_row_by_its_address(self) -> None:
        """A Get of a Ref gives one row, or NotFound."""
        row = b'{"@odata.context": "c", "@odata.etag": "W/\\"1\\"", "w365_total": 1.50}'
        answers: Iterator[tuple[int, dict[str, str], bytes]] = iter(
            [(200, {}, row), (404, {}, b'{"error": {"code": "0x80040217", "message": "m"}}')]
        )
        server = BatchServer(lambda _line, _body: next(answers))
        found, missing = over(server).batch(
            [Get(Ref(INVOICE, id=ID), ("w365_total",), annotations=True), Get(Ref(INVOICE, id=ID), ("w365_total",))]
        )
        assert found == Rows([{"@odata.etag": 'W/"1"', "w365_total": Decimal("1.50")}])
        assert isinstance(missing, Failed)
        assert isinstance(missing.error, NotFound)

    def test_further_pages_are_fetched(self, api: WebApi, server: Scripted) -> None:
        """The outcome holds all pages, though only the first came with the batch."""

        def first(_line: str, _body: bytes) -> tuple[int, dict[str, str], bytes]:
            return 200, {}, json.dumps({"value": [{"a": 1}], "@odata.nextLink": f"{ORG}w365_invoices?$skiptoken=2"}).encode()

        server.answers = [Response()]
        batch_server = BatchServer(first)
        pages = [Response(200, body=b'{"value": [{"a": 2}]}')]
        http = Http("dataverse", ORG, transport=httpx_transport(lambda r: batch_server(r) if r.method == "POST" else pages.pop()))
        assert WebApi(http, str).batch([Get(INVOICES)]) == [Rows([{"a": 1}, {"a": 2}])]
        pages = [Response(200, body=b'{"value": [{"a": 2}]}')]
        assert WebApi(http, str).batch([Get(Query(INVOICE, ("a",), top=1))]) == [Rows([{"a": 1}])]

    def test_an_id_is_known_without_a_header(self) -> None:
        """An upsert by alternate key has no id in its answer; by id it is known anyway."""
        ops: list[Op] = [
            Upsert(Ref(INVOICE, key={"w365_number": "A"}), {}),
            Upsert(Ref(INVOICE, id=ID), {}),
            Create(INVOICE, {}, id=ID),
        ]
        header = {"OData-EntityId": f"{ORG}w365_invoices(w365_number='A')"}
        assert over(BatchServer(lambda _l, _b: (204, header, b""))).batch([ChangeSet(ops)]) == [Done(["", ID, ID])]


def over(server: BatchServer) -> WebApi:
    """A client of a batch server."""
    return WebApi(Http("dataverse", ORG, transport=httpx_transport(server), retries=NO_RETRIES), lambda: "t")


KINDS = st.lists(st.lists(st.sampled_from([204, 404, 412, 429, 500]), max_size=4), min_size=1, max_size=6)


@settings(max_examples=60)
@given(KINDS)
def test_every_part_gets_its_own_outcome(plan: list[list[int]]) -> None:
    """Whatever fails where, outcomes stand in the order of the parts, and a change set says what its first failure was."""
    served: list[str] = []

    def answer(line: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        served.append(line)
        if line.startswith("GET"):
            return 200, {}, json.dumps({"value": [{"n": line.partition("top=")[2].split()[0]}]}).encode()
        want = json.loads(body)
        made = f"00000000-0000-4000-8000-{want['n']:012d}"
        return want["status"], {"OData-EntityId": f"{ORG}w365_invoices({made})"}, b""

    numbers = iter(range(1000))
    parts = [
        ChangeSet(list[Op](Create(INVOICE, {"status": status, "n": next(numbers)}) for status in part))
        if part
        else Get(Query(INVOICE, ("n",), top=9))
        for part in plan
    ]
    kinds = {404: NotFound, 412: "conflict", 429: Throttled, 500: OutcomeUnknown}
    for part, statuses, outcome in zip(parts, plan, over(BatchServer(answer)).batch(parts), strict=True):
        check(part, statuses, outcome, kinds)


def check(part: Get | ChangeSet, statuses: list[int], outcome: Outcome, kinds: dict[int, object]) -> None:
    """One part's outcome."""
    failed = next((status for status in statuses if status != 204), None)
    if not statuses:
        assert outcome == Rows([{"n": "9"}])
    elif failed is None:
        assert isinstance(part, ChangeSet)
        assert isinstance(outcome, Done)
        assert [int(made[-12:]) for made in outcome.ids] == [op.row["n"] for op in part.ops if isinstance(op, Create)]
    else:
        assert isinstance(outcome, Failed)
        kind = kinds[failed]
        assert kind == "conflict" or (isinstance(kind, type) and type(outcome.error) is kind)


def test_a_nested_failure_counts_for_the_change_set(api: WebApi, server: Scripted) -> None:
    """Some servers answer a failed change set with a multipart that holds the one failure."""
    inner = b"--c\r\nContent-Type: application/http\r\nContent-ID: 1\r\n\r\nHTTP/1.1 412 X\r\n\r\n"
    inner += b'{"error": {"code": "0x80060892", "message": "m"}}\r\n--c--\r\n'
    body = b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n" + inner + b"\r\n--b--\r\n"
    server.answers = [Response(200, (("Content-Type", "multipart/mixed; boundary=b"),), body)]
    [outcome] = api.batch([ChangeSet([Create(INVOICE, {}), Create(INVOICE, {})])])
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, DuplicateKey)


@given(items=st.lists(st.integers(), max_size=30), most=st.integers(1, 12))
def test_what_is_too_much_at_once_comes_in_parts(items: list[int], most: int) -> None:
    """Everything comes once, in its order, in as few slices as there can be, none of them longer than may be."""
    parts = list(in_parts(items, most))
    assert [item for part in parts for item in part] == items
    assert all(len(part) <= most for part in parts)
    assert len(parts) == -(-len(items) // most)
