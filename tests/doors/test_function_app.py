"""function_app.py and host.json as a whole."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from local.azure import python313
from local.azure.hostfile import QueueSettings, read
from local.azure.ncrontab import Schedule
from tests.doors.conftest import ROOT

if TYPE_CHECKING:
    from local.azure.engine import Engine

TRIGGERS = {
    "dataverse_event": ("httpTrigger", "webhooks/dataverse"),
    "stripe_event": ("httpTrigger", "webhooks/stripe"),
    "gocardless_event": ("httpTrigger", "webhooks/gocardless"),
    "open_setup": ("httpTrigger", "api/setup"),
    "open_invoice": ("httpTrigger", "api/pay"),
    "start_payment": ("httpTrigger", "api/pay/start"),
    "issued_document": ("httpTrigger", "api/pay/document"),
    "setup_done": ("httpTrigger", "api/setup-done"),
    "setup_back": ("httpTrigger", "api/setup-back"),
    "health": ("httpTrigger", "health"),
    "work_job": ("queueTrigger", "w365-jobs"),
    "work_chunk": ("queueTrigger", "w365-chunks"),
    "job_poison": ("queueTrigger", "w365-jobs-poison"),
    "chunk_poison": ("queueTrigger", "w365-chunks-poison"),
    "daily_billing": ("timerTrigger", "0 15 2 * * *"),
    "sweep": ("timerTrigger", "0 */10 * * * *"),
    "read_back": ("timerTrigger", "0 5 * * * *"),
    "tell": ("timerTrigger", "0 35 * * * *"),
    "fetch_rates": ("timerTrigger", "0 25 * * * *"),
}


def test_the_row_of_doors(engine: Engine) -> None:
    """Every door is there, once, with its address, queue or schedule."""
    found = {
        name: (
            function.trigger.type,
            next(
                function.trigger.settings[key] for key in ("route", "queueName", "schedule") if key in function.trigger.settings
            ),
        )
        for name, function in engine.functions.items()
    }
    assert found == TRIGGERS


def test_every_http_door_checks_its_caller_itself(engine: Engine) -> None:
    """Function keys would be a second secret: the webhooks have their own, and health shows none."""
    levels = {function.trigger.settings.get("authLevel") for function in engine.functions.values()} - {None}
    assert levels == {"ANONYMOUS"}


def test_schedules_can_be_read(engine: Engine) -> None:
    """Neither of Microsoft's indexers checks a schedule; the local host does, at start-up."""
    for function in engine.functions.values():
        if function.trigger.type == "timerTrigger":
            Schedule.parse(function.trigger.settings["schedule"])


def test_host_settings_are_deliberate() -> None:
    """Base64, five attempts, a pause after a failure, and at most 12 of one queue at once."""
    settings = read(ROOT / "host.json")
    assert settings.queues == QueueSettings(8, 4, 5, 15.0, 2.0, base64=True)
    assert (settings.route_prefix, settings.function_timeout_s) == ("", 600.0)


def test_the_reference_page_explains_every_setting() -> None:
    """docs/reference/host.md names each setting of host.json with the value that it has."""
    page = dict(re.findall(r"^\| `([\w.]+)` \| (\S+) \|", (ROOT / "docs" / "reference" / "host.md").read_text(), re.MULTILINE))
    content = json.loads((ROOT / "host.json").read_text())
    queues = content["extensions"]["queues"]
    expected = {f"extensions.queues.{name}": str(value) for name, value in queues.items()}
    expected["functionTimeout"] = content["functionTimeout"]
    assert {name: page[name].strip("`") for name in expected} == expected


def test_no_local_settings_are_kept() -> None:
    """local.settings.json holds secrets on developers' machines: it is neither committed nor deployed."""
    assert "local.settings.json" in (ROOT / ".gitignore").read_text().split()
    assert "local.settings.json" in (ROOT / ".funcignore").read_text().split()


@pytest.mark.python313
def test_the_doors_in_microsofts_runtime() -> None:
    """All of this, and the table of mistakes that stop a start, through azure-functions-runtime on Python 3.13.

    Without such a Python it says how to get one; tests/conftest.py makes that a failure where W365_REQUIRE names python313.
    """
    python = python313.find()
    if python is None:
        pytest.skip(python313.HOW)
    suites = ["tests/doors", "tests/local/azure/test_app_refused.py", "tests/local/azure/test_host.py"]
    chosen = ["-k", "runtime and not lease and not throughput", "-m", "not python313 and not node"]
    command = [str(python), "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", *chosen, *suites]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) >= 120
    assert "skipped" not in done.stdout
