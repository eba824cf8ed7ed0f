"""A command loads its own file and no other one's; help lists all of them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.main import get_group

from cli.commands import FILES
from cli.main import build

LOADED = "import sys; from cli.main import build; build('certificate'); print(*(name for name in sys.modules if name in {}))"


@pytest.mark.parametrize("word", FILES)
def test_each_stands_in_its_file(word: str) -> None:
    """What is made for a first word knows that word, and nothing that stands elsewhere."""
    here = {one for one, file in FILES.items() if file == FILES[word]}
    assert set(get_group(build(word)).commands) == here


def test_help_and_a_wrong_word_know_all_of_them() -> None:
    assert set(get_group(build()).commands) == set(FILES)
    assert set(get_group(build("nonsense")).commands) == set(FILES)


def test_no_other_file_is_loaded() -> None:
    """In a process of its own, which has loaded nothing yet."""
    files = {f"cli.{file}" for file in FILES.values()}
    done = subprocess.run([sys.executable, "-c", LOADED.format(files)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["cli.certificates"]
