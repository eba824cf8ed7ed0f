"""Where each threshold lies, and that the table of ills is whole: every ill can be found, each has a weight and a mend."""

from __future__ import annotations

import ast
import inspect
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from work365.examining import judging
from work365.examining.ills import CHECKS, ILLS
from work365.examining.seen import BillingSeen, Drift, EntitySeen, GatewaySeen, JobsSeen, Ring, Rings
from work365.examining.verdicts import Health, Verdict, absent, ailing, fine, unread, worst
from work365.handlers import examining
from work365.installing.seen import EndpointSeen, SeriesSeen, SolutionSeen

if TYPE_CHECKING:
    from types import ModuleType

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = NOW.date()
SECOND = timedelta(seconds=1)
RINGS = Rings("https://f/webhooks/dataverse", Ring.TAKEN, Ring.REFUSED)
ENTITY = EntitySeen("US", "America/New_York", ())
BOTH = [SeriesSeen("US", kind, 2026) for kind in ("Invoice", "Credit note")]


def series(today: date) -> Verdict:
    return judging.series([ENTITY], {"US": today}, BOTH)


CASES = [
    (judging.clock(NOW + timedelta(seconds=30), NOW), "ok"),
    (judging.clock(NOW + timedelta(seconds=31), NOW), "clock.drifts"),
    (judging.clock(NOW - timedelta(minutes=5), NOW), "clock.drifts"),
    (judging.clock(NOW - timedelta(minutes=5) - SECOND, NOW), "clock.wrong"),
    (judging.clock(None, NOW), "clock.unknown"),
    (judging.solution("1.9.0.0", SolutionSeen("1.10.0.0")), "solution.new"),
    (judging.schema([Drift("t (k)", "Failed", key=True)], 40), "schema.key"),
    (judging.schema([Drift("t (k)", "Failed", key=True), Drift("t.c", "missing")], 40), "schema.drift"),
    (judging.endpoint("", "k", None), "endpoint.missing"),
    (judging.endpoint("", "k", EndpointSeen("https://any", "k")), "ok"),
    (judging.endpoint("", "", EndpointSeen("https://any", "")), "endpoint.key"),
    (judging.endpoint("", "k", EndpointSeen("", "k")), "endpoint.url"),
    (judging.webhook(None), "not set up"),
    (judging.webhook(replace(RINGS, right=Ring.FAILING, wrong=Ring.TAKEN)), "webhook.open"),
    (judging.jobs(JobsSeen(0, None, 0), NOW), "ok"),
    (judging.jobs(JobsSeen(1, NOW - timedelta(minutes=30), 0), NOW), "ok"),
    (judging.jobs(JobsSeen(1, NOW - timedelta(minutes=30) - SECOND, 1), NOW), "jobs.slow"),
    (judging.jobs(JobsSeen(1, NOW - timedelta(hours=2) - SECOND, 1), NOW), "jobs.stuck"),
    (judging.queue({"a": 1000, "a-poison": 0}), "ok"),
    (judging.queue({"a": 1001, "a-poison": 0}), "queue.long"),
    (judging.queue({"a": 1001, "a-poison": 1}), "queue.poison"),
    (judging.billing(BillingSeen(1, TODAY - timedelta(days=1)), TODAY), "billing.held"),
    (judging.billing(BillingSeen(1, TODAY - timedelta(days=2)), TODAY), "billing.late"),
    (judging.billing(BillingSeen(0, TODAY - timedelta(days=20)), TODAY), "ok"),
    (series(date(2026, 11, 30)), "ok"),
    (series(date(2026, 12, 1)), "series.next"),
    (series(date(2027, 1, 1)), "series.missing"),
    (judging.series([], {}, []), "not set up"),
    (judging.gateway(GatewaySeen("GoCardless", "s", None), "https://f"), "ok"),
    (judging.gateway(GatewaySeen("Stripe", "s", ()), ""), "ok"),
    (judging.gateway(GatewaySeen("Stripe", "s", ("https://f/webhooks/stripe",)), "https://f"), "ok"),
    (judging.gateway(GatewaySeen("Stripe", "s", ("https://f/webhooks/gocardless",)), "https://f"), "gateway.silent"),
    (judging.gateway(GatewaySeen("GoCardless", "s", ("https://f/webhooks/stripe",)), "https://f"), "gateway.silent"),
    (judging.token({"b": NOW - timedelta(days=30) + SECOND}, NOW), "ok"),
    (judging.token({"b": NOW - timedelta(days=30)}, NOW), "token.old"),
    (judging.token({"b": NOW - timedelta(days=100) + SECOND}, NOW), "token.old"),
    (judging.token({"a": NOW, "b": NOW - timedelta(days=100)}, NOW), "token.ended"),
    (judging.token({}, NOW), "not set up"),
]


@pytest.mark.parametrize(("verdict", "wanted"), CASES, ids=[f"{n} {case[1]}" for n, case in enumerate(CASES)])
def test_thresholds(verdict: Verdict, wanted: str) -> None:
    """On the line it is still fine; a step beyond it is not."""
    assert (verdict.ill or verdict.health.value) == wanted


def test_the_gravest_speaks_for_all() -> None:
    """Of several books the worst one counts; those of its weight are all named."""
    ok, old, ended = fine("token", "a is fresh"), ailing("token.old", "b is old"), ailing("token.ended", "c ended")
    assert worst([ok, old, ended, replace(ended, seen="d ended")], ok) == replace(ended, seen="c ended; d ended")
    assert worst([], absent("token", "none")).health is Health.NOT_SET_UP


def test_many_are_named_by_the_first_few() -> None:
    """Five, and how many more."""
    assert judging.some([str(number) for number in range(7)]) == "0, 1, 2, 3, 4 and 2 more"


def _texts(module: ModuleType) -> set[str]:
    tree = ast.parse(inspect.getsource(module))
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_ill_can_be_found() -> None:
    """No ill of the table is without code that finds it; each belongs to a check, and says what to do."""
    said = _texts(judging) | _texts(examining) | {"settings.invalid"}
    assert set(ILLS) - said == set()
    assert {ill.partition(".")[0] for ill in ILLS} == set(CHECKS)
    assert all(weight in {"warning", "broken"} and mend for weight, mend in ILLS.values())


def test_an_unknown_check_is_a_defect() -> None:
    """A verdict about nothing that the table knows cannot be made."""
    with pytest.raises(KeyError):
        fine("weather", "sunny")
    assert unread("jobs", "no").health is Health.BROKEN


@pytest.mark.parametrize("kind", ["Stripe", "GoCardless"])
def test_a_silent_gateway_is_named_with_its_own_door(kind: str) -> None:
    """Each reports to an address of its own; whose it is and which one stand in the sentence."""
    seen = judging.gateway(GatewaySeen(kind, "eu", ()), "https://f").seen
    assert seen == f"{kind} (eu) takes our key, but does not report to https://f/webhooks/{kind.lower()}"
