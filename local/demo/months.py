"""What happens in the demo, day by day.

The partner begins on 8 February 2026: Microsoft's January files have arrived, and everything since 1 January is to be billed.
From then on the clock jumps to the days on which something is due or arrives, until the end of April; a timer that missed days
fires once, and works from what is due. On the way two webhooks of the tenant are lost and two arrive twice. In the end everything
is done once more, and nothing may come of it.
"""

from __future__ import annotations

import json
import time
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING, Any

import typer

from cli import importing
from dataverse.query import Query, both, eq, gt
from dataverse.rows import bind, choice_value, status
from dataverse.webapi import Ref
from local.demo import paying
from local.demo.steps import look
from local.roles import clock_of
from local.sample.load import month_files
from work365.ids import derived
from work365.ports.platform import JOBS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dataverse.rows import Row
    from local.demo.steps import Step
    from local.system import LocalSystem

BEGIN, END = date(2026, 2, 8), date(2026, 4, 30)
FILES_ARRIVE_ON = 8
BUSY_DAYS = {1, 2, FILES_ARRIVE_ON, 15, 17}
"""Days of a month on which some contract of the sample is due, besides its last; the 2nd is for what was lost on the 1st."""

CUSTOMER = "w365_Account($select=name)"
ODD_DAYS = {date(2026, 3, 1): {"drop": 2}, date(2026, 4, 1): {"repeat": 2}}
"""Days on which the tenant's webhooks misbehave: two are lost, or two arrive twice."""

MONTHS_AHEAD_MAX = 60
"""A system that is started years after the sample's months jumps over what lies between."""

TICK_S = 0.15
"""The host notices within 0.1 s that the clock jumped."""


@dataclass(frozen=True, slots=True)
class Imported:
    """One supplier's file and what came of it, as the command answered."""

    file: str
    exit_code: int
    answer: dict[str, Any]


def morning(day: date) -> datetime:
    """A moment shortly after the daily timer's, 02:15 UTC."""
    return datetime(day.year, day.month, day.day, 2, 15, 2, tzinfo=UTC)


def days() -> list[date]:
    """The simulated days, first to last."""
    every = (BEGIN + timedelta(days=count) for count in range((END - BEGIN).days + 1))
    return [day for day in every if day.day in BUSY_DAYS or (day + timedelta(days=1)).day == 1]


def begin(folder: Path) -> None:
    """Turn the clock of a new system to the first day; before its start: a timer that saw a later day waits for it."""
    folder.mkdir(parents=True, exist_ok=True)
    clock_of(folder).set(morning(BEGIN))


def load_and_bill(system: LocalSystem, say: Callable[[str], None] = lambda _: None) -> list[Imported]:
    """Load the sample partner and live through its months; `say` hears of each day."""
    system.load_sample()
    paying.mail_links()
    imported: list[Imported] = []
    for day in days():
        if day.day == FILES_ARRIVE_ON:
            system.clock.set(morning(day) - timedelta(minutes=10))
            say(f"{day}: importing the supplier's files")
            imported += [import_file(path) for path in files() if _arrives(path) == day]
        if day in ODD_DAYS:
            system.misbehave(ODD_DAYS[day])
        say(f"{day}: billing what is due")
        _live(system, morning(day))
    return imported


