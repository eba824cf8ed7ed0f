"""The local vault is as strict as the real one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from local.http import Request
from local.key_vault import KeyVault
from local.key_vault.app import resource_of

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 3, 1, tzinfo=UTC)
BASE = "https://127.0.0.1:8200"


def vault(path: Path | str = ":memory:") -> KeyVault:
    """A vault that lets in whoever says "me", for its own resource."""
    return KeyVault(
        lambda: NOW,
        lambda token, resource: "me" if token == "me" and resource == "https://0.0.1:8200" else "",
        authority="https://login.example/t",
        path=path,
    )


def ask(
    app: KeyVault, method: str, path: str, body: object = None, query: str = "api-version=7.6", caller: str = "me"
) -> tuple[int, Any]:
    """One request."""
    raw = b"" if body is None else json.dumps(body).encode()
    answer = app(Request(method, path, query, {"authorization": f"Bearer {caller}"}, raw, BASE))
    return answer.status, json.loads(answer.body or b"null")


def test_the_resource_is_the_parent_domain() -> None:
    """As the client checks it."""
    assert resource_of("https://partner.vault.azure.net") == "https://vault.azure.net"
    assert resource_of(BASE) == "https://0.0.1:8200"
    assert resource_of("https://localhost") == "https://localhost"


def test_without_a_token_there_is_a_challenge() -> None:
    """It says where to get a token and for what; a wrong token is challenged again."""
    app = vault()
    answer = app(Request("GET", "/secrets/a", "api-version=7.6", {}, b"", BASE))
    assert answer.status == 401
    assert (
        dict(answer.headers)["www-authenticate"]
        == 'Bearer authorization="https://login.example/t", resource="https://0.0.1:8200"'
    )
    assert ask(app, "GET", "/secrets/a", caller="you")[0] == 401


@pytest.mark.parametrize(
    ("method", "path", "body", "query", "want"),
    [
        ("GET", "/secrets/a", None, "", 400),
        ("GET", "/secrets/a", None, "api-version=6.0", 400),
        ("GET", "/secrets/a", None, "api-version=7.6&surprise=1", 400),
        ("GET", "/secrets/a_b", None, "api-version=7.6", 400),
        ("GET", "/secrets", None, "api-version=7.6&maxresults=26", 400),
        ("GET", "/secrets", None, "api-version=7.6&maxresults=x", 400),
        ("PUT", "/secrets/a", {"value": 1}, "api-version=7.6", 400),
        ("PUT", "/secrets/a", {}, "api-version=7.6", 400),
        ("PUT", "/secrets/a", {"value": "x", "surprise": 1}, "api-version=7.6", 400),
        ("PUT", "/secrets/a", {"value": "x", "attributes": {"owner": "me"}}, "api-version=7.6", 400),
        ("PUT", "/secrets/a", ["x"], "api-version=7.6", 400),
        ("PUT", "/secrets/a", None, "api-version=7.6", 400),
        ("PUT", "/secrets/a", {"value": "x" * 25_601}, "api-version=7.6", 400),
        ("PATCH", "/secrets/there", {"value": "x"}, "api-version=7.6", 400),
        ("GET", "/secrets/nobody", None, "api-version=7.6", 404),
        ("GET", "/secrets/there/00000000000000000000000000000000", None, "api-version=7.6", 404),
        ("GET", "/deletedsecrets/there", None, "api-version=7.6", 404),
        ("POST", "/secrets/there", None, "api-version=7.6", 404),
        ("GET", "/keys/there", None, "api-version=7.6", 404),
    ],
)
def test_what_it_refuses(method: str, path: str, body: object, query: str, want: int) -> None:
    """Unknown parameters, wrong types, bad names and missing things are errors with a code."""
    app = vault()
    ask(app, "PUT", "/secrets/there", {"value": "x"})
    status, answer = ask(app, method, path, body, query)
    assert status == want
    assert set(answer["error"]) >= {"code", "message"}


def test_a_deleted_secret_knows_no_other_verb() -> None:
    """What is deleted can be read, recovered and purged, nothing else."""
    app = vault()
    ask(app, "PUT", "/secrets/a", {"value": "x"})
    ask(app, "DELETE", "/secrets/a")
    assert ask(app, "PUT", "/deletedsecrets/a")[0] == 404
    assert ask(app, "GET", "/deletedsecrets/a")[1]["recoveryId"] == f"{BASE}/deletedsecrets/a"


def test_attributes_belong_to_a_version() -> None:
    """Tags, content type and dates are kept; a disabled version can still be listed."""
    app = vault()
    made = ask(
        app, "PUT", "/secrets/a", {"value": "x", "contentType": "text/plain", "tags": {"by": "w365"}, "attributes": {"exp": 1}}
    )[1]
    assert (made["contentType"], made["tags"], made["attributes"]["exp"]) == ("text/plain", {"by": "w365"}, 1)
    version = made["id"].rpartition("/")[2]
    ask(app, "PUT", "/secrets/a", {"value": "y"})
    assert ask(app, "PATCH", f"/secrets/a/{version}", {"attributes": {"enabled": False}})[0] == 200
    assert ask(app, "GET", f"/secrets/a/{version}")[1]["error"]["innererror"]["code"] == "SecretDisabled"
    assert ask(app, "GET", "/secrets/a")[1]["value"] == "y"
    assert len(ask(app, "GET", "/secrets/a/versions")[1]["value"]) == 2


def test_a_file_survives_a_restart(tmp_path: Path) -> None:
    """`w365 local up` keeps its secrets between runs."""
    ask(vault(tmp_path / "vault.db"), "PUT", "/secrets/a", {"value": "x"})
    assert ask(vault(tmp_path / "vault.db"), "GET", "/secrets/a")[1]["value"] == "x"
