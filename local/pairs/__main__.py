"""Kill every handler that moves money at every pair of points, and say how many it survived.

    python -m local.pairs                                                      every pair that differs, in two processes
    python -m local.pairs --every 12                                           every twelfth of them, always the same ones
    python -m local.pairs --literally                                          every pair, also where two leave the same world
    python -m local.pairs 'charge a card'                                      the pairs of one story
    python -m local.pairs 'charge a card' 'die after 3' 'lose the answer 5'    one pair once more, in this process

Exit status: 0 when everything was survived, else 1; 2 when it was called wrongly.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from local.faults import CRASHES
from local.pairs.exploring import Explored, Wanted, differs, explore
from local.pairs.stories import STORIES, named
from local.pairs.story import attempt, end_of, read_point
from work365.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.faults import Fault
    from local.pairs.story import Story

PROCESSES = 2
SHOWN = 20
"""How many of the broken pairs are told in full."""


def main(arguments: Sequence[str]) -> int:
    """Do what the command line asks for; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local.pairs", description="Kill what moves money at every pair of points.")
    parser.add_argument("story", nargs="?", help="one story by its name; all of them where none is said")
    parser.add_argument("points", nargs="*", help="points such as 'die after 3': that crash, or pair of crashes, once more")
    parser.add_argument("--every", type=int, default=1, help="of the pairs every so many; 1, which is all of them")
    parser.add_argument("--literally", action="store_true", help="every pair, also where two leave the same world")
    said = parser.parse_args(arguments)
    try:
        if said.points:
            return replay(named(said.story), said.points)
        stories = [named(said.story)] if said.story else STORIES
        return everything(stories, Wanted(every=max(said.every, 1), literally=said.literally))
    except BadInput as error:
        sys.stderr.write(f"{error}\n")
        return 2


def everything(stories: Sequence[Story], wanted: Wanted) -> int:
    """The pairs of some stories; the exit status."""
    started, total = time.monotonic(), Explored()
    with ProcessPoolExecutor(PROCESSES) as workers:
        one = partial(_explored, wanted=wanted)
        running = [(story, [workers.submit(one, story.name, fault) for fault in CRASHES]) for story in stories]
        for story, parts in running:
            found = Explored()
            for part in parts:
                found += part.result()
            bad = f", {len(found.broken)} BROKEN" if found.broken else ""
            _say(f"{story.name} ({story.handler}): {found.singles} points, {found.pairs} pairs{bad}")
            total += found
    handlers = len({story.handler for story in stories})
    _say(
        f"crash pairs: {handlers} handlers in {len(stories)} stories, {total.singles} points, {total.pairs} pairs, "
        f"{total.singles + total.pairs - len(total.broken)} survived, {len(total.broken)} broken, "
        f"{time.monotonic() - started:.0f} s"
    )
    for broken in total.broken[:SHOWN]:
        _say(f"\n{broken.replay}\n  {broken.why}")
    return 1 if total.broken else 0


def _explored(name: str, fault: Fault, *, wanted: Wanted) -> Explored:
    """The part of one worker; stories cross by their names."""
    return explore(named(name), fault, wanted)


def replay(story: Story, said: Sequence[str]) -> int:
    """One crash, or a pair of them, once more; the exit status."""
    scene = story.scene()
    for point in map(read_point, said):
        attempt(scene, point)
        _say(f"{point}: {scene.fuse.blown or 'nothing is sent any more'}")
    why = differs(story, end_of(scene))
    _say(why or f"survived: {story.ends}")
    return 1 if why else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
