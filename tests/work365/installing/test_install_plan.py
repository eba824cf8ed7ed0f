"""What a step finds undone, line by line: the plan is exact, and empty when everything is as it should be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from local.desks.installation import BILLING, CONTOSO, WANTED
from work365.errors import NotAuthorised, Refused
from work365.installing import actions as do
from work365.installing import deciding
from work365.installing.admitting import admit
from work365.installing.plan import Line, Plan, Step
from work365.installing.seen import AdmissionSeen, EndpointSeen, SeriesSeen, SolutionSeen, StepSeen, TeamSeen, UserSeen
from work365.installing.wanted import APPLICATION_ROLE

APP = WANTED.application
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ADMITTED = AdmissionSeen("Ada", "contoso", "9.2.26113.150", (), NOW, 1033, "USD")


def texts(lines: object) -> list[str]:
    return [f"{line.found} -> {line.will}" for line in lines]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("seen", "wanted"),
    [
        (SolutionSeen(), ["missing -> version 1.2.0.0 imported"]),
        (SolutionSeen("1.1.0.0"), ["version 1.1.0.0 -> version 1.2.0.0 imported"]),
        (SolutionSeen("1.2.0.0"), ["version 1.2.0.0, not imported from this package -> version 1.2.0.0 imported"]),
        (SolutionSeen("1.2.0.0", same=True), []),
        (SolutionSeen("1.10.0.0"), []),
        (
            SolutionSeen("1.1.0.0", running="7"),
            [
                "an import is running -> waited for",
                "known when that has ended, and if it was another or failed -> version 1.2.0.0 imported",
            ],
        ),
    ],
)
def test_solution(seen: SolutionSeen, wanted: list[str]) -> None:
    """An older or unknown package is replaced, a newer one is left, a running import is waited for."""
    assert texts(deciding.solution_lines("1.2.0.0", seen)) == wanted


@pytest.mark.parametrize(
    ("seen", "wanted"),
    [
        (None, ["missing -> created in the root business unit", "not given -> given"]),
        (UserSeen("1", disabled=True, roles=frozenset({APPLICATION_ROLE})), ["disabled -> enabled"]),
        (UserSeen("1", disabled=False, roles=frozenset({"Basic User"})), ["not given -> given"]),
        (UserSeen("1", disabled=False, roles=frozenset({APPLICATION_ROLE})), []),
    ],
)
def test_application_user(seen: UserSeen | None, wanted: list[str]) -> None:
    """There, enabled, with its role."""
    assert texts(deciding.user_lines(APP, seen)) == wanted


@pytest.mark.parametrize(
    ("seen", "wanted"),
    [
        ({}, ["missing -> created", "not given -> given"]),
        ({BILLING.id: TeamSeen("1", "Billing team", frozenset())}, ["not given -> given"]),
        ({BILLING.id: TeamSeen("1", "another name", frozenset({BILLING.role}))}, []),
    ],
)
def test_groups(seen: dict[str, TeamSeen], wanted: list[str]) -> None:
    """A team per group, with the role; its name belongs to whoever renamed it."""
    assert texts(deciding.group_lines((BILLING,), seen)) == wanted


@pytest.mark.parametrize(
    ("seen", "key", "found"),
    [
        (None, "k", "missing"),
        (EndpointSeen("https://old", "k"), "k", "calls https://old"),
        (EndpointSeen("", "k"), "k", "calls nobody"),
        (EndpointSeen("https://new", "k", complete=False), "k", "is no webhook with a key"),
        (EndpointSeen("https://new", "other"), "k", "has another key than the vault"),
        (EndpointSeen("https://new", ""), "", "has another key than the vault"),
        (EndpointSeen("https://new", "k"), "k", ""),
    ],
)
def test_endpoint(seen: EndpointSeen | None, key: str, found: str) -> None:
    """Its address and its key are ours; the words never hold the key."""
    lines = list(deciding.endpoint_lines("https://new", key, seen))
    assert [line.found for line in lines] == ([found] if found else [])
    assert all(line.action == do.SetEndpoint("https://new") for line in lines)


@pytest.mark.parametrize(
    ("seen", "found"),
    [
        ({}, ["missing"]),
        ({"job": StepSeen("job", enabled=False)}, ["disabled"]),
        ({"job": StepSeen("job", enabled=True, wrong="calls another endpoint")}, ["calls another endpoint"]),
        ({"job": StepSeen("job", enabled=True)}, []),
    ],
)
def test_steps(seen: dict[str, StepSeen], found: list[str]) -> None:
    """Each step there, right and enabled."""
    assert [line.found for line in deciding.step_lines(("job",), seen)] == found


def test_variables() -> None:
    """Only those of the file are written, and only where they differ."""
    lines = deciding.variable_lines((("w365_A", "1"), ("w365_B", "2"), ("w365_C", "3")), {"w365_A": "1", "w365_B": "x"})
    assert [str(line) for line in lines] == [
        "variables: variable w365_B: “x” -> “2”",
        "variables: variable w365_C: missing -> “3”",
    ]


def test_company() -> None:
    """A legal entity and a series that exist are left as they are; the year is the entity's own."""
    assert texts(deciding.entity_lines((CONTOSO,), [])) == ["missing -> Contoso Cloud LLC, US, created"]
    assert not list(deciding.entity_lines((CONTOSO,), ["US"]))
    lines = deciding.series_lines(
        (CONTOSO,), {"US": 2027}, [SeriesSeen("US", "Invoice", 2027), SeriesSeen("US", "Credit note", 2026)]
    )
    assert texts(lines) == ["missing -> created, first number CN-2027-00001"]


