"""Worked figures of other engines and of Microsoft's and a distributor's documentation, through our engine.

`data/billing_cases.json` holds 270 cases that fit our conventions: half-open actual days, half away from zero once per line.
Where a case says "inclusive", a day is added to its end. Where an engine's log or tiers have a rule of their own, the check says
how the case is put to ours.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from work365.commitments.terms import Commitment
from work365.commitments.truing import Committed, Counted, true_up
from work365.contracts.contract import BillingContract
from work365.contracts.policy import Policy
from work365.invoicing.billing import bill
from work365.invoicing.credits import creditable
from work365.invoicing.discounts import combined, percent_of, spread
from work365.invoicing.items import Item, lines_of, one_day
from work365.invoicing.lines import Kind
from work365.invoicing.proration import days30, prorated
from work365.money import Currency, Money, exactly, rounded, total
from work365.periods import ANNUAL, MONTHLY, QUARTERLY, Cadence, Frequency, Period, Unit, local_day
from work365.pricing import Package, Tier, TierModel, Tiers
from work365.subscriptions.change_log import Change, Subscription

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.invoicing.lines import Line

Case = dict[str, Any]

USD = Currency("USD")
CASES: list[Case] = json.loads((Path(__file__).parent / "data" / "billing_cases.json").read_text("utf-8"), parse_float=Decimal)
FREQUENCY = {
    "MONTHLY": MONTHLY,
    "QUARTERLY": QUARTERLY,
    "ANNUAL": ANNUAL,
    "WEEKLY": Frequency(1, Unit.WEEK),
    "THIRTY_DAYS": Frequency(30, Unit.DAY),
}
POLICY = {"IN_ADVANCE": Policy.ADVANCE, "IN_ARREAR": Policy.ARREARS}

FREE = "lg-grad-0"
"""With us a quantity of 0 costs nothing in every model; there the first tier counts as entered at 0."""


def day(text: str) -> date:
    return date.fromisoformat(text)


def usd(text: str) -> Money:
    return exactly(Decimal(text), USD)


def majors(lines: tuple[Line, ...]) -> list[str]:
    return [str(line.amount.major) for line in lines]


def recurring_periods(case: Case) -> None:
    """One seat at 100.00, billed up to a day: every item with its days and amount."""
    given, start = case["inputs"], day(case["inputs"]["service_start"])
    end = given["service_end_exclusive"] and day(given["service_end_exclusive"])
    frequency, policy = FREQUENCY[given["billing_period"]], POLICY[given["billing_mode"]]
    contract = BillingContract("C", USD, start, frequency, given["bill_cycle_day"], policy, end=end)
    result = bill(
        contract, [Subscription("s", start, Decimal(100), (Change("c", start, 1),))], [], as_of=day(given["bill_through"])
    )
    expected = [
        (item["start"], item["end"], item["days"], item["period_days"], item["amount_at_100"])
        for item in case["expected"]["items"]
    ]
    assert [
        (str(one.period.start), str(one.period.end), *one.fraction, str(one.amount.major)) for one in result.lines
    ] == expected


def subscription_timeline(case: Case) -> None:
    """Runs one after the other, new changes before each; every item of every invoice, whatever its order."""
    steps = case["inputs"]["steps"]
    events = [event for step in steps for event in step["new_events"]]
    priced = next(event for event in events if event["billing_period"] != "NO_BILLING_PERIOD")
    start, frequency = day(events[0]["effective"]), FREQUENCY[priced["billing_period"]]
    bill_day = priced["bill_cycle_day"] if frequency.months else None
    contract = BillingContract("C", USD, start, frequency, bill_day, POLICY[priced["billing_mode"]])
    changes: dict[str, list[Change]] = {}
    posted: list[Line] = []
    invoices: list[tuple[str, list[tuple[str, str, str, str]]]] = []
    billed_through = None
    for step in steps:
        for event in step["new_events"]:
            changes.setdefault(event["subscription"], []).append(_change(event, start))
        if step["run_target"] is None:
            continue
        subscriptions = [Subscription(name, start, changes=tuple(log)) for name, log in changes.items()]
        result = bill(contract, subscriptions, posted, as_of=day(step["run_target"]), billed_through=billed_through)
        billed_through = result.billed_through
        posted += result.lines
        items = [(one.subscription, str(one.period.start), str(one.period.end), str(one.amount.major)) for one in result.lines]
        invoices.append((step["run_target"], sorted(items)))
    assert invoices == [(one["target"], sorted(_items(one))) for one in case["expected"]["invoices"]]


def _change(event: dict[str, Any], recorded: date) -> Change:
    """A pause, a cancellation and a free trial are a quantity of 0 here."""
    seats = 0 if event["billing_period"] == "NO_BILLING_PERIOD" else event["quantity"]
    price = Decimal(event["unit_price"]) if event["unit_price"] else None
    name = f"{event['effective']} {event['change']} {event['quantity']}"
    return Change(name, day(event["effective"]), seats, recorded, price)


def _items(invoice: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    rows = [item for item in invoice["items"] if item["type"] != "FIXED"]
    return [(item["subscription"], item["start"], item["end"], item["amount"]) for item in rows]


def advance_period(case: Case) -> None:
    """The cycle that a run on its first day bills."""
    given = case["inputs"]
    start = day(given["invoice_date"])
    contract = BillingContract("C", USD, start, FREQUENCY[given["billing_period"]], given["bill_cycle_day"])
    assert bill(contract, [], [], as_of=start).cycles == (_period(case["expected"]),)


def arrear_period(case: Case) -> None:
    """The days that a run in arrears bills last."""
    given = case["inputs"]
    contract = _arrears(case)
    newest = bill(contract, [], [], as_of=day(given["invoice_date"])).cycles[-1]
    assert contract.billed_part(newest) == _period(case["expected"])


def elapsed_cycles(case: Case) -> None:
    """How many cycles are over, the leading stub among them."""
    assert len(bill(_arrears(case), [], [], as_of=day(case["inputs"]["target"])).cycles) == case["expected"]["completed_cycles"]


def period_containing_date(case: Case) -> None:
    """The billed days around a date."""
    assert _arrears(case).period_of(day(case["inputs"]["target"])) == _period(case["expected"])


def _arrears(case: Case) -> BillingContract:
    given = case["inputs"]
    frequency = FREQUENCY[given["billing_period"]]
    return BillingContract("C", USD, day(given["billing_start"]), frequency, given["bill_cycle_day"], Policy.ARREARS)


def _period(expected: dict[str, str]) -> Period:
    return Period(day(expected["start"]), day(expected["end"]))


def mid_period_change(case: Case) -> None:
    """One change in a cycle of so many days: the credit and the charge."""
    given = case["inputs"] | case["inputs"].get("half_open_equivalent", {})
    if "fraction_remaining" in given:
        old = [{"unit_price": given["old_price"], "quantity": 1}]
        new = [{"unit_price": given["new_price"], "quantity": 1}]
        given = {"period_start": "2025-01-01", "period_end": "2025-01-31", "change_date": "2025-01-16", "old": old, "new": new}
    if any(item.get("one_time") for item in given["new"]):
        one_time_fees(given, case["expected"])
        return
    start, length = day(given["period_start"]), Period(day(given["period_start"]), day(given["period_end"])).days
    contract = BillingContract("C", USD, start, Frequency(length, Unit.DAY))
    changes = tuple(
        Change(name, when, sum(item["quantity"] for item in items), start, Decimal(items[0]["unit_price"]) if items else None)
        for name, when, items in (("old", start, given["old"]), ("new", day(given["change_date"]), given["new"]))
    )
    result = bill(contract, [Subscription("s", start, changes=changes)], [], as_of=start)
    assert majors(result.lines[1:]) == [line["amount"] for line in case["expected"]["lines"]]
    assert total((line.amount for line in result.lines[1:]), USD) == usd(case["expected"]["net"])


def one_time_fees(given: dict[str, Any], expected: dict[str, Any]) -> None:
    """Billed whole on their day, wherever in the cycle it lies."""
    when = one_day(day(given["change_date"]))
    fees = [
        Item(
            "w365_item",
            ("row",),
            "item/row",
            Kind.CHARGE,
            "Setup",
            when,
            Decimal(fee["quantity"]),
            Decimal(fee["unit_price"]),
            "",
        )
        for fee in given["new"]
    ]
    lines = [line for fee in fees for line, _ in lines_of(fee, USD, Decimal(0))]
    assert majors(tuple(lines)) == [line["amount"] for line in expected["lines"]]


def discount(case: Case) -> None:
    """Percentages, amounts, and an amount spread over lines."""
    given = case["inputs"]
    if "coupons" in given:
        percents = [Decimal(coupon["percent"]) for coupon in given["coupons"] if "percent" in coupon]
        fixed = [usd(coupon["fixed"]) for coupon in given["coupons"] if "fixed" in coupon]
        assert combined(usd(given["subtotal"]), percents, fixed) == usd(case["expected"]["discount"])
        return
    lines = [usd(line) for line in given["lines"]]
    parts = spread(usd(given["invoice_discount"]), lines)
    assert [str((line - part).major) for line, part in zip(lines, parts, strict=True)] == case["expected"]["taxable"]


def credit_cap(case: Case) -> None:
    """What may still be credited."""
    given = case["inputs"]
    allowed = creditable(usd(given["potential_credit"]), usd(given["amount_paid"]), usd(given["credits_already_issued"]))
    assert allowed == usd(case["expected"]["credit"])


def local_calendar_days_between(case: Case) -> None:
    """Days between two instants, as dates of a zone."""
    zone = ZoneInfo(case["inputs"]["timezone"])
    start, end = (datetime.fromisoformat(case["inputs"][name]) for name in ("start_utc", "end_utc"))
    assert Period(local_day(start, zone), local_day(end, zone)).days == case["expected"]["days"]


def round_to_currency(case: Case) -> None:
    """One amount, rounded."""
    assert str(rounded(Decimal(case["inputs"]["amount"]), case["inputs"]["currency"]).major) == case["expected"]["rounded"]


def sum_of_rounded_lines(case: Case) -> None:
    """Many lines, each rounded before they are added."""
    given = case["inputs"]
    lines = [rounded(Decimal(given["line_amount"]), given["currency"])] * given["lines"]
    assert str(total(lines, given["currency"]).major) == case["expected"]["total"]


def next_billing_date(case: Case) -> None:
    """The next boundary, from the anchor."""
    given, anchor = case["inputs"], day(case["inputs"]["billing_anchor"])
    frequency = Frequency(FREQUENCY[given["interval"]].every * given["interval_count"], Unit.MONTH)
    cadence = Cadence.around(anchor, anchor.day, frequency)
    assert str(cadence.containing(day(given["current_period_start"])).end) == case["expected"]["next_billing_date"]


def partial_period_charge(case: Case) -> None:
    """One line for a part of a period."""
    given = case["inputs"]
    ends = {name: _end(given, name) for name in ("charge", "period")}
    used = Period(day(given["charge_start"]), ends["charge"])
    amount = prorated(Decimal(given["price"]), 1, used, Period(day(given["period_start"]), ends["period"]), USD)
    assert str(amount.major) == case["expected"]["amount"]
    assert used.days == case["expected"].get("days", used.days)


def _end(given: dict[str, str], name: str) -> date:
    return day(given[f"{name}_end"]) if f"{name}_end" in given else day(given[f"{name}_end_inclusive"]) + timedelta(days=1)


def unused_days_credit(case: Case) -> None:
    """A credit for unused days, with tax on the rounded net."""
    net, tax = _unused(case)
    assert str((net + tax).major) == case["expected"]["credit_incl_tax"]


def credit_note_rounding(case: Case) -> None:
    """Net, tax and total of a credit note."""
    net, tax = _unused(case)
    assert [str(one.major) for one in (net, tax, net + tax)] == [case["expected"][name] for name in ("net", "tax", "total")]


def _unused(case: Case) -> tuple[Money, Money]:
    given, start = case["inputs"], date(2024, 1, 1)
    used, cycle = (Period(start, start + timedelta(days=given[name])) for name in ("unused_days", "period_days"))
    net = prorated(Decimal(given["price"]), 1, used, cycle, USD)
    return net, percent_of(net, Decimal(given["tax_percent"]))


def sequential_credit_notes(case: Case) -> None:
    """Several credit notes for one invoice: together they are the invoice."""
    percent = Decimal(case["inputs"]["tax_percent"])
    nets = [usd(net) for net in case["inputs"]["credit_notes_net"]]
    taxes = [percent_of(net, percent) for net in nets]
    assert [str(tax.major) for tax in taxes] == case["expected"]["tax"]
    assert [str((net + tax).major) for net, tax in zip(nets, taxes, strict=True)] == case["expected"]["credit_note_totals"]
    invoice = usd(case["inputs"]["invoice_net"])
    assert str((invoice + percent_of(invoice, percent)).major) == case["expected"]["invoice_total"]


def weekly_calendar_first_charge(case: Case) -> None:
    """A week from Monday, begun on a Saturday in another zone."""
    given = case["inputs"]
    start = local_day(datetime.fromisoformat(given["created_utc"]), ZoneInfo(given["timezone"]))
    monday = start - timedelta(days=start.weekday())
    contract = BillingContract("C", USD, start, Frequency(1, Unit.WEEK), monday.day)
    result = bill(contract, [Subscription("s", start, Decimal(given["price"]), (Change("c", start, 1),))], [], as_of=start)
    assert (majors(result.lines), result.lines[0].fraction) == ([case["expected"]["amount"]], (case["expected"]["days"], 7))


def anniversary_periods(case: Case) -> None:
    """Cycles from the 31st."""
    start = day(case["inputs"]["start"])
    cadence = Cadence.around(start, start.day, MONTHLY)
    expected = [Period(day(first), day(last)) for first, last in case["expected"]["periods_half_open"]]
    assert [cadence.cycle(number) for number in range(3)] == expected


def rating(case: Case) -> None:
    """A quantity through tiers, blocks or packages."""
    given = case["inputs"]
    tiers = given["tiers"]
    if given["model"] == "package":
        pricing: Package | Tiers = Package(tiers[0]["package_size"], Decimal(tiers[0]["package_price"]), tiers[0]["free_units"])
    else:
        pricing = Tiers(TierModel(given["model"].removesuffix("_blocks")), _tiers(tiers))
    if case["id"] == FREE:
        assert isinstance(pricing, Tiers)
        assert pricing.cost(0) == (0, 1)
        assert pricing.tiers[0].amount(0) == Decimal(case["expected"]["amount"])
    elif "maximum_spend" in given:
        assert _left_under_maximum(given, pricing) == Decimal(case["expected"]["amount"])
    else:
        assert Decimal(case["expected"]["amount"]).as_integer_ratio() == pricing.cost(int(given["quantity"]))


def _left_under_maximum(given: dict[str, Any], pricing: Package | Tiers) -> Decimal:
    """What a second bill of a cycle comes to: the seats on top of those billed before, and what the maximum takes off."""
    start, before = date(2026, 1, 1), int(given["previous_quantity"])
    contract = BillingContract("C", USD, start)
    log = (Change("before", start, before), Change("now", start, before + int(given["quantity"]), start + timedelta(days=1)))
    seats = Subscription("s", start, changes=log, pricing=pricing)
    first = bill(contract, [seats], [], as_of=start)
    assert str(total((line.amount for line in first.lines), USD).major) == "160.00"
    second = bill(contract, [seats], first.lines, as_of=start + timedelta(days=1), billed_through=first.billed_through)
    most = Commitment(None, Decimal(given["maximum_spend"]), "", "")
    posted, fresh = (tuple(Counted(one.key, one.period.start, one.amount) for one in part.lines) for part in (first, second))
    capped = true_up(contract, Committed(most, start, posted), fresh, start)
    return total((*(line.amount for line in second.lines), *(one.line.amount for one in capped)), USD).major


def _tiers(rows: list[dict[str, Any]]) -> tuple[Tier, ...]:
    """Tiers of three notations; the last one is left open."""
    tiers, top = [], 0
    for row in rows:
        top = row.get("up_to", row.get("to_unit")) or top + row.get("size", 0) * (row.get("max") or 0)
        unit = Decimal(row.get("unit", row.get("price", 0)))
        tiers.append(Tier(None if row is rows[-1] else top, unit, Decimal(row.get("flat", 0)), size=row.get("size", 1)))
    return tuple(tiers)


def days_30(case: Case) -> None:
    """Days in months that are all equally long."""
    given, expected = case["inputs"], case["expected"]
    assert days30(day(given["start"]), day(given["end"]), given["fixed_days_in_month"]) == expected["days"]


def supplier_lines(case: Case) -> None:
    """Each line of a supplier's bill, from its dates, price and quantity (a distributor prints only the days)."""
    for line in case["expected"]["lines"]:
        start, end = day(line["start"]), day(line["end_inclusive"]) + timedelta(days=1)
        cycle = (
            Period(day(line["period_start"]), day(line["period_end_inclusive"]) + timedelta(days=1))
            if "period_start" in line
            else Period(start.replace(day=1), start.replace(day=1) + timedelta(days=line["period_days"]))
        )
        amount = prorated(Decimal(line["price"]), line["quantity"], Period(start, end), cycle, USD)
        assert str((amount if line.get("sign", 1) > 0 else -amount).major) == line["amount"]


