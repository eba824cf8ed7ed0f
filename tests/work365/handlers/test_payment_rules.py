"""F113: how a customer may pay is said for it or its price list, and holds in the bill, the charge, the change and the check."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dataverse.query import Query
from dataverse.rows import bind, choice_value
from dataverse.stores.explaining import Explanations
from dataverse.stores.payments import Payments
from dataverse.stores.readiness import ReadinessRows
from dataverse.stores.sending import Sending
from dataverse.webapi import Ref
from local.desks.catalogue import CatalogueDesk
from local.desks.changes import ChangeDesk
from local.desks.documents import ENGLISH, viewed
from local.fakes.receivables import NOW, job_of
from local.sample.generated import ENTITY
from work365.documents.terms import e_invoice_of
from work365.errors import Refused
from work365.explaining.rerun import scenario_of
from work365.explaining.words import explain
from work365.handlers import readiness
from work365.receivables.charging import decide
from work365.receivables.payments import InvoiceId
from work365.scenario import read
from work365.simulation import simulate

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
CONTRACT = "w365_billingcontract"


class Shop:
    """A contract on a price list, charged to a card by itself; its customer and its list may have payment rules."""

    def __init__(self, *, charged: bool = True) -> None:
        self.desk = ChangeDesk(JANUARY)
        self.api = self.desk.api
        catalogue = CatalogueDesk(self.api, self.desk.tenant.currencies)
        self.list, self.fee = catalogue.price_list("RETAIL"), catalogue.product("FEE")
        self.contract = self.desk.contract("C-1", autocharge=charged, changesbilled="Now")
        self.account = self.api.read(Ref(CONTRACT, self.contract), select=("_w365_account_value",))["_w365_account_value"]
        self.api.update(Ref(CONTRACT, self.contract), bind("w365_PriceList", "w365_pricelist", self.list))
        self.subscription = self.desk.subscription(self.contract, seats=10)

    def card(self, *, on_contract: bool = True) -> None:
        """The customer's card."""
        stripe = {"w365_name": "S", "w365_code": "S", "w365_kind": choice_value("w365_paymentprocessor", "w365_kind", "Stripe")}
        processor = self.api.create("w365_paymentprocessor", stripe)
        row = {
            "w365_name": "Visa",
            "w365_kind": choice_value("w365_paymentprofile", "w365_kind", "Card"),
            "w365_isdefault": True,
            "w365_customerreference": "cus_1",
            "w365_methodreference": "pm_1",
            **bind("w365_Account", "account", self.account),
            **bind("w365_Processor", "w365_paymentprocessor", processor),
        }
        made = self.api.create("w365_paymentprofile", row)
        if on_contract:
            self.api.update(Ref(CONTRACT, self.contract), bind("w365_PaymentProfile", "w365_paymentprofile", made))

    def rule(self, owner: str, *, fee: bool = True, paid_first: str | None = None, **columns: Any) -> None:  # noqa: ANN401  values of columns
        """A payment rule of the customer or of the price list."""
        row = {f"w365_{name}": value for name, value in columns.items()}
        row |= {"w365_paidfirst": choice_value("w365_paymentrule", "w365_paidfirst", paid_first)} if paid_first else {}
        row |= bind("w365_SurchargeProduct", "w365_product", self.fee) if fee else {}
        made = self.api.create("w365_paymentrule", {"w365_name": "R", **row})
        of = {"account": self.account, "w365_pricelist": self.list}[owner]
        self.api.update(Ref(owner, of), bind("w365_PaymentRule", "w365_paymentrule", made))

    def billed(self) -> list[tuple[str, str, str]]:
        """Kind, description and amount of every line."""
        columns = ("w365_description", "w365_amount", "w365_tax")
        found = self.api.find(Query("w365_invoiceline", columns, order="createdon,w365_ordinal"))
        return [(row["w365_description"], f"{row['w365_amount']:.2f}", f"{row['w365_tax']:.2f}") for row in found]


BUSINESS = ("Microsoft 365 Business Premium", "310.00", "58.90")


@pytest.mark.parametrize(
    ("listed", "own", "wanted"),
    [
        ({"cardsurcharge": Decimal("1.5")}, None, [("The FEE 1.5 %", "4.65", "0.88")]),
        ({"transfersurcharge": Decimal("1.5")}, None, []),
        ({"cardsurcharge": Decimal("1.5")}, {"cardsurcharge": Decimal(2), "fee": False}, [("The FEE 2 %", "6.20", "1.18")]),
        ({"cardsurcharge": Decimal("1.5")}, {"cardsurcharge": Decimal(0)}, []),
        (None, {"cardsurcharge": Decimal(1)}, [("The FEE 1 %", "3.10", "0.59")]),
        (None, None, []),
    ],
)
def test_a_surcharge_is_a_line_of_its_own_with_its_tax(
    listed: dict[str, Any] | None, own: dict[str, Any] | None, wanted: list[tuple[str, str, str]]
) -> None:
    """Off until it is entered; what the customer's rule says goes before the price list's."""
    shop = Shop()
    shop.card()
    if listed is not None:
        shop.rule("w365_pricelist", **listed)
    if own is not None:
        shop.rule("account", **own)
    shop.desk.run(JANUARY)
    assert [line[1:] for line in shop.billed()[:1]] == [BUSINESS[1:]]
    assert shop.billed()[1:] == wanted


