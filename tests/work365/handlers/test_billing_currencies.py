"""Prices in another currency in a run: the rate of the day or nothing, one rate per cycle, and the rate on the line."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from dataverse.query import Query
from dataverse.rows import bind
from dataverse.stores.exchange_rates import ExchangeRateRows
from dataverse.webapi import Ref
from local.desks.billing import SUBSCRIPTION, BillingDesk
from local.desks.usage import add_usage
from local.ecb.app import Ecb
from local.http import httpx_transport
from local.sample.generated import ENTITY, PRODUCT
from providers.exchange_rates.ecb import EcbRates
from transport.client import Http
from work365.currencies.rates import ExchangeRate
from work365.handlers.fetching_rates import fetch_rates
from work365.money import Currency

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
EUR, USD = Currency("EUR"), Currency("USD")
PRICED = ("w365_unitprice", "w365_amount", "w365_exchangerate", "w365_pricecurrency")


@pytest.fixture
def desk() -> BillingDesk:
    """A company in Germany that bills in euros."""
    return BillingDesk(JANUARY)


def rate(desk: BillingDesk, day: date, value: str, base: Currency = USD, quote: Currency = EUR) -> None:
    """A rate of a day."""
    assert ExchangeRateRows(desk.api).add([ExchangeRate(base, quote, day, Decimal(value), "ECB")]) == 1


def in_dollars(desk: BillingDesk, contract: str, *, start: date = JANUARY) -> str:
    """A subscription of ten seats at 20.00 dollars."""
    subscription = desk.subscription(contract, price=Decimal("20.00"), start=start)
    desk.api.update(
        Ref(SUBSCRIPTION, subscription), bind("transactioncurrencyid", "transactioncurrency", desk.tenant.currencies.id("USD"))
    )
    return subscription


def lines(desk: BillingDesk) -> list[str]:
    """Price, amount, rate and currency of each line, in the order in which they were billed."""
    found = desk.api.find(Query("w365_invoiceline", PRICED, order="createdon,w365_ordinal"))
    return [" ".join(f"{row[name]:f}" if isinstance(row[name], Decimal) else str(row[name]) for name in PRICED) for row in found]


def test_the_rate_of_the_day_is_used_and_stored(desk: BillingDesk) -> None:
    """Each month at its own rate; what is in euros is not touched."""
    contract = desk.contract("C-1")
    desk.subscription(contract, seats=1)
    in_dollars(desk, contract)
    rate(desk, JANUARY, "0.9000")
    rate(desk, FEBRUARY, "0.8765")
    desk.run(JANUARY)
    desk.run(FEBRUARY)
    desk.run(FEBRUARY)
    assert sorted(lines(desk)) == [
        "17.5300000000 175.3000 0.8765000000 USD",
        "18.0000000000 180.0000 0.9000000000 USD",
        "31.0000000000 31.0000 None None",
        "31.0000000000 31.0000 None None",
    ]


def test_a_missing_rate_holds_that_contract_alone(desk: BillingDesk) -> None:
    """A finding says which; a rate of another day or the other way round is not taken; entered, the next run bills."""
    in_dollars(desk, desk.contract("C-1"))
    desk.standing("C-2")
    rate(desk, JANUARY - timedelta(days=1), "0.9")
    rate(desk, JANUARY, "1.1", EUR, USD)
    desk.run(JANUARY)
    assert [invoice.contract for invoice in desk.invoices()] == ["C-2"]
    assert desk.findings() == {"C-1 USD EUR": ("no-exchange-rate", "Open")}
    rate(desk, JANUARY + timedelta(days=1), "0.91")
    desk.run(JANUARY + timedelta(days=1))
    assert desk.findings() == {"C-1 USD EUR": ("no-exchange-rate", "Resolved")}
    assert [invoice.contract for invoice in desk.invoices()] == ["C-2", "C-1"]


def test_a_currency_that_a_company_made_up_holds_that_contract_alone(desk: BillingDesk) -> None:
    """Points are a currency to Dataverse and none to a bill; the contracts beside it are billed."""
    points = desk.api.create("transactioncurrency", {"isocurrencycode": "PTS", "currencyname": "Points", "currencysymbol": "P"})
    subscription = desk.subscription(desk.contract("C-1"), price=Decimal("20.00"), start=JANUARY)
    desk.api.update(Ref(SUBSCRIPTION, subscription), bind("transactioncurrencyid", "transactioncurrency", points))
    desk.standing("C-2")
    desk.run(JANUARY)
    assert [invoice.contract for invoice in desk.invoices()] == ["C-2"]
    assert desk.findings() == {"C-1": ("contract-not-billed", "Open")}


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"costcurrency": "PTS"}, "usage of Compute on 2026-01-15: 'PTS' is not a currency we know"),
        ({"costcurrency": None}, "usage of Compute has no cost currency; enter one on its form"),
        ({"usedon": None}, "usage of Compute has no day of use; enter one on its form"),
    ],
)
@pytest.mark.parametrize("minimum", [None, Decimal(500)])
def test_a_bad_row_of_usage_holds_its_contract_alone(
    desk: BillingDesk, columns: dict[str, object], said: str, minimum: Decimal | None
) -> None:
    """Rates are asked for together, for usage of the other contract in dollars too; only the first waits, and is told why."""
    for number in ("C-1", "C-2"):
        contract = desk.contract(number, usagemarkuppercent=Decimal(0), minimumamount=minimum)
        desk.api.update(Ref("w365_billingcontract", contract), bind("w365_CommitmentProduct", "w365_product", PRODUCT))
        plan = desk.subscription(contract)
        usage = add_usage(desk, contract, plan, date(2026, 1, 15), "10.00", currency="USD")
        if number == "C-1":
            desk.api.update(Ref("w365_usage", usage), {f"w365_{name}": value for name, value in columns.items()})
    rate(desk, date(2026, 1, 15), "0.9")
    desk.run(FEBRUARY)
    assert [(invoice.contract, "9.00" in invoice.amounts) for invoice in desk.invoices()] == [("C-2", True)]
    (message,) = [row["w365_message"] for row in desk.api.find(Query("w365_finding", ("w365_message",)))]
    assert said in message


@pytest.mark.parametrize(
    ("columns", "price"),
    [({"rateagedays": 2}, "18.0000000000"), ({"inverserates": True}, "18.1818181820"), ({"rateagedays": 1}, None)],
)
def test_a_company_may_allow_older_and_turned_rates(desk: BillingDesk, columns: dict[str, object], price: str | None) -> None:
    """For weekends, and for banks that publish one direction; only as far as it says."""
    desk.api.update(Ref("w365_legalentity", ENTITY), {f"w365_{name}": value for name, value in columns.items()})
    in_dollars(desk, desk.contract("C-1"))
    rate(desk, JANUARY - timedelta(days=2), "0.9")
    rate(desk, JANUARY, "1.1", EUR, USD)
    desk.run(JANUARY)
    assert [line.split()[0] for line in lines(desk)] == ([price] if price else [])


@pytest.mark.parametrize(("age_days", "lines_then"), [(2, ["16.6666666660 166.6700 0.8333333333 USD"]), (1, [])])
def test_an_invoice_of_sunday_uses_fridays_rate_where_that_is_allowed(
    desk: BillingDesk, age_days: int, lines_then: list[str]
) -> None:
    """1 February 2026 is a Sunday: what the bank published on Friday is fetched, and no row of Sunday is made up."""
    desk.clock.moment = datetime(2026, 1, 30, 16, tzinfo=UTC)
    bank = Ecb(desk.clock, {date(2026, 1, 30): {"USD": "1.2000"}}.get)
    source = EcbRates(Http("ECB", "https://www.ecb.example", transport=httpx_transport(bank)))
    book = ExchangeRateRows(desk.api)
    fetch_rates(source=source, book=book, codes={USD}, now=desk.clock.now())
    desk.clock.moment += timedelta(days=1, hours=12)
    assert fetch_rates(source=source, book=book, codes={USD}, now=desk.clock.now()).report is None
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_rateagedays": age_days, "w365_inverserates": True})
    in_dollars(desk, desk.contract("C-1", start=FEBRUARY), start=FEBRUARY)
    desk.run(FEBRUARY)
    assert lines(desk) == lines_then
    assert desk.findings() == ({} if lines_then else {"C-1 USD EUR": ("no-exchange-rate", "Open")})


def test_a_company_may_allow_rates_over_the_euro(desk: BillingDesk) -> None:
    """1.10 dollars or 0.88 pounds for a euro: 20.00 pounds are 25.00 dollars. Without the company's word nothing is billed."""
    contract = desk.contract("C-1")
    subscription = desk.subscription(contract, price=Decimal("20.00"))
    for table, row, code in (("w365_billingcontract", contract, "USD"), (SUBSCRIPTION, subscription, "GBP")):
        desk.api.update(Ref(table, row), bind("transactioncurrencyid", "transactioncurrency", desk.tenant.currencies.id(code)))
    for code, each in (("USD", "1.10"), ("GBP", "0.88")):
        rate(desk, JANUARY, each, EUR, Currency(code))
    desk.run(JANUARY)
    assert lines(desk) == []
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_crossrates": True})
    desk.run(JANUARY)
    assert lines(desk) == ["25.0000000000 250.0000 1.2500000000 GBP"]