def monthly_anniversary(case: Case) -> None:
    """Whole months from the 16th, each billed once."""
    given, start = case["inputs"], day(case["inputs"]["start"])
    contract = BillingContract("C", USD, start)
    seats = Subscription("s", start, Decimal(given["price"]), (Change("c", start, 1),))
    first = bill(contract, [seats], [], as_of=start)
    second = bill(contract, [seats], first.lines, as_of=contract.cadence.boundary(1), billed_through=first.billed_through)
    assert majors(first.lines) + majors(second.lines) == case["expected"]["invoices"]


def prepaid_term_quantity_log(case: Case) -> None:
    """A prepaid term keeps its end: a run on each change, then the renewal."""
    given, start = case["inputs"], day(case["inputs"]["term_start"])
    end = day(given["term_end"])
    months = (end.year - start.year) * 12 + end.month - start.month
    contract = BillingContract("C", USD, start, Frequency(months, Unit.MONTH))
    log = tuple(Change(f"c{index}", day(row["effective"]), row["quantity"]) for index, row in enumerate(given["quantity_log"]))
    seats = Subscription("s", start, Decimal(given["unit_price_per_term"]), log)
    posted: list[Line] = []
    billed_through = None
    for expected in case["expected"]["lines"]:
        result = bill(contract, [seats], posted, as_of=day(expected["date"]), billed_through=billed_through)
        posted, billed_through = [*posted, *result.lines], result.billed_through
        assert majors(result.lines) == expected.get("credit_then_charge", [expected["amount"]])
        net = total((line.amount for line in result.lines), USD)  # one delta line is rounded once, a pair twice
        assert abs((net - usd(expected["amount"])).minor) <= 1
    renewal = bill(contract, [seats], posted, as_of=end, billed_through=billed_through)
    assert majors(renewal.lines) == [case["expected"]["renewal_amount"]]


