"""What keeps parts of subscriptions up to date, shown: what `w365 split` and `w365 tiers` check and apply."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

from cli.output import FINDINGS, OK, Output, data, tell
from cli.planning import only_as_planned, print_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from work365.findings import Finding


class Kept(Protocol):
    """What was written, or would be."""

    @property
    def findings(self) -> Sequence[Finding]:
        """What a person must look at."""
        ...

    @property
    def plan(self) -> str:
        """The hash of all of it."""
        ...


def show_checked(findings: Sequence[Finding], well: str, output: Output) -> int:
    """Each finding, or the sentence that all is well. The exit code."""
    if output is Output.JSON:
        data().print(json.dumps([_finding(one) for one in findings], ensure_ascii=False), soft_wrap=True)
    elif findings:
        for one in findings:
            data().print(_said(one), soft_wrap=True)
    else:
        data().print(well)
    return FINDINGS if findings else OK


def apply_kept(keep: Callable[..., Kept], counted: Sequence[str], plan: str, output: Output, *, dry_run: bool) -> int:
    """Keep the parts, or show what that would write; by the hash of a plan only if it is still that one. The exit code.

    Shape:  `keep` takes `dry_run`; `counted` names the numbers of what it answers.
    Errors: Refused when the plan is another by now.
    """
    only_as_planned(plan, lambda: keep(dry_run=True).plan)
    kept = keep(dry_run=dry_run)
    return _show_kept(kept, {name: getattr(kept, name) for name in counted}, output, dry_run=dry_run)


def _show_kept(kept: Kept, counts: Mapping[str, int], output: Output, *, dry_run: bool) -> int:
    """How many of what was written, and with `dry_run` the plan's hash. The exit code."""
    if output is Output.JSON:
        told = {"dry_run": dry_run, "plan": kept.plan, **counts, "findings": [_finding(one) for one in kept.findings]}
        data().print(json.dumps(told, ensure_ascii=False), soft_wrap=True)
    else:
        data().print(", ".join(f"{name} {count}" for name, count in counts.items()))
        tell_findings(kept.findings)
        if dry_run:
            print_plan(kept.plan)
    return FINDINGS if kept.findings else OK


def tell_findings(findings: Sequence[Finding]) -> None:
    """Each on stderr."""
    for one in findings:
        tell(_said(one))


def _said(one: Finding) -> str:
    return f"{one.code}: {one.message}"


def _finding(one: Finding) -> dict[str, str]:
    return {"code": one.code, "severity": one.severity.value, "subject": one.subject, "message": one.message}