def test_a_late_change_is_settled_at_the_rate_of_its_cycle(desk: BillingDesk) -> None:
    """January was billed at 0.90, so what comes back and what is charged for January is at 0.90; February is at 0.80."""
    contract = desk.contract("C-1")
    subscription = in_dollars(desk, contract)
    rate(desk, JANUARY, "0.90")
    rate(desk, FEBRUARY, "0.80")
    rate(desk, MARCH, "0.70")
    desk.run(JANUARY)
    desk.change(contract, subscription, date(2026, 1, 17), 4, price=Decimal("20.00"))
    desk.run(FEBRUARY)
    desk.change(contract, subscription, date(2026, 1, 25), 6, price=Decimal("20.00"), recorded=date(2026, 2, 10))
    desk.run(MARCH)
    desk.run(MARCH)
    billed = [(Decimal(price), Decimal(at), Decimal(amount)) for price, amount, at, _ in map(str.split, lines(desk))]
    january = sum(amount for _, at, amount in billed if at == Decimal("0.9"))
    assert {price / at for price, at, _ in billed} == {Decimal(20)}
    seat_days = Decimal(10 * 16 + 4 * 8 + 6 * 7)
    assert abs(january - seat_days * 18 / 31) <= Decimal("0.03")
    assert [amount for _, at, amount in billed if at == Decimal("0.7")] == [Decimal("84.00")]
    february = sum(amount for _, at, amount in billed if at == Decimal("0.8"))
    assert february == Decimal("96.00")


def test_a_chunk_without_foreign_prices_reads_no_rates(desk: BillingDesk) -> None:
    """The request is made only where it is needed."""
    desk.standing("C-1")
    desk.run(JANUARY)
    before = desk.fuse.count
    desk.run(FEBRUARY)
    plain = desk.fuse.count - before
    in_dollars(desk, desk.contract("C-2", start=MARCH), start=MARCH)
    rate(desk, MARCH, "0.9")
    before = desk.fuse.count
    desk.run(MARCH)
    assert desk.fuse.count - before == plain + 1
