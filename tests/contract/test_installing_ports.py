"""What each port of an installation promises, held over the fake in memory and over the adapter on the local Dataverse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from dataverse.install.companies import DataverseCompanies
from dataverse.webapi import Http, Ref, WebApi
from local.dataverse import DataverseApp, platform
from local.desks.installation import BILLING, CONTOSO, WANTED, Bench
from local.desks.tenants import URL
from local.fakes.installing import MemoryCompanies, MemoryIdentities, MemoryWebhooks
from local.http import httpx_transport
from work365.errors import Refused
from work365.installing.seen import EndpointSeen, SeriesSeen, StepSeen
from work365.installing.wanted import APPLICATION_ROLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from work365.ports.installing import Companies, Identities, Webhooks

APP, HOOK = WANTED.application, WANTED.webhook_url


@dataclass
class Ports:
    """One set of ports."""

    identities: Identities
    webhooks: Webhooks
    companies: Companies


@pytest.fixture(params=["memory", "dataverse"])
def ports(request: pytest.FixtureRequest) -> Iterator[Ports]:
    """Fresh ports of each kind."""
    if request.param == "memory":
        yield Ports(MemoryIdentities(), MemoryWebhooks(), MemoryCompanies())
        return
    bench = Bench()
    site = bench.site()
    yield Ports(site.identities, site.webhooks, site.companies)
    bench.app.close()


def test_application_user(ports: Ports) -> None:
    """Made once, without roles; a role may be given twice."""
    assert ports.identities.user(APP) is None
    for _ in range(2):
        ports.identities.create_user(APP)
    made = ports.identities.user(APP)
    assert made is not None
    assert (made.disabled, made.roles) == (False, frozenset())
    for _ in range(2):
        ports.identities.give_user_role(APP, APPLICATION_ROLE)
    assert ports.identities.user(APP) == replace(made, roles=frozenset({APPLICATION_ROLE}))
    ports.identities.enable_user(APP)
    with pytest.raises(Refused, match="no role “Wizard”"):
        ports.identities.give_user_role(APP, "Wizard")


def test_group_teams(ports: Ports) -> None:
    """Found by the group, made once, given a role."""
    other = replace(BILLING, id="33333333-3333-4333-8333-333333333333", name="Sales team", role="Work365 Sales")
    assert ports.identities.teams([BILLING.id]) == {}
    with pytest.raises(Refused, match="team of the group Billing team is not there"):
        ports.identities.give_team_role(BILLING)
    for _ in range(2):
        ports.identities.create_team(BILLING)
        ports.identities.give_team_role(BILLING)
    ports.identities.create_team(other)
    found = ports.identities.teams([BILLING.id, other.id])
    assert {group: (team.name, team.roles) for group, team in found.items()} == {
        BILLING.id: ("Billing team", frozenset({"Work365 Billing"})),
        other.id: ("Sales team", frozenset()),
    }


def test_webhook(ports: Ports) -> None:
    """Address and key are written together; the key is known by its fingerprint only, and a later one by another."""
    hooks = ports.webhooks
    names = hooks.steps
    assert hooks.endpoint() is None
    assert hooks.look() == {}
    with pytest.raises(Refused, match="service endpoint Work365 is not there"):
        hooks.set_step(names[0])
    for key in ("first key", "second key!"):
        hooks.set_endpoint(HOOK, key)
        assert hooks.endpoint() == EndpointSeen(HOOK, hooks.fingerprint(key))
        assert key not in hooks.fingerprint(key)
    assert hooks.fingerprint("first key") != hooks.fingerprint("second key!")
    for _ in range(2):
        for name in names:
            hooks.set_step(name)
    assert hooks.look() == {name: StepSeen(name, enabled=True) for name in names}


def test_company(ports: Ports) -> None:
    """What is there is never written again: not the entity, not a series that has moved on."""
    companies = ports.companies
    assert (list(companies.entities()), list(companies.series())) == ([], [])
    with pytest.raises(Refused, match="no legal entity US"):
        companies.create_series(entity="US", kind="Invoice", year=2026, prefix="INV-", digits=5)
    for name in ("Contoso Cloud LLC", "Another name"):
        companies.create_entity(replace(CONTOSO, company_name=name))
        companies.create_series(entity="US", kind="Invoice", year=2026, prefix=name[0], digits=5)
    assert list(companies.entities()) == ["US"]
    assert list(companies.series()) == [SeriesSeen("US", "Invoice", 2026)]


def test_the_rows_of_a_company() -> None:
    """Every key of the file reaches its column, and a second call leaves what the first one wrote."""
    bench = Bench()
    site = bench.site()
    site.companies.create_entity(replace(CONTOSO, payment_terms_days=14))
    site.companies.create_entity(replace(CONTOSO, payment_terms_days=60))
    site.companies.create_series(entity="US", kind="Credit note", year=2026, prefix="CN-2026-", digits=6)
    [entity] = bench.app.rows("w365_legalentity")
    [series] = bench.app.rows("w365_numberseries")
    told = ("code", "companyname", "country", "timezone", "email", "bankdetails", "paymenttermsdays", "phone")
    assert [entity[f"w365_{name}"] for name in told] == [
        "US", "Contoso Cloud LLC", "US", "America/New_York", "billing@contoso.example", "…", 14, None,
    ]  # fmt: skip
    assert [series[f"w365_{name}"] for name in ("prefix", "digits", "nextnumber", "year")] == ["CN-2026-", 6, 1, 2026]


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"statecode": 1, "statuscode": 2}, ""),
        ({"filteringattributes": "w365_name"}, "listens to w365_name"),
    ],
)
def test_a_step_that_was_changed_is_set_again(change: dict[str, object], wrong: str) -> None:
    """Somebody disables or narrows our step: it is seen, named, and mended."""
    bench = Bench()
    site = bench.site()
    bench.install()
    name = site.webhooks.steps[0]
    row = next(row for row in bench.app.rows("sdkmessageprocessingstep") if row["name"] == name)
    bench.api().update(Ref("sdkmessageprocessingstep", row["sdkmessageprocessingstepid"]), change)
    seen = site.webhooks.look()[name]
    assert (seen.enabled, seen.wrong) == ("statecode" not in change, wrong)
    assert bench.install() == 1
    assert site.webhooks.look()[name] == StepSeen(name, enabled=True)


def test_before_the_solution_is_there() -> None:
    """An environment without our tables has no companies yet, and that is no error."""
    app = DataverseApp(any_token=True, tables=platform.WITHOUT_SOLUTION)
    companies = DataverseCompanies(
        WebApi(Http("dataverse", f"{URL}/api/data/v9.2/", transport=httpx_transport(app)), lambda: "token")
    )
    assert (companies.entities(), companies.series()) == ([], [])
    app.close()
