"""The doctor over an installed organisation: healthy it finds nothing; each thing that is broken it names, with its mend.

The tenant is the local Dataverse behind the real adapters, the functions' door is the real door. Other counterparts are small
fakes; their adapters have tests of their own.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from dataverse.rows import bind, choice_value, status
from dataverse.security.model import Depth
from dataverse.stores.exchange_rates import ExchangeRateRows
from dataverse.webapi import Ref
from local.dataverse import rights_seed
from local.dataverse.seed import currency_id
from local.desks.clinic import Clinic
from local.desks.installation import KEY, NOW, WANTED
from local.http import Request
from work365.currencies.rates import ExchangeRate
from work365.errors import NotAuthorised, Rejected, Unavailable, Work365Error
from work365.examining.ills import CHECKS, ILLS
from work365.examining.verdicts import Health
from work365.handlers.examining import examine
from work365.ids import derived
from work365.installing.seen import AdmissionSeen, SolutionSeen
from work365.installing.wanted import APPLICATION_ROLE
from work365.money import Currency

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FUNCTIONS = WANTED.functions


@pytest.fixture
def clinic() -> Iterator[Clinic]:
    """A healthy one."""
    made = Clinic()
    yield made
    made.app.close()


def test_healthy(clinic: Clinic) -> None:
    """Every check is made, once, in its order; none has a finding, and only what is not in use is not set up."""
    verdicts = list(examine(clinic.patient()))
    assert [verdict.check for verdict in verdicts] == list(CHECKS)
    assert {verdict.check: verdict.seen for verdict in verdicts if verdict.health is not Health.OK} == {
        "billing": "nothing is due, and nothing was billed yet",
        "rates": "none are fetched, and none are here",
    }
    assert not [verdict for verdict in verdicts if verdict.health is not Health.OK and verdict.mend]


def _request(clinic: Clinic, method: str, path: str) -> None:
    answer = clinic.app(Request(method, f"/api/data/v9.2/{path}", "", {"authorization": "Bearer x"}))
    assert answer.status == 204, answer.body


def _user(clinic: Clinic) -> str:
    return next(str(row["systemuserid"]) for row in clinic.app.rows("systemuser") if row["applicationid"] == WANTED.application)


def remove_role(clinic: Clinic) -> None:
    role = next(row["roleid"] for row in clinic.app.rows("role") if row["name"] == APPLICATION_ROLE)
    _request(clinic, "DELETE", f"systemusers({_user(clinic)})/systemuserroles_association({role})/$ref")


def narrow_role(clinic: Clinic) -> None:
    storage = clinic.app.storage
    with storage.transaction():
        rights_seed.grant(storage, rights_seed.role_id(APPLICATION_ROLE), "prvWritew365_Invoice", Depth.USER)


def _update(table: str, **change: Any) -> Callable[[Clinic], None]:  # noqa: ANN401  JSON
    def change_it(clinic: Clinic) -> None:
        row = min(clinic.app.rows(table), key=lambda row: str(row.get("name", "")))
        clinic.api().update(Ref(table, row[f"{table}id"]), change)

    return change_it


def other_application(clinic: Clinic) -> None:
    clinic.wanted = replace(clinic.wanted, application="99999999-9999-4999-8999-999999999999")


def drop_column(clinic: Clinic) -> None:
    _request(clinic, "DELETE", "EntityDefinitions(LogicalName='w365_job')/Attributes(LogicalName='w365_askedon')")


def drop_key(clinic: Clinic) -> None:
    _request(clinic, "DELETE", "EntityDefinitions(LogicalName='w365_job')/Keys(LogicalName='w365_key_key')")


def _job(clinic: Clinic, age: timedelta, **more: Any) -> None:  # noqa: ANN401  JSON
    clinic.clock.moment = NOW - age
    row = {"w365_name": "a job", "w365_key": f"job {age}", "w365_kind": 365000000, **more}
    clinic.api().create("w365_job", row)
    clinic.clock.moment = NOW


def failed_job(clinic: Clinic) -> None:
    _job(clinic, timedelta(minutes=5), w365_finishedon=NOW.isoformat(), **status("w365_job", "Failed"))


def plant_failed_call(clinic: Clinic) -> None:
    """A webhook that the functions answered with 500."""
    clinic.app.courier._deliver = lambda _webhook: 500
    _job(clinic, timedelta(minutes=1))
    clinic.app.drain()


def overdue_contract(clinic: Clinic) -> None:
    """An active contract whose invoice was due in January."""
    api = clinic.api()
    row = {
        "w365_number": "C-1",
        "w365_startdate": "2026-01-01",
        "w365_nextinvoicedate": "2026-02-01",
        "w365_billday": 1,
        **{
            f"w365_{name}": choice_value("w365_billingcontract", f"w365_{name}", word)
            for name, word in {"frequency": "Monthly", "policy": "Advance", "prorate": "Days", "changesbilled": "Now"}.items()
        },
        **bind("w365_Account", "account", api.create("account", {"name": "Fabrikam"})),
        **bind("w365_LegalEntity", "w365_legalentity", derived("legal entity", "US")),
        **bind("transactioncurrencyid", "transactioncurrency", currency_id("USD")),
    }
    api.create("w365_billingcontract", row)


def run_of(day: str) -> Callable[[Clinic], None]:
    """A run of a day with one open chunk."""

    def make(clinic: Clinic) -> None:
        entity = bind("w365_LegalEntity", "w365_legalentity", derived("legal entity", "US"))
        row = {"w365_name": day, "w365_asof": day, "w365_scope": "all", **entity, **status("w365_billingrun", "Running")}
        run = clinic.api().create("w365_billingrun", row)
        chunk = {"w365_name": "1", "w365_ordinal": 1, **bind("w365_Run", "w365_billingrun", run)}
        clinic.api().create("w365_billingchunk", chunk)

    return make


def held_contract(clinic: Clinic) -> None:
    """An overdue contract that yesterday's run passed by."""
    overdue_contract(clinic)
    run_of("2026-03-01")(clinic)


