"""A contract may be billed by what the supplier billed: each line named, with a mark-up, once, corrections included."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dataverse.query import Query
from dataverse.stores.exchange_rates import ExchangeRateRows
from dataverse.stores.explaining import Explanations
from dataverse.stores.left_out import left_out
from dataverse.stores.releasing import held_by, released
from dataverse.webapi import Ref
from local.desks.supplier import LINE, SupplierDesk
from work365.currencies.rates import ExchangeRate
from work365.explaining.rerun import scenario_of
from work365.explaining.words import explain
from work365.money import currency
from work365.scenario import scenario
from work365.simulation import answer, simulate

JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (1, 2, 3, 4))
NEW = "new 2026-01-05..2026-02-04 +10 @12 r-1"
MORE = """
addQuantity 2026-01-20..2026-02-04 -10 @6.1935 r-2
addQuantity 2026-01-20..2026-02-04 +12 @6.1935 r-2
"""


def desk_of(**columns: object) -> SupplierDesk:
    return SupplierDesk(JANUARY, **{"supplierlinesfrom": JANUARY, "suppliermarkuppercent": Decimal(15), **columns})


def test_each_customer_line_names_the_supplier_line_and_carries_the_mark_up() -> None:
    """120.00 with 15 % is 138.00; -61.94 and 74.32 with 15 % are -71.23 and 85.47, each rounded once."""
    desk = desk_of()
    report = desk.imports(NEW + MORE)
    assert (report.created, report.lines_added, report.lines_corrected) == (1, 3, 0)
    desk.run(FEBRUARY)
    assert desk.printed() == [
        [
            ("Standard: new, 10 (supplier's invoice G-1, r-1)", "138.00"),
            ("Standard: add quantity, 12 (supplier's invoice G-1, r-2)", "85.47"),
            ("Standard: add quantity, 10 (supplier's invoice G-1, r-2)", "-71.23"),
        ]
    ]
    (invoice,) = desk.invoices()
    assert invoice.tax == Decimal("28.93")
    assert list(desk.change_rows(desk.terms)) == [("Billed", invoice.id)] * 2


def test_the_same_bill_again_and_a_run_again_add_nothing() -> None:
    desk = desk_of()
    desk.imports(NEW + MORE)
    assert desk.imports(NEW + MORE).lines_added == 0
    desk.run(FEBRUARY)
    assert desk.imports(NEW + MORE).clean
    desk.run(date(2026, 2, 2))
    desk.run(MARCH)
    assert len(desk.invoices()) == 1
    assert {state for *_, state in desk.lines()} == {"Billed"}


def test_a_supplier_correction_is_a_customer_correction_on_the_next_invoice() -> None:
    """The line of 120.00 comes again with 100.00: -20.00 with 15 % is -23.00, beside the next month's lines."""
    desk = desk_of()
    desk.imports(NEW)
    desk.run(FEBRUARY)
    report = desk.imports(NEW.replace("@12", "@10"))
    assert (report.lines_added, report.lines_corrected) == (0, 1)
    desk.imports("cycleCharge 2026-02-05..2026-03-04 +10 @12 r-3", invoice="G-2")
    desk.run(MARCH)
    assert desk.printed()[1] == [
        ("Standard: correction of new (supplier's invoice G-1, r-1)", "-23.00"),
        ("Standard: cycle fee, 10 (supplier's invoice G-2, r-3)", "138.00"),
    ]
    assert desk.imports(NEW.replace("@12", "@10")).lines_corrected == 0
    desk.imports(NEW.replace("@12", "@11"))
    desk.run(APRIL)
    assert desk.printed()[2] == [("Standard: correction of new (supplier's invoice G-1, r-1)", "11.50")]


def test_a_line_that_comes_again_before_it_is_billed_is_billed_as_it_is_now() -> None:
    desk = desk_of()
    desk.imports(NEW)
    assert desk.imports(NEW.replace("@12", "@11")).lines_corrected == 1
    desk.run(FEBRUARY)
    assert desk.invoices()[0].amounts == ["126.50"]
    assert desk.lines() == [("r-1", "110.00", "Billed")]


def test_a_supplier_credit_alone_waits_for_the_next_invoice() -> None:
    """A contract that bills changes now: a credit between cycles rides on the cycle's invoice."""
    desk = desk_of(changesbilled="Now")
    desk.imports(NEW)
    desk.run(date(2026, 1, 10))
    desk.imports("removeQuantity 2026-01-20..2026-02-04 -10 @6 r-4\nremoveQuantity 2026-01-20..2026-02-04 +8 @6 r-4")
    desk.run(date(2026, 1, 21))
    assert [one.amounts for one in desk.invoices()] == [["138.00"]]
    desk.imports("cycleCharge 2026-02-05..2026-03-04 +8 @12 r-5", invoice="G-2")
    desk.run(MARCH)
    assert sorted(desk.invoices()[1].amounts) == ["-69.00", "110.40", "55.20"]


def test_nothing_else_is_needed_of_a_subscription() -> None:
    """No price list, no price: it is on its contract, and no finding asks for one."""
    desk = desk_of()
    assert [finding.code for finding in desk.imports(NEW).findings] == []
    row = desk.api.first(Query("w365_subscription", ("_w365_contract_value", "w365_unitprice")))
    assert row is not None
    assert (row["_w365_contract_value"], row["w365_unitprice"]) == (desk.terms, 0)


@pytest.mark.parametrize("typed", [None, Decimal("99.00")])
def test_a_price_that_is_typed_where_the_lines_bill_holds_nothing_back(typed: Decimal | None) -> None:
    """Nothing is billed by it."""
    desk = desk_of()
    desk.imports(NEW)
    row = desk.api.first(Query("w365_subscription", ("w365_subscriptionid",)))
    assert row is not None
    desk.api.update(Ref("w365_subscription", row["w365_subscriptionid"]), {"w365_unitprice": typed})
    desk.run(FEBRUARY)
    assert [amount for _, amount in desk.printed()[0]] == ["138.00"]


