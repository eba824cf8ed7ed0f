"""The subscriptions of a scenario as its contract is billed for them: of split ones its part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.errors import BadInput
from work365.splitting.part import divided_to, learned_on, part_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from work365.scenario import Scenario
    from work365.splitting.history import Step
    from work365.subscriptions.change_log import Subscription


MOST_DIVIDED = 2_000_000
"""Days on which the seats of a split are divided again, times its terms, times its users."""


def in_parts(scenario: Scenario) -> tuple[Subscription, ...]:
    """The subscriptions as the contract is billed for them: of split ones its part. Errors: BadInput for too many moves."""
    if not scenario.splits:
        return scenario.subscriptions
    return tuple(_part(one, scenario) if one.id in scenario.splits else one for one in scenario.subscriptions)


def _part(one: Subscription, scenario: Scenario) -> Subscription:
    split, payer = scenario.splits[one.id].split, scenario.splits[one.id].payer
    days, users = len(learned_on(one, split, scenario.users)), len(scenario.users)
    if days * len(split.terms) * max(days, users) > MOST_DIVIDED:
        message = f"the seats of {one.id} are divided again on {days} days for {users} users, which is too much; leave some out"
        raise BadInput(message, "users")
    return part_of(one, split, payer, scenario.users)


def divided(scenario: Scenario, seen_to: date) -> Iterator[tuple[str, list[Step]]]:
    """The split subscriptions by id, each with its seats as they are divided by a day."""
    for one in scenario.subscriptions:
        if one.id in scenario.splits:
            yield one.id, divided_to(one, scenario.splits[one.id].split, scenario.users, seen_to)
