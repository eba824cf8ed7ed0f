"""What a contract leaves empty is inherited: by the run, by issuing, by mails, by the check; and it costs no request."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dataverse.batch import Update
from dataverse.query import Query
from dataverse.rows import bind, choice_value
from dataverse.stores.explaining import Explanations
from dataverse.stores.issuing import Issuing
from dataverse.stores.readiness import ReadinessRows
from dataverse.stores.sending import Sending
from dataverse.webapi import Ref
from local.desks.billing import BillingDesk
from local.desks.catalogue import CatalogueDesk
from local.sample.generated import ENTITY
from work365.documents.recipients import recipients
from work365.documents.template import Template
from work365.handlers.readiness import check
from work365.jobs import JobKind

CONTRACT = "w365_billingcontract"
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


@pytest.fixture(name="desk")
def _desk() -> BillingDesk:
    return BillingDesk(JANUARY)


def say(desk: BillingDesk, name: str, value: str, *, contract: str = "", entity: str = "") -> str:
    """Write a setting: for a contract's customer, for a legal entity, else for the company."""
    level, subject, of = "Company", "-", dict[str, Any]()
    if contract:
        account = desk.api.read(Ref(CONTRACT, contract), select=("_w365_account_value",))["_w365_account_value"]
        level, subject, of = "Customer", account, bind("w365_Account", "account", account)
    elif entity:
        level, subject, of = "Legal entity", entity, bind("w365_LegalEntity", "w365_legalentity", entity)
    row = {"w365_name": name, "w365_setting": name, "w365_value": value, "w365_subject": subject, **of}
    return desk.api.create("w365_setting", {**row, "w365_level": choice_value("w365_setting", "w365_level", level)})


def jobs(desk: BillingDesk) -> list[str]:
    """What follows the documents."""
    return [row["w365_name"] for row in desk.api.find(Query("w365_job", ("w365_name",), order="w365_name"))]


def test_days_to_pay_come_from_the_nearest(desk: BillingDesk) -> None:
    """Contract 5, customer 7, legal entity 14 on its form; the company's 30 counts where the entity says nothing."""
    desk.standing("C-1", paymenttermsdays=5)
    customer = desk.standing("C-2")
    desk.standing("C-3")
    say(desk, "payment-terms-days", "30")
    say(desk, "payment-terms-days", "7", contract=customer)
    desk.run(JANUARY)
    due = {one.contract: one.due for one in desk.invoices()}
    assert due == {"C-1": "2026-01-06", "C-2": "2026-01-08", "C-3": "2026-01-15"}
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_paymenttermsdays": None})
    desk.run(FEBRUARY)
    assert desk.invoices()[-1].due == "2026-03-03"


def test_the_policy_of_a_customer_bills_in_arrears(desk: BillingDesk) -> None:
    """January is billed on 1 February under arrears; what the contract says itself goes before."""
    inherits, says = desk.standing("C-1", policy=None), desk.standing("C-2")
    for contract in (inherits, says):
        say(desk, "policy", "arrears", contract=contract)
    desk.run(JANUARY)
    assert [one.contract for one in desk.invoices()] == ["C-2"]
    desk.run(FEBRUARY)
    (january,) = (one for one in desk.invoices() if one.contract == "C-1")
    assert january.lines[0]["w365_periodstart"] == "2026-01-01"


def test_automation_is_inherited_and_overridden(desk: BillingDesk) -> None:
    """The company sends everything but what one contract keeps back; a person's issue asks for the same jobs as the run."""
    desk.standing("C-1")
    desk.standing("C-2", autosend=False)
    say(desk, "auto-send", "yes")
    desk.run(JANUARY)
    assert jobs(desk) == ["Send INV-CO-2026-00001"]
    invoice = next(one.id for one in desk.invoices() if one.contract == "C-1")
    assert Issuing(desk.api).load(invoice).draft.follow_up == (JobKind.SEND,)


def test_a_revert_restores_inheritance(desk: BillingDesk) -> None:
    """Emptying the contract's own column is all that it takes."""
    contract = desk.standing("C-1", autosend=False)
    say(desk, "auto-send", "yes")
    desk.run(JANUARY)
    assert jobs(desk) == []
    desk.api.update(Ref(CONTRACT, contract), {"w365_autosend": None})
    desk.run(FEBRUARY)
    assert jobs(desk) == ["Send INV-CO-2026-00002"]


def test_a_copy_for_the_company_does_not_take_the_customers_place(desk: BillingDesk) -> None:
    """Where a contract names nobody, its customer's own address stays the first recipient."""
    contract = desk.standing("C-1")
    account = desk.api.read(Ref(CONTRACT, contract), select=("_w365_account_value",))["_w365_account_value"]
    desk.api.update(Ref("account", account), {"emailaddress1": "office@fabrikam.example"})
    say(desk, "additional-recipients", "archive@contoso.example")
    say(desk, "template", '{"accent": "#7a1f3d"}', contract=contract)
    desk.run(JANUARY)
    outgoing = Sending(desk.api).load(desk.invoices()[0].id)
    assert recipients(outgoing.addresses, "Fabrikam") == ("office@fabrikam.example", "archive@contoso.example")
    assert outgoing.document is not None
    assert outgoing.document.template.accent == "#7a1f3d"