def fetched(*days: str, age_days: int | None = 5) -> Callable[[Clinic], None]:
    """Rates of these days from the bank, which the functions ask every day."""

    def fetch(clinic: Clinic) -> None:
        clinic.rates = "ECB"
        for row in clinic.app.rows("w365_legalentity"):
            clinic.api().update(Ref("w365_legalentity", row["w365_legalentityid"]), {"w365_rateagedays": age_days})
        rates = [ExchangeRate(Currency("EUR"), Currency("USD"), date.fromisoformat(day), Decimal("1.1"), "ECB") for day in days]
        ExchangeRateRows(clinic.api()).add(rates)

    return fetch


def december(clinic: Clinic) -> None:
    clinic.clock.moment = NOW.replace(month=12)
    clinic.books.known["qbo-us"] = clinic.clock.moment


def next_year(clinic: Clinic) -> None:
    clinic.clock.moment = NOW.replace(year=2027)
    clinic.books.known["qbo-us"] = clinic.clock.moment


def delete_rows(*tables: str) -> Callable[[Clinic], None]:
    def delete(clinic: Clinic) -> None:
        for table in tables:
            for row in clinic.app.rows(table):
                clinic.api().delete(Ref(table, row[f"{table}id"]))

    return delete


def server_clock(apart: timedelta) -> Callable[[Clinic], None]:
    return lambda clinic: clinic.app.set_clock(NOW + apart)


def attribute(name: str, value: object) -> Callable[[Clinic], None]:
    """Set something of the clinic, by a dotted name."""

    def change(clinic: Clinic) -> None:
        place: Any = clinic
        *path, last = name.split(".")
        for part in path:
            place = getattr(place, part)
        setattr(place, last, value)

    return change


DOWN = Unavailable("no answer", system="x")
CLOSED = Rejected("the key is not valid", system="x")

