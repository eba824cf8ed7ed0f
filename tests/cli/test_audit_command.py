"""`w365 audit`: the tenant's own records, in a file that shows any tampering."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from cli.auditing import Ports, register
from dataverse.query import Query
from dataverse.stores.audits import Audits
from dataverse.webapi import Ref
from local.dataverse import seed
from local.desks.tenants import URL, Tenant
from work365.errors import BadInput, Refused

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

MARCH = datetime(2026, 3, 15, 12, tzinfo=UTC)
DAYS = ("--from", "2026-03-15", "--to", "2026-03-15")


def run(tenant: Tenant, *arguments: str) -> Result:
    app = typer.Typer()
    register(app, lambda: Ports(Audits(tenant.api), URL))
    return CliRunner().invoke(app, ["audit", *arguments])


@pytest.fixture(scope="module")
def tenant() -> Tenant:
    """Auditing on; the application makes a company, a person changes it through it, somebody makes a price list for nobody."""
    made = Tenant(lambda: MARCH)
    _switch(made, on=True)
    columns = {"w365_name": "CO", "w365_code": "CO", "w365_companyname": "Contoso", "w365_country": "DE", "w365_timezone": "UTC"}
    entity = made.api.create("w365_legalentity", columns)
    made.api.as_user(seed.ADMIN_OBJECT_ID).update(Ref("w365_legalentity", entity), {"w365_companyname": "Contoso Ü"})
    return made


def _switch(tenant: Tenant, *, on: bool) -> None:
    row = tenant.api.first(Query("organization", ("name",)))
    assert row is not None
    tenant.api.update(Ref("organization", row["organizationid"]), {"isauditenabled": on})


def exported(tenant: Tenant, file: Path) -> list[dict[str, Any]]:
    result = run(tenant, "export", str(file), *DAYS)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_who_did_what_on_whose_behalf(tenant: Tenant, tmp_path: Path) -> None:
    """F169: the person counts, and the application that did it for them is named."""
    head, *entries, end = exported(tenant, tmp_path / "march.jsonl")
    assert (head["kind"], head["environment"], end["entries"]) == ("head", URL, len(entries))
    created, updated = (one for one in entries if one["table"] == "w365_legalentity")
    assert (created["action"], created["who"]["id"], created["through"]) == ("Create", seed.APPLICATION_USER_ID, None)
    assert (updated["who"]["id"], updated["who"]["kind"]) == (seed.ADMIN_USER_ID, "staff")
    assert updated["through"]["id"] == seed.APPLICATION_USER_ID
    assert updated["values"] == [{"column": "w365_companyname", "before": "Contoso", "after": "Contoso Ü"}]


def test_an_export_verifies_and_a_changed_one_does_not(tenant: Tenant, tmp_path: Path) -> None:
    file = tmp_path / "march.jsonl"
    exported(tenant, file)
    whole = run(tenant, "verify", str(file), "--output", "json")
    assert (whole.exit_code, json.loads(whole.stdout)["whole"]) == (0, True)
    file.write_text(file.read_text("utf-8").replace("Contoso Ü", "Contoso U"), "utf-8")
    changed = run(tenant, "verify", str(file), "--output", "json")
    assert (changed.exit_code, json.loads(changed.stdout)["whole"]) == (1, False)
    assert "was changed after it was written" in json.loads(changed.stdout)["why"]


def test_days_outside_hold_nothing(tenant: Tenant, tmp_path: Path) -> None:
    file = tmp_path / "april.jsonl"
    result = run(tenant, "export", str(file), "--from", "2026-04-01", "--to", "2026-04-30", "--output", "json")
    assert json.loads(result.stdout)["entries"] == 0
    assert run(tenant, "verify", str(file)).exit_code == 0


def test_what_cannot_be_exported_is_said(tenant: Tenant, tmp_path: Path) -> None:
    (tmp_path / "there").touch()
    for arguments, word in (
        ((str(tmp_path / "there"), *DAYS), "exists already"),
        ((str(tmp_path / "x"), "--from", "2026-03-02", "--to", "2026-03-01"), "is before the first"),
        ((str(tmp_path / "x"), "--from", "March", "--to", "2026-03-01"), "is not a day"),
    ):
        error = run(tenant, "export", *arguments).exception
        assert isinstance(error, BadInput)
        assert word in str(error)


def test_without_auditing_nothing_is_pretended(tmp_path: Path) -> None:
    error = run(Tenant(lambda: MARCH), "export", str(tmp_path / "x"), *DAYS).exception
    assert isinstance(error, Refused)
    assert "records no audit history" in str(error)


@pytest.mark.parametrize("text", ["", "x", "{}", "[1]\n", '{"line": 0}\n'])
def test_any_other_file_is_no_export(tenant: Tenant, tmp_path: Path, text: str) -> None:
    file = tmp_path / "file"
    file.write_text(text)
    assert run(tenant, "verify", str(file)).exit_code == 1
