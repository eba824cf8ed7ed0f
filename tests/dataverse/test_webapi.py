"""The Web API client against scripted answers: what it sends, and what it makes of what comes back."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import unquote

import httpx2
import pytest

from dataverse.errors import DeltaExpired, DuplicateKey, NotYours, PrivilegeMissing, RowChanged
from dataverse.names import Ref
from dataverse.query import Query, any_of
from dataverse.webapi import Delta, WebApi
from local.fakes.odata import ORG, BatchServer, Scripted
from local.http import Response, httpx_transport
from transport.client import Http
from work365.errors import BadInput, External, InvariantBroken, NotFound, OutcomeUnknown, Rejected, Throttled, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

INVOICE = "w365_invoice"
ID = "0f0e0d0c-0000-4000-8000-0a0b0c0d0e0f"
OTHER = "1f1e1d1c-0000-4000-8000-1a1b1c1d1e1f"
REF = Ref(INVOICE, id=ID)
INVOICES = Query(INVOICE, ("w365_number",))


def made(id: str = ID) -> Response:  # noqa: A002  the word of the API
    """A row was written."""
    return Response(204, (("OData-EntityId", f"{ORG}w365_invoices({id})"),))


def page(*numbers: int, more: str = "", **extra: object) -> Response:
    """A page of rows."""
    link = {"@odata.nextLink": f"{ORG}w365_invoices?{more}"} if more else {}
    return Response(200, body=json.dumps({"value": [{"n": number} for number in numbers]} | link | extra).encode())


def error(status: int, code: str, words: str = "words") -> Response:
    """An error as Dataverse says it."""
    return Response(status, body=json.dumps({"error": {"code": code, "message": words}}).encode())


WRITES: list[Callable[[WebApi], object]] = [
    lambda api: api.create(INVOICE, {"w365_number": "1"}),
    lambda api: api.update(REF, {"w365_number": "1"}),
    lambda api: api.upsert(REF, {"w365_number": "1"}),
    lambda api: api.insert_only(REF, {"w365_number": "1"}),
    lambda api: api.delete(REF),
    lambda api: api.create_multiple(INVOICE, [{}]),
    lambda api: api.upsert_multiple(INVOICE, [(REF, {})]),
]


class TestOneRow:
    """Create, read, update, upsert, delete."""

    def test_headers_of_every_request(self, api: WebApi, server: Scripted) -> None:
        """The four that Microsoft asks for, the token, and the mark on writes."""
        server.answers = [made()]
        api.create(INVOICE, {"w365_total": Decimal("1.50")})
        sent = server.last
        assert {
            name: sent.headers[name] for name in ("accept", "odata-version", "odata-maxversion", "if-none-match", "authorization")
        } == {
            "accept": "application/json",
            "odata-version": "4.0",
            "odata-maxversion": "4.0",
            "if-none-match": "null",
            "authorization": "Bearer the-token",
        }
        assert (sent.method, sent.path, sent.query, sent.body) == (
            "POST",
            "/api/data/v9.2/w365_invoices",
            "tag=w365",
            b'{"w365_total":1.50}',
        )
        assert "callerobjectid" not in sent.headers

    def test_an_id_of_our_own_is_sent(self, api: WebApi, server: Scripted) -> None:
        """The primary key stands in the row, so that a second copy meets the first."""
        server.answers = [Response(204), error(412, "0x80040237")]
        assert api.create(INVOICE, {}, id=ID) == ID
        assert json.loads(server.last.body) == {"w365_invoiceid": ID}
        with pytest.raises(DuplicateKey):
            api.create(INVOICE, {}, id=ID)

    def test_a_create_without_a_name_is_open(self, api: WebApi, server: Scripted) -> None:
        """A success that does not say which row it made has to be looked for."""
        server.answers = [Response(204), Response(200, body=b'{"Ids": []}')]
        with pytest.raises(OutcomeUnknown):
            api.create(INVOICE, {})
        with pytest.raises(OutcomeUnknown):
            api.create_multiple(INVOICE, [{}])

    def test_conditions(self, api: WebApi, server: Scripted) -> None:
        """An update never creates unless it is told to; versions and "only if absent" are headers."""
        server.answers = [Response(204)] * 6
        api.update(REF, {"a": 1})
        api.update(REF, {"a": 1}, etag='W/"3"')
        api.update(REF, {"a": 1}, create=True)
        api.upsert(REF, {"a": 1})
        assert api.insert_only(REF, {"a": 1}) is True
        api.delete(REF, etag='W/"3"')
        sent = [(r.method, r.headers.get("if-match"), r.headers["if-none-match"]) for r in server.asked]
        assert sent == [
            ("PATCH", "*", "null"),
            ("PATCH", 'W/"3"', "null"),
            ("PATCH", None, "null"),
            ("PATCH", None, "null"),
            ("PATCH", None, "*"),
            ("DELETE", 'W/"3"', "null"),
        ]

    def test_an_insert_that_finds_a_row(self, api: WebApi, server: Scripted) -> None:
        """False, and nothing was written."""
        server.answers = [error(412, "", "A record with matching key values already exists.")]
        assert api.insert_only(REF, {}) is False

    def test_read(self, api: WebApi, server: Scripted) -> None:
        """Columns, expansions and formatted values on request; numbers are exact; the context is left out."""
        server.answers = [Response(200, body=b'{"@odata.context": "c", "@odata.etag": "W/\\"1\\"", "w365_total": 10.5000}')] * 2
        row = api.read(REF, select=("w365_total",), expand="w365_Contract($select=w365_number)", annotations=True)
        assert (str(row["w365_total"]), "@odata.context" in row) == ("10.5000", False)
        assert unquote(server.last.query) == "$select=w365_total&$expand=w365_Contract($select=w365_number)"
        assert "FormattedValue" in server.last.headers["prefer"]
        api.read(REF, select=("w365_total",))
        assert "prefer" not in server.last.headers

    def test_acting_for_a_person(self, api: WebApi, server: Scripted) -> None:
        """CallerObjectId on every request; what the person may not do is a refusal to them, not a configuration error."""
        server.answers = [error(403, "0x80040220"), error(403, "0x80040220")]
        with pytest.raises(NotYours):
            api.as_user(OTHER.upper()).update(REF, {})
        assert server.last.headers["callerobjectid"] == OTHER
        with pytest.raises(PrivilegeMissing) as caught:
            api.update(REF, {})
        assert not isinstance(caught.value, NotYours)
        with pytest.raises(BadInput):
            api.as_user("somebody")

    def test_who_am_i(self, api: WebApi, server: Scripted) -> None:
        """The simplest question."""
        server.answers = [Response(200, body=b'{"@odata.context": "c", "UserId": "u"}')]
        assert api.who_am_i() == {"UserId": "u"}
        assert server.last.path == "/api/data/v9.2/WhoAmI"


class TestOnce:
    """A write leaves once, whatever happens."""

    @pytest.mark.parametrize("write", WRITES)
    @pytest.mark.parametrize(
        ("failure", "want"),
        [
            (httpx2.ReadTimeout("slow"), OutcomeUnknown),
            (httpx2.RemoteProtocolError("dropped"), OutcomeUnknown),
            (httpx2.ConnectError("refused"), Unavailable),
            (Response(500), OutcomeUnknown),
            (Response(503, (("Retry-After", "5"),)), Throttled),
            (Response(429, (("Retry-After", "5"),)), Throttled),
            (error(400, "0x80048d19"), Rejected),
            (error(404, "0x80040217"), NotFound),
            (error(412, "0x80060882"), RowChanged),
        ],
    )
    def test_every_write(
        self,
        api: WebApi,
        server: Scripted,
        slept: list[float],
        write: Callable[[WebApi], object],
        failure: Response | Exception,
        want: type[External],
    ) -> None:
        """The error says what is known, and nothing was repeated or waited for."""
        server.answers = [failure, made()]
        with pytest.raises(want) as caught:
            write(api)
        assert (len(server.asked), slept, caught.value.system) == (1, [], "dataverse")

    def test_reads_are_repeated(self, api: WebApi, server: Scripted, slept: list[float]) -> None:
        """A throttled read comes back when it was told to."""
        server.answers = [Response(429, (("Retry-After", "7"),)), httpx2.ReadTimeout("slow"), page(1)]
        assert list(api.find(INVOICES)) == [{"n": 1}]
        assert (len(server.asked), slept[0]) == (3, 7.0)


class TestManyRows:
    """Queries, pages, lists."""

    def test_pages_are_followed_as_given(self, api: WebApi, server: Scripted) -> None:
        """The link is not touched, the page size is sent again, and pages are fetched as they are needed."""
        cookie = "$skiptoken=%3Ccookie%20pagenumber=%222%22%20pagingcookie=%22%253ccookie%22%20/%3E"
        server.answers = [page(1, 2, more=cookie), page(3)]
        rows = api.find(Query(INVOICE, ("n",), page_size=2))
        assert next(rows) == {"n": 1}
        assert len(server.asked) == 1
        assert [row["n"] for row in rows] == [2, 3]
        assert (server.last.query, server.last.headers["prefer"]) == (cookie, "odata.maxpagesize=2")

    def test_the_first_row_only(self, api: WebApi, server: Scripted) -> None:
        """One row is asked for; none is None."""
        server.answers = [page(7), page()]
        assert api.first(INVOICES) == {"n": 7}
        assert server.last.query == "$select=w365_number&$top=1"
        assert api.first(INVOICES) is None

    def test_pages_without_end(self, server: Scripted) -> None:
        """A server that always has one more page is not followed for ever."""
        http = Http("dataverse", ORG, transport=httpx_transport(lambda _: page(1, more="$skiptoken=1")))
        with pytest.raises(InvariantBroken, match="more than 2000 pages"):
            for _ in WebApi(http, str).find(INVOICES):
                pass

    def test_a_link_to_another_host(self, api: WebApi, server: Scripted) -> None:
        """The token does not go there."""
        server.answers = [Response(200, body=b'{"value": [], "@odata.nextLink": "https://evil.example/api/data/v9.2/x"}')]
        with pytest.raises(Rejected, match="nothing was sent there"):
            list(api.find(INVOICES))
        assert len(server.asked) == 1

    def test_a_long_question_goes_in_a_batch(self, server: Scripted) -> None:
        """Addresses end at 32,768 characters: a longer one is sent inside a batch, and so are its further pages."""
        ids = [f"00000000-0000-4000-8000-{number:012d}" for number in range(700)]
        link = f"{ORG}w365_invoices?$filter={'x' * 31_000}&$skiptoken=2"
        pages = iter([page(1, **{"@odata.nextLink": link}).body, page(2).body])
        batches = BatchServer(lambda _line, _body: (200, {}, next(pages)))
        api = WebApi(Http("dataverse", ORG, transport=httpx_transport(batches)), str)
        assert [row["n"] for row in api.find(Query(INVOICE, ("n",), any_of("w365_invoiceid", ids)))] == [1, 2]
        assert batches.calls[1] == f"GET {link} HTTP/1.1"
        refusing = BatchServer(lambda _line, _body: (400, {}, error(400, "0x80060888").body))
        with pytest.raises(Rejected):
            list(
                WebApi(Http("d", ORG, transport=httpx_transport(refusing)), str).find(
                    Query(INVOICE, ("n",), any_of("w365_invoiceid", ids))
                )
            )
        with pytest.raises(BadInput, match="longer than Dataverse takes"):
            list(api.find(Query(INVOICE, ("n",), any_of("w365_number", [f"{i}" * 40 for i in ids]))))

    @pytest.mark.parametrize("body", [b"[]", b'{"value": 1}', b"{}", b"", b"<html>"])
    def test_nonsense_instead_of_rows(self, api: WebApi, server: Scripted, body: bytes) -> None:
        """It may pass; nothing was written."""
        server.answers = [Response(200, body=body)] * 2
        with pytest.raises(Unavailable):
            list(api.find(INVOICES))
        with pytest.raises(Unavailable):
            api.changes(INVOICE, ("n",), None)

    @pytest.mark.parametrize("body", [b"[]", b"", b"<html>"])
    def test_nonsense_instead_of_a_row(self, api: WebApi, server: Scripted, body: bytes) -> None:
        """To a read it is Unavailable, to a write it is open."""
        server.answers = [Response(200, body=body)] * 2
        with pytest.raises(Unavailable):
            api.read(REF, select=("n",))
        with pytest.raises(OutcomeUnknown):
            api.create_multiple(INVOICE, [{}])

    def test_lists_are_written_whole(self, api: WebApi, server: Scripted) -> None:
        """Every item names its type; upserts name their rows by @odata.id, with no key in the row."""
        server.answers = [Response(200, body=json.dumps({"Ids": [ID.upper(), OTHER]}).encode()), Response(204)]
        assert api.create_multiple(INVOICE, [{"n": 1}, {"n": 2}]) == [ID, OTHER]
        assert (server.last.path, server.last.query) == (
            "/api/data/v9.2/w365_invoices/Microsoft.Dynamics.CRM.CreateMultiple",
            "tag=w365",
        )
        kind = {"@odata.type": "Microsoft.Dynamics.CRM.w365_invoice"}
        assert json.loads(server.last.body) == {"Targets": [kind | {"n": 1}, kind | {"n": 2}]}
        api.upsert_multiple(INVOICE, [(Ref(INVOICE, key={"w365_number": "A"}), {"n": 1})])
        assert json.loads(server.last.body) == {"Targets": [kind | {"@odata.id": "w365_invoices(w365_number='A')", "n": 1}]}
        for count in (0, 1001):
            with pytest.raises(BadInput):
                api.create_multiple(INVOICE, [{}] * count)

    def test_without_a_mark(self, server: Scripted) -> None:
        """A tool that wants its writes to be seen as anybody's sends no tag."""
        server.answers = [made(), Response(204)]
        api = WebApi(Http("dataverse", ORG, transport=httpx_transport(server)), str, tag="")
        api.create(INVOICE, {})
        api.upsert_multiple(INVOICE, [(REF, {})])
        assert [request.query for request in server.asked] == ["", ""]


