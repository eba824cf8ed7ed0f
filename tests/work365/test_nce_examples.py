"""Microsoft's published examples of new-commerce billing, through our rules.

`data/nce.json` says of each example whether it can be trusted. What is inconsistent, superseded or wrong in print is never
asserted; the reason stands in the data. Where Microsoft truncates (here per unit, there per line) its figure is the supplier's
line, and ours, half away from zero once per line, stands beside it: both are held to the cent.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from local.sample.charges import BY_LINE, Life, charges, effective, truncated
from providers.partner_center.price_sheet import read_sheet
from work365.catalogue.list_changes import SheetRow
from work365.catalogue.prices import per_months
from work365.catalogue.promotions import Benefit, Promotion, Sale, granted
from work365.contracts.contract import BillingContract
from work365.invoicing.billing import bill
from work365.invoicing.proration import prorated
from work365.money import Currency, Money, rounded, total
from work365.periods import ANNUAL, MONTHLY, Cadence, Period
from work365.provisioning.terms import Plan, Terms
from work365.subscriptions.change_log import Change, Subscription
from work365.subscriptions.discount import Discount
from work365.terms import term as terms
from work365.terms.coterm import FULL_TERM, Neighbour, chosen_end, legal_ends
from work365.terms.renewal import Prices, Uplifts, extended_price, raised
from work365.terms.said import said
from work365.terms.term import Term
from work365.terms.windows import SeatChange, windows
from work365.usage.pricing import PriceBook
from work365.usage.records import Metered

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.invoicing.lines import Line

Vector = dict[str, Any]

EUR, USD = Currency("EUR"), Currency("USD")
ONE_DAY = timedelta(days=1)
PLANS = {"Monthly": 1, "Annual": 12}
HERE = Path(__file__).parent
VECTORS: dict[str, Vector] = {
    vector["id"]: vector
    for vector in json.loads((HERE / "data" / "nce.json").read_text(encoding="utf-8"), parse_float=Decimal)["vectors"]
}
NEVER = {"microsoft-doc-inconsistent", "microsoft-doc-illustrative", "microsoft-doc-superseded"}


def trusted(vector: Vector) -> bool:
    """A misprint leaves the figures usable; every other error of the publication makes it no reference."""
    return vector["status"] not in NEVER and vector.get("docError", {"class": "typo"})["class"] == "typo"


TRUSTED = {name: vector for name, vector in VECTORS.items() if trusted(vector)}
LINES = [
    pytest.param(line, id=f"{name}-{number}")
    for name, vector in TRUSTED.items()
    for number, line in enumerate(vector["expected"].get("lines", ()))
    if {"chargeCycleDays", "billingDays", "unitPrice", "expectedTotal"} <= line.keys()
]


def day(text: str) -> date:
    return date.fromisoformat(text[:10])


def printed(start: str, last: str) -> Period:
    """Days whose last one is printed."""
    return Period(day(start), day(last) + ONE_DAY)


def shown(line: Line) -> tuple[Period, int | Decimal, Decimal]:
    return line.period, line.quantity, line.amount.major


# ---- amounts of single lines


def test_every_example_is_asserted_or_named_with_the_fault_that_it_has() -> None:
    """Twenty-nine can be trusted, fourteen cannot; a new one must be put to a rule before this passes."""
    assert set(CHECKS) == set(TRUSTED)
    assert (len(TRUSTED), len(VECTORS)) == (29, 43)
    assert all("docError" in vector or vector["status"] in NEVER for name, vector in VECTORS.items() if name not in TRUSTED)


@pytest.mark.parametrize("name", TRUSTED)
def test_our_rules_give_the_published_figures(name: str) -> None:
    """Each example is put to the rule that it is about."""
    CHECKS[name](VECTORS[name])


@pytest.mark.parametrize("line", LINES)
def test_our_amount_is_the_exact_one_rounded_half_up_once(line: Vector) -> None:
    """Days of the line over the days that the cycle's price stands for; never further from the print than its truncation."""
    end = day(line["chargeEnd"]) + ONE_DAY
    used = Period(day(line["chargeStart"]), end)
    assert used.days == line["billingDays"]
    cycle = Period(used.start - timedelta(days=line["chargeCycleDays"] - used.days), end)
    ours = prorated(Decimal(line["unitPrice"]), line["billableQuantity"], used, cycle, EUR).major
    assert ours == Decimal(line["computed"]["line_HALFUP2(EUP*qty)"])
    assert abs(abs(Decimal(line["expectedTotal"])) - ours) <= Decimal("0.01") * line["billableQuantity"]


