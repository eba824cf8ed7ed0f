"""`w365 run billing` over a tenant in memory: what finance sees, and the exit codes."""

from __future__ import annotations

import io
import json
import sys
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

import settings
import wiring
from cli.main import main
from dataverse.query import Query
from dataverse.rows import choice_value
from dataverse.webapi import Ref
from local.clock import FixedClock
from local.desks.billing import add_subscription
from local.desks.tenants import Tenant
from local.sample.generated import Shape, fill
from work365.handlers import billing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NOW = datetime(2026, 2, 1, 3, tzinfo=UTC)
TOLD = {"W365_DATAVERSE_URL": "https://org.example", "W365_VAULT_URL": "https://vault.example", "AzureWebJobsStorage": "none"}


class WorkAtOnce:
    """A queue whose worker is always there; `idle` is a worker that is away."""

    def __init__(self, application: wiring.Application, *, idle: bool = False) -> None:
        self._application = application
        self.idle = idle

    def send(self, queue: str, message: Mapping[str, str], *, delay_s: float = 0) -> None:
        if "chunk" in message and not self.idle:
            billing.work(message["chunk"], book=self._application.billing, now=NOW)


class Finance:
    """A person at the keyboard."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.tenant = Tenant(FixedClock(NOW))
        fill(self.tenant.api, self.tenant.currencies, Shape(contracts=3))
        application = wiring.build(settings.read(TOLD), clock=FixedClock(NOW))
        self.queue = WorkAtOnce(application)
        vars(application).update(api=self.tenant.api, queue=self.queue)
        wiring.install(application)
        rows = self.tenant.api.find(Query("w365_billingcontract", ("w365_number",), order="w365_number"))
        self.numbers = [row["w365_number"] for row in rows]

    def types(self, *arguments: str, day: str = "2026-01-01") -> tuple[int, str]:
        with pytest.raises(SystemExit) as end:
            main(["run", "billing", "--as-of", day, *arguments])
        return int(end.value.code or 0), self._capsys.readouterr().out

    def printed(self) -> str:
        return self._capsys.readouterr().out

    def answered(self, *arguments: str, day: str = "2026-01-01") -> tuple[int, Any]:
        code, out = self.types("--output", "json", *arguments, day=day)
        return code, json.loads(out)


@pytest.fixture
def finance(capsys: pytest.CaptureFixture[str]) -> Iterator[Finance]:
    """Three contracts in euros, nothing billed yet."""
    yield Finance(capsys)
    wiring.install(None)


def test_a_dry_run_shows_the_sums_and_writes_nothing(finance: Finance) -> None:
    """What it would issue: three invoices of 310.00 and 19 % tax."""
    code, shown = finance.answered("--dry-run")
    assert (code, len(shown["invoices"]), finance.tenant.count("w365_invoice")) == (0, 3, 0)
    assert shown["totals"] == [{"currency": "EUR", "invoices": 3, "net": "930.00", "tax": "176.70", "total": "1106.70"}]
    assert "dry run: nothing was written" in finance.types("--dry-run")[1]


def test_a_run_shows_its_documents_and_sums(finance: Finance) -> None:
    """The same figures, now issued; a second run has nothing to do."""
    code, out = finance.types()
    assert code == 0
    assert "1106.70 EUR" in out
    assert "No open findings." in out
    assert finance.types() == (0, "Nothing is due on 2026-01-01.\n")


def test_one_contract(finance: Finance) -> None:
    """Only that one, however it is spelled; afterwards the command says when it is billed next."""
    number = finance.numbers[0]
    code, shown = finance.answered("--contract", number.lower())
    assert (code, shown["contract"], shown["runs"][0]["invoices"]) == (0, number, 1)
    again = finance.types("--contract", number)[1]
    assert again == f"Nothing of contract {number} is due on 2026-01-01. Contract {number} is billed next on 2026-02-01.\n"


@pytest.mark.parametrize("number", ["C-NONE", "", "a'b", "x" * 5000])
def test_a_contract_that_does_not_exist_is_refused(finance: Finance, number: str) -> None:
    """Not "nothing is due": a number that was mistyped is said, and ends 2."""
    for dry in ([], ["--dry-run"]):
        code, shown = finance.answered("--contract", number, *dry)
        assert (code, shown["error"]["path"]) == (2, "--contract")


def test_a_day_before_the_contract_is_refused(finance: Finance) -> None:
    """A sentence with the contract's first day."""
    code, shown = finance.answered("--contract", finance.numbers[0], day="2025-12-31")
    assert (code, "begins on 2026-01-01" in shown["error"]["message"]) == (2, True)


def test_findings_are_sentences_and_end_1(finance: Finance) -> None:
    """Without a tax rate nothing is billed, and the run says so for each contract until somebody has set one."""
    for row in finance.tenant.api.find(Query("w365_taxrate", ("w365_taxrateid",))):
        finance.tenant.api.delete(Ref("w365_taxrate", row["w365_taxrateid"]))
    code, shown = finance.answered()
    assert (code, len(shown["findings"]), shown["runs"][0]["totals"]) == (1, 3, [])
    out = finance.types()[1]
    assert all(finding["message"] in out for finding in shown["findings"])
    assert finance.answered("--dry-run")[0] == 1