def test_own_services_on_the_contract_are_billed_by_seats_and_days() -> None:
    desk = desk_of()
    desk.subscription(desk.terms, seats=2)
    desk.imports(NEW)
    desk.run(JANUARY)
    desk.run(FEBRUARY)
    assert [one.amounts for one in desk.invoices()] == [["62.00"], ["62.00", "138.00"]]


@pytest.mark.parametrize(("since", "more"), [(MARCH, []), (FEBRUARY, [["-200.00", "138.00"]])])
def test_switching_over_gives_back_what_was_billed_ahead(since: date, more: list[list[str]]) -> None:
    """February was billed by seats on the first. From the day that the contract names the supplier's lines count, and nothing
    is billed by both: those of February give back its 200.00, or are left aside.
    """
    desk = SupplierDesk(JANUARY)
    desk.resold(price=Decimal(20), start=JANUARY)
    desk.run(JANUARY)
    desk.run(FEBRUARY)
    terms = {"w365_supplierlinesfrom": since, "w365_suppliermarkuppercent": Decimal(15)}
    desk.api.update(Ref("w365_billingcontract", desk.terms), terms)
    desk.imports("cycleCharge 2026-02-01..2026-02-28 +10 @12 r-6", invoice="G-2")
    desk.run(MARCH)
    desk.run(date(2026, 3, 2))
    by_kind = sorted((one.amounts for one in desk.invoices()), key=len)
    assert by_kind == [["200.00"], ["200.00"], *more]


def test_another_currency_is_converted_at_the_rate_of_the_charges_day_or_held() -> None:
    """120.00 USD at 0.92 with 15 % is 126.96 EUR; without the rate the contract is held and says so."""
    desk = desk_of()
    desk.imports(NEW, currency="USD")
    desk.run(FEBRUARY)
    assert desk.invoices() == []
    assert desk.findings() == {"C-1 USD EUR": ("no-exchange-rate", "Open")}
    rate = ExchangeRate(currency("USD"), currency("EUR"), date(2026, 1, 5), Decimal("0.92"), "ECB")
    ExchangeRateRows(desk.api).add([rate])
    desk.run(date(2026, 2, 2))
    assert desk.invoices()[0].amounts == ["126.96"]
    row = desk.api.first(Query(LINE, ("w365_billedamount", "w365_billedrate", "w365_markuppercent")))
    assert row is not None
    assert (row["w365_billedamount"], row["w365_billedrate"], row["w365_markuppercent"]) == (
        Decimal("126.96"),
        Decimal("0.92"),
        15,
    )


def test_a_contract_without_mark_up_is_held_with_a_sentence() -> None:
    desk = desk_of(suppliermarkuppercent=None)
    desk.imports(NEW)
    desk.run(FEBRUARY)
    assert desk.invoices() == []
    (message,) = [row["w365_message"] for row in desk.api.find(Query("w365_finding", ("w365_message",)))]
    assert "has no mark-up; enter one, 0 to pass them on at cost" in message


def test_an_excluded_line_and_its_corrections_are_not_billed() -> None:
    desk = desk_of()
    desk.imports(NEW)
    line = next(iter(desk.api.find(Query(LINE, ("w365_providerinvoicelineid",)))))["w365_providerinvoicelineid"]
    desk.api.update(Ref(LINE, line), left_out(LINE, "A gift"))
    desk.imports(NEW.replace("@12", "@13"))
    desk.run(FEBRUARY)
    assert desk.invoices() == []
    assert desk.lines() == [("r-1", "120.00", "Excluded"), ("r-1", "10.00", "Excluded")]
    reasons = [row["w365_exclusionreason"] for row in desk.api.find(Query(LINE, ("w365_exclusionreason",)))]
    assert reasons == ["A gift", "A gift"]


def test_the_line_is_explained_by_the_suppliers() -> None:
    """Which line of which bill, what was added, and the sum that gives the cents."""
    desk = desk_of()
    desk.imports(NEW)
    desk.run(FEBRUARY)
    found = Explanations(desk.api).document(desk.invoices()[0].number)
    assert found is not None
    why, how_much, tax = explain(found.lines[0])
    assert why == (
        "The contract is billed by what the supplier bills; this line is for 5 January 2026 to 4 February 2026. "
        "The supplier billed 120.00 EUR for it (new of 10, line r-1 of invoice G-1); 15 % is added."
    )
    assert (how_much, tax) == ("1 x 138.00 = 138.00 EUR.", "Tax: 19% of 138.00 is 26.22 EUR.")


def test_the_simulator_bills_again_what_seats_and_days_billed() -> None:
    """After switching over the scenario of an explanation ends the seats on the day, as the contract does."""
    desk = desk_of()
    desk.subscription(desk.terms, seats=2)
    desk.imports(NEW)
    desk.run(FEBRUARY)
    found = Explanations(desk.api).document(desk.invoices()[0].number)
    assert found is not None
    assert found.history is not None
    answered = answer(simulate(scenario(scenario_of(found.history))))
    assert [line["amount"] for line in answered["invoices"][-1]["lines"]] == ["62.00", "62.00", "138.00"]


def test_cancelled_its_lines_are_billed_again() -> None:
    desk = desk_of()
    desk.imports(NEW)
    desk.run(FEBRUARY)
    held = list(desk.api.rows(*held_by(desk.invoices()[0].id)))
    desk.api.change(released(held))
    assert desk.lines() == [("r-1", "120.00", "Unbilled")]