# ---- what each example is about


def charge_periods(vector: Vector) -> None:
    """What a purchase is charged for, period by period, and what the contract bills for it."""
    given, lines = vector["inputs"], vector["expected"]["lines"]
    term, plan, start = Term(given["term"]), PLANS[given["plan"]], day(given["orderDate"])
    periods = terms.charges(term.starting(start), plan)
    if term is Term.MONTH:
        periods += terms.charges(term.starting(periods[-1].end), plan)
    price = Decimal(given.get("unitPrice") or given["unitPriceMonthly"] * 12)
    contract = BillingContract("C", EUR, start, ANNUAL if plan == PLANS["Annual"] else MONTHLY)
    log = (Change("new", start, given["qty"]),)
    billed = bill(contract, [Subscription("s", start, price, log)], (), as_of=periods[-1].start).lines
    ours = [shown(one) for one in billed]
    for line in lines:
        period = printed(line["chargeStart"], line["chargeEnd"])
        assert period in periods
        assert (period, line["billableQuantity"], Decimal(line["expectedTotal"])) in ours


def quantity_history(vector: Vector) -> None:
    """Every change gives back the old seats and charges the new ones, on the days and for the seats that Microsoft prints."""
    given, expected = vector["inputs"], vector["expected"]
    cycle, seats, log = printed(*given["cycle"]), 0, []
    for effective_on, word, count in given["events"]:
        seats += -count if word == "remove" else count
        log.append(Change(f"{word} {effective_on}", day(effective_on), seats))
    contract = BillingContract("C", EUR, cycle.start)
    subscription = Subscription("s", cycle.start, Decimal(given["unitPrice"]), tuple(log))
    lines = bill(contract, [subscription], (), as_of=cycle.start, seen_to=cycle.end).lines
    assert [shown(one)[:2] for one in lines] == [
        (printed(line["chargeStart"], line["chargeEnd"]), line["billableQuantity"]) for line in expected["lines"]
    ]
    exact = [Decimal(line["computed"]["line_HALFUP2(EUP*qty)"]) for line in expected["lines"]]
    assert [abs(one.amount.major) for one in lines] == exact
    assert [one.amount.minor > 0 for one in lines] == [line["expectedTotal"] > 0 for line in expected["lines"]]
    assert seats == expected["finalQuantity"]
    off = abs(total((one.amount for one in lines), EUR).major - Decimal(expected["sumOfLines"]))
    assert off < Decimal("0.01") * len(lines), "eleven lines, each truncated by less than a cent"
    _supplier_prints(given["unitPrice"], cycle, expected["lines"])


def _supplier_prints(price: int | Decimal, cycle: Period, lines: list[Vector]) -> None:
    """The supplier that stands in for Microsoft rounds each charge type as the example prints it."""
    (row,) = charges(Life("x", "C01", "E3", "P1M", "Monthly", cycle.start, 1), "EUR", cycle.start, cycle.end)
    for line in lines:
        unit = effective(Decimal(price), day(line["chargeStart"]), cycle.start, cycle.end - ONE_DAY, "Monthly")
        sign = 1 if line["expectedTotal"] > 0 else -1
        made = replace(row, charge=line["chargeType"], seats=line["billableQuantity"], sign=sign, effective=unit)
        assert made.subtotal(Decimal(1)) == Decimal(line["expectedTotal"])


def cancelled_in_the_window(vector: Vector) -> None:
    """Ten seats go back on the third day: what the contract credits is what the window still refunds."""
    given, (new, cancel) = vector["inputs"], vector["expected"]["lines"]
    start, gone = day(given["start"]), day(given["cancelDate"])
    contract, price = BillingContract("C", EUR, start), Decimal(given["unitPrice"])
    log = (Change("new", start, given["qty"]), Change("cancel", gone, 0))
    charge, credit = bill(contract, [Subscription("s", start, price, log)], (), as_of=start, seen_to=gone).lines
    assert shown(charge) == (printed(new["chargeStart"], new["chargeEnd"]), given["qty"], Decimal(new["expectedTotal"]))
    assert shown(credit)[:2] == (printed(cancel["chargeStart"], cancel["chargeEnd"]), given["qty"])
    (window,) = windows([SeatChange(datetime(start.year, start.month, start.day, tzinfo=UTC), given["qty"])])
    refund = window.refund(datetime(gone.year, gone.month, gone.day, 12, tzinfo=UTC), price, charge.period, charge.period, EUR)
    assert refund == -credit.amount == Money(9430, EUR)
    _supplier_prints(price, charge.period, [new, cancel])


