"""The walls of the house that the import linter cannot see.

The modules that lie outside its packages, circles that lead through several folders, and what is committed.
"""

from __future__ import annotations

import ast
import subprocess
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

from work365.receivables.gateways import CAPABILITIES

ROOT = Path(__file__).resolve().parent.parent
DEPLOYED = ("work365", "transport", "dataverse", "providers", "doors", "adapters", "wiring")
NEVER_DEPLOYED = {"local", "cli", "tests", "bench", "tools"}


def imported(name: str) -> set[str]:
    """The packages that a top-level module imports, whatever block the import stands in."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / name).read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def linted(name: str) -> dict[str, list[str]]:
    """A contract of the import linter, by its name."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return next(contract for contract in contracts if contract["name"] == name)


def test_no_rule_imports_itself_in_the_end() -> None:
    """Modules of the rules never go round in circles, also from folder to folder, also for types: else CycleError names one."""
    graph = grimp.build_graph("work365", cache_dir=None)
    for excepted in linted("nothing goes round in circles")["ignore_imports"]:
        importer, _, imported = excepted.partition(" -> ")
        graph.remove_import(importer=importer, imported=imported)
    TopologicalSorter({module: graph.find_modules_directly_imported_by(module) for module in graph.modules}).prepare()


@pytest.mark.parametrize("name", ["function_app.py", "settings.py"])
def test_nothing_deployed_knows_what_stays_at_home(name: str) -> None:
    """The doors and the settings import nothing that Azure does not get."""
    assert not imported(name) & NEVER_DEPLOYED


def test_the_doors_know_the_wiring_and_no_adapter() -> None:
    """A door reaches adapters through `wiring` alone."""
    assert not imported("function_app.py") & {"adapters", "dataverse", "providers", "transport"}


def test_only_wiring_reads_the_environment() -> None:
    """`os.environ` and `os.getenv` stand in one deployed module."""
    deployed = [
        *ROOT.glob("*.py"),
        *(path for room in DEPLOYED for path in (ROOT / room).rglob("*.py")),
    ]
    readers = {
        path.relative_to(ROOT).as_posix() for path in deployed if "os.environ" in path.read_text() or "getenv" in path.read_text()
    }
    assert readers == {"wiring/process.py"}


GATEWAYS = {
    "adapters/gateways.py": "builds the adapter of a kind",
    "cli/equipping.py": "asks each gateway in its own way whether it takes our key",
}
"""Who may ask which gateway it is, and why; everybody else asks what it can (work365/receivables/gateways.py)."""


def compares_with(path: Path, words: frozenset[str]) -> bool:
    """Whether a module compares something with one of these words, by itself or by a constant of that value."""
    tree = ast.parse(path.read_text())
    named = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and node.value.value in words
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    asked = [part for node in ast.walk(tree) if isinstance(node, ast.Compare) for part in ast.walk(node)]
    said = {part.value for part in asked if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    return bool(said & words or {part.id for part in asked if isinstance(part, ast.Name)} & named)


def test_what_a_gateway_can_is_data() -> None:
    """No rule, store, handler, door or command is switched by a gateway's name."""
    gateways = frozenset(CAPABILITIES) - {"Manual"}
    modules = [path for room in (*DEPLOYED, "cli") for path in (ROOT / room).rglob("*.py")]
    asking = {path.relative_to(ROOT).as_posix() for path in modules if compares_with(path, gateways)}
    assert asking == set(GATEWAYS)


CLOCKS = {"adapters/clocks.py", "providers/sandbox_clock/clock.py"}
WAITS = {
    "transport/client.py",
    "transport/sessions.py",
    "transport/azure_sdk.py",
    "dataverse/webapi.py",
    "providers/stripe/errors.py",
}
"""Where the present is only compared with a server's own Date, to know how long to wait."""
PRESENT = (
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
)


LAST_WORDS = {name.rpartition(".")[2] for name in PRESENT}


def asks_for_the_present(path: Path) -> bool:
    """Whether a module calls what knows the present, by whatever name it imports it."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    calls = (node.func for node in nodes if isinstance(node, ast.Call))
    called = {ast.unparse(one) for one in calls if isinstance(one, ast.Attribute) and one.attr in LAST_WORDS}
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    hidden = any(node.module == "time" and {"time", "time_ns"} & {name.name for name in node.names} for node in imports)
    return hidden or any(name == one or name.endswith(f".{one}") for name in called for one in PRESENT)


def test_only_the_clocks_know_the_present() -> None:
    """F168: every date comes from the one clock that the adapters hold; nothing deployed asks the machine."""
    deployed = [*ROOT.glob("*.py"), *(path for room in DEPLOYED for path in (ROOT / room).rglob("*.py"))]
    asking = {path.relative_to(ROOT).as_posix() for path in deployed if asks_for_the_present(path)}
    assert asking == CLOCKS | WAITS


def test_no_machine_and_no_registry_is_named() -> None:
    """What is committed runs anywhere: it names no registry host and no path of a machine."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    telling = ["/" + "root/", "/" + "work/main", "index" + "-url", "extra" + "-index"]
    for name in listed:
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".txt", ".json", ".sh"} and path.exists() and name != "tools/requirements.py":
            text = path.read_text(errors="replace")
            assert not [word for word in telling if word in text], name


def test_every_make_target_of_the_readme_exists() -> None:
    """A command that the README shows is one that the Makefile has."""
    targets = {line.split(":")[0] for line in (ROOT / "Makefile").read_text().splitlines() if ":" in line and line[0].isalpha()}
    shown = {
        word for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("make ") for word in line.split()[1:2]
    }
    assert shown
    assert shown <= targets
