"""Play seeded months, and say what was played and what broke.

    python -m local.months                            2,000 months from seed 1 on, in two processes
    python -m local.months --seed 500 --months 10000  as many as are wanted
    python -m local.months --seed 7                   one month with its log
    python -m local.months --seed 7 --without 2,5     the same without two of its steps

Exit status: 0 when no law was broken, else 1; of 2,000 months and more also when something never happened in them.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from local.forking import Fell, in_a_copy
from local.months.acts import ACTS
from local.months.month import STEPS, Played, begin, first_day, play, play_on
from local.months.outcomes import EXPECTED
from local.months.shrinking import shrunk

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

MONTHS = 2000
PROCESSES = 2
AT_ONCE = 100
"""How many months a process plays before it tells of them."""
SHRUNK_MAX = 5
"""How many broken months are made short."""


def main(arguments: Sequence[str]) -> int:
    """Do what the command line asks for; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local.months", description="Play seeded months of a partner's money.")
    parser.add_argument("--seed", type=int, help="the first seed; alone: that one month, with its log")
    parser.add_argument("--months", type=int, help=f"how many; {MONTHS} where nothing is said")
    parser.add_argument(
        "--processes", type=int, default=PROCESSES, help=f"how many play at once; {PROCESSES} where nothing is said"
    )
    parser.add_argument("--without", default="", help=f"steps to leave out of one month, 1 to {STEPS}, as 2,5")
    said = parser.parse_args(arguments)
    with _unlogged():
        if said.seed is not None and said.months is None:
            return show(play(said.seed, without=[int(number) for number in said.without.split(",") if number]))
        first, months = 1 if said.seed is None else said.seed, MONTHS if said.months is None else said.months
        return many(first, months, processes=said.processes)


@contextmanager
def _unlogged() -> Iterator[None]:
    """What was struck is told by the month's own log; whoever called us logs on afterwards."""
    before = logging.root.manager.disable
    logging.disable()
    try:
        yield
    finally:
        logging.disable(before)


def show(played: Played) -> int:
    """One month; the exit status."""
    for line in (*played.log, *(f"BROKEN: {what}" for what in played.broken)):
        _say(line)
    return 1 if played.broken else 0


def many(first: int, months: int, *, processes: int) -> int:
    """Months of seeds in a row; the exit status."""
    started, acts, ends, broken = time.monotonic(), Counter[str](), Counter[str](), list[Played]()
    with ProcessPoolExecutor(processes) as workers:
        parts = [range(seed, min(seed + AT_ONCE, first + months)) for seed in range(first, first + months, AT_ONCE)]
        for played in (one for part in workers.map(_part, parts) for one in part):
            acts += played.acts
            ends += played.ends
            broken += [played] if played.broken else []
    seconds = time.monotonic() - started
    _say(f"done: {_counted(acts)}\nended: {_counted(ends)}")
    never = [*(act.name for act in ACTS if not acts[act.name]), *(end for end in EXPECTED if not ends[end])]
    if never:
        _say(f"never happened: {', '.join(never)}")
    _say(
        f"months: {months} from seed {first}, {acts.total()} steps, {len(broken)} broken, {seconds:.0f} s, "
        f"{months / seconds:.1f} months a second"
    )
    for count, played in enumerate(broken):
        _tell(played, short=count < SHRUNK_MAX)
    return 1 if broken or (never and months >= MONTHS) else 0


def _counted(of: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in of.most_common())


def _part(seeds: range) -> list[Played]:
    """The months of some seeds, without the logs of those that are whole: what begins alike begins once."""
    by_day = defaultdict(list)
    for seed in seeds:
        by_day[first_day(seed)].append(seed)
    play(0)  # what is imported when it is first needed is imported here, and not in each copy
    return [played for day in sorted(by_day) for played in _of_day(by_day[day])]


def _of_day(seeds: Iterable[int]) -> Iterator[Played]:
    seeds = list(seeds)
    office = begin(first_day(seeds[0]))
    for seed in seeds:
        played = in_a_copy(partial(play_on, office, seed))
        if isinstance(played, Fell):
            played = Played(seed, (), (played.why,), Counter(), Counter())
        yield played if played.broken else replace(played, log=())
    office.partner.close()


def _tell(played: Played, *, short: bool) -> None:
    """What broke, and the shortest command that breaks it too."""
    without = shrunk(partial(_breaks, played.seed)) if short else ()
    left_out = f" --without {','.join(map(str, without))}" if without else ""
    _say(f"\npython -m local.months --seed {played.seed}{left_out}")
    for what in played.broken:
        _say(f"  {what}")


def _breaks(seed: int, without: Collection[int]) -> bool:
    return bool(play(seed, without=without).broken)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