def cancelled_on_the_day(vector: Vector) -> None:
    """Within 24 hours everything comes back, whatever the price."""
    new, cancel = (Decimal(line["total"]) for line in vector["expected"]["lines"])
    start = datetime(2026, 3, 10, 9, tzinfo=UTC)
    (window,) = windows([SeatChange(start, 1)])
    month = Period(date(2026, 3, 10), date(2026, 4, 10))
    assert window.refund(start + timedelta(hours=23), new, month, month, USD).major == -cancel
    assert window.refund(start + timedelta(hours=25), new, month, month, USD).major < new


def windows_that_the_supplier_states(vector: Vector) -> None:
    """Its dates are taken as they stand: full until midnight UTC, ten newer seats until the 24th, the other five no more."""
    heard = said(json.dumps(vector["expected"], default=str))
    assert heard is not None
    (window,) = heard.windows
    assert (window.seats, window.full_until) == (10, datetime(2021, 1, 15, tzinfo=UTC))
    assert window.until == datetime(2021, 1, 24, 20, 39, 17, 182697, tzinfo=UTC)
    bought = day(vector["inputs"]["creationDate"])
    assert Term.YEAR.starting(bought).end == day(vector["expected"]["commitmentEndDate"]) + ONE_DAY


def plan_changes_at_the_next_cycle(vector: Vector) -> None:
    """A year at the annual price, then months at the monthly price; the term's own end stays."""
    given, lines = vector["inputs"], vector["expected"]["lines"]
    term = Term(given["term"]).starting(day(given["start"]))
    year = terms.charges(term, PLANS["Annual"])[0]
    month = next(period for period in terms.charges(term, PLANS["Monthly"]) if period.start == year.end)
    assert year.end == day(given["change"]) + ONE_DAY
    assert [year, month] == [printed(line["chargeStart"], line["chargeEnd"]) for line in lines]
    for period, line in zip((year, month), lines, strict=True):
        price = Decimal(line["unitPrice"])
        assert prorated(price, given["qty"], period, period, USD).major == Decimal(line["expectedTotal"])


def monthly_terms_from_the_last_day(vector: Vector) -> None:
    """The table of monthly terms that were bought on a month's last days."""
    rows = vector["expected"]["rows"]
    for row in rows:
        assert Term.MONTH.starting(day(row["start"])).end == day(row["end"]) + ONE_DAY == day(row["renew"])
    assert len(rows) == 5


def days_of_a_cycle(vector: Vector) -> None:
    """A cycle that starts in February has 28 days though it ends in March, and the next one 31."""
    expected, start = vector["expected"], day(vector["inputs"]["bought"])
    cadence = Cadence.around(start, start.day, MONTHLY)
    first, second = cadence.cycle(0), cadence.cycle(1)
    assert [first, second] == [printed(*expected["cycle"]), printed(*expected["nextCycle"])]
    assert [first.days, second.days] == [expected["chargeCycleDays"], expected["nextChargeCycleDays"]]


def coterm(vector: Vector) -> None:
    """The printed end is legal, and the term after it runs full length."""
    given, expected = vector["inputs"], vector["expected"]
    start, term = day(given["purchase"]), Term(given["term"])
    neighbours = [Neighbour("other", day(given["existingEnd"]) + ONE_DAY, Term.YEAR)] if given["existingEnd"] else []
    end = day(expected["firstTermEnd"]) + ONE_DAY
    chosen = chosen_end(legal_ends(start, term, neighbours), end)
    assert FULL_TERM not in chosen.why
    assert term.starting(end) == printed(*expected["nextTerm"].split(".."))


def subtotal_of_seats(vector: Vector) -> None:
    """ROUNDDOWN(effective price x rate, 2) x seats: 9.408 at 0.9 is 8.46 a seat, 84.60 for ten, where exact sums give 84.67."""
    assert vector["expected"]["formula"].endswith("* BillableQuantity")
    (row,) = charges(Life("x", "C01", "E3", "P1M", "Monthly", date(2021, 6, 18), 10), "EUR", date(2021, 6, 18), date(2021, 7, 18))
    assert row.charge not in BY_LINE
    assert replace(row, effective=Fraction("9.408"), sign=1).subtotal(Decimal("0.9")) == Decimal("84.60")
    assert rounded(Decimal("9.408") * Decimal("0.9") * 10, EUR).major == Decimal("84.67")


