"""`w365 install` and `w365 doctor` at the keyboard: the plan, its hash, the question, the exit codes, and no secret anywhere."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import typer

from cli import examining, installing
from cli.failures import explained
from cli.output import tell
from dataverse.security.roles import APPLICATION
from local.desks.clinic import Clinic
from local.desks.installation import KEY, WANTED
from work365.examining.ills import CHECKS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dataverse.install.package import Package
    from dataverse.sign_in import SignIn
    from work365.handlers.examining import Patient
    from work365.handlers.installing import Site
    from work365.installing.wanted import Wanted

COMPANY = f"""
environment = "{WANTED.environment}"
functions = "{WANTED.functions}"
vault = "{WANTED.vault}"
application = "{WANTED.application}"
[[legal_entities]]
code = "US"
name = "Contoso Cloud LLC"
country = "US"
time_zone = "America/New_York"
tax_registration = "12-3456789"
address = "1 Main St"
email = "billing@contoso.example"
bank_details = "…"
invoices = {{ prefix = "INV-{{year}}-" }}
credit_notes = {{ prefix = "CN-{{year}}-" }}
"""


class NotTyped(io.StringIO):
    """A keyboard that nobody sits at."""

    def isatty(self) -> bool:
        return False


class Typed(io.StringIO):
    """A keyboard with an answer."""

    def isatty(self) -> bool:
        return True


class Desk:
    """The command line over a clinic's environment."""

    def __init__(self, clinic: Clinic, folder: Path) -> None:
        self.clinic = clinic
        self.company = folder / "company.toml"
        self.company.write_text(COMPANY, encoding="utf-8")
        self.package = folder / "Work365_managed.zip"
        self.package.write_bytes(_package("1.0.0.0"))
        self.asked_for: list[tuple[SignIn, Wanted, Package]] = []

    def equip(self, how: SignIn, wanted: Wanted, package: Package) -> installing.Equipment:
        self.asked_for.append((how, wanted, package))
        self.clinic.wanted = wanted
        made = object.__new__(_Equipment)
        made.clinic = self.clinic
        return made

    def run(self, *arguments: str) -> int:
        app = typer.Typer(pretty_exceptions_enable=False)
        app.callback()(lambda: None)
        installing.register(app, self.equip)
        examining.register(app, lambda *_: self.clinic.patient())
        try:
            app(list(arguments), standalone_mode=True)
        except SystemExit as end:
            return int(end.code or 0)
        except Exception as error:  # noqa: BLE001  as the command line's own last door
            sentence, code = explained(error)
            sys.stderr.write(sentence)
            return code
        return 0

    def install(self, *options: str) -> int:
        return self.run("install", str(self.company), "--package", str(self.package), *options)


class _Equipment(installing.Equipment):
    """The clinic's own."""

    clinic: Clinic

    def site(self) -> Site:
        return replace(self.clinic.site(), tell=tell)

    def patient(self) -> Patient:
        return self.clinic.patient()


def _package(version: str) -> bytes:
    from tests.dataverse.install.test_package import zipped

    return zipped("Work365", version)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """An environment that has never seen an installation."""
    clinic = Clinic(installed=False)
    monkeypatch.setattr(sys, "stdin", NotTyped())
    yield Desk(clinic, tmp_path)
    clinic.app.close()


