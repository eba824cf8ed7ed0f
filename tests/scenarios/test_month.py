"""A small partner's months over sockets: three processes, real webhooks and queues, and a platform that misbehaves.

Webhooks are lost, repeated and late, and the process of the doors is killed in the middle of a run. Afterwards each cycle has one
invoice, one charge, one document in the books and one mail, nothing is stuck, and no secret lies anywhere but in the vault.
"""

from __future__ import annotations

import gc
import json
import time
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from dataverse.query import Query, both, eq
from dataverse.schema.tables import CUSTOM
from dataverse.webapi import Ref
from local.demo.months import morning
from local.demo.standing import Standing, standing
from local.desks.billing import SUBSCRIPTION, add_change, add_subscription
from local.system import SECRETS, LocalSystem
from work365.ports.platform import CHUNKS, JOBS

if TYPE_CHECKING:
    from local.sandbox import Lived

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
"""A command's application keeps its connections until its process ends; here three of them live in one process."""

CONTRACTS = 3
NOTICED_S = 0.2
"""The host looks at the simulated clock ten times a second."""

KILLED_AFTER_S = 1.2
"""Long enough for the run to have begun, too short for it to be over."""


@dataclass(frozen=True, slots=True)
class Months:
    """What was seen on the way.

    Attributes:
        lost: open jobs after February's run, whose first webhooks were dropped.
        after: the standing after each month; the last one after everything was done once more.
        written: every text that could hold a secret, by where it stands.
        lived, april: the first two days of April, lived through by the sandbox's clock, and the standing after them.
    """

    lost: int
    after: tuple[Standing, ...]
    written: dict[str, str]
    secrets: dict[str, str]
    lived: Lived
    april: Standing


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Months:
    """January and February billed with webhooks lost; March with webhooks repeated and the doors killed; then all once more."""
    folder = tmp_path_factory.mktemp("system")
    system = LocalSystem(folder, log=folder / "log.txt")
    system.clock.set(morning(date(2026, 2, 1)) - timedelta(minutes=5))
    with system:
        contracts = _small_partner(system)
        lost = _february(system)
        first = standing(system)
        _march(system, contracts[0])
        second = standing(system)
        _once_more(system)
        third, told, secrets = standing(system), _written(system), _secrets(system)
        system.sandbox.jump(morning(date(2026, 3, 31)))
        lived = system.sandbox.advance(morning(date(2026, 4, 2)))
        seen = Months(lost, (first, second, third), told, secrets, lived, standing(system))
    gc.collect()
    return seen


def _small_partner(system: LocalSystem) -> list[tuple[str, str]]:
    """The sample's own company, processor, books and cards; three of its contracts, with one subscription each."""
    system.load_sample()
    api = system.application.api
    flags = ("w365_autosend", "w365_autosync", "w365_autocharge")
    columns = ("w365_billingcontractid", *flags)
    visa = both(eq("w365_billday", 1), eq("w365_PaymentProfile/w365_lastfour", "4242"))
    monthly = Query("w365_billingcontract", columns, filter=visa, order="w365_number")
    rows = [row for row in api.find(monthly) if all(row[flag] for flag in flags)]
    product = api.first(Query("w365_product", ("w365_productid",), filter=eq("w365_isbundle", value=False)))
    assert product is not None
    chosen = [row["w365_billingcontractid"] for row in rows[:CONTRACTS]]
    return [(one, add_subscription(api, one, seats=10, product=product["w365_productid"])) for one in chosen]


def _february(system: LocalSystem) -> int:
    """The first run: what it asks for is lost at first, and found by the sweeper; how many jobs were left open meanwhile."""
    system.misbehave({"drop": 6})
    _live(system, morning(date(2026, 2, 1)))
    lost = system.application.api.find(Query("w365_job", ("w365_jobid",), filter=eq("statecode", 0)))
    left = sum(1 for _ in lost)
    _live(system, morning(date(2026, 2, 1)) + timedelta(minutes=26))
    return left


def _march(system: LocalSystem, changed: tuple[str, str]) -> None:
    """Five seats more in February; in March every webhook comes twice, and the doors are killed while they work."""
    api, (_, subscription) = system.application.api, changed
    add_change(api, *changed, 2, date(2026, 2, 15), 15)
    api.update(Ref(SUBSCRIPTION, subscription), {"w365_quantity": 15, "w365_lastsequence": 2})
    system.misbehave({"repeat": 20})
    system.clock.set(morning(date(2026, 3, 1)))
    time.sleep(KILLED_AFTER_S)
    system.kill_functions()
    for minutes in (26, 56, 86):
        _live(system, morning(date(2026, 3, 1)) + timedelta(minutes=minutes))


