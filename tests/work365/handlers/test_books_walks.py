"""Seeded walks over what moves money, with syncs and nights in between at any time: in the end the books and we agree."""

from __future__ import annotations

from contextlib import suppress

import pytest

from local.desks.walked_books import ACTS, IMPOSSIBLE, Walk

STEPS = 14


@pytest.mark.parametrize("seed", range(6))
def test_after_any_walk_the_books_and_we_agree(seed: int) -> None:
    """Everything that was asked for is done; the nights find nothing."""
    walk = Walk(seed)
    walk.syncs()
    for _ in range(STEPS):
        name = walk.dice.choice(sorted(ACTS))
        walk.later(hours=walk.dice.randint(1, 20))
        with suppress(*IMPOSSIBLE):
            ACTS[name](walk)
            walk.log.append(name)
    said = walk.syncs()
    found = [*walk.night(3), *walk.night(3)]
    assert found == [], (walk.log, said)
