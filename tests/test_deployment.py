"""What Azure gets: the files that .funcignore leaves, and nothing else, load and answer."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOOK = """
import json, sys
sys.path[:0] = sys.argv[1:3]
import function_app, settings, wiring
from work365.errors import Unavailable

class Away:
    def who_am_i(self):
        raise Unavailable("no answer")

told = {"W365_DATAVERSE_URL": "https://contoso.crm.dynamics.com", "W365_VAULT_URL": "https://contoso.vault.azure.net",
        "AzureWebJobsStorage__accountName": "contoso"}
application = wiring.build(settings.read(told))
application.__dict__["api"] = Away()
print(json.dumps({
    "doors": sorted(each.get_function_name() for each in function_app.app.get_functions()),
    "strangers": sorted({"local", "cli", "tests", "bench", "tools"} & set(sys.modules)),
    "health": application.health(),
}))
"""


@pytest.fixture
def deployed(tmp_path: Path) -> Path:
    """A folder with what would be published."""
    patterns = [line for line in (ROOT / ".funcignore").read_text().splitlines() if line and not line.startswith("#")]

    def ignored(_folder: str, names: list[str]) -> list[str]:
        return [name for name in names if name == "__pycache__" or any(fnmatch(name, pattern) for pattern in patterns)]

    return Path(shutil.copytree(ROOT, tmp_path / "app", ignore=ignored))


def test_the_published_files_are_enough(deployed: Path) -> None:
    """The app is indexed and answers its health without an installed package and without what stays at home."""
    packages = sysconfig.get_path("purelib")
    command = [sys.executable, "-S", "-c", LOOK, str(deployed), packages]
    done = subprocess.run(command, cwd=deployed, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    seen = json.loads(done.stdout)
    assert {"daily_billing", "dataverse_event", "stripe_event", "work_chunk", "work_job"} <= set(seen["doors"])
    assert seen["strangers"] == []
    assert seen["health"]["version"]
    assert seen["health"]["status"].startswith("not ready")


def test_what_the_invoice_needs_is_published(deployed: Path) -> None:
    """The template and its fonts go along."""
    folder = deployed / "providers" / "typst_pdf"
    assert (folder / "invoice.typ").exists()
    assert len(list((folder / "fonts").glob("*.ttf"))) >= 2