def _once_more(system: LocalSystem) -> None:
    """Every message again, out of order, and every timer."""
    application = system.application
    for row in application.api.find(Query("w365_job", ("w365_jobid",), order="w365_name")):
        application.queue.send(JOBS, {"job": row["w365_jobid"]})
    for row in application.api.find(Query("w365_billingchunk", ("w365_billingchunkid",))):
        application.queue.send(CHUNKS, {"chunk": row["w365_billingchunkid"]})
    for timer in ("daily_billing", "sweep", "read_back"):
        system.run_timer(timer)
    system.settle()


def _live(system: LocalSystem, moment: datetime) -> None:
    system.clock.set(moment)
    time.sleep(NOTICED_S)
    system.settle()


def _written(system: LocalSystem) -> dict[str, str]:
    """Everything that is written down in reach of people: rows of our tables, settings, addresses, what the processes said."""
    texts = {name: (system.folder / name).read_text() for name in ("log.txt", "addresses.json", "environment")}
    texts["settings"] = json.dumps(system.environment)
    for table in CUSTOM:
        columns = tuple(column.api_name for column in table.columns)
        rows = [dict(row) for row in system.application.api.find(Query(table.name, columns))]
        texts[table.name] = json.dumps(rows, default=str)
    return texts


def _secrets(system: LocalSystem) -> dict[str, str]:
    """What the vault holds by now, and what it was given at first."""
    vault = system.application.secrets
    names = (*SECRETS, "stripe-webhook-secret", "quickbooks-token-eu", "quickbooks-token-us")
    now = {name: vault.read(name) for name in names}
    tokens = {f"{name} {index}": value for name, held in now.items() for index, value in enumerate(_values(held))}
    return {**SECRETS, **tokens, **{f"granted {name}": value for name, value in system.granted().items()}}


def _values(held: str) -> list[str]:
    """A secret, or the members of one that is a JSON object."""
    try:
        read = json.loads(held)
    except ValueError:
        return [held]
    return [str(value) for name, value in read.items() if "token" in name] if isinstance(read, dict) else [held]


def test_lost_webhooks_are_found_by_the_sweeper(months: Months) -> None:
    """Of six at most two told of the issued documents, which nobody waits for; the jobs are done half an hour later."""
    assert 4 <= months.lost <= 6
    assert {state for _, state in months.after[0].jobs} == {"Succeeded"}


@pytest.mark.parametrize(("month", "cycles"), [(0, 2), (1, 3), (2, 3)], ids=["february", "march", "once more"])
def test_each_cycle_has_one_of_everything(months: Months, month: int, cycles: int) -> None:
    """One invoice, number, charge, document in the books and mail; nothing is open, nobody was charged more than he owed."""
    seen = months.after[month]
    invoices = CONTRACTS * (1 if month == 0 else 2)
    assert seen.cycles_billed.total() == len(seen.cycles_billed) >= CONTRACTS * cycles
    assert len(seen.invoices) == invoices
    assert len({invoice.number for invoice in seen.invoices}) == invoices
    assert {invoice.status for invoice in seen.invoices} == {"Paid"}
    assert (seen.gateway_charges, seen.payments) == (Counter(succeeded=invoices), Counter(Succeeded=invoices))
    assert seen.gateway_minor == seen.payments_minor
    assert (seen.exports, seen.documents_in_books, seen.documents_mailed) == (Counter(Done=invoices), invoices, invoices)
    assert {state for _, state in seen.jobs} == {"Succeeded"}
    each = {kind: count for (kind, _), count in seen.jobs.items()}
    assert each == {"Send": invoices, "Charge": invoices, "Sync": 2 * invoices}  # the invoice, and then its payment
    assert set(seen.runs) == {"Complete"}
    assert seen.findings == ()


def test_days_are_lived_through_by_the_sandboxs_clock(months: Months) -> None:
    """F168: two stops, at the nightly timer's ticks; the first bills April and does everything that follows, once."""
    assert (months.lived.stops, months.lived.failed) == (2, 0)
    assert len(months.april.invoices) == 3 * CONTRACTS
    assert {invoice.status for invoice in months.april.invoices} == {"Paid"}
    assert months.april.documents_mailed == 3 * CONTRACTS
    assert {state for _, state in months.april.jobs} == {"Succeeded"}


def test_a_change_of_february_is_on_marchs_invoice_once(months: Months) -> None:
    """Its credit and its charge stand beside the next cycle, whoever was killed meanwhile."""
    kinds = sorted(line.kind for invoice in months.after[2].invoices[CONTRACTS:] for line in invoice.lines)
    assert kinds == ["charge", "credit", "cycle", "cycle", "cycle"]


def test_no_secret_is_written_down(months: Months) -> None:
    """Not in a row, not in a setting, not beside the addresses, not in what a process said: only the vault has them."""
    assert len(months.secrets) >= len(SECRETS) + 3
    for place, text in months.written.items():
        for name, value in months.secrets.items():
            assert value not in text, f"{name} is in {place}"