def catch_up(system: LocalSystem, say: Callable[[str], None] = lambda _: None) -> None:
    """Go on from the last day to the present, month by month: other processes know no other time than this machine's."""
    present = datetime.now(UTC)  # noqa: TID251  the real clock is what the simulated one is set to
    for year, month in ((END.year + count // 12, count % 12 + 1) for count in range(END.month, MONTHS_AHEAD_MAX)):
        moment = morning(date(year, month, 1))
        if moment >= present:
            break
        say(f"{moment.date()}: billing what is due")
        _live(system, moment)
    if system.clock.now() < present:
        _live(system, present)


def _live(system: LocalSystem, moment: datetime) -> None:
    """Jump to a moment and wait until everything that it sets off is done."""
    system.clock.set(moment)
    time.sleep(TICK_S)
    system.settle()


def files() -> list[Path]:
    """The supplier's files that arrive within these months."""
    return [path for _, path in month_files() if _arrives(path) <= END]


def _arrives(path: Path) -> date:
    month = next(month for month, one in month_files() if one == path)
    return (month.replace(day=28) + timedelta(days=4)).replace(day=FILES_ARRIVE_ON)


def import_file(path: Path) -> Imported:
    """`w365 import provider-lines FILE`, in this process."""
    app, said = typer.Typer(), StringIO()
    importing.register(app)
    app.callback()(_nothing)
    with redirect_stdout(said):
        code = app(["import", "provider-lines", str(path), "--output", "json"], standalone_mode=False)
    return Imported(path.name, int(code or 0), json.loads(said.getvalue()))


def _nothing() -> None:
    """The command line."""


def charge_clicks(system: LocalSystem) -> list[Step]:
    """A customer gives us a card; finance charges part of an open invoice, too much of it, then the rest."""
    invoice = _open_invoice(system)
    profile = _store_card(system, invoice["_w365_account_value"], invoice["w365_Account"]["name"])
    steps = [look(system, invoice["w365_invoiceid"], "opens the invoice", "")]
    for act, amount in (("charges 100.00", "100.00"), ("charges 99999.00", "99999.00"), ("charges the rest", None)):
        said = _click(system, invoice["w365_invoiceid"], profile, len(steps), amount)
        steps.append(look(system, invoice["w365_invoiceid"], act, said))
    return steps


def _open_invoice(system: LocalSystem) -> Row:
    """The first invoice that nobody has paid anything of, and that the books know."""
    issued = eq("statuscode", status("w365_invoice", "Issued")["statuscode"])
    columns = ("w365_number", "w365_accountingreference", "_w365_account_value", "_w365_contract_value")
    query = Query(
        "w365_invoice", columns, filter=both(issued, gt("w365_balance", Decimal(200))), order="w365_number", expand=CUSTOMER
    )
    return next(row for row in system.application.api.find(query) if row["w365_accountingreference"])


def _store_card(system: LocalSystem, account: str, name: str) -> str:
    """A payment profile for a customer, as the gateway's own page leaves it."""
    api, card = system.application.api, system.store_card(name)
    processor = api.first(Query("w365_paymentprocessor", ("w365_paymentprocessorid",)))
    row: Row = {
        "w365_name": f"{card.brand} ending {card.last_four}",
        "w365_customerreference": card.customer,
        "w365_methodreference": card.method,
        "w365_kind": choice_value("w365_paymentprofile", "w365_kind", card.kind),
        "w365_brand": card.brand,
        "w365_lastfour": card.last_four,
        "w365_expirymonth": card.expiry_month,
        "w365_expiryyear": card.expiry_year,
        **bind("w365_Account", "account", account),
        **bind("w365_Processor", "w365_paymentprocessor", (processor or {})["w365_paymentprocessorid"]),
    }
    return api.create("w365_paymentprofile", row)


def _click(system: LocalSystem, invoice: str, profile: str, number: int, amount: str | None) -> str:
    """What the Charge pop-up does: a job row, then wait for its sentence."""
    api, key = system.application.api, f"demo:charge:{invoice}:{number}"
    priced = api.read(Ref("w365_invoice", invoice), select=("_transactioncurrencyid_value",))
    row: Row = {
        "w365_name": "Charge",
        "w365_key": key,
        "w365_kind": choice_value("w365_job", "w365_kind", "Charge"),
        "w365_amount": None if amount is None else Decimal(amount),
        **bind("w365_Invoice", "w365_invoice", invoice),
        **bind("w365_Profile", "w365_paymentprofile", profile),
        **bind("transactioncurrencyid", "transactioncurrency", priced["_transactioncurrencyid_value"]),
    }
    job = api.create("w365_job", row, id=derived("job", key))
    system.settle()
    return str(api.read(Ref("w365_job", job), select=("w365_message",))["w365_message"])


def paid_in_books(system: LocalSystem) -> list[Step]:
    """A bookkeeper enters a customer's bank transfer in QuickBooks; the hourly timer brings it back."""
    api = system.application.api
    sent = both(eq("statuscode", status("w365_invoice", "Issued")["statuscode"]), gt("w365_balance", Decimal(0)))
    columns = ("w365_number", "w365_balance", "w365_accountingreference", "_w365_contract_value")
    invoice = next(
        row
        for row in api.find(Query("w365_invoice", columns, filter=sent, order="w365_number"))
        if row["w365_accountingreference"]
    )
    steps = [look(system, invoice["w365_invoiceid"], f"{invoice['w365_number']} is open", "")]
    company = _company(system, invoice["_w365_contract_value"])
    system.pay_in_books({"realm": company, "number": invoice["w365_number"]})
    system.run_timer("read_back")
    system.settle()
    steps.append(look(system, invoice["w365_invoiceid"], "a bookkeeper enters the transfer in QuickBooks", "read back"))
    return steps


def _company(system: LocalSystem, contract: str) -> str:
    expand = "w365_AccountingSystem($select=w365_companyreference)"
    row = system.application.api.read(Ref("w365_billingcontract", contract), select=("w365_number",), expand=expand)
    return str(row["w365_AccountingSystem"]["w365_companyreference"])


def once_more(system: LocalSystem) -> list[Imported]:
    """Everything again: the day's run, every job's message, every event of the gateway, every file."""
    application = system.application
    system.run_timer("daily_billing")
    for row in application.api.find(Query("w365_job", ("w365_jobid",))):
        application.queue.send(JOBS, {"job": row["w365_jobid"]})
    for event in system.stripe("GET", "events"):
        system.stripe("POST", "send", {"event": event["id"]})
    again = [import_file(path) for path in files()]
    for timer in ("sweep", "read_back", "daily_billing"):
        system.run_timer(timer)
    system.settle()
    return again
