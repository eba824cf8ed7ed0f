"""File and image columns: uploads whole and in pieces, downloads, deletion."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from local.dataverse import DataverseApp
from local.dataverse.trial import Api
from tests.local.dataverse.bodies_of_definitions import column, made

if TYPE_CHECKING:
    from pathlib import Path

    from local.dataverse.trial import Answer

MISSING = (404, "0x80040217")
REFUSED = (400, "0x80040203")
OCTETS = "application/octet-stream"


@pytest.fixture
def place(api: Api) -> str:
    """The address of a row with a file column of 1 MB and an image."""
    made(api, "csp_Doc", column("File", "csp_Paper", MaxSizeInKB=1024), column("Image", "csp_Photo"))
    return f"csp_docs({api.create('csp_docs', csp_xdoc_name='D')})"


def put(api: Api, path: str, content: bytes, name: str = "a b.pdf", **headers: str) -> Answer:
    """Upload in one request."""
    return api("PATCH", path, content, Content_Type=OCTETS, X_MS_File_Name=name, **headers)


def begin(api: Api, path: str, name: str = "big.bin") -> str:
    """Begin an upload in pieces; where they go."""
    answer = api("PATCH", path, b"", X_MS_Transfer_Mode="chunked", X_MS_File_Name=name)
    assert (answer.status, answer.headers["x-ms-chunk-size"]) == (200, "4194304")
    return answer.headers["location"].removeprefix("https://org.crm.dynamics.com")


def piece(api: Api, location: str, content: bytes, first: int, total: int) -> Answer:
    """Send one piece."""
    last = first + len(content) - 1
    return api("PATCH", location, content, Content_Range=f"bytes {first}-{last}/{total}")


def test_a_file_in_one_request(api: Api, place: str) -> None:
    """The row has its id and name; it comes back byte for byte, whole and in part."""
    path = f"{place}/csp_paper"
    assert api.row(place)["csp_paper"] is None
    assert api("GET", f"{path}/$value").error == MISSING
    content = b"%PDF-1.7 " + b"x" * 1000
    assert put(api, path, content).status == 204
    row = api.row(place)
    assert (row["csp_paper_name"], len(row["csp_paper"])) == ("a b.pdf", 36)
    whole = api("GET", f"{path}/$value")
    assert (whole.status, whole.text.encode()) == (200, content)
    assert (whole.headers["content-type"], whole.headers["x-ms-file-name"]) == (OCTETS, "a b.pdf")
    assert (whole.headers["x-ms-file-size"], "attachment" in whole.headers["content-disposition"]) == ("1009", True)
    part = api("GET", f"{path}/$value", Range="bytes=1-3")
    assert (part.status, part.text, part.headers["content-range"]) == (206, "PDF", "bytes 1-3/1009")
    assert api("GET", f"{path}/$value", Range="bytes=1009-").status == 416
    assert api("DELETE", path).status == 204
    assert api("GET", f"{path}/$value").error == MISSING
    assert api.row(place)["csp_paper_name"] is None


def test_an_upload_is_an_update(api: Api, place: str) -> None:
    """The version moves, If-Match counts, If-None-Match: * wants an empty column, the literal null is ignored."""
    path, tag = f"{place}/csp_paper", api.row(place)["@odata.etag"]
    assert put(api, path, b"1", If_None_Match="*").status == 204
    assert api.row(place)["@odata.etag"] != tag
    assert put(api, path, b"2", If_Match=tag).error == (412, "0x80060882")
    assert put(api, path, b"2", If_None_Match="*").error == (412, "0x80060892")
    assert put(api, path, b"3", If_None_Match="null").status == 204
    assert api("GET", f"{path}/$value").text == "3"


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("", b"x", REFUSED),
        ("x" * 256, b"x", REFUSED),
        ("tool.exe", b"x", (400, "0x80043e09")),
        ("a.pdf", b"x" * (1024 * 1024 + 1), (400, "0x80044a02")),
    ],
)
def test_files_that_are_refused(api: Api, place: str, name: str, content: bytes, error: tuple[int, str]) -> None:
    """Without a name, of a blocked kind, over the column's size; nothing is kept."""
    assert put(api, f"{place}/csp_paper", content, name).error == error
    assert api.row(place)["csp_paper"] is None