class TestChanges:
    """What changed since last time."""

    DELTA = f"{ORG}w365_invoices?$deltatoken=1"

    def test_from_the_beginning_and_on(self, api: WebApi, server: Scripted) -> None:
        """Pages are followed to the next link; what is gone is listed apart."""
        gone = {"@odata.context": f"{ORG}$metadata#w365_invoices/$deletedEntity", "id": ID.upper(), "reason": "deleted"}
        changed = {"value": [{"n": 3}, gone], "@odata.deltaLink": f"{self.DELTA}2"}
        server.answers = [
            page(1, more="$skiptoken=1"),
            page(2, **{"@odata.deltaLink": self.DELTA}),
            Response(200, body=json.dumps(changed).encode()),
        ]
        first = api.changes(INVOICE, ("n",), None)
        assert first == Delta([{"n": 1}, {"n": 2}], [], self.DELTA, full=True)
        assert server.asked[0].headers["prefer"] == "odata.track-changes,odata.maxpagesize=5000"
        assert api.changes(INVOICE, ("n",), first.link) == Delta([{"n": 3}], [ID], f"{self.DELTA}2", full=False)
        assert server.last.query == "$deltatoken=1"

    @pytest.mark.parametrize("expired", [error(410, ""), error(400, "0x80044352")])
    def test_an_old_link_is_answered_with_everything(self, api: WebApi, server: Scripted, expired: Response) -> None:
        """After seven days the whole table is read again, and the answer says so."""
        server.answers = [expired, page(1, **{"@odata.deltaLink": self.DELTA})]
        assert api.changes(INVOICE, ("n",), f"{self.DELTA}0") == Delta([{"n": 1}], [], self.DELTA, full=True)

    def test_a_table_without_change_tracking(self, api: WebApi, server: Scripted) -> None:
        """It says what to switch on; "expired" without a link is an error of theirs."""
        server.answers = [page(1), error(410, "")]
        with pytest.raises(Rejected, match="switch change tracking on"):
            api.changes(INVOICE, ("n",), None)
        with pytest.raises(DeltaExpired):
            api.changes(INVOICE, ("n",), None)

    def test_changes_without_end(self) -> None:
        """Bounded like every page."""
        http = Http("dataverse", ORG, transport=httpx_transport(lambda _: page(1, more="$skiptoken=1")))
        with pytest.raises(InvariantBroken, match="more than 2000 pages"):
            WebApi(http, str).changes(INVOICE, ("n",), None)