CASES: list[tuple[str, Callable[[Clinic], object], str]] = [
    ("clock.drifts", server_clock(timedelta(minutes=2)), "120 s apart"),
    ("clock.wrong", server_clock(-timedelta(minutes=6)), "360 s apart"),
    ("solution.missing", attribute("solutions.seen", SolutionSeen()), "not installed"),
    ("solution.old", attribute("solutions.version", "1.1.0.0"), "installed 1.0.0.0, this version 1.1.0.0"),
    ("solution.new", attribute("solutions.version", "0.9.0.0"), "installed 1.0.0.0, this version 0.9.0.0"),
    ("solution.importing", attribute("solutions.seen", SolutionSeen("1.0.0.0", running="7")), "an import is running"),
    ("schema.drift", drop_column, "w365_job.w365_askedon: the column is missing"),
    ("schema.drift", drop_key, "w365_job (w365_key): the alternate key is missing"),
    ("role.no-user", other_application, "is missing"),
    ("role.disabled", lambda clinic: clinic.api().update(Ref("systemuser", _user(clinic)), {"isdisabled": True}), "is disabled"),
    ("role.not-given", remove_role, "has not the role Work365 Application user"),
    ("role.privileges", narrow_role, "lacks prvWritew365_Invoice"),
    ("endpoint.url", _update("serviceendpoint", url="https://old.example/webhooks/dataverse"), "calls https://old.example"),
    ("endpoint.key", lambda clinic: clinic.secrets.write(WANTED.webhook_secret, "a rotated key"), "another key than the vault's"),
    ("steps.disabled", _update("sdkmessageprocessingstep", statecode=1, statuscode=2), "a document's line was changed"),
    ("steps.wrong", _update("sdkmessageprocessingstep", filteringattributes="w365_name"), "listens to w365_name"),
    ("steps.missing", delete_rows("sdkmessageprocessingstep"), "a job was created"),
    ("webhook.unreachable", attribute("door_closed", True), f"{FUNCTIONS}/webhooks/dataverse: no answer"),
    ("webhook.refused", attribute("known_key", "the key of yesterday"), "answers 401"),
    ("webhook.open", attribute("door_open_to_all", True), "took a wrong key"),
    ("webhook.failing", attribute("door_failing", True), "answers 500"),
    ("deliveries.failed", plant_failed_call, "1 failed since yesterday"),
    ("vault.closed", attribute("vault_failing", DOWN), "no answer"),
    ("vault.no-key", lambda clinic: clinic.secrets.versions.clear(), "has no key"),
    ("queue.unreachable", attribute("queues.failing", DOWN), "no answer"),
    ("queue.poison", lambda clinic: clinic.queues.lying.update({"w365-jobs-poison": 2}), "w365-jobs-poison: 2"),
    ("queue.long", lambda clinic: clinic.queues.lying.update({"w365-jobs": 1001}), "w365-jobs: 1001"),
    ("jobs.stuck", lambda clinic: _job(clinic, timedelta(hours=3)), "1 open, the oldest for 180 minutes"),
    ("jobs.slow", lambda clinic: _job(clinic, timedelta(minutes=45)), "the oldest for 45 minutes"),
    ("jobs.failed", failed_job, "1 failed today"),
    ("billing.late", overdue_contract, "1 contracts are overdue, the last run was never"),
    ("billing.held", held_contract, "1 contracts are overdue, the last run was 2026-03-01"),
    ("billing.unfinished", run_of("2026-02-01"), "1 chunks of earlier runs are open"),
    ("series.next", december, "US Invoice 2027, US Credit note 2027"),
    ("series.missing", next_year, "US Invoice 2027, US Credit note 2027"),
    ("company.none", delete_rows("w365_numberseries", "w365_legalentity"), "there is no legal entity"),
    ("company.incomplete", _update("w365_legalentity", w365_bankdetails=None), "US: no bank details"),
    ("rates.stale", fetched("2026-02-25", "2026-02-26"), "the newest ECB rates are of 2026-02-26"),
    ("rates.stale", fetched(), "no ECB rates yet"),
    ("rates.strict", fetched("2026-02-27", age_days=None), "only the rate of the very day is allowed on US"),
    ("mail.closed", attribute("mailbox.failing", CLOSED), "the key is not valid"),
    ("gateway.key", attribute("gateways.failing", CLOSED), "stripe-us: the key is not valid"),
    ("gateway.unreachable", attribute("gateways.failing", DOWN), "stripe-us: no answer"),
    ("gateway.silent", attribute("gateways.known", {"stripe-us": ("https://elsewhere.example",)}), "Stripe (stripe-us) takes"),
    ("accounting.closed", attribute("books.failing", CLOSED), "qbo-us: the key is not valid"),
    ("accounting.unreachable", attribute("books.failing", DOWN), "qbo-us: no answer"),
    ("token.missing", attribute("books.known", {"qbo-us": None}), "never connected"),
    ("token.old", attribute("books.known", {"qbo-us": NOW - timedelta(days=31)}), "renewed 31 days ago"),
    ("token.ended", attribute("books.known", {"qbo-us": NOW - timedelta(days=100)}), "renewed 100 days ago"),
]

