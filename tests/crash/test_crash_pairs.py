"""Pairs of crashes: a seeded sample of what `make pairs` tries in full, and the tool itself, which must find what is wrong."""

from __future__ import annotations

import importlib
import random
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from local.faults import CRASHES, Fault
from local.pairs.__main__ import main
from local.pairs.exploring import differs
from local.pairs.stories import STORIES
from local.pairs.story import Point, after, attempt, end_of, points

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.pairs.story import Story

SEED, PAIRS_OF_EACH = 365, 2
HASTY = """
from contextlib import suppress
from local.faults import AnswerLost, Fault, Fuse
from local.http import Request, Response
from local.pairs.exploring import explore
from local.pairs.story import Scene, Story

def hasty():
    '''A till that takes the money again unless it saw the answer itself.'''
    fuse, taken, known = Fuse(), [], []

    def press():
        with suppress(AnswerLost):
            ask()

    def ask():
        if not known:
            fuse.guard(lambda request: taken.append(1) or Response())(Request("POST", "/charges"))
            fuse.guard(lambda request: known.append(1) or Response())(Request("PATCH", "/payments"))

    return Scene(fuse, press, press, lambda: len(taken))

for fault in (Fault.DIE_BEFORE, Fault.LOSE_ANSWER):
    found = explore(Story("a hasty till", "-", hasty, 1), fault)
    print(found.singles, found.pairs, *(f"{broken.replay} = {broken.why.split()[2]}" for broken in found.broken), sep="; ")
"""


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_sample_of_pairs_shows_nothing_in_the_end(story: Story, record_property: Callable[[str, object], None]) -> None:
    """The whole is `make pairs`; what fails here is done again by the line that it prints."""
    clean = story.scene()
    requests = attempt(clean)
    assert differs(story, end_of(clean)) is None
    dice = random.Random(f"{SEED} {story.name}")  # noqa: S311  a seeded sample, no secret
    for _ in range(PAIRS_OF_EACH):
        first, second = (Point(dice.randint(1, requests), dice.choice(CRASHES)) for _ in range(2))
        why = differs(story, after(story.scene(), (first, second)))
        assert why is None, f"python -m local.pairs '{story.name}' '{first}' '{second}'\n  {why}"
    record_property("crash points", f"pairs: {PAIRS_OF_EACH}")


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_every_story_names_a_handler(story: Story) -> None:
    module, _, name = story.handler.partition(".")
    assert callable(getattr(importlib.import_module(f"work365.handlers.{module}"), name))


def test_what_takes_money_twice_is_found_with_the_command_that_shows_it() -> None:
    """One crash is enough before the row is written; a second one comes on top, and each is told."""
    done = subprocess.run([sys.executable, "-c", HASTY], capture_output=True, text=True, check=True)
    before, lost = done.stdout.splitlines()
    shown = "python -m local.pairs 'a hasty till'"
    assert before == f"1; 5; {shown} 'die before 1' 'die after 1' = 2; {shown} 'die before 1' 'lose the answer 1' = 2"
    assert lost.startswith(f"2; 5; {shown} 'lose the answer 1' = 2; {shown} 'lose the answer 1' 'die before 1' = 2")


def test_points_that_leave_the_same_world_are_tried_once() -> None:
    assert [str(point) for point in points(2)] == [
        "die before 1",
        *("die after 1", "lose the answer 1"),
        *("die after 2", "lose the answer 2"),
    ]
    assert set(points(2, literally=True)) - set(points(2)) == {Point(2, Fault.DIE_BEFORE)}


def test_all_pairs_of_a_story_are_counted() -> None:
    """The command in a process of its own: it copies itself, which a process with threads must not."""
    command = [sys.executable, "-m", "local.pairs", "prepaid money expires"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "crash pairs: 1 handlers in 1 stories, 5 points, 21 pairs, 26 survived, 0 broken" in done.stdout


def test_one_pair_is_done_again(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prepaid money expires", "die after 1", "lose the answer 2"]) == 0
    said = capsys.readouterr().out
    assert "die after 1: GET /api/data" in said
    assert "survived: 100.00" in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["no such story"], "there is no story 'no such story'; there are: open a link; "),
        (["charge a card", "die sometimes"], "'die sometimes' is no point; one looks like 'die after 3'"),
    ],
)
def test_a_wrong_call_says_what_there_is(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert says in capsys.readouterr().err