@pytest.mark.parametrize(("name", "value"), [("offset-days", "tomorrow"), ("auto-charge", "maybe")])
def test_a_value_of_the_wrong_type_parks_who_would_inherit_it(desk: BillingDesk, name: str, value: str) -> None:
    """Nothing is guessed: the finding names the setting and the customer; everybody else is billed."""
    contract = desk.standing("C-1")
    desk.standing("C-2")
    setting = say(desk, name, value, contract=contract)
    desk.run(JANUARY)
    assert [one.contract for one in desk.invoices()] == ["C-2"]
    assert desk.findings()["C-1"] == ("contract-not-billed", "Open")
    desk.api.change([Update(Ref("w365_setting", setting), {"w365_value": "0" if name == "offset-days" else "no"})])
    desk.run(JANUARY)
    assert [one.contract for one in desk.invoices()] == ["C-2", "C-1"]


@pytest.mark.parametrize(("empty", "named"), [("w365_level", 1), ("w365_setting", 1), ("w365_subject", 0), ("w365_value", 1)])
def test_a_row_that_an_import_left_half_empty_stops_nobody(desk: BillingDesk, empty: str, named: int) -> None:
    """Forms ask for all of it, and the table takes less: everybody is billed, and the check names what counts for nobody."""
    desk.standing("C-1")
    desk.api.update(Ref("w365_setting", say(desk, "hold-changes", "wait")), {empty: None})
    desk.run(JANUARY)
    assert [one.contract for one in desk.invoices()] == ["C-1"]
    readiness = ReadinessRows(desk.api, desk.tenant.currencies)
    found = check(book=desk.book, readiness=readiness, clock=desk.clock, as_of=JANUARY)
    assert [one.finding.code for one in found.blockers].count("setting-unusable") == named


def test_the_check_names_settings_that_mean_nothing(desk: BillingDesk) -> None:
    """Also one that no contract would miss."""
    desk.standing("C-1")
    say(desk, "payment-terms", "30")
    readiness = ReadinessRows(desk.api, desk.tenant.currencies)
    found = check(book=desk.book, readiness=readiness, clock=desk.clock, as_of=JANUARY)
    (blocker,) = (one for one in found.blockers if one.finding.code == "setting-unusable")
    assert "did you mean 'payment-terms-days'?" in blocker.finding.message
    assert blocker.place is not None
    assert blocker.place.table == "w365_setting"


def test_an_invoice_says_what_its_contract_inherits(desk: BillingDesk) -> None:
    """Each term with its origin, by name; what the contract says itself is not among them."""
    contract = desk.standing("C-1", policy=None, prorate=None)
    say(desk, "policy", "advance")
    say(desk, "prorate", "months", contract=contract)
    desk.run(JANUARY)
    found = Explanations(desk.api).document(desk.invoices()[0].number)
    assert found is not None
    assert found.inherited == ("policy advance from company", "prorate months from customer Customer of C-1")


def test_inheriting_costs_no_request(desk: BillingDesk) -> None:
    """The settings ride in the batches that a run sends anyway."""

    def requests(day: date) -> int:
        desk.fuse.reset()
        desk.run(day)
        return desk.fuse.count

    contract = desk.standing("C-1")
    first = requests(JANUARY)
    say(desk, "auto-send", "yes")
    say(desk, "payment-terms-days", "7", contract=contract)
    assert requests(FEBRUARY) <= first


def test_a_customers_template_goes_before_the_companys_word_by_word(desk: BillingDesk) -> None:
    """F131: what the customer's template does not say is the legal entity's; what the contract's says goes first of all."""
    contract = desk.standing("C-1")
    desk.standing("C-2")
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_template": '{"accent": "#7a1f3d", "columns": ["discount"]}'})
    say(desk, "template", '{"hide": ["dates"], "columns": []}', contract=contract)
    desk.api.update(Ref(CONTRACT, contract), {"w365_template": '{"language": "de"}'})
    desk.run(JANUARY)
    looks = {}
    for one in desk.invoices():
        document = Sending(desk.api).load(one.id).document
        assert document is not None
        looks[one.contract] = document.template
    assert looks == {
        "C-1": Template(accent="#7a1f3d", language="de", hide=("dates",)),
        "C-2": Template(accent="#7a1f3d", columns=("discount",)),
    }


@pytest.mark.parametrize(("entity", "customer", "kept"), [([], ["list_price"], True), (["list_price"], [], False)])
def test_a_customers_template_decides_whether_its_list_prices_are_looked_up(
    desk: BillingDesk, entity: list[str], customer: list[str], *, kept: bool
) -> None:
    """F37 for one customer: its contract's price list is asked, or is not."""
    catalogue = CatalogueDesk(desk.api, desk.tenant.currencies)
    listed, product = catalogue.price_list("RETAIL"), catalogue.product("M31")
    catalogue.price(product, listed, "35.00")
    contract = desk.contract("C-1")
    desk.api.update(Ref(CONTRACT, contract), bind("w365_PriceList", "w365_pricelist", listed))
    monthly = choice_value("w365_subscription", "w365_billingplan", "Monthly")
    desk.subscription(contract, product=product, term="P1M", billingplan=monthly)
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_template": json.dumps({"columns": entity})})
    say(desk, "template", json.dumps({"columns": customer}), contract=contract)
    desk.run(JANUARY)
    [line] = desk.api.find(Query("w365_invoiceline", ("w365_listprice",)))
    assert line["w365_listprice"] == (Decimal("35.00") if kept else None)