def azure_cost_is_not_quantity_times_price(vector: Vector) -> None:
    """The earned credit moves the effective price daily: cost is what is marked up, so 10 per cent of 21.39 is 2.139."""
    given, cost = vector["inputs"], Decimal(vector["expected"]["billableCost"])
    units, share = Decimal(given["billableConsumptionUnits"]), 1 - Fraction(given["pec"])
    assert truncated(Fraction(units) * Fraction(given["unitPrice"]) * share) == cost
    used = date(2019, 8, 3)
    record = Metered("u", "s", "Azure plan", "p", "", used, "D2 v3", units, "hours", cost, "USD")
    (rated,) = PriceBook(USD, markup_percent=Decimal(10)).rated([record])
    assert rated.amount == cost * Decimal("1.1")


def promotion(vector: Vector) -> None:
    """Ten per cent off 50 seats at 16.00: a line of 800.00 and a discount of 80.00 on it."""
    given, expected = vector["inputs"], vector["expected"]
    period = printed(expected["chargeStart"], expected["chargeEnd"])
    offer = Promotion(
        "p", "SPRING", "Spring", "PBI", Benefit.PERCENTAGE, Decimal(10), period.start, term="P1Y", plan=Plan.MONTHLY
    )
    price, contract = Decimal(given["unitPrice"]), BillingContract("C", USD, period.start)
    sale = Sale("A", "PBI", Terms("P1Y", Plan.MONTHLY), given["qty"], period.start, None, period.start, price, contract.cadence)
    off = granted(offer, sale)
    assert isinstance(off, Discount)
    log = (Change("new", period.start, given["qty"]),)
    seats = Subscription("s", period.start, price, log, discounts=(off,))
    lines = bill(contract, [seats], (), as_of=period.start).lines
    assert {one.period for one in lines} == {period}
    assert [one.amount.major for one in lines] == [Decimal("800.00"), Decimal("-80.00")]
    assert (
        total((one.amount for one in lines), USD).major == expected["subtotal"] == expected["effectiveUnitPrice"] * given["qty"]
    )
    assert expected["subtotal"] + expected["taxTotal"] == expected["total"]


def a_row_confirms_the_clamp(vector: Vector) -> None:
    """29 January to 27 February, from an annual term that is billed by the month."""
    given, expected = vector["inputs"], vector["expected"]
    first = terms.charges(Term(given["term"]).starting(day(given["start"])), PLANS[given["plan"]])[0]
    assert first == printed(expected["chargeStart"], expected["chargeEnd"])
    assert prorated(Decimal(given["unitPrice"]), given["qty"], first, first, USD).major == expected["subtotal"]


def cart_of_a_year(vector: Vector) -> None:
    """The extended price is the sum of the term's charges, not one of them."""
    start, price = date(2026, 1, 15), Decimal(vector["expected"]["listPrice"])
    term = Term(vector["inputs"]["term"]).starting(start)
    log = (Change("new", start, vector["inputs"]["qty"]),)
    lines = bill(BillingContract("C", USD, start, end=term.end), [Subscription("s", start, price, log)], (), as_of=term.end).lines
    assert [one.amount.major for one in lines] == [price] * 12
    assert total((one.amount for one in lines), USD).major == vector["expected"]["extendedPrice"]


def cart_of_a_month(vector: Vector) -> None:
    """The same product for a month at a time is a fifth dearer."""
    yearly = Decimal(VECTORS["cart-annual-monthly"]["expected"]["listPrice"])
    assert raised(yearly, Decimal(20)) == vector["expected"]["listPrice"] == vector["expected"]["extendedPrice"]


def price_sheet_row(vector: Vector) -> None:
    """An annual row holds the annual price: 115.20 a year is 9.60 a month, and the partner keeps a fifth of 144.00."""
    given, expected = vector["inputs"], vector["expected"]
    sheet = HERE.parent / "providers" / "partner_center" / "data" / "price_sheet.csv"
    row = next(row for row in read_sheet(sheet) if isinstance(row, SheetRow))
    assert row.number == f"{given['ProductId']}:{given['SkuId']}"
    assert row.terms == Terms(given["TermDuration"], Plan(given["BillingPlan"]))
    assert (row.cost, row.amount) == (expected["UnitPrice"], expected["ERP Price"])
    assert per_months(Decimal(expected["UnitPrice"]), row.terms.plan, 1) == Decimal("9.6")
    assert 1 - Fraction(expected["UnitPrice"]) / Fraction(expected["ERP Price"]) == Fraction(expected["partnerMargin"])


