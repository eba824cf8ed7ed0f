"""An import dies before or after every request, or loses the answer; imported again, it ends as if nothing had happened.

February of three sample customers (a bundle, seat changes, an unmapped tenant, an unknown product) is imported over January, four
subscriptions at a time. For every request that the clean import sends, and for each way to fail, the import is broken there and
started again. Then the tenant must hold what the clean import left, and one more import must write nothing.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from dataverse.query import Query
from dataverse.stores.supply import Supply
from local.clock import FixedClock
from local.desks.tenants import Tenant
from local.faults import CRASHES, Died, Fault, Fuse
from local.http import Request
from local.sample.load import load_master_data, month_files
from providers.partner_center.reconciliation import read_lines
from work365.errors import External
from work365.handlers.importing import Import, ImportReport, import_lines
from work365.provisioning.lines import ChargeLine

if TYPE_CHECKING:
    from tests.points import Tried
    from work365.findings import Finding

NOW = datetime(2026, 3, 7, 9, tzinfo=UTC)
CUSTOMERS = ("Contoso, Ltd.", "Wingtip Toys", "Munson's Pickles and Preserves Farm")
WATCHED = {
    "w365_provideraccount": ("w365_externalid", "_w365_account_value"),
    "w365_subscription": (
        *("w365_subscriptionid", "w365_quantity", "w365_unitprice", "w365_lastsequence", "w365_commitmentend", "statuscode"),
        *("_w365_contract_value", "_w365_product_value", "_w365_parent_value", "w365_enddate"),
    ),
    "w365_changelog": (
        *("_w365_subscription_value", "w365_sequence", "w365_effective", "w365_quantity", "w365_quantitydelta", "w365_unitprice"),
        "w365_reference",
    ),
    "w365_finding": ("w365_key", "statecode"),
    "w365_providerinvoice": ("w365_number", "w365_total", "w365_periodstart", "w365_periodend"),
    "w365_providerinvoiceline": (
        "w365_linereference",
        "w365_part",
        "w365_subtotal",
        "w365_billingstate",
        "_w365_subscription_value",
    ),
}


@cache
def lines(month: int) -> list[ChargeLine | Finding]:
    """The rows of the watched customers in the euro file of one month."""
    (path,) = (path for day, path in month_files() if day.month == month and "eur" in path.name)
    found = [line for line in read_lines(path) if isinstance(line, ChargeLine) and line.customer in CUSTOMERS]
    strange = [replace(found[0], product="NEW:1", product_name="Unknown", subscription="strange", reference="strange")]
    return [*found, *(strange if month > 1 else [])]


class Case:
    """The sample partner with January imported, restored for every crash."""

    def __init__(self) -> None:
        self.tenant = Tenant(FixedClock(NOW))
        self.fuse = Fuse()
        self.book = Supply(self.tenant.webapi(self.fuse.guard(self.tenant.app)))
        load_master_data(self.tenant.api)
        self.take(1)
        self._control("snapshot")
        self.take(2)
        self.clean, self.points = self.state(), 0
        self.back()
        self.fuse.reset()
        self.take(2)
        self.points = self.fuse.count

    def take(self, month: int) -> ImportReport:
        """Import one month, four subscriptions at a time."""
        run = Import(self.book, NOW, lambda _: None, chunk=4)
        return import_lines(lines(month), f"month {month}", provider=None, run=run)

    def back(self) -> None:
        """January again."""
        self._control("restore")

    def _control(self, name: str) -> None:
        answer = self.tenant.app(Request("POST", f"/_local/{name}", "", {}, b'{"name": "january"}'))
        assert answer.status in (200, 204), answer.body

    def state(self) -> dict[str, list[str]]:
        """What is there, without versions and moments."""
        return {
            table: sorted(str(self._row(row, names)) for row in self.tenant.api.find(Query(table, names)))
            for table, names in WATCHED.items()
        }

    @staticmethod
    def _row(row: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
        return {name: row[name] for name in names}


@pytest.fixture(scope="module")
def case() -> Case:
    """One tenant for all crashes."""
    return Case()


@pytest.mark.parametrize("fault", CRASHES, ids=lambda fault: str(fault.value))
def test_an_import_that_broke_at_any_request_is_finished_by_importing_again(case: Case, fault: Fault, tried: Tried) -> None:
    """The same rows, and nothing to write after that."""
    for point in tried(f"import, {fault.value}", range(1, case.points + 1)):
        case.back()
        case.fuse.arm(at=point, fault=fault)
        with contextlib.suppress(Died, External):
            case.take(2)
        assert case.fuse.blown is not None, f"request {point} was never sent"
        case.fuse.reset()
        case.take(2)
        assert case.state() == case.clean, f"{fault.value} at request {point}"
    again = case.take(2)
    assert (again.created, again.changed, again.log_rows) == (0, 0, 0)


def test_a_second_import_at_the_same_time_adds_nothing(case: Case, tried: Tried) -> None:
    """Both read, both decide, one writes first: the other meets its version, reads again and finds nothing to add."""
    for point in tried("import, second import", range(1, case.points + 1)):
        case.back()
        other = Supply(case.tenant.api)
        run = Import(other, NOW, lambda _: None)
        case.fuse.arm(
            at=point,
            fault=Fault.MEANWHILE,
            meanwhile=lambda: import_lines(lines(2), "month 2", provider=None, run=run),  # noqa: B023
        )
        case.take(2)
        assert case.state() == case.clean, f"second import at request {point}"
