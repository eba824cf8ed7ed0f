"""`w365 settings`: value, origin and who changed it; a revert restores inheritance; a list shows every override."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from cli import settings
from dataverse.query import Query
from dataverse.stores.settings import SettingRows
from dataverse.webapi import Ref
from local.desks.billing import BillingDesk
from work365.errors import BadInput, Refused

CONTRACT = "w365_billingcontract"


class Office:
    """A company with a legal entity (14 days to pay on its form) and two customers with a contract each."""

    def __init__(self) -> None:
        self.desk = BillingDesk(date(2026, 1, 1))
        self.contract = self.desk.standing("C-1")
        self.other = self.desk.standing("C-2", paymenttermsdays=10, autosend=False)

    def run(self, *arguments: str) -> Any:  # noqa: ANN401  JSON
        """A command's answer. Errors: what the command raised."""
        app = typer.Typer()
        app.callback()(lambda: None)
        settings.register(app, lambda: SettingRows(self.desk.api))
        result = CliRunner().invoke(app, ["settings", *arguments, "--output", "json"])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return json.loads(result.stdout)

    def shown(self, *whom: str) -> dict[str, tuple[str | None, str]]:
        """Every setting's value and origin."""
        return {one["setting"]: (one["value"], one["origin"]) for one in self.run("show", *whom)["settings"]}


@pytest.fixture(name="office")
def _office() -> Office:
    return Office()


def test_each_setting_of_a_contract_shows_where_it_comes_from(office: Office) -> None:
    """Set here, from the customer, the legal entity, the company, the product, or nobody."""
    office.run("set", "auto-sync", "yes", "--company")
    office.run("set", "secondary-email", "cfo@fabrikam.example", "--customer", "Customer of C-2")
    shown = office.shown("--contract", "C-2")
    assert shown == {
        "frequency": ("monthly", "set here"),
        "bill-day": ("1", "set here"),
        "currency": ("EUR", "set here"),
        "price-list": (None, "not set"),
        "suspend-overdue-days": ("off", "product default"),
        "suspend-azure-spend": ("off", "product default"),
        "policy": ("advance", "set here"),
        "offset-days": ("0", "product default"),
        "prorate": ("days", "set here"),
        "payment-terms-days": ("10", "set here"),
        "prices-include-tax": ("no", "product default"),
        "billing-email": (None, "not set"),
        "secondary-email": ("cfo@fabrikam.example", "from customer Customer of C-2"),
        "additional-recipients": (None, "not set"),
        "template": (None, "not set"),
        "auto-send": ("no", "set here"),
        "auto-sync": ("yes", "from company"),
        "auto-charge": ("no", "product default"),
        "charge-retries": ("3,5,7", "product default"),
        "notice-email": (None, "not set"),
        "notice-renewal": ("both", "product default"),
        "notice-return-window": ("staff", "product default"),
        "notice-usage-threshold": ("both", "product default"),
        "notice-card-expiry": ("both", "product default"),
        "notice-question": ("staff", "product default"),
        "notice-answer": ("customer", "product default"),
        "payment-receipts": ("customer", "product default"),
        "pay-link": ("off", "product default"),
    }
    assert office.shown("--contract", "C-1")["payment-terms-days"] == ("14", "from legal entity CO")


def test_who_changed_it_is_said(office: Office) -> None:
    """A column's last change, from the audit; a row's, from the row."""
    user = office.desk.api.first(Query("systemuser", ("fullname",)))
    assert user is not None
    office.desk.api.update(Ref(CONTRACT, office.other), {"w365_purchaseorder": "PO-1"})
    office.run("set", "auto-charge", "yes", "--customer", "Customer of C-2", "--reason", "agreed in May")
    (terms,) = (one for one in office.run("show", "--contract", "C-2")["settings"] if one["setting"] == "payment-terms-days")
    (charge,) = (one for one in office.run("show", "--contract", "C-2")["settings"] if one["setting"] == "auto-charge")
    assert (terms["by"], terms["without_it"]) == (user["fullname"], "14")
    assert (charge["by"], charge["reason"]) == (user["fullname"], "agreed in May")
    assert terms["at"].startswith("2026-01-01")


