"""A tier sees its own level and what is below, neither what is above nor a sibling's (F118): a business unit for each tier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx2
import pytest

from dataverse.query import Query, eq
from dataverse.rows import bind
from dataverse.stores.crediting import Crediting
from dataverse.stores.issuing import Issuing
from dataverse.webapi import Ref
from local.dataverse import seed
from local.dataverse.rights_seed import role_id
from local.desks.tiers import FIRST, TierDesk
from local.http import httpx_transport
from work365.errors import NotAuthorised
from work365.handlers import crediting
from work365.ids import derived
from work365.jobs import Job, JobKind, JobState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dataverse.webapi import WebApi

ROLE = "Work365 Reseller"
CONTRACTS = {"MAS": ("M-1",), "DIS": ("D-1", "D-2"), "RES": ("C-1", "C-3"), "SIB": ("C-2",)}
ABOVE = {"MAS": None, "DIS": "MAS", "RES": "DIS", "SIB": "DIS"}
SEES = {
    "MAS": ["C-1", "C-2", "C-3", "D-1", "D-2", "M-1"],
    "DIS": ["C-1", "C-2", "C-3", "D-1", "D-2"],
    "RES": ["C-1", "C-3"],
    "SIB": ["C-2"],
}
"""C-3 pays for some of the seats on C-1."""


@dataclass
class Tiers:
    """The tenant after a run, with a business unit, a team and a person for each tier."""

    desk: TierDesk
    people: dict[str, WebApi]

    def told(self, tier: str, table: str) -> list[str]:
        """The contracts whose rows of a table a tier's person sees."""
        found = self.people[tier].find(Query(table, ("_w365_contract_value",)))
        return sorted(self.desk.billing.numbers[row["_w365_contract_value"]] for row in found)


@pytest.fixture(scope="module")
def tiers() -> Iterator[Tiers]:
    desk = TierDesk()
    desk.sold("C-2", "S-2", seats=3)
    desk.sells("C-3", "RES")
    desk.split("C-3", 4)
    for buyer, contract in (("RES", "D-1"), ("SIB", "D-2"), ("DIS", "M-1")):
        desk.tier(buyer, contract)
    app, api = desk.billing.tenant.app, desk.billing.api
    raw = httpx2.Client(
        base_url="https://org.crm.dynamics.com/api/data/v9.2/",
        transport=httpx_transport(app),
        headers={"authorization": "Bearer token"},
    )
    units: dict[str | None, str] = {None: seed.UNIT_ID}
    people = {}
    for tier, contracts in CONTRACTS.items():
        above = bind("parentbusinessunitid", "businessunit", units[ABOVE[tier]])
        unit = units[tier] = api.create("businessunit", {"name": tier, **above})
        within = bind("businessunitid", "businessunit", unit)
        team = api.create("team", {"name": f"Team {tier}", "teamtype": 0, **within})
        entra = derived("person", tier)
        person = api.create("systemuser", {"fullname": tier, "azureactivedirectoryobjectid": entra, **within})
        for holder in (f"teams({team})/teamroles_association", f"systemusers({person})/systemuserroles_association"):
            answer = raw.post(f"{holder}/$ref", json={"@odata.id": f"roles({role_id(ROLE, unit)})"})
            assert answer.status_code == 204, answer.text
        people[tier] = api.as_user(entra)
        api.update(Ref("w365_legalentity", desk.entities[tier]), bind("w365_Team", "team", team))
        for number in contracts:
            sold = Ref("w365_billingcontract", desk.contracts[number])
            customer = api.read(sold, select=("_w365_account_value",))["_w365_account_value"]
            for ref in (sold, Ref("account", customer), *_subscriptions(api, desk.contracts[number])):
                api.update(ref, bind("ownerid", "team", team))
    desk.day(FIRST)
    yield Tiers(desk, people)
    raw.close()


def _subscriptions(api: WebApi, contract: str) -> list[Ref]:
    mine = Query("w365_subscription", ("w365_subscriptionid",), filter=eq("_w365_contract_value", contract))
    return [Ref("w365_subscription", row["w365_subscriptionid"]) for row in api.find(mine)]


@pytest.mark.parametrize("tier", SEES)
def test_a_tier_sees_the_invoices_of_its_own_customers_and_of_those_below(tiers: Tiers, tier: str) -> None:
    """The reseller sees its customer's and not the distributor's own or the sibling's; the distributor both resellers'."""
    assert sorted(set(tiers.told(tier, "w365_invoice"))) == SEES[tier]
    assert sorted(set(tiers.told(tier, "w365_invoiceline"))) == SEES[tier]


@pytest.mark.parametrize("tier", SEES)
def test_what_a_tier_is_billed_for_belongs_to_the_tier_that_bills(tiers: Tiers, tier: str) -> None:
    """As do the parts of payers among whom a customer's subscription is split, and the logs of both."""
    assert sorted(set(tiers.told(tier, "w365_subscription"))) == SEES[tier]
    made_before = {"C-1", "C-2"}  # by people, who give their rows to the team themselves
    assert set(tiers.told(tier, "w365_changelog")) - made_before == set(SEES[tier]) - made_before


@pytest.mark.parametrize("tier", SEES)
def test_a_tier_sees_its_contracts_and_those_below(tiers: Tiers, tier: str) -> None:
    found = tiers.people[tier].find(Query("w365_billingcontract", ("w365_number",), order="w365_number"))
    assert [row["w365_number"] for row in found] == SEES[tier]


def test_a_credit_note_belongs_to_the_tier_whose_invoice_it_credits(tiers: Tiers) -> None:
    """RES gives its customer something back: RES and those above see it, its sibling does not."""
    billing = tiers.desk.billing
    (billed,) = [one for one in billing.invoices() if one.contract == "C-1" and one.kind == "Invoice"]
    arguments = {"lines": "", "reason": "Outage on 4 March"}
    job = Job("wish", "wish", JobKind.CREDIT, JobState.RUNNING, invoice=billed.id, arguments=arguments, person=seed.ADMIN_USER_ID)
    book, issuing = Crediting(billing.api, billing.tenant.currencies), Issuing(billing.api)
    crediting.credit(job, book=book, issuing=issuing, clock=billing.clock)
    note = Query("w365_invoice", ("w365_invoiceid",), filter=eq("_w365_original_value", billed.id))
    assert {tier: len(list(person.find(note))) for tier, person in tiers.people.items()} == {
        "MAS": 1,
        "DIS": 1,
        "RES": 1,
        "SIB": 0,
    }


def test_a_reseller_sees_neither_prices_nor_who_buys_from_whom(tiers: Tiers) -> None:
    for table in (
        "w365_price",
        "w365_pricelist",
        "w365_resellertier",
        "w365_legalentity",
        "w365_providerinvoice",
        "w365_setting",
    ):
        with pytest.raises(NotAuthorised):
            list(tiers.people["RES"].find(Query(table, ("createdon",))))


def test_a_reseller_changes_nothing(tiers: Tiers) -> None:
    with pytest.raises(NotAuthorised):
        tiers.people["RES"].update(Ref("w365_billingcontract", tiers.desk.contracts["C-1"]), {"w365_purchaseorder": "4711"})