def seats_are_added_in_a_legacy_month(vector: Vector) -> None:
    """Legacy bills gave the whole month back and charged it in pieces; ours give back a part, and every piece costs the same."""
    given, lines = vector["inputs"], vector["expected"]["lines"]
    start, changed = day(given["start"]), day(given["change"])
    log = (Change("old", start, given["from"]), Change("new", changed, given["to"]))
    contract = BillingContract("C", USD, start)
    seats = Subscription("s", start, Decimal(given["monthly"]), log)
    whole, credit, charge, after = bill(contract, [seats], (), as_of=day("2018-02-13")).lines
    reversed_, before, rest, next_cycle = (Decimal(line["expectedTotal"]) for line in lines)
    assert (whole.amount.major, after.amount.major) == (-reversed_, next_cycle)
    assert (charge.amount.major, whole.amount.major + credit.amount.major) == (rest, before)
    assert [charge.period, after.period] == [printed(line["chargeStart"], line["chargeEnd"]) for line in lines[2:]]


def second_licence_in_a_legacy_year(vector: Vector) -> None:
    """A year's price by the day, half away from zero: 1, 27 and 337 of 365 days."""
    given, lines = vector["inputs"], vector["expected"]["lines"]
    year = Term.YEAR.starting(day(given["start"]))
    for line in lines:
        used = printed(line["chargeStart"], line["chargeEnd"])
        ours = prorated(Decimal(given["annual"]), line["billableQuantity"], used, year, USD)
        assert ours.major == abs(Decimal(line["expectedTotal"]))


def monthly_premium(vector: Vector) -> None:
    """A monthly term is a fifth dearer than an annual one that is billed by the month."""
    given, expected = vector["inputs"], vector["expected"]
    assert raised(Decimal(given["annualTermMonthlyPrice"]), Decimal(20)) == Decimal(expected["monthlyTermPrice"])


def extended_service_term(vector: Vector) -> None:
    """Three per cent over the monthly term: 4.12 a seat, 206.00 for fifty."""
    given, expected = vector["inputs"], vector["expected"]
    monthly = Decimal(given["monthlyTermPrice"])
    price = extended_price(Prices(monthly, monthly=monthly), Uplifts())
    assert (price, price * given["qty"]) == (expected["effectiveUnitPrice"], expected["lineTotal"])
    assert price * given["qty"] - monthly * given["qty"] == expected["surcharge"]


def seats_taken_away(vector: Vector) -> None:
    """Two seats less for 20 of 31 days; the supplier's long decimal is our amount before it is rounded."""
    given = vector["inputs"]
    month = Period(date(2026, 1, 1), date(2026, 2, 1))
    rest = Period(month.end - timedelta(days=given["days"]), month.end)
    ours = prorated(Decimal(given["unitPrice"]), -given["qtyDelta"], rest, month, USD)
    assert -ours == rounded(Decimal(vector["expected"]["subtotal"]), USD)


CHECKS: dict[str, Callable[[Vector], None]] = {
    "nce-basic-monthly-new": charge_periods,
    "nce-basic-annual-monthly-cycle": charge_periods,
    "nce-basic-annual-upfront": charge_periods,
    "nce-march-2022-multi-change": quantity_history,
    "nce-cancel-in-window": cancelled_in_the_window,
    "nce-change-billing-plan-annual-to-monthly": plan_changes_at_the_next_cycle,
    "nce-dates-monthly-term-last-day": monthly_terms_from_the_last_day,
    "nce-cycle-days-definition": days_of_a_cycle,
    "nce-coterm-3y-coterm-1y": coterm,
    "nce-coterm-1y-coterm": coterm,
    "nce-coterm-1y-calendar": coterm,
    "rule-subtotal-seat": subtotal_of_seats,
    "azure-eup-2019-08-03": azure_cost_is_not_quantity_times_price,
    "azure-eup-2019-08-10": azure_cost_is_not_quantity_times_price,
    "azure-eup-2019-08-25": azure_cost_is_not_quantity_times_price,
    "promo-10pct": promotion,
    "o365e3-annual-monthly": a_row_confirms_the_clamp,
    "cart-annual-monthly": cart_of_a_year,
    "cart-monthly-term": cart_of_a_month,
    "pricesheet-annual-row": price_sheet_row,
    "saas-cancel-same-day": cancelled_on_the_day,
    "refund-window-sample": windows_that_the_supplier_states,
    "legacy-monthly-add": seats_are_added_in_a_legacy_month,
    "legacy-annual-second-license": second_licence_in_a_legacy_year,
    "premium-monthly-term-6": monthly_premium,
    "premium-monthly-term-12.5": monthly_premium,
    "premium-monthly-term-36": monthly_premium,
    "est-uplift-2": extended_service_term,
    "recon-remove-2-seats-2026": seats_taken_away,
}