def test_a_file_is_not_written_in_a_body(api: Api, place: str) -> None:
    """Its id belongs to Dataverse."""
    assert api("PATCH", place, {"csp_paper": "00000000-0000-0000-0000-000000000001"}).error == REFUSED
    assert api("PUT", f"{place}/csp_paper/$value", b"x").status == 405


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
def test_a_file_in_pieces(api: Api, place: str, order: tuple[int, ...]) -> None:
    """In any order, one of them twice; the last that is missing makes the file."""
    content = bytes(range(128)) * 6
    location = begin(api, f"{place}/csp_paper", "l%C3%A4rge.bin")
    answers = [piece(api, location, content[at * 256 : at * 256 + 256], at * 256, 768).status for at in (order[0], *order)]
    assert answers == [206, 206, 206, 204]
    assert api.row(place)["csp_paper_name"] == "lärge.bin"
    found = [api("GET", f"{place}/csp_paper/$value", Range=f"bytes={at}-{at + 64}").headers["content-range"] for at in (0, 400)]
    assert found == ["bytes 0-64/768", "bytes 400-464/768"]
    assert piece(api, location, b"x", 0, 1).error == REFUSED


@pytest.mark.parametrize(
    ("content", "head"),
    [
        (b"xx", "bytes 0-0/4"),
        (b"xx", "bytes 3-4/4"),
        (b"xx", "bytes 1-2/5"),
        (b"xx", "bytes 0-1/*"),
        (b"xx", ""),
        (b"xx", "bytes 2-3/5"),
        (b"x" * (4 * 1024 * 1024 + 1), f"bytes 0-{4 * 1024 * 1024}/{5 * 1024 * 1024}"),
    ],
)
def test_pieces_that_do_not_fit(api: Api, place: str, content: bytes, head: str) -> None:
    """Another length, outside, overlapping, of another whole, too big: refused, and the upload goes on."""
    location = begin(api, f"{place}/csp_paper")
    assert piece(api, location, b"ab", 0, 4).status == 206
    assert api("PATCH", location, content, Content_Range=head).error == REFUSED
    assert piece(api, location, b"cd", 2, 4).status == 204
    assert api("GET", f"{place}/csp_paper/$value").text == "abcd"


def test_an_upload_belongs_to_its_column(api: Api, place: str) -> None:
    """A token is good for one column of one row."""
    location = begin(api, f"{place}/csp_paper")
    other = f"csp_docs({api.create('csp_docs', csp_xdoc_name='E')})"
    assert piece(api, location.replace(place, other), b"x", 0, 1).error == REFUSED
    assert piece(api, f"{location}x", b"x", 0, 1).error == REFUSED


def test_a_content_goes_with_its_row(api: Api, app: DataverseApp, place: str) -> None:
    """Nothing is left behind in the database, neither of a deleted row nor of a replaced file."""
    put(api, f"{place}/csp_paper", b"1")
    put(api, f"{place}/csp_paper", b"2")
    assert app.storage.rows('SELECT count(*) FROM "~file"') == [(1,)]
    assert api("DELETE", place).status == 204
    assert app.storage.rows('SELECT count(*) FROM "~file"') == [(0,)]


def test_an_image(api: Api, place: str) -> None:
    """Base64 in a body, bytes at its own address."""
    picture = b"PNG..."
    assert api("PATCH", place, {"csp_photo": base64.b64encode(picture).decode()}).status == 204
    assert api("GET", f"{place}/csp_photo/$value").headers["x-ms-file-size"] == str(len(picture))
    assert put(api, f"{place}/csp_photo", b"GIF", "x.gif").status == 204
    assert api.row(place)["csp_photo"] == "R0lG"
    assert api("DELETE", f"{place}/csp_photo").status == 204
    assert api.row(place)["csp_photo"] is None


def test_an_upload_goes_on_after_a_restart(tmp_path: Path) -> None:
    """Its pieces are in the file of the database."""
    app = DataverseApp(tmp_path / "dv.db", any_token=True, deliver=lambda _: 200)
    api = Api(app)
    made(api, "csp_Doc", column("File", "csp_Paper"))
    row = f"csp_docs({api.create('csp_docs', csp_xdoc_name='D')})"
    location = begin(api, f"{row}/csp_paper")
    piece(api, location, b"ab", 0, 4)
    app.close()
    again = DataverseApp(tmp_path / "dv.db", any_token=True, deliver=lambda _: 200)
    assert piece(Api(again), location, b"cd", 2, 4).status == 204
    assert Api(again)("GET", f"{row}/csp_paper/$value").text == "abcd"
    again.close()
