"""An app with a mistake does not start: both engines refuse it, and the refusal names the mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.azure.account import DEVELOPMENT
from local.azure.engine import AppRefused, EngineName, installed
from local.azure.host import Host

if TYPE_CHECKING:
    from pathlib import Path

QUEUE = "@app.queue_trigger(arg_name='msg', queue_name='q', connection='C')\n"
TIMER = "@app.timer_trigger(arg_name='t', schedule='0 0 * * * *')\n"
OUT = "@app.queue_output(arg_name='o', queue_name='q', connection='C')\n"
ROUTE = "@app.route(route='a')\n"

MISTAKES = {
    "wrong parameter annotation": (QUEUE + "def f(msg: func.TimerRequest) -> None: ...", "msg"),
    "wrong annotation of a timer": (TIMER + "def f(t: func.QueueMessage) -> None: ...", "do not match|does not fit"),
    "wrong annotation of a request": (ROUTE + "def f(req: func.QueueMessage) -> func.HttpResponse: ...", "req"),
    "wrong return annotation": (ROUTE + "def f(req: func.HttpRequest) -> int: ...", "return annotation"),
    "annotation that is no type": (QUEUE + "def f(msg: 42) -> None: ...", "msg"),
    "parameter missing in the function": (QUEUE + "def f() -> None: ...", "msg"),
    "parameter without a binding": (QUEUE + "def f(msg: func.QueueMessage, more: str) -> None: ...", "more"),
    "output not annotated Out": (TIMER + OUT + "def f(t: func.TimerRequest, o: str) -> None: ...", "Out"),
    "input annotated Out": (QUEUE + "def f(msg: func.Out[str]) -> None: ...", "Out"),
    "wrong context": (QUEUE + "def f(msg: func.QueueMessage, context: str) -> None: ...", "Context"),
    "duplicate function names": (
        TIMER
        + "def f(t: func.TimerRequest) -> None: ...\n@app.function_name('f')\n"
        + TIMER
        + "def g(t: func.TimerRequest) -> None: ...",
        "unique",
    ),
    "import error": ("import not_there", "not_there"),
    "syntax error": ("def f(:", "invalid syntax"),
    "two apps": ("other = func.FunctionApp()", "[Mm]ore than one|exactly one"),
    "a schedule that is words": (
        "@app.timer_trigger(arg_name='t', schedule='every day')\ndef f(t: func.TimerRequest) -> None: ...",
        "f: The schedule 'every day' has 2 fields; NCRONTAB has six",
    ),
    "a schedule of five fields": (
        "@app.timer_trigger(arg_name='t', schedule='15 2 * * *')\ndef f(t: func.TimerRequest) -> None: ...",
        "has 5 fields",
    ),
    "a schedule that never fires": (
        "@app.timer_trigger(arg_name='t', schedule='0 0 0 30 2 *')\ndef f(t: func.TimerRequest) -> None: ...",
        "never fires",
    ),
    "a setting that is not there": (
        "@app.queue_trigger(arg_name='msg', queue_name='%QUEUE%', connection='C')\ndef f(msg: func.QueueMessage) -> None: ...",
        "no setting of that name",
    ),
    "an unknown route constraint": (
        "@app.route(route='a/{b:colour}')\ndef f(req: func.HttpRequest) -> func.HttpResponse: ...",
        "constraint 'colour'",
    ),
    "a broken route": ("@app.route(route='a/{b')\ndef f(req: func.HttpRequest) -> func.HttpResponse: ...", "cannot read"),
    "a reserved route": (
        "@app.route(route='admin/a')\ndef f(req: func.HttpRequest) -> func.HttpResponse: ...",
        "belong to the host",
    ),
    "a trigger without a listener": (
        "@app.blob_trigger(arg_name='b', path='a/{n}', connection='C')\ndef f(b: func.InputStream) -> None: ...",
        "no listener|no binding",
    ),
}


def start(folder: Path, source: str, engine: EngineName) -> Host:
    (folder / "host.json").write_text('{"version": "2.0", "extensions": {"http": {"routePrefix": ""}}}')
    (folder / "function_app.py").write_text(f"import azure.functions as func\napp = func.FunctionApp()\n{source}\n")
    connection = DEVELOPMENT.connection_string("http://127.0.0.1:1")
    return Host(folder, queues_connection=connection, engine=engine, settings={})


@pytest.mark.parametrize("engine", installed())
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_stops_the_start(tmp_path: Path, mistake: str, engine: EngineName) -> None:
    """Each mistake is refused at start-up, not at the first message, and the text names it."""
    source, says = MISTAKES[mistake]
    with pytest.raises(AppRefused, match=says):
        start(tmp_path, source, engine)


@pytest.mark.parametrize("engine", installed())
@pytest.mark.parametrize(
    "source",
    [
        QUEUE + "def f(msg: func.QueueMessage) -> None: ...",
        QUEUE + "def f(msg: str) -> None: ...",
        QUEUE + "def f(msg) -> None: ...",
        TIMER + OUT + "def f(t: func.TimerRequest, o: func.Out[str], context: func.Context) -> None: ...",
        ROUTE + "def f(req: 'func.HttpRequest') -> 'func.HttpResponse': ...",
    ],
)
def test_right_signatures_are_accepted(tmp_path: Path, source: str, engine: EngineName) -> None:
    """The checks refuse nothing that Microsoft's runtime accepts."""
    host = start(tmp_path, source, engine)
    assert list(host.functions) == ["f"]
    host.stop()


def test_no_app_no_start(tmp_path: Path) -> None:
    """A folder without function_app.py is refused."""
    (tmp_path / "host.json").write_text('{"version": "2.0"}')
    with pytest.raises(AppRefused, match=r"no function_app\.py"):
        Host(tmp_path, queues_connection=DEVELOPMENT.connection_string("http://127.0.0.1:1"))