def prorated_units_from_change_log(case: Case) -> None:
    """Seats by the day. There an entry cancels what was recorded before it for later days; what survives is our log."""
    given = case["inputs"]
    start, end = day(given["period_start"]), day(given["period_end_inclusive"]) + timedelta(days=1)
    surviving: list[Change] = []
    for row in sorted(given["change_log"], key=lambda row: str(row["recorded"])):
        surviving = [change for change in surviving if change.effective < day(row["effective"])]
        surviving.append(Change(row["effective"], day(row["effective"]), row["units"], day(row["recorded"])))
    first = min(change.effective for change in surviving)
    contract = BillingContract("C", USD, start)
    lines = bill(contract, [Subscription("s", first, Decimal(1), tuple(surviving))], [], as_of=start, seen_to=end).lines
    assert str(total((line.amount for line in lines), USD).major) == case["expected"]["prorated_units_2dp"]


CHECKS: dict[str, Callable[[Case], None]] = {
    "recurring_periods": recurring_periods,
    "subscription_timeline": subscription_timeline,
    "advance_period": advance_period,
    "arrear_period": arrear_period,
    "elapsed_cycles": elapsed_cycles,
    "period_containing_date": period_containing_date,
    "mid_period_change": mid_period_change,
    "discount": discount,
    "credit_cap": credit_cap,
    "local_calendar_days_between": local_calendar_days_between,
    "round_to_currency": round_to_currency,
    "sum_of_rounded_lines": sum_of_rounded_lines,
    "next_billing_date": next_billing_date,
    "partial_period_charge": partial_period_charge,
    "partial_period_charge_half_open": partial_period_charge,
    "unused_days_credit": unused_days_credit,
    "credit_note_rounding": credit_note_rounding,
    "sequential_credit_notes": sequential_credit_notes,
    "weekly_calendar_first_charge": weekly_calendar_first_charge,
    "anniversary_periods": anniversary_periods,
    "rating": rating,
    "days_30": days_30,
    "partner_center_lines": supplier_lines,
    "distributor_lines": supplier_lines,
    "monthly_anniversary": monthly_anniversary,
    "prepaid_term_quantity_log": prepaid_term_quantity_log,
    "prorated_units_from_change_log": prorated_units_from_change_log,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_engine_agrees_with_a_worked_case(case: Case) -> None:
    """Each case is put to the engine in its own terms."""
    CHECKS[case["kind"]](case)


def test_what_is_covered() -> None:
    """All 270 cases, among them 135 of recurring periods and 20 histories."""
    kinds = Counter(case["kind"] for case in CASES)
    assert (len(CASES), kinds["recurring_periods"], kinds["subscription_timeline"]) == (270, 135, 20)
    assert len({case["id"] for case in CASES}) == len(CASES)
    assert set(kinds) == set(CHECKS)