def test_it_follows_changes_is_explained_and_made_again_and_printed() -> None:
    """Five seats fewer give their surcharge back; running again adds nothing; print and e-invoice say the same."""
    shop = Shop()
    shop.card()
    shop.rule("w365_pricelist", cardsurcharge=Decimal("1.5"))
    shop.desk.run(JANUARY)
    shop.desk.run(JANUARY)
    shop.desk.change(shop.contract, shop.subscription, date(2026, 1, 16), 15)
    shop.desk.run(date(2026, 1, 16))
    assert [line[1] for line in shop.billed()] == ["310.00", "4.65", "-160.00", "240.00", "1.20"]
    explanations = Explanations(shop.api)
    for invoice in shop.desk.invoices():
        explained = explanations.document(invoice.number)
        assert explained is not None
        assert explained.history is not None
        again = simulate(read(json.dumps(scenario_of(explained.history)).encode())).invoices[-1]
        assert [f"{line.amount.major:.2f}" for line in again.lines] == invoice.amounts
    said = explain(explanations.document(shop.desk.invoices()[0].number).lines[1])  # type: ignore[union-attr]  # there is one
    assert said[:2] == [
        "How the document is paid adds to it: The FEE 1.5 %, of the 310.00 that the contract's other lines come to.",
        "310 x 0.015 = 4.65 EUR.",
    ]
    shop.api.update(Ref("w365_legalentity", ENTITY), {"w365_taxregistration": "DE123456789"})
    document = Sending(shop.api).load(shop.desk.invoices()[0].id).document
    assert document is not None
    assert [one.amount for block in viewed(document).blocks for one in block.lines] == ["310.00", "4.65"]
    fee = e_invoice_of(document, ENGLISH).lines[1]
    assert (fee.quantity, fee.price, fee.differences) == (Decimal(310), Decimal("0.015"), ())


@pytest.mark.parametrize(
    ("on_contract", "rule", "why"),
    [
        (False, {"cardsurcharge": Decimal(1)}, "names no payment profile; choose one on the contract"),
        (True, {"cardsurcharge": Decimal(1), "fee": False}, "enter the surcharge product beside the percentage"),
        (True, {"methods": "Cash"}, "'Cash' is no way of paying; payment rule R may list Card, Bank debit, Transfer"),
    ],
)
def test_what_nobody_has_said_holds_the_contract(on_contract: bool, rule: dict[str, Any], why: str) -> None:
    """Never a guess: the finding says what is missing and where to enter it."""
    shop = Shop()
    shop.card(on_contract=on_contract)
    shop.rule("w365_pricelist", **rule)
    shop.desk.run(JANUARY)
    assert shop.desk.invoices() == []
    [found] = shop.api.find(Query("w365_finding", ("w365_code", "w365_message")))
    assert found["w365_code"] == "contract-not-billed"
    assert why in found["w365_message"]


def test_a_card_that_is_not_agreed_on_is_not_charged() -> None:
    """The sentence says which ways are, and where to change that."""
    shop = Shop()
    shop.card()
    shop.desk.run(JANUARY)
    book = Payments(shop.api, shop.desk.tenant.currencies)
    invoice = InvoiceId(shop.desk.invoices()[0].id)
    assert decide(job_of(), book.case(invoice, None), now=NOW).amount == book.case(invoice, None).debt.balance
    shop.rule("account", methods="Bank debit, Transfer")
    with pytest.raises(Refused) as caught:
        decide(job_of(), book.case(invoice, None), now=NOW)
    assert str(caught.value).endswith(
        "payment by card is not agreed on; allowed: Bank debit, Transfer. Choose another payment profile, or change the payment "
        "rule of the customer or the price list."
    )


@pytest.mark.parametrize(
    ("charged", "methods", "words"),
    [
        (True, "Transfer", "but payment by card is not agreed on; allowed: Transfer"),
        (
            False,
            "Card, Bank debit",
            "is not charged by itself, but payment by transfer is not agreed on; allowed: Card, Bank debit",
        ),
        (True, "Card", ""),
        (False, "Transfer", ""),
    ],
)
def test_the_check_before_a_run_names_a_contract_that_pays_in_another_way(charged: bool, methods: str, words: str) -> None:
    """It is billed all the same: the money is owed, only the way is wrong."""
    shop = Shop(charged=charged)
    shop.card()
    shop.rule("w365_pricelist", methods=methods)
    rows = ReadinessRows(shop.api, shop.desk.tenant.currencies)
    found = readiness.check(book=shop.desk.book, readiness=rows, clock=shop.desk.clock, as_of=JANUARY, scope="all")
    said = [one.finding.message for one in found.blockers if one.finding.code == "payment-not-allowed"]
    assert [words in message for message in said] == ([True] if words else [])


def test_seats_that_are_paid_first_wait_for_the_money() -> None:
    """Nothing is added while a document is open; less, and what the supplier has sold, is not held up."""
    shop = Shop()
    shop.rule("account", paid_first="Yes")
    shop.desk.run(JANUARY)
    state, message = shop.desk.ask(shop.subscription, "Quantity", quantity=12, on=JANUARY)
    number = shop.desk.invoices()[0].number
    assert state == "Refused"
    assert f"gets no more seats before contract C-1 is paid: {number} is open" in message
    assert shop.desk.ask(shop.subscription, "Quantity", quantity=11, on=JANUARY, source="Provider")[0] == "Succeeded"
    assert shop.desk.ask(shop.subscription, "Quantity", quantity=9, on=JANUARY)[0] == "Succeeded"
    shop.api.update(Ref("w365_invoice", shop.desk.invoices()[0].id), {"w365_balance": Decimal(0)})
    assert shop.desk.ask(shop.subscription, "Quantity", quantity=12, on=JANUARY)[0] == "Succeeded"
