"""$batch: the documented requests, every shape that clients send, atomic change sets."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from local.dataverse.trial import Answer, Api

DATA = Path(__file__).parent / "data" / "batch"
GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def documented(api: Api, name: str) -> Answer:
    """Send a documented batch request."""
    head, _, body = (DATA / name).read_bytes().partition(b"\r\n\r\n")
    kind = next(line.partition(":")[2].strip() for line in head.decode().split("\r\n") if line.lower().startswith("content-type"))
    return api("POST", "$batch", body, Content_Type=kind)


def send(api: Api, *parts: str, prefer: str = "") -> Answer:
    """Send a batch of application/http parts and change sets (text that begins with `Content-Type: multipart`)."""
    body = "".join(f"--b\r\n{part}\r\n" for part in parts) + "--b--\r\n"
    return api("POST", "$batch", body.encode(), Content_Type="multipart/mixed; boundary=b", Prefer=prefer)


def part(request: str, content_id: str | None = None) -> str:
    """One application/http part."""
    named = f"Content-ID: {content_id}\r\n" if content_id is not None else ""
    return f"Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n{named}\r\n{request}\r\n"


def change_set(*requests: str, mark: str = "c") -> str:
    """A change set of numbered requests."""
    inner = "".join(f"--{mark}\r\n{part(request, str(index + 1))}\r\n" for index, request in enumerate(requests))
    return f"Content-Type: multipart/mixed; boundary={mark}\r\n\r\n{inner}--{mark}--\r\n"


def create(set_name: str, body: str) -> str:
    """A POST inside a batch."""
    return f"POST /api/data/v9.2/{set_name} HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{body}"


def statuses(answer: Answer) -> list[int]:
    """The status lines of the parts."""
    return [int(found) for found in re.findall(r"^HTTP/1\.1 (\d+)", answer.text, re.MULTILINE)]


def test_the_documented_batch_without_change_set(api: Api) -> None:
    """Three creates and a query; the answer has the documented lines."""
    api("PATCH", "accounts(00000000-0000-0000-0000-000000000001)", {"name": "A"})
    answer = documented(api, "01-no-changeset.request.http")
    assert (answer.status, statuses(answer)) == (200, [204, 204, 204, 200])
    expected = (DATA / "01-no-changeset.response.http").read_bytes().decode()
    _, _, wanted = expected.replace("\r\n", "\n").partition("\n\n")
    got = answer.text.replace("\r\n", "\n")
    assert [line for line in GUID.sub("id", got).split("\n") if not line.startswith("{")][:30] == [
        line for line in GUID.sub("id", wanted).split("\n") if not line.startswith(("{", " ", "}"))
    ][:30]
    assert got.count('"subject":"Task') == 3


@pytest.mark.parametrize(
    ("name", "links"),
    [("02-changeset-contentid-in-body", 2), ("04-changeset-ref-to-ref", 1), ("05-changeset-patch-ref", 1)],
)
def test_the_documented_change_sets_with_references(api: Api, name: str, links: int) -> None:
    """$1 and $2 in bodies and addresses lead to the rows made before."""
    answer = documented(api, f"{name}.request.http")
    assert (answer.status, statuses(answer)) == (200, [204, 204, 204])
    account = api.rows("accounts")[0]
    assert sum(account[column] is not None for column in ("_primarycontactid_value", "_originatingleadid_value")) == links
    assert re.findall(r"Content-ID: (\d)", answer.text) == ["1", "2", "3"]


def test_the_documented_change_set_with_a_reference_in_the_address(api: Api) -> None:
    """PUT $1/lastname."""
    assert statuses(documented(api, "03-changeset-contentid-in-url.request.http")) == [204, 204]
    assert api.rows("contacts?$select=lastname")[0]["lastname"] == "BBBBB"


@pytest.mark.parametrize("place", ["$1", "/$1", "/api/data/v9.2/$1", "https://org.crm.dynamics.com/api/data/v9.2/$1"])
def test_a_reference_below_the_service_root(api: Api, place: str) -> None:
    """Clients that put their base address before everything put it before $1 too."""
    contact = api.create("contacts", lastname="C")
    link = f"POST {place}/contact_customer_accounts/$ref HTTP/1.1\r\nContent-Type: application/json\r\n\r\n"
    answer = send(api, change_set(create("accounts", '{"name":"A"}'), f'{link}{{"@odata.id":"contacts({contact})"}}'))
    assert statuses(answer) == [204, 204], answer.text
    assert api.row(f"contacts({contact})")["_parentcustomerid_value"] is not None


def test_the_documented_first_failure(api: Api) -> None:
    """The batch ends with the failure and its status; with continue-on-error everything is answered and it is 200."""
    bad, good = part(create("tasks", '{"subject":"' + "x" * 201 + '"}')), part(create("tasks", '{"subject":"ok"}'))
    stopped = send(api, bad, good)
    assert (stopped.status, statuses(stopped)) == (400, [400])
    assert '"code": "0x80044331"' in stopped.text
    assert "exceeded the maximum allowed length of '200'." in stopped.text
    went_on = send(api, bad, good, prefer="odata.continue-on-error")
    assert (went_on.status, statuses(went_on)) == (200, [400, 204])


def test_a_change_set_that_fails_in_the_middle_leaves_nothing(api: Api) -> None:
    """One part answers for all; the change sets before and after it stand."""
    good = change_set(create("accounts", '{"name":"kept"}'))
    bad = change_set(
        create("accounts", '{"name":"gone"}'),
        create("accounts", '{"nonsense":1}'),
        create("accounts", '{"name":"never"}'),
        mark="d",
    )
    answer = send(api, good, bad, good.replace("kept", "after"), prefer="odata.continue-on-error")
    assert (answer.status, statuses(answer)) == (200, [204, 400, 204])
    assert sorted(row["name"] for row in api.rows("accounts?$select=name")) == ["after", "kept"]


@pytest.mark.parametrize(
    ("request_text", "sentence"),
    [
        ("GET /api/data/v9.2/accounts HTTP/1.1", "GET requests are not allowed in a change set"),
        (
            "PATCH $7 HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{}",
            "Content-ID Reference: '$7' does not exist in the batch context.",
        ),
        (
            create("accounts", '{"primarycontactid@odata.bind":"$9"}'),
            "Content-ID Reference: '$9' does not exist in the batch context.",
        ),
    ],
)
def test_what_a_change_set_cannot_hold(api: Api, request_text: str, sentence: str) -> None:
    """Reads, and references to what is not declared yet."""
    answer = send(api, change_set(request_text))
    assert answer.status == 400
    assert sentence in answer.text


def test_a_change_set_needs_content_ids(api: Api) -> None:
    """As the real server answers."""
    inner = f"--c\r\n{part(create('accounts', '{}'))}\r\n--c--\r\n"
    answer = send(api, f"Content-Type: multipart/mixed; boundary=c\r\n\r\n{inner}")
    assert "Content-ID header not present" in answer.text
    assert api.rows("accounts") == []


def test_at_most_a_thousand_requests(api: Api) -> None:
    """1001 are refused whole."""
    answer = send(api, *[part("GET /api/data/v9.2/WhoAmI HTTP/1.1")] * 1001)
    assert answer.status == 400
    assert "1000" in answer.message


SHAPES = {
    "quoted boundary": (
        'multipart/mixed; boundary="batch x"',
        "--batch x\r\nContent-Type: application/http\r\n\r\n{get}\r\n\r\n--batch x--",
    ),
    "no blank after the semicolon": (
        "multipart/mixed;boundary=dwa_batch_1",
        "\r\n--dwa_batch_1\r\nContent-Type: application/http\r\n\r\n{get}\r\n\r\n--dwa_batch_1--\r\n",
    ),
    "line feeds alone": ("multipart/mixed; boundary=b", "\n\n--b\ncontent-type: application/http\n\n{get}\n\n--b--"),
    "absolute address": (
        "multipart/mixed; boundary=b",
        "--b\r\nContent-Type: application/http\r\n\r\n{absolute}\r\nAccept: application/json\r\n\r\n--b--\r\n",
    ),
    "no version": ("multipart/mixed; boundary=b", "--b\r\nContent-Type: application/http\r\n\r\n{bare}\r\n\r\n--b--\r\n"),
    "a preamble": (
        "multipart/mixed; boundary=b",
        "this is a batch\r\n--b\r\nContent-Type: application/http\r\n\r\n{get}\r\n\r\n--b--\r\nand its end",
    ),
    "header names in capitals": (
        "multipart/mixed; boundary=b",
        "--b\r\nCONTENT-TYPE: APPLICATION/HTTP\r\n\r\n{get}\r\nACCEPT: application/json\r\n\r\n--b--\r\n",
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_that_clients_send(api: Api, shape: str) -> None:
    """Boundaries quoted or not, LF or CRLF, absolute addresses, no header at all."""
    kind, text = SHAPES[shape]
    body = text.format(
        get="GET /api/data/v9.2/WhoAmI HTTP/1.1",
        absolute="GET https://org.crm.dynamics.com/api/data/v9.2/WhoAmI HTTP/1.1",
        bare="GET WhoAmI",
    )
    answer = api("POST", "$batch", body.encode(), Content_Type=kind)
    assert (answer.status, statuses(answer)) == (200, [200]), answer.text


def test_a_boundary_that_begins_like_another(api: Api) -> None:
    """`b` outside and `bb` inside are two boundaries."""
    assert statuses(send(api, change_set(create("accounts", '{"name":"A"}'), mark="bb"))) == [204]


def test_content_ids_inside_the_inner_head_and_of_any_form(api: Api) -> None:
    """dynamics-web-api numbers from 100001 and may put the id beside the inner headers."""
    one = (
        "POST https://org.crm.dynamics.com/api/data/v9.2/contacts HTTP/1.1\r\n"
        "content-type: application/json;type=entry\r\ncontent-id: 100001\r\n\r\n{}"
    )
    two = (
        "POST accounts HTTP/1.1\r\nContent-Type: application/json\r\ncontent-id: x\r\n\r\n"
        '{"primarycontactid@odata.bind":"$100001"}'
    )
    inner = "".join(f"--c\r\nContent-Type: application/http\r\n\r\n{text}\r\n" for text in (one, two))
    answer = send(api, f"Content-Type: multipart/mixed;boundary=c\r\n\r\n{inner}--c--\r\n")
    assert statuses(answer) == [204, 204]
    assert api.rows("accounts")[0]["_primarycontactid_value"] == api.rows("contacts")[0]["contactid"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/mixed", b"--b--"),
        ("multipart/mixed; boundary=b", b""),
        (
            "multipart/mixed; boundary=b",
            b"--b\r\nContent-Type: application/http\r\n\r\nGET /api/data/v9.2/WhoAmI HTTP/1.1\r\n\r\n",
        ),
        ("multipart/mixed; boundary=b", b"--b\r\nContent-Type: application/http\r\n\r\nnonsense\r\n--b--"),
        ("multipart/mixed; boundary=b", b"--b\r\nnonsense\r\n--b--"),
        ("multipart/mixed; boundary=b", b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--b--"),
        ("multipart/mixed; boundary=b", b"\xff\xfe--b\r\n\xff\r\n--b--"),
    ],
)
def test_what_is_no_batch_is_refused(api: Api, kind: str, body: bytes) -> None:
    """400 with a sentence, nothing done."""
    assert api("POST", "$batch", body, Content_Type=kind).status == 400


def test_a_batch_in_a_batch_is_refused(api: Api) -> None:
    """One level only."""
    assert send(api, part("POST /api/data/v9.2/$batch HTTP/1.1\r\n\r\n{}")).status == 400


def test_a_batch_is_one_request(api: Api) -> None:
    """Benchmarks count what went over the wire."""
    api.control("DELETE", "counts")
    send(api, part("GET /api/data/v9.2/WhoAmI HTTP/1.1"), part("GET /api/data/v9.2/WhoAmI HTTP/1.1"))
    assert api.control("GET", "counts").json == {"requests": 1, "batches": 1, "inner_requests": 2}
