"""The documentation says what the code says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from work365.readiness.judging import SENTENCES
from work365.reconciling.difference import Code
from work365.scenario import read
from work365.simulation import answer, simulate

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
ROOMS = ("work365", "dataverse", "providers", "transport")
MADE = re.compile(r"\b(?:Finding|_warning)\(\s*\"([a-z-]+)\"")
NAMED = {
    *("contract-not-billed", "no-tax-rate", "no-tax-number", "tax-rate-unclear", "no-exchange-rate"),
    *("split-held", "split-more-asked-than-bought", "split-users-in-no-share", "split-without-terms", "split-unreadable"),
    *("split-not-divided", "split-discount-on-whole"),
    *("tier-held", "tier-circular", "tier-without-terms", "tier-refused", "tier-unreadable", "tier-not-followed"),
    *("tax-engine-silent", "tax-engine-refuses", "missed-cycles", "late-subscription", "exemption-ends"),
    *("exemption-without-document", "usage-not-billed", "reservation-not-billed", "one-time-not-billed", "entry-not-approved"),
}
"""Codes that stand in constants."""


def test_tables_are_fresh() -> None:
    """`python -m tools.tables --write` was run after the model changed."""
    done = subprocess.run(
        [sys.executable, "-m", "tools.tables", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_every_finding_is_explained() -> None:
    """Every code that the code base can raise has its row; every row is a code that it can raise."""
    code = "\n".join(path.read_text() for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    listed = set(SENTENCES) | {one.value for one in Code}
    raised = set(MADE.findall(code)) | listed | {name for name in NAMED if f'"{name}"' in code}
    rows = [line for line in (DOCS / "reference" / "findings.md").read_text().splitlines() if line.startswith("| `")]
    explained = {name for row in rows for name in re.findall(r"`([a-z-]+)`", row.split("|")[1])}
    assert explained == raised
    assert all(len(row.split("|")) == 5 and row.split("|")[3].strip() for row in rows)


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *DOCS.rglob("*.md")], ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link of a page is a file of the repository."""
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_page_is_in_the_index() -> None:
    """docs/README.md leads to each page."""
    index = (DOCS / "README.md").read_text()
    pages = [path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md") if path.name != "README.md"]
    assert [page for page in pages if f"({page})" not in index] == []


def test_the_simulators_example_is_true() -> None:
    """The page's scenario gives the page's answer."""
    scenario, *_, shown = re.findall(r"```json\n(.*?)```", (DOCS / "reference" / "simulate.md").read_text(), re.DOTALL)
    found = answer(simulate(read(scenario.encode())))
    assert json.loads(shown)["invoices"] == found["invoices"][:1]
