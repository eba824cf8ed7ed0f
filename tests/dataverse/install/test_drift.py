"""Every way in which a tenant's tables can differ from the model, by one change to what a healthy tenant says of itself."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from dataverse.install.drift import definitions, drifts
from local.desks.installation import Bench
from work365.examining.seen import Drift

if TYPE_CHECKING:
    from collections.abc import Callable

Tables = dict[str, Any]


@pytest.fixture(scope="module")
def healthy() -> Tables:
    """What a tenant with our solution says."""
    return definitions(Bench().api())


def _column(table: str, name: str, **change: object) -> Callable[[Tables], None]:
    def make(tables: Tables) -> None:
        [found] = [one for one in tables[table]["Attributes"] if one["LogicalName"] == name]
        found.update(change)

    return make


def _no_option(tables: Tables) -> None:
    [found] = [one for one in tables["w365_job"]["Attributes"] if one["LogicalName"] == "w365_kind"]
    found["OptionSet"]["Options"].pop(0)


CASES: list[tuple[Callable[[Tables], object], Drift]] = [
    (lambda tables: tables.pop("w365_job"), Drift("w365_job", "the table is missing")),
    (lambda tables: tables["w365_job"].update(ChangeTrackingEnabled=False), Drift("w365_job", "change tracking is off")),
    (_column("w365_job", "w365_key", AttributeType="Memo"), Drift("w365_job.w365_key", "its type is Memo, not String")),
    (_column("w365_job", "w365_key", MaxLength=100), Drift("w365_job.w365_key", "it takes 100 characters, not 160")),
    (_column("w365_job", "w365_amount", Precision=2), Drift("w365_job.w365_amount", "it keeps 2 decimal places, not 4")),
    (
        _column("w365_billingrun", "w365_asof", DateTimeBehavior={"Value": "UserLocal"}),
        Drift("w365_billingrun.w365_asof", "its behaviour is UserLocal, not DateOnly"),
    ),
    (
        _column("w365_job", "w365_invoice", Targets=["account"]),
        Drift("w365_job.w365_invoice", "it does not point to w365_invoice"),
    ),
    (_no_option, Drift("w365_job.w365_kind", "the option Charge is missing")),
    (lambda tables: tables["w365_job"].update(Keys=[]), Drift("w365_job (w365_key)", "the alternate key is missing")),
    (
        lambda tables: tables["w365_job"]["Keys"][0].update(EntityKeyIndexStatus="Failed"),
        Drift("w365_job (w365_key)", "the alternate key is Failed", key=True),
    ),
]


@pytest.mark.parametrize(("change", "wanted"), CASES, ids=[case[1].what for case in CASES])
def test_one_difference(healthy: Tables, change: Callable[[Tables], object], wanted: Drift) -> None:
    """It is named where it is, and nothing else is."""
    tables = deepcopy(healthy)
    change(tables)
    assert drifts(tables) == [wanted]


def test_more_than_the_model_is_no_drift(healthy: Tables) -> None:
    """Longer texts, finer amounts, further options and columns are the tenant's own affair."""
    tables = deepcopy(healthy)
    _column("w365_job", "w365_key", MaxLength=4000)(tables)
    tables["w365_job"]["Attributes"].append({"LogicalName": "new_ours", "AttributeType": "String"})
    assert drifts(tables) == []