FOLLOWS = {
    "installation",
    "endpoint",
    "webhook",
}
"""Checks that may fall ill of another's illness: without a key, or with another one, the door cannot be rung."""


@pytest.mark.parametrize(("ill", "break_it", "words"), CASES, ids=[case[0] for case in CASES])
def test_each_broken_thing_is_named(clinic: Clinic, ill: str, break_it: Callable[[Clinic], object], words: str) -> None:
    """The ill, what was seen, and the mend of the table; every other check is as healthy as before."""
    break_it(clinic)
    found = clinic.examine()
    check = ill.partition(".")[0]
    weight, mend = ILLS[ill]
    assert (found[check].ill, found[check].health.value, found[check].mend) == (ill, weight, mend)
    assert words in found[check].seen
    others = {name for name, verdict in found.items() if verdict.health.is_finding} - {check} - FOLLOWS
    assert others == set()
    assert list(found) == list(CHECKS)


def test_rates_that_are_fetched_are_fresh(clinic: Clinic) -> None:
    """On Monday at noon Friday's are the newest that can be here."""
    fetched("2026-02-26", "2026-02-27")(clinic)
    assert clinic.examine()["rates"].seen == "the newest ECB rates are of 2026-02-27"
    assert clinic.examine()["rates"].health is Health.OK
    clinic.rates = ""
    verdict = clinic.examine()["rates"]
    assert (verdict.health, verdict.seen) == (Health.NOT_SET_UP, "none are fetched; the newest imported rates are of 2026-02-27")


class Outside:
    """Whoever signed in is not let in."""

    def __init__(self, error: Work365Error) -> None:
        self._error = error

    def look(self) -> AdmissionSeen:
        raise self._error


@pytest.mark.parametrize(
    ("error", "ill"),
    [
        (NotAuthorised("The user is not a member of the organization."), "identity.refused"),
        (Rejected("invalid_client", system="entra"), "identity.refused"),
        (Unavailable("no connection", system="dataverse"), "identity.unreachable"),
    ],
)
def test_without_a_sign_in(clinic: Clinic, error: Work365Error, ill: str) -> None:
    """The sign-in is the finding; what can be seen without it still is."""
    patient = replace(clinic.patient(), admission=Outside(error))
    found = {verdict.check: verdict for verdict in examine(patient)}
    assert found["identity"].ill == ill
    assert list(found) == ["settings", "identity", "vault", "queue", "mail"]
    assert all(found[name].health is Health.OK for name in ("vault", "queue", "mail"))


def test_one_that_cannot_be_looked_at_never_stops_the_others(clinic: Clinic) -> None:
    """A column that is gone makes the check that reads it say so; all others are made."""
    _request(clinic, "DELETE", "EntityDefinitions(LogicalName='w365_job')/Attributes(LogicalName='w365_notbefore')")
    found = clinic.examine()
    assert list(found) == list(CHECKS)
    assert found["jobs"].ill == "jobs.unread"
    assert found["schema"].ill == "schema.drift"
    assert found["company"].health is Health.OK


def test_the_functions_own_user_may_not_see_everything(clinic: Clinic) -> None:
    """It is known, and sees the rows of its work; what only an administrator sees is said to be unseen, not to be broken."""
    clinic.bearer = _user(clinic)
    found = clinic.examine()
    assert (found["identity"].health, found["jobs"].health) == (Health.OK, Health.OK)
    assert found["endpoint"].ill == "endpoint.unread"
    assert "prvReadServiceEndpoint" in found["endpoint"].seen
    assert list(found) == list(CHECKS)


def test_no_key_is_ever_said(clinic: Clinic) -> None:
    """Neither the vault's key nor another one stands in any verdict, whatever is broken."""
    clinic.known_key = "the key of yesterday"
    clinic.secrets.write(WANTED.webhook_secret, "a rotated key")
    said = str(clinic.examine())
    assert not [key for key in (KEY, "a rotated key", "the key of yesterday") if key in said]
