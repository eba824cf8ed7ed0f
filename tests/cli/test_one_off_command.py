"""`w365 one-off`: a preview with tax and total, then the job and its answer."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from cli import explaining, one_off
from cli.job_ports import Ports
from dataverse.stores.explaining import Explanations
from local.desks.one_off import OneOffDesk
from work365.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typer.testing import Result

MARCH = date(2026, 3, 1)
LINES = ("--line", "2 x GEN-1 at 120.00 - Workshop on site", "--line", "GEN-1 at 9.99")


@pytest.fixture
def desk() -> OneOffDesk:
    found = OneOffDesk(MARCH)
    found.standing("C-1", start=MARCH)
    return found


class Worker:
    """A queue that works on each job as it is sent."""

    def __init__(self, desk: OneOffDesk) -> None:
        self._desk = desk

    def send(self, queue: str, message: Mapping[str, str], *, delay_s: float = 0) -> None:
        self._desk.work_on(message["job"])


def types(desk: OneOffDesk, *words: str) -> Result:
    app = typer.Typer()
    one_off.register(app, lambda: Ports(desk.api, desk.tenant.currencies, Worker(desk), desk.clock))
    explaining.register(app, lambda: Explanations(desk.api))
    return CliRunner().invoke(app, words)


def test_the_dry_run_shows_tax_and_total_and_writes_nothing(desk: OneOffDesk) -> None:
    said = json.loads(types(desk, "one-off", "C-1", *LINES, "--dry-run", "--output", "json").stdout)
    first = said["lines"][0]
    assert (first["description"], first["net"], first["tax"]) == ("Workshop on site", "240.00", "45.60")
    assert (said["net"], said["tax"], said["total"]) == ("249.99", "47.50", "297.49")
    assert "net 249.99 EUR, tax 47.50 EUR, total 297.49 EUR" in types(desk, "one-off", "C-1", *LINES, "--dry-run").stdout
    assert desk.invoices() == []


def test_the_job_answers_with_the_number_and_the_lines_are_explained(desk: OneOffDesk) -> None:
    result = types(desk, "one-off", "C-1", *LINES, "--output", "json")
    assert json.loads(result.stdout)["message"].startswith("297.49 EUR with tax for contract C-1. Issued as INV-CO-2026-00001")
    assert desk.invoices()[0].amounts == ["240.00", "9.99"]
    explained = types(desk, "explain", "invoice", "INV-CO-2026-00001").stdout
    assert "A person asked for it outside the cycle." in explained
    assert "2 x 120.00 = 240.00 EUR." in explained


def test_what_the_job_would_refuse_is_refused_before_it_is_asked_for(desk: OneOffDesk) -> None:
    with pytest.raises(Refused, match="No active contract has the number C-7"):
        raise types(desk, "one-off", "C-7", *LINES).exception or AssertionError
    assert desk.tenant.shape().jobs == ()
