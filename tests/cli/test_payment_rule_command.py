"""`w365 payment-rule` over a tenant in memory."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
import typer
from typer.testing import CliRunner

from cli import payment_rules
from dataverse.rows import bind, choice_value
from dataverse.stores.payment_rules import PaymentRules
from dataverse.webapi import Ref
from local.desks.billing import BillingDesk
from local.desks.catalogue import CatalogueDesk
from work365.errors import BadInput


@pytest.fixture
def desk() -> BillingDesk:
    """Contract C-1 on the price list RETAIL, which allows cards and transfers."""
    desk = BillingDesk()
    listed = CatalogueDesk(desk.api, desk.tenant.currencies).price_list("RETAIL")
    contract = desk.contract("C-1")
    row = {"w365_name": "R", "w365_methods": "Card, Transfer", "w365_cardsurcharge": Decimal("1.5")}
    rule = desk.api.create("w365_paymentrule", row)
    desk.api.update(Ref("w365_pricelist", listed), bind("w365_PaymentRule", "w365_paymentrule", rule))
    desk.api.update(Ref("w365_billingcontract", contract), bind("w365_PriceList", "w365_pricelist", listed))
    return desk


def said(desk: BillingDesk, *arguments: str) -> tuple[int, list[dict[str, str]], str]:
    """Exit code, what the command says as JSON, and its sentences."""
    app = typer.Typer()
    app.callback()(lambda: None)
    payment_rules.register(app, lambda: PaymentRules(desk.api))
    result = CliRunner().invoke(app, ["payment-rule", *arguments, "--output", "json"], catch_exceptions=False)
    return result.exit_code, json.loads(result.stdout)["rule"], result.stderr


def test_what_holds_is_shown_with_who_says_it(desk: BillingDesk) -> None:
    """The customer has no rule: everything is the price list's."""
    code, rows, _ = said(desk, "C-1")
    assert code == 0
    assert [tuple(row.values()) for row in rows] == [
        ("pays", "Transfer", ""),
        ("allowed", "Card, Transfer", "price list RETAIL"),
        ("surcharge Card", "1.5 %", "price list RETAIL"),
        ("seats paid first", "no", ""),
    ]


def test_a_way_that_is_not_agreed_on_ends_with_a_finding(desk: BillingDesk) -> None:
    """The customer's own rule goes before the price list's."""
    paid_first = choice_value("w365_paymentrule", "w365_paidfirst", "Yes")
    rule = desk.api.create("w365_paymentrule", {"w365_name": "Own", "w365_methods": "Bank debit", "w365_paidfirst": paid_first})
    [contract] = desk.numbers
    account = desk.api.read(Ref("w365_billingcontract", contract), select=("_w365_account_value",))["_w365_account_value"]
    desk.api.update(Ref("account", account), bind("w365_PaymentRule", "w365_paymentrule", rule))
    code, rows, sentence = said(desk, "C-1")
    assert (code, rows[1]["says"], rows[1]["from"]) == (1, "Bank debit", "customer Customer of C-1")
    assert rows[-1]["says"] == "yes"
    assert "contract C-1: payment by transfer is not agreed on; allowed: Bank debit" in sentence


def test_a_contract_that_is_not_there_is_named(desk: BillingDesk) -> None:
    """With where to look it up."""
    with pytest.raises(BadInput, match="there is no contract 'C-9'; look it up under Billing Contracts"):
        said(desk, "C-9")


def test_the_table_is_for_people(desk: BillingDesk) -> None:
    """The same without --output."""
    app = typer.Typer()
    app.callback()(lambda: None)
    payment_rules.register(app, lambda: PaymentRules(desk.api))
    shown = CliRunner().invoke(app, ["payment-rule", "C-1"]).stdout
    assert "contract C-1" in shown
    assert "price list RETAIL" in shown