@pytest.mark.parametrize(
    ("seen", "error", "words"),
    [
        (replace(ADMITTED, missing=("prvImportCustomization",)), NotAuthorised, "prvImportCustomization.*System Administrator"),
        (replace(ADMITTED, version="9.1.0.0"), Refused, "version 9.1.0.0"),
        (replace(ADMITTED, server_time=NOW + timedelta(minutes=6)), Refused, "set the clock of this machine"),
    ],
)
def test_who_is_not_admitted(seen: AdmissionSeen, error: type[Exception], words: str) -> None:
    """What is in the way is named before anything is written, with its mend."""
    with pytest.raises(error, match=words):
        admit(seen, NOW)


@pytest.mark.parametrize("seen", [ADMITTED, replace(ADMITTED, server_time=None), replace(ADMITTED, version="10.0")])
def test_who_is_admitted(seen: AdmissionSeen) -> None:
    """Privileges, a version that will do, and a clock that agrees or says nothing."""
    admit(seen, NOW)


def line(what: str, found: str = "missing") -> Line:
    return Line(Step.SECRET, what, found, "made", do.MakeSecret(what))


def test_the_hash_stands_for_every_word() -> None:
    """Another line, another order or another finding is another plan; the hash is told with the way on."""
    plans = [Plan(lines) for lines in ((), (line("a"),), (line("a"), line("b")), (line("b"), line("a")), (line("a", "old"),))]
    assert len({plan.hash for plan in plans}) == len(plans)
    plans[1].check_hash(plans[1].hash)
    with pytest.raises(Refused, match=f"it is {plans[1].hash} now"):
        plans[1].check_hash("0" * 12)


def test_less_than_planned_is_fine_and_more_is_refused() -> None:
    """An earlier run may have done a part; what nobody agreed to is not done."""
    plan = Plan((line("a"), line("b")))
    plan.check_covers([line("a", "now found otherwise")])
    with pytest.raises(Refused, match="now it would be “vault: c: missing -> made”"):
        plan.check_covers([line("c")])


def test_versions_compare_as_numbers() -> None:
    """1.10 is later than 1.9, and 1.2 is 1.2.0.0."""
    assert deciding.newer("1.10.0.0", "1.9.0.0")
    assert not deciding.newer("1.2", "1.2.0.0")
