"""`w365 simulate`, through the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from cli.simulate import register

if TYPE_CHECKING:
    from pathlib import Path

SCENARIO: dict[str, Any] = {
    "currency": "EUR",
    "contract": {"start": "2026-03-01"},
    "subscriptions": [
        {
            "id": "s1",
            "start": "2026-03-01",
            "unit_price": "31.00",
            "changes": [{"id": "c1", "effective": "2026-03-01", "quantity": 10}],
        }
    ],
    "runs": ["2026-03-01"],
}
GOOD = json.dumps(SCENARIO).encode()


@pytest.fixture
def app() -> typer.Typer:
    """An application with this command among others."""
    application = typer.Typer()
    register(application)
    application.command("other")(lambda: None)
    return application


def run(app: typer.Typer, *arguments: str, stdin: bytes = b"") -> tuple[int, str]:
    result = CliRunner().invoke(app, ["simulate", *arguments], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout


def test_a_file(app: typer.Typer, tmp_path: Path) -> None:
    """JSON in, JSON out, exit code 0; the same input gives the same bytes."""
    file = tmp_path / "scenario.json"
    file.write_bytes(GOOD)
    code, out = run(app, str(file))
    assert (code, json.loads(out)["invoices"][0]["total"]) == (0, "310.00")
    assert run(app, "-", stdin=GOOD) == (0, out)


def test_bad_input(app: typer.Typer) -> None:
    """Exit code 2, and the path and the message on stdout."""
    code, out = run(app, "-", stdin=GOOD.replace(b"10}", b'"ten"}'))
    assert code == 2
    assert json.loads(out)["error"]["path"] == "subscriptions[0].changes[0].quantity"


def test_ids_of_any_characters(app: typer.Typer) -> None:
    """Even half a character pair comes back as it was given."""
    extra = {"surcharge_percent": "2"}, {"discounts": [{"id": "\ud800", "percent": "10"}]}
    one = {**SCENARIO["subscriptions"][0], "id": "\ud800/é", **extra[1]}
    code, out = run(app, "-", stdin=json.dumps({**SCENARIO, **extra[0], "subscriptions": [one]}).encode())
    lines = json.loads(out)["invoices"][0]["lines"]
    assert (code, [line["subscription"] for line in lines]) == (0, ["\ud800/é", "\ud800/é", ""])


def test_an_unknown_currency_is_bad_input(app: typer.Typer) -> None:
    """There is no default currency."""
    code, out = run(app, "-", stdin=GOOD.replace(b"EUR", b"XXX"))
    assert (code, json.loads(out)["error"]["path"]) == (2, "currency")


@pytest.mark.parametrize("lines", [[], ["--lines"]])
def test_a_file_that_is_not_there(app: typer.Typer, tmp_path: Path, lines: list[str]) -> None:
    """The same form of answer; a folder is no file either."""
    for file in (tmp_path / "none.json", tmp_path):
        code, out = run(app, str(file), *lines)
        assert code == 2
        assert "cannot be read" in json.loads(out)["error"]["message"]


def test_findings_have_an_exit_code(app: typer.Typer) -> None:
    """1: done, but somebody should look."""
    late = GOOD.replace(b"10}", b'10}, {"id": "c2", "effective": "2026-03-20", "quantity": 5, "recorded": "2026-03-01"}')
    code, out = run(app, "-", stdin=late.replace(b'"unit_price"', b'"end": "2026-03-10", "unit_price"'))
    assert (code, len(json.loads(out)["findings"])) == (1, 1)


def test_one_scenario_per_line(app: typer.Typer) -> None:
    """One answer per line, in order; a bad line answers its error and the rest go on."""
    code, out = run(app, "-", "--lines", stdin=b"\r\n".join([GOOD, b"", b"{", GOOD]))
    answers = [json.loads(line) for line in out.splitlines()]
    assert ["error" in one for one in answers] == [False, True, True, False]
    assert code == 4
    assert run(app, "--lines", "-", stdin=GOOD + b"\n" + GOOD + b"\n")[0] == 0
    assert run(app, "--lines", "-") == (0, "")