@pytest.mark.parametrize(
    ("whom", "name", "value"),
    [
        (("--contract", "C-2"), "payment-terms-days", "5"),
        (("--contract", "C-1"), "auto-send", "yes"),
        (("--contract", "C-1"), "template", '{"accent": "#7a1f3d"}'),
        (("--customer", "Customer of C-1"), "policy", "arrears"),
        (("--legal-entity", "CO"), "auto-charge", "yes"),
        (("--legal-entity", "CO"), "template", '{"accent": "#7a1f3d"}'),
        (("--company",), "prorate", "30-day months"),
    ],
)
def test_a_revert_restores_what_was_inherited(office: Office, whom: tuple[str, ...], name: str, value: str) -> None:
    """On every level; saying it once more and reverting again works as well."""
    if whom[0] == "--contract" and name == "payment-terms-days":
        office.run("revert", name, *whom)
    before = office.shown(*whom)[name]
    for _ in range(2):
        assert office.run("set", name, value, *whom)["after"]["value"] == value
        assert office.shown(*whom)[name] == (value, "set here")
        answer = office.run("revert", name, *whom)
        assert (answer["after"]["value"], answer["after"]["origin"]) == before
        assert office.shown(*whom)[name] == before


def test_overrides_are_listed_with_what_they_hide(office: Office) -> None:
    """A contract's 10 days against the entity's 14; its no against the company's yes; what hides nothing is not listed."""
    office.run("set", "auto-send", "yes", "--company")
    office.run("set", "policy", "arrears", "--customer", "Customer of C-1")
    listed = {(one["of"], one["name"], one["setting"]): (one["value"], one["without_it"]) for one in office.run("overrides")}
    assert listed == {
        ("Contract", "C-1", "policy"): ("advance", "arrears"),
        ("Contract", "C-2", "payment-terms-days"): ("10", "14"),
        ("Contract", "C-2", "auto-send"): ("no", "yes"),
    }
    assert office.run("overrides", "--legal-entity", "CO") == office.run("overrides")
    office.run("set", "policy", "advance", "--company")
    assert ("Customer", "Customer of C-1", "policy") in {
        (one["of"], one["name"], one["setting"]) for one in office.run("overrides")
    }


REFUSED = [
    (("show",), BadInput, "say for whom"),
    (("show", "--company", "--contract", "C-1"), BadInput, "say for whom"),
    (("show", "--contract", "C-9"), BadInput, "there is no contract 'C-9'"),
    (("overrides", "--legal-entity", "XX"), BadInput, "there is no legal entity 'XX'"),
    (("set", "payment-terms-days", "soon", "--company"), BadInput, "'soon' is not a whole number from 0 to 365"),
    (("set", "payment-terms", "5", "--company"), BadInput, "did you mean 'payment-terms-days'"),
    (("set", "currency", "EUR", "--company"), BadInput, "currency is not inherited"),
    (("revert", "auto-send", "--contract", "C-1"), Refused, "there is nothing to take back: it is no, product default"),
    (("revert", "auto-send", "--company"), Refused, "there is nothing to take back"),
]


@pytest.mark.parametrize(("arguments", "error", "words"), REFUSED)
def test_what_makes_no_sense_is_refused(office: Office, arguments: tuple[str, ...], error: type[Exception], words: str) -> None:
    """In a sentence, and nothing is written."""
    with pytest.raises(error, match=words.replace("(", r"\(")):
        office.run(*arguments)
    assert office.desk.tenant.count("w365_setting") == 0


def test_two_customers_of_one_name_are_told_apart_by_number(office: Office) -> None:
    """The sentence names the account numbers."""
    for number in ("A-1", "A-2"):
        office.desk.api.create("account", {"name": "Twin", "accountnumber": number})
    with pytest.raises(BadInput, match="several are called 'Twin'; give an account number, one of A-1, A-2"):
        office.run("set", "auto-send", "yes", "--customer", "Twin")
    assert office.run("set", "auto-send", "yes", "--customer", "A-2")["name"] == "Twin"


def test_a_setting_of_customers_is_not_a_contracts(office: Office) -> None:
    """Said for a customer it is listed among the overrides; on a contract it is neither shown nor said."""
    office.run("set", "statement", "own", "--customer", "Customer of C-2")
    assert office.shown("--customer", "Customer of C-2")["statement"] == ("own", "set here")
    assert "statement" not in office.shown("--contract", "C-2")
    with pytest.raises(BadInput, match="statement is not a contract's"):
        office.run("set", "statement", "own", "--contract", "C-2")
    listed = [(one["name"], one["setting"], one["value"]) for one in office.run("overrides")]
    assert ("Customer of C-2", "statement", "own") in listed
