"""The command line as a person meets it: exit codes, sentences on stderr, data on stdout, and never a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.failures import explained
from cli.main import main
from cli.output import amount_option
from work365.errors import (
    BadInput,
    Conflict,
    InvariantBroken,
    NotAuthorised,
    OutcomeUnknown,
    Refused,
    Rejected,
    Throttled,
    Unavailable,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

W365 = (sys.executable, "-m", "cli.main")
DIGITS = "1" * 5000


def ended(arguments: Sequence[str]) -> int:
    """The exit code of a command that is run here."""
    with pytest.raises(SystemExit) as end:
        main(arguments)
    return int(end.value.code or 0)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--help"], 0),
        ([], 2),
        (["nonsense"], 2),
        (["run"], 2),
        (["run", "billing"], 2),
        (["run", "billing", "--as-of", "2026-02-30"], 2),
        (["run", "billing", "--as-of", "2026-03-01", "--output", "xml"], 2),
        (["run", "billing", "--as-of", "2026-03-01", "--wait-s", "-1"], 2),
        (["import", "provider-lines"], 2),
        (["import", "provider-lines", "no-such-file.csv"], 2),
        (["local", "dataverse", "--port", "99999"], 2),
        (["local", "dataverse", "--data", "/"], 2),
        (["simulate", "no-such-file.json"], 2),
    ],
)
def test_usage_and_bad_input_end_2(arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever is typed wrongly ends 2 with words, before anything is asked of a tenant."""
    assert ended(arguments) == code
    shown = capsys.readouterr()
    assert shown.out or shown.err
    assert "Traceback" not in shown.err


@pytest.mark.parametrize("content", [b"", b"\x00", b"\xff\xfe", b"[" * 100_000, f'{{"a": {DIGITS}}}'.encode(), b'{"a\x00": 1}'])
def test_broken_files_are_sentences(content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Empty, binary, NUL, too deep, too large: exit 2, and the simulator's answer is JSON all the same."""
    file = tmp_path / "input"
    file.write_bytes(content)
    assert ended(["simulate", str(file)]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["message"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["receipt", "post", "A-1", "5.00", "EUR", "--reference", "card 4242 4242 4242 4242"],
        ["question", "ask", "INV-7", "why is 4242424242424242 declined?"],
        ["4242-4242-4242-4242"],
    ],
)
def test_a_card_number_goes_nowhere(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Whichever command it is typed for: refused before anything is asked of a tenant, and not said back."""
    assert ended(arguments) == 2
    shown = capsys.readouterr()
    assert shown.err.startswith("w365: what was typed holds a card number, which is kept nowhere here; nothing was done.")
    assert "4242" not in shown.out + shown.err


@pytest.mark.parametrize("text", ["1e3", "5E2", "NaN", "Infinity", "1,000.00", "five", ""])
def test_what_is_no_amount(text: str) -> None:
    """Also a number with an exponent: nobody writes money so, and who types an `e` slipped."""
    with pytest.raises(BadInput, match=f"^AMOUNT: '{text}' is not an amount; write it as 500.00$"):
        amount_option(text, "AMOUNT")


def test_a_program_gets_the_refusal_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """`--output json`: stdout carries the error in the simulator's form, stderr the same sentence."""
    assert ended(["run", "billing", "--as-of", "soon", "--output", "json"]) == 2
    shown = capsys.readouterr()
    assert json.loads(shown.out)["error"]["path"] == "--as-of"
    assert shown.err.startswith("w365: --as-of: 'soon' is not a day")


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (BadInput("is broken; mend it", "line 7"), 2, "line 7: is broken"),
        (Refused("the rules say no"), 2, "the rules say no"),
        (NotAuthorised("ask for the role"), 3, "ask for the role"),
        (Unavailable("no answer", system="entra"), 3, "sign in"),
        (Unavailable("no answer", system="dataverse"), 4, "later"),
        (Throttled("slow down", after_s=3, system="dataverse"), 4, "later"),
        (OutcomeUnknown("lost", system="stripe"), 4, "looks first"),
        (Conflict("changed", system="dataverse"), 4, "did not do"),
        (Rejected("wrong"), 4, "another system"),
        (InvariantBroken("two invoices for a cycle."), 4, "report it"),
        (PermissionError(13, "Permission denied", "a.csv"), 2, "a.csv: Permission denied"),
    ],
)
def test_each_error_has_a_sentence_and_a_code(error: Exception, code: int, words: str) -> None:
    """2: mend what was typed. 3: ask for rights. 4: not everything was done."""
    sentence, found = explained(error)
    assert (found, words in sentence) == (code, True)


def test_a_circle_of_causes_comes_to_an_end() -> None:
    """Libraries wrap each other, and some wrap what wraps them."""
    inner, outer = ValueError("inner"), Unavailable("outer", system="entra")
    inner.__cause__, outer.__cause__ = outer, inner
    assert "sign in" in explained(outer)[0]


def test_a_defect_keeps_its_traceback_in_a_file() -> None:
    """The person gets a sentence; whoever mends it gets the file, which is passed on and holds no secret."""
    sentence, code = explained(KeyError("x with sk_live_pl4nted51Habc for card 4242 4242 4242 4242"))
    kept = Path(sentence.rsplit(" ", 1)[1])
    assert (code, kept.read_text()) == (4, "KeyError: 'x with [secret] for card [card …4242]'\n")
    kept.unlink()


def test_a_reader_that_goes_away_is_no_complaint() -> None:
    """`w365 simulate --lines - | head -1`."""
    whole = " ".join(W365) + " simulate --lines - | head -n 1"
    done = subprocess.run(["/bin/sh", "-c", whole], input=b'{"x": 1}\n' * 5000, capture_output=True, check=False, timeout=60)
    assert (len(done.stdout.splitlines()), done.stderr) == (1, b"")