def test_the_plan_is_printed_and_nothing_is_written(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Each line with its exact names, and the hash; the same as JSON; the tenant is as before."""
    before = desk.clinic.rows()
    assert desk.install("--dry-run") == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "vault: secret dataverse-webhook-key: missing -> drawn and stored in the vault"
    assert f"application user: role {APPLICATION.name} of {WANTED.application}: not given -> given" in shown
    assert f"webhook: service endpoint Work365: missing -> calls {WANTED.webhook_url} with the vault's key" in shown
    assert shown[-1].startswith("plan ")
    assert desk.install("--dry-run", "--output", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert f"plan {told['plan']};" in shown[-1]
    assert len(told["lines"]) == len(shown) - 1
    assert (desk.clinic.rows(), desk.clinic.secrets.versions) == (before, {})


def test_applied_by_hash_then_nothing_to_do(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """The plan that was looked at is applied and the doctor is green; the second run finds nothing, whatever the hash."""
    desk.install("--dry-run", "--output", "json")
    looked_at = json.loads(capsys.readouterr().out)["plan"]
    assert desk.install("--plan", "0" * 12) == 2
    assert f"it is {looked_at} now" in capsys.readouterr().err
    assert desk.clinic.secrets.versions == {}
    assert desk.install("--plan", looked_at, "--output", "json") == 0
    seen = capsys.readouterr()
    assert [check["check"] for check in json.loads(seen.out)["checks"]] == list(CHECKS)
    assert "importing the solution: 50 %" in seen.err
    assert desk.install("--plan", looked_at) == 2
    capsys.readouterr()
    assert desk.install() == 0
    assert "nothing to do" in capsys.readouterr().err


def test_nobody_is_taken_by_surprise(desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal it wants --plan or --yes; at a terminal it asks, and no means no."""
    assert desk.install() == 2
    assert "give --plan HASH or --yes" in capsys.readouterr().err
    monkeypatch.setattr(sys, "stdin", Typed("n\n"))
    assert desk.install() == 2
    assert desk.clinic.secrets.versions == {}
    monkeypatch.setattr(sys, "stdin", Typed("y\n"))
    assert desk.install() == 0
    assert desk.clinic.secrets.versions == {"dataverse-webhook-key": [KEY]}


def test_no_secret_is_said_or_written(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """The key is in the vault and, unreadable, in the endpoint: not in what is printed, nor in any row, nor in the trace."""
    desk.install("--dry-run")
    desk.install("--yes")
    desk.clinic.secrets.write("dataverse-webhook-key", "a rotated key")
    desk.install("--yes")
    desk.run("doctor", str(desk.company))
    seen = capsys.readouterr()
    rows = str([desk.clinic.app.rows(entity.name) for entity in desk.clinic.app.storage.catalog])
    for text in (seen.out, seen.err, rows, str(list(desk.clinic.app.trace)), str(desk.clinic.patient())):
        assert KEY not in text
        assert "a rotated key" not in text


def test_the_import_fails(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Its own words, exit code 2; the same command goes on."""
    desk.clinic.solutions.fails.append("w365_Invoice: a table with this name exists")
    assert desk.install("--yes") == 2
    assert "w365_Invoice: a table with this name exists" in capsys.readouterr().err
    assert desk.install("--yes") == 0


def test_not_an_administrator(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 3 before anything is written, with the privileges that are missing."""
    storage = desk.clinic.app.storage
    with storage.transaction():
        storage.db.execute("DELETE FROM systemuserroles")
    assert desk.install("--yes") == 3
    assert desk.clinic.secrets.versions == {}
    assert capsys.readouterr().err


def test_the_doctors_exit_codes(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """0 when nothing is to be mended, 1 with findings, 3 without a sign-in; every finding has its mend."""
    assert desk.install("--yes") == 0
    assert desk.run("doctor") == 0
    capsys.readouterr()
    desk.clinic.door_closed = True
    assert desk.run("doctor", "--output", "json") == 1
    checks = {check["check"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
    assert (checks["webhook"]["health"], checks["webhook"]["ill"]) == ("broken", "webhook.unreachable")
    assert checks["webhook"]["mend"]
    storage = desk.clinic.app.storage
    with storage.transaction():
        storage.db.execute("UPDATE systemuser SET isdisabled = 1")
    assert desk.run("doctor") == 3


def test_settings_that_are_no_good_are_the_finding(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be looked at without them; the sentence names the setting."""
    from cli.main import main

    for name in ("W365_DATAVERSE_URL", "W365_VAULT_URL", "AzureWebJobsStorage"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SystemExit) as end:
        main(["doctor", "--output", "json"])
    assert end.value.code == 1
    [check] = json.loads(capsys.readouterr().out)["checks"]
    assert (check["check"], check["ill"]) == ("settings", "settings.invalid")
    assert "W365_DATAVERSE_URL" in check["seen"]
