"""From an empty environment to a bill: the command is installed, run, run again, and run after things were broken.

Four processes over sockets: the local Dataverse without a solution, the directory, the vault, the queues and the Functions host
with the real doors; `w365` is a process of its own, as an administrator runs it.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import requests

from dataverse.identity import Identity, Tokens, credential, scope_of
from dataverse.query import Query, eq
from dataverse.security.roles import APPLICATION
from dataverse.webapi import Ref
from local.dataverse.seed import APPLICATION_ID, APPLICATION_USER_ID, ROLE_ID
from local.desks.billing import add_subscription
from local.roles import ROOT
from local.system import LocalSystem
from work365.examining.ills import CHECKS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.filterwarnings("ignore::ResourceWarning"), pytest.mark.timeout(300)]
"""A command's application keeps its connections until its process ends; here one lives in this process."""

COMPANY = """
environment = "{dataverse}"
functions = "{functions}"
vault = "{vault}"
application = "{application}"
[[legal_entities]]
code = "ACME"
name = "Acme Cloud LLC"
country = "US"
time_zone = "America/New_York"
tax_registration = "12-3456789"
address = "1 Main St"
email = "billing@acme.example"
bank_details = "Acme, IBAN XX"
invoices = {{ prefix = "ACME-{{year}}-" }}
credit_notes = {{ prefix = "ACME-CN-{{year}}-" }}
[[groups]]
id = "22222222-2222-4222-8222-222222222222"
name = "Billing team"
role = "Billing"
[variables]
w365_Environment = "test"
"""


class Administrator:
    """Somebody with a shell in which the settings of the system are set."""

    def __init__(self, system: LocalSystem, folder: Path) -> None:
        self.system = system
        self.company = folder / "company.toml"
        words = {name: system.addresses[name] for name in ("dataverse", "functions", "vault")}
        self.company.write_text(COMPANY.format(application=APPLICATION_ID, **words), encoding="utf-8")

    def w365(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "cli.main", *arguments],
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin", **self.system.environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )

    def doctor(self) -> tuple[int, dict[str, dict[str, str]]]:
        done = self.w365("doctor", str(self.company), "--output", "json")
        checks = json.loads(done.stdout)["checks"]
        return done.returncode, {check["check"]: check for check in checks}


@pytest.fixture(scope="module")
def admin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Administrator]:
    """An empty environment, the vault without a key for the webhook, the functions deployed."""
    folder = tmp_path_factory.mktemp("system")
    with LocalSystem(folder, log=folder / "log.txt", installed=False) as system:
        yield Administrator(system, folder)
    gc.collect()


def test_from_nothing_to_a_bill(admin: Administrator) -> None:
    """Installed with one command; the doctor is green; a second run finds nothing; then a contract is billed."""
    done = admin.w365("install", str(admin.company), "--yes", "--output", "json")
    assert done.returncode == 0, done.stdout + done.stderr
    checks = json.loads(done.stdout)["checks"]
    assert [check["check"] for check in checks] == list(CHECKS)
    assert {check["check"]: check["seen"] for check in checks if check["health"] != "ok"} == {
        "billing": "nothing is due, and nothing was billed yet",
        "gateway": "no payment processor takes charges",
        "accounting": "no books that this version can reach",
        "token": "no books that need a rotating key",
        "rates": "none are fetched, and none are here",
    }
    assert "importing the solution" in done.stderr
    assert "things done" in done.stderr

    again = admin.w365("install", str(admin.company))
    assert again.returncode == 0
    assert "nothing to do" in again.stderr

    number = _a_contract(admin.system)
    code, with_sample = admin.doctor()
    assert (code, with_sample["billing"]["ill"]) == (1, "billing.late")
    assert {with_sample[name]["health"] for name in ("mail", "gateway", "accounting", "token", "webhook", "schema")} == {"ok"}

    _only_our_role(admin.system)
    billed = admin.w365("run", "billing", "--as-of", "2026-02-01", "--contract", number, "--output", "json")
    assert billed.returncode == 0, billed.stdout + billed.stderr
    admin.system.settle()
    invoices = list(admin.system.application.api.find(Query("w365_invoice", ("w365_number", "w365_total"))))
    assert [bool(row["w365_number"]) and row["w365_total"] > 0 for row in invoices] == [True]
    assert _no_secret(admin, [done, again, billed])


def _a_contract(system: LocalSystem) -> str:
    """The sample's company, processor and books, and the number of one of its contracts, now with ten seats since January."""
    system.load_sample()
    api = system.application.api
    monthly = eq("w365_billday", 1)
    row = api.first(Query("w365_billingcontract", ("w365_number", "w365_billingcontractid"), monthly, "w365_number"))
    product = api.first(Query("w365_product", ("w365_productid",), eq("w365_isbundle", value=False)))
    assert row is not None
    assert product is not None
    add_subscription(api, row["w365_billingcontractid"], seats=10, product=product["w365_productid"])
    return str(row["w365_number"])


def _only_our_role(system: LocalSystem) -> None:
    """The identity that installed was a System Administrator; from now on it has what the functions' user has, and no more."""
    api = system.application.api
    user = Ref("systemuser", APPLICATION_USER_ID)
    roles = {role["name"] for role in api.related(user, "systemuserroles_association", select=("name",))}
    assert roles == {"System Administrator", APPLICATION.name}
    address = system.addresses["dataverse"]
    answer = requests.delete(
        f"{address}/api/data/v9.2/{user.path}/systemuserroles_association({ROLE_ID})/$ref",
        headers={"Authorization": f"Bearer {Tokens(credential(Identity()), scope_of(address))()}"},
        timeout=30,
    )
    assert answer.status_code == 204


def _no_secret(admin: Administrator, commands: list[subprocess.CompletedProcess[str]]) -> bool:
    """The webhook's key stands neither in what commands said, nor in the processes' logs, nor in the tenant's database."""
    key = admin.system.application.secrets.read("dataverse-webhook-key").encode()
    said = [done.stdout.encode() + done.stderr.encode() for done in commands]
    files = [path.read_bytes() for path in admin.system.folder.glob("log.txt")]
    return not [text for text in (*said, *files) if key in text]