def test_workers_that_are_away_end_4(finance: Finance) -> None:
    """Nothing is billed yet: partial; when they are back, the same command finishes it."""
    finance.queue.idle = True
    code, shown = finance.answered("--wait-s", "0")
    assert (code, shown["runs"][0]["open_chunks"]) == (4, 1)
    finance.queue.idle = False
    assert finance.answered()[0] == 0


# ---- the check before a run


def _check(finance: Finance, *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as end:
        main(["run", "check", "--as-of", "2026-01-01", *arguments])
    return int(end.value.code or 0), finance.printed()


def test_a_check_ends_one_and_links_to_what_is_to_be_mended(finance: Finance) -> None:
    """A contract that is sent by itself to nobody, in words, with the address of its form; and for programs."""
    contract = finance.tenant.api.first(Query("w365_billingcontract", ("w365_billingcontractid",), order="w365_number"))
    assert contract is not None
    key = contract["w365_billingcontractid"]
    yes = choice_value("w365_billingcontract", "w365_autosend", "Yes")
    finance.tenant.api.update(Ref("w365_billingcontract", key), {"w365_autosend": yes, "w365_billingemail": "nobody"})
    code, out = _check(finance, "--contract", finance.numbers[0])
    assert (code, "no-invoice-address" in out) == (1, True)
    link = f"https://org.example/main.aspx?pagetype=entityrecord&etn=w365_billingcontract&id={key}"
    assert link in out
    code, out = _check(finance, "--output", "json")
    shown = json.loads(out)
    assert (code, shown["contracts"], shown["held_back"]) == (1, 3, 0)
    assert [one["code"] for one in shown["blockers"]] == ["no-invoice-address", "no-number-series"]


def test_a_check_of_what_is_ready_ends_zero(finance: Finance) -> None:
    """Nothing is due any more, and the numbers have begun."""
    finance.types()
    assert _check(finance) == (0, "Ready: a run of 2026-01-01 looks at 0 contracts, and nothing is in the way.\n")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_person_reads_the_count_before_their_run_begins(finance: Finance, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal only; the run goes on."""
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    assert finance.types()[0] == 0
    said = "to mend: 1; contracts held back: 0 of 3, the others are billed; `w365 run check --as-of 2026-01-01`"
    assert said in screen.getvalue()
    assert screen.getvalue().index(said) < screen.getvalue().index("the workers are billing")


def test_nobody_runs_past_the_count_unasked(finance: Finance, monkeypatch: pytest.MonkeyPatch) -> None:
    """F153: at a terminal, something to mend is asked about; no means no, --yes does not ask."""
    monkeypatch.setattr(sys, "stderr", Terminal())
    for answer, code, invoices in (("n\n", 2, 0), ("y\n", 0, 3)):
        monkeypatch.setattr(sys, "stdin", Terminal(answer))
        assert (finance.types()[0], finance.tenant.count("w365_invoice")) == (code, invoices)
    monkeypatch.setattr(sys, "stdin", Terminal(""))
    assert finance.types("--yes", day="2026-02-01")[0] == 0
    assert finance.tenant.count("w365_invoice") == 6


# ---- the plan


def test_a_run_does_what_its_plan_showed_or_nothing(finance: Finance) -> None:
    """F170: the hash is the same for an unchanged tenant; one seat more and the run is refused."""
    plan = finance.answered("--dry-run")[1]["plan"]
    assert finance.answered("--dry-run")[1]["plan"] == plan
    assert f"do exactly this with --plan {plan}" in finance.types("--dry-run")[1]
    sub = finance.tenant.api.first(Query("w365_subscription", ("w365_subscriptionid", "w365_unitprice")))
    assert sub is not None
    row = Ref("w365_subscription", sub["w365_subscriptionid"])
    finance.tenant.api.update(row, {"w365_printedname": "Renamed"})
    code, shown = finance.answered("--plan", plan)
    assert (code, finance.tenant.count("w365_invoice")) == (2, 0)
    assert f"the plan is not {plan} any more" in shown["error"]["message"]
    finance.tenant.api.update(row, {"w365_printedname": None})
    assert finance.answered("--plan", plan)[0] == 0
    assert finance.tenant.count("w365_invoice") == 3


# ---- missed cycles


def test_missed_cycles_are_shown_decided_and_then_billed(finance: Finance) -> None:
    """Made in February with a start in November: shown with amounts, decided with a reason, billed by the next run."""
    key, number = _back_dated(finance)
    arguments = ["contract", "catch-up", number, "--as-of", "2026-02-01", "--output", "json"]
    code, shown = _answer(finance, *arguments)
    assert (code, shown["written"], [one["becomes"] for one in shown["cycles"]]) == (1, False, ["?", "?", "?", "as always"])
    assert [(one["start"], one["amount"]) for one in shown["cycles"]][:2] == [("2025-11-01", "0.00"), ("2025-12-01", "0.00")]
    assert [one["amount"] for one in shown["cycles"]][2:] == ["310.00", "310.00"]
    assert {one["with_tax"] for one in shown["cycles"]} == {False}
    assert "without tax" in _typed(finance, *arguments[:-2])[1]
    code, shown = _answer(finance, *arguments, "--skip", "--reason", "agreed", "--dry-run")
    assert (code, shown["written"], [one["becomes"] for one in shown["cycles"]]) == (1, False, ["skip"] * 3 + ["as always"])
    assert _answer(finance, *arguments, "--skip")[0] == 2
    assert _answer(finance, *arguments, "--skip", "--bill", "--reason", "both")[0] == 2
    assert finance.tenant.api.read(Ref("w365_billingcontract", key), select=("w365_catchup",))["w365_catchup"] is None
    for wrong in ("2025-11-01=perhaps", "2025-11-01", "november=bill"):
        assert _answer(finance, *arguments, "--cycle", wrong)[0] == 2
    one_by_one = ["--cycle", "2025-11-01=skip: a gift", "--cycle", "2025-12-01=combine"]
    code, shown = _answer(finance, *arguments, *one_by_one)
    assert (code, shown["open"], [one["becomes"] for one in shown["cycles"]]) == (1, True, ["skip", "combine", "?", "as always"])
    assert shown["cycles"][0]["reason"] == "a gift"
    code, shown = _answer(finance, *arguments, "--skip", "--reason", "agreed")
    assert (code, shown["written"], shown["open"]) == (0, True, False)
    finance.types("--contract", number, day="2026-02-01")
    assert "No cycle of contract" in _typed(finance, *arguments[:-2])[1]


def test_the_past_of_a_late_entry_is_shown_and_decided(finance: Finance) -> None:
    """Entered on 10 February since 1 January: January is asked about, by name; February is billed meanwhile."""
    number = finance.numbers[0]
    for day in ("2026-01-01", "2026-02-01"):
        assert finance.types("--contract", number, day=day)[0] == 0
    contract = _id_of(finance, number)
    add_subscription(finance.tenant.api, contract, seats=1, recorded=date(2026, 2, 10), printedname="Planner")
    arguments = ["contract", "catch-up", number, "--as-of", "2026-02-10", "--output", "json"]
    code, shown = _answer(finance, *arguments)
    assert (code, [(one["start"], one["end"], one["amount"]) for one in shown["cycles"]]) == (
        1,
        [("2026-01-01", "2026-01-31", "31.00")],
    )
    assert "Planner" in _typed(finance, *arguments[:-2])[1]
    assert _answer(finance, *arguments, "--subscription", "Teams", "--skip", "--reason", "free")[0] == 2
    code, shown = _answer(finance, *arguments, "--subscription", "Planner", "--cycle", "2026-01-01=skip: free")
    assert (code, shown["written"], shown["cycles"][0]["becomes"], shown["cycles"][0]["reason"]) == (0, True, "skip", "free")
    assert finance.types("--contract", number, day="2026-03-01")[0] == 0
    assert "No cycle of contract" in _typed(finance, *arguments[:-2])[1]


def _id_of(finance: Finance, number: str) -> str:
    row = finance.tenant.api.first(
        Query("w365_billingcontract", ("w365_billingcontractid",), filter=f"w365_number eq '{number}'")
    )
    assert row is not None
    return str(row["w365_billingcontractid"])


def _back_dated(finance: Finance) -> tuple[str, str]:
    number = finance.numbers[0]
    key = _id_of(finance, number)
    early = {"w365_startdate": "2025-11-01", "w365_nextinvoicedate": None}
    finance.tenant.api.update(Ref("w365_billingcontract", key), early)
    return key, number


def _typed(finance: Finance, *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as end:
        main(list(arguments))
    return int(end.value.code or 0), finance.printed()


def _answer(finance: Finance, *arguments: str) -> tuple[int, Any]:
    code, out = _typed(finance, *arguments)
    return code, json.loads(out)


# ---- parked contracts


def test_parked_contracts_are_listed_and_run_alone(finance: Finance) -> None:
    """One of three has an impossible discount: listed with its reason; repaired, `--parked` bills it, and nothing is listed."""
    key = {"w365_number": finance.numbers[0]}
    row = Ref("w365_billingcontract", key=key)
    finance.tenant.api.update(row, {"w365_discountpercent": 120})
    assert finance.types()[0] == 1
    code, shown = _answer(finance, "run", "parked", "--output", "json")
    assert (code, [one["contract"] for one in shown]) == (1, [finance.numbers[0]])
    assert finance.numbers[0] in _typed(finance, "run", "parked")[1]
    finance.tenant.api.update(row, {"w365_discountpercent": 0})
    code, shown = finance.answered("--parked")
    assert (code, shown["runs"][0]["invoices"]) == (0, 1)
    assert _typed(finance, "run", "parked") == (0, "No contract is parked.\n")
    assert finance.types("--parked") == (0, "Nothing of the parked contracts is due on 2026-01-01.\n")
    assert finance.answered("--parked", "--contract", finance.numbers[0])[0] == 2
