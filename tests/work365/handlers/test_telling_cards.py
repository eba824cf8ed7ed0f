"""Which cards are told that expire, when, to whom, and in which words."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from dataverse.rows import bind, status
from dataverse.webapi import Ref
from local.desks.telling import CONTRACT
from local.desks.telling_money import MARCH, PROFILE, TellingMoneyDesk

MAIL, STAFF = ("Card expiry", "Customer", "ap@c-1.example", "Sent"), ("Card expiry", "Staff", "", "To read")
SUBJECT = "Visa ending in 4242: the card expires on 31 March 2026"
THIS_MONTH: dict[str, Any] = {"expirymonth": 3, "expiryyear": 2026}


@pytest.fixture
def desk() -> TellingMoneyDesk:
    return TellingMoneyDesk()


def second(desk: TellingMoneyDesk, contract: str) -> str:
    """Another contract of the same customer."""
    made = desk.reachable("C-2")
    desk.api.update(Ref(CONTRACT, made), bind("w365_Account", "account", desk.customer_of(contract)))
    return made


def test_a_card_is_told_once_in_its_last_month(desk: TellingMoneyDesk) -> None:
    """F41: day by day from February to April one notice each, on the first of March."""
    desk.card(desk.reachable("C-1"), isdefault=True, **THIS_MONTH)
    days = [date(2026, 2, 15) + timedelta(days=day) for day in range(55)]
    assert [day for day in days if desk.tell(day)] == [date(2026, 3, 1)]
    assert desk.told() == [MAIL, STAFF]
    assert desk.mails() == [("ap@c-1.example", SUBJECT)]


def test_the_last_month_of_a_year_ends_in_the_next(desk: TellingMoneyDesk) -> None:
    """December's card is good on the 31st."""
    desk.card(desk.reachable("C-1"), isdefault=True, expirymonth=12, expiryyear=2026)
    assert [desk.tell(day) for day in (date(2026, 11, 30), date(2026, 12, 31), date(2027, 1, 1))] == [0, 2, 0]
    assert desk.mails() == [("ap@c-1.example", "Visa ending in 4242: the card expires on 31 December 2026")]


def test_a_card_that_the_gateway_renewed_is_told_again_in_its_new_last_month(desk: TellingMoneyDesk) -> None:
    """And only then."""
    card = desk.card(desk.reachable("C-1"), isdefault=True, **THIS_MONTH)
    assert desk.tell(MARCH) == 2
    desk.renewed(card, 2027)
    assert [desk.tell(date(2026, 3, 11)), desk.tell(date(2027, 3, 1)), desk.tell(date(2027, 3, 2))] == [0, 2, 0]


def test_several_contracts_with_one_card_are_told_once(desk: TellingMoneyDesk) -> None:
    """About the oldest; it stays with that one when that ends, and nobody is told twice."""
    contract = desk.reachable("C-1")
    desk.card(contract, isdefault=True, **THIS_MONTH)
    second(desk, contract)
    assert desk.tell(MARCH) == 2
    ((_, body),) = desk.texts("Customer")
    assert "Contract: C-1\nExpires on: 31 March 2026\nContracts that use it: C-1, C-2\n" in body
    desk.api.update(Ref(CONTRACT, contract), status(CONTRACT, "Ended"))
    assert desk.tell(date(2026, 3, 11)) == 0


def test_only_a_card_that_a_contract_uses_is_told(desk: TellingMoneyDesk) -> None:
    """The default expires, and the one contract names another card; then it names none."""
    contract = desk.reachable("C-1")
    desk.card(contract, isdefault=True, **THIS_MONTH)
    other = desk.card(contract, "Mastercard", "4444", expirymonth=4, expiryyear=2026)
    desk.uses(contract, other)
    assert [desk.tell(MARCH), desk.tell(date(2026, 4, 1))] == [0, 2]
    assert desk.mails() == [("ap@c-1.example", "Mastercard ending in 4444: the card expires on 30 April 2026")]


@pytest.mark.parametrize("state", ["Pending", "Inactive", "Expired"])
def test_a_card_that_is_not_active_is_not_told(desk: TellingMoneyDesk, state: str) -> None:
    """Nothing is charged to it anyway."""
    card = desk.card(desk.reachable("C-1"), isdefault=True, **THIS_MONTH)
    desk.api.update(Ref(PROFILE, card), status(PROFILE, state))
    assert desk.tell(MARCH) == 0


@pytest.mark.parametrize(
    ("company", "contract", "told"),
    [
        ("off", "", []),
        ("staff", "", [STAFF]),
        ("customer", "", [MAIL]),
        ("both", "", [MAIL, STAFF]),
        ("off", "both", [MAIL, STAFF]),
        ("both", "off", []),
    ],
)
def test_who_is_told_is_a_setting(
    desk: TellingMoneyDesk, company: str, contract: str, told: list[tuple[str, str, str, str]]
) -> None:
    """Said for the company, and overridden for a contract."""
    made = desk.reachable("C-1")
    desk.card(made, isdefault=True, **THIS_MONTH)
    desk.choose("notice-card-expiry", company)
    if contract:
        desk.choose("notice-card-expiry", contract, contract=made)
    desk.tell(MARCH)
    assert desk.told() == told


def test_a_customer_who_declines_notices_leaves_it_to_staff(desk: TellingMoneyDesk) -> None:
    """They wanted none but those about the end of a term."""
    desk.card(desk.reachable("C-1", declines=True), isdefault=True, **THIS_MONTH)
    desk.tell(MARCH)
    assert desk.told() == [STAFF]


WARNINGS = {
    "en": (
        "the card that invoices are charged to, Visa ending in 4242, expires on 31 March 2026. "
        "A new one is needed by then, so that payments go on.\n\nContract: C-1\nExpires on: 31 March 2026\n\n"
    ),
    "de": (
        "die Karte, mit der Rechnungen bezahlt werden (Visa mit der Endung 4242), läuft am 31. März 2026 ab. "
        "Bis dahin wird eine neue benötigt, damit Zahlungen weiterlaufen.\n\nVertrag: C-1\nGültig bis: 31. März 2026\n\n"
    ),
    "es": (
        "La tarjeta con la que se pagan las facturas (Visa terminada en 4242) caduca el 31 de marzo de 2026. "
        "Se necesita una nueva antes de esa fecha para que los pagos continúen.\n\n"
        "Contrato: C-1\nCaduca el: 31 de marzo de 2026\n\n"
    ),
}


@pytest.mark.parametrize("language", WARNINGS)
def test_the_warning_says_card_and_last_day(desk: TellingMoneyDesk, language: str) -> None:
    """In the customer's language."""
    desk.card(desk.reachable("C-1", language=language), isdefault=True, **THIS_MONTH)
    desk.tell(MARCH)
    ((_, body),) = desk.texts("Customer")
    assert WARNINGS[language] in body
