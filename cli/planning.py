"""What commands that write in bulk share: looking at the plan first, and having exactly that one done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import data
from work365.planning import refuse_another

if TYPE_CHECKING:
    from collections.abc import Callable

DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the plan and its hash; write nothing.")]
PlanHash = Annotated[str, typer.Option("--plan", help="Hash of the plan that was shown: refuse if it is another by now.")]


def only_as_planned(given: str, rehearse: Callable[[], str]) -> None:
    """Before an action is done by its hash, work it out once more without writing. Errors: Refused when it is another by now."""
    if given:
        refuse_another(given, rehearse())


def print_plan(plan: str) -> None:
    """The last line of a dry run."""
    data().print(f"plan {plan}; do exactly this with --plan {plan}", soft_wrap=True)
