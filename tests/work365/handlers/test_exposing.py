"""F142: how a customer and its parent stand: figures that are sums of listed rows, drawn at night and after payments, by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from dataverse.rows import bind
from dataverse.webapi import Ref
from local.desks.approvals import company_says
from local.desks.exposure import LimitDesk, listed
from local.desks.holds import ACCOUNT, LATER, START, TODAY
from local.desks.payers import PayerDesk
from local.desks.usage import add_time, add_usage
from local.sample.generated import ENTITY
from work365.errors import BadInput
from work365.exposure.figure import Kind

CONTRACT = "w365_billingcontract"
SOON, AGES, APRIL = date(2026, 3, 30), date(2026, 1, 5), date(2026, 4, 1)


def amounts(desk: LimitDesk, number: str = ACCOUNT) -> dict[str, str]:
    drawn = desk.summary(number)
    names = ("limit", "open", "overdue", "unapplied", "usage", "committed", "waiting", "exposure", "available", "used_percent")
    return {name: str(getattr(drawn, name)).removesuffix(" EUR") for name in names}


def test_every_figure_is_worked_out_from_rows_that_are_listed() -> None:
    """March 368.90 is open and overdue; April is 368.90; three hours of 100.00 with 19 % tax are 357.00."""
    desk = LimitDesk("2000.00")
    desk.open("100.00", due=SOON, number="INV-2")
    desk.open("-50.00", due=AGES, number="CN-1")
    add_time(desk, desk.contract_id, TODAY, "3")
    desk.item(desk.contract_id, TODAY, "80.00")
    desk.more(12, on=LATER)
    desk.draw()
    assert listed(desk.figure()) == [
        ("Committed cycle", "C-1, from 2026-03-16", "95.20 EUR"),
        ("Committed cycle", "C-1, from 2026-04-01", "368.90 EUR"),
        ("Open invoice", "INV-2", "100.00 EUR"),
        ("Open invoice", "INV-CO-2026-00001", "368.90 EUR"),
        ("Unapplied credit", "CN-1", "-50.00 EUR"),
        ("Unbilled usage", "C-1, usage and time", "357.00 EUR"),
        ("Waiting order", "C-1, Quantity of Microsoft 365 Business Premium 12 seats from 2026-03-20", "102.34 EUR"),
    ]
    assert amounts(desk) == {
        "limit": "2000.00",
        "open": "468.90",
        "overdue": "368.90",
        "unapplied": "50.00",
        "usage": "357.00",
        "committed": "464.10",
        "waiting": "102.34",
        "exposure": "1342.34",
        "available": "657.66",
        "used_percent": "67.1",
    }
    assert desk.credit_used() == "1342.34 of 2000.00 EUR (67.1 %)"
    assert desk.figure().summary == desk.summary()


def test_cycles_count_that_are_billed_within_the_horizon() -> None:
    """On 16 March: April is billed in 16 days, May in 46."""
    desk = LimitDesk()
    for days, cycles in (("0", 0), ("15", 0), ("16", 1), ("30", 1), ("46", 2), ("366", 12)):
        desk.says("exposure-horizon-days", days)
        figure = desk.figure()
        assert len([one for one in figure.rows if one.row.kind is Kind.COMMITTED]) == cycles, days
        assert figure.of(Kind.COMMITTED).major == cycles * Decimal("368.90"), days


def test_usage_counts_although_its_cycle_is_behind_the_horizon_and_an_estimate_does_not() -> None:
    desk = LimitDesk()
    desk.says("exposure-horizon-days", "0")
    desk.api.update(Ref(CONTRACT, desk.contract_id), {"w365_usagemarkuppercent": Decimal(10)})
    add_usage(desk, desk.contract_id, desk.one, TODAY, "100.00")
    add_usage(desk, desk.contract_id, desk.one, TODAY, "900.00", certainty="Unconfirmed")
    assert str(desk.figure().of(Kind.USAGE)) == "130.90 EUR"


def test_a_parent_is_the_sum_of_itself_and_those_below_it_and_an_order_must_fit_both() -> None:
    """K-2 below K-1 has ten seats from April on, and no limit of its own: it shares that of K-1."""
    desk = LimitDesk("1200.00")
    below = desk.customer("K-2", above=desk.account)
    contract = desk.contract_of(below, "C-2", billedthrough=date(2026, 4, 1), nextinvoicedate=date(2026, 4, 1))
    seats = desk.bought(contract, start=date(2026, 4, 1), recorded=TODAY)
    desk.draw()
    assert (amounts(desk)["committed"], amounts(desk)["exposure"]) == ("737.80", "1106.70")
    assert str(desk.figure("K-2").exposure) == "368.90 EUR"
    assert desk.figure("K-2").available is None
    said = desk.more(13, on=TODAY, subscription=desk.one)[1]
    assert "The limit of Customer of C-1 is 1200.00 EUR, its exposure 1106.70 EUR, and this order adds 167.79 EUR" in said
    desk.limit("400.00", account=below)
    desk.limit("9000.00")
    assert desk.sweep() == 1
    later = desk.more(11, on=date(2026, 4, 1), subscription=seats)
    assert later[0] == "Succeeded"
    desk.timer(date(2026, 4, 1))
    assert any("The limit of Customer K-2 is 400.00 EUR" in said for said in desk.waiting())


def test_an_order_is_held_to_the_limit_of_whoever_pays_and_not_of_whose_contract_it_is() -> None:
    """Alpha has no credit left; Beta pays Alpha's contract from 1 April on, and May is 368.90."""
    desk = PayerDesk()
    company_says(desk.api, "credit-limit", "wait")
    desk.amends(APRIL)
    for account, limit in ((desk.alpha, "0.00"), (desk.beta, "800.00")):
        desk.api.update(Ref("account", account), {"creditlimit": Decimal(limit), **desk.tenant.currencies.bind("EUR")})
    desk.bills(APRIL)
    said = desk.ask(desk.seat, "Quantity", quantity=12, on=APRIL)[1]
    assert "The limit of Beta is 800.00 EUR, its exposure 737.80 EUR, and this order adds 147.56 EUR; 85.36 EUR too much" in said
    assert desk.ask(desk.bought(desk.alone, seats=0, start=APRIL), "Quantity", quantity=1, on=APRIL)[1].startswith("Awaiting")


def test_an_order_for_a_day_that_another_account_pays_is_held_to_its_limit() -> None:
    """Today Alpha pays; the order is planned, and met by Beta's limit on its day."""
    desk = PayerDesk()
    company_says(desk.api, "credit-limit", "wait")
    desk.amends(APRIL)
    desk.api.update(Ref("account", desk.beta), {"creditlimit": Decimal(1), **desk.tenant.currencies.bind("EUR")})
    assert desk.ask(desk.seat, "Quantity", quantity=12, on=APRIL)[1].startswith("Planned for 2026-04-01")
    assert desk.timer(APRIL).held == 1


def test_an_amount_in_another_currency_is_converted_once_by_the_rate_of_the_day() -> None:
    desk = LimitDesk("2000.00")
    desk.open("100.01", due=SOON, number="INV-US", code="USD")
    assert desk.figure().unknown == (f"there is no exchange rate from USD to EUR on {TODAY}",)
    rate = {"w365_fromcurrency": "USD", "w365_tocurrency": "EUR", "w365_ratedate": TODAY, "w365_rate": Decimal("0.905")}
    desk.api.create("w365_exchangerate", {"w365_name": "USD/EUR", "w365_source": "ecb", **rate})
    (one,) = (one for one in desk.figure().rows if one.row.source == "INV-US")
    assert (str(one.row.amount), str(one.worth)) == ("100.01 USD", "90.51 EUR")


def test_without_a_rate_nothing_passes_silently() -> None:
    desk = LimitDesk("99999.00")
    desk.open("1.00", due=SOON, number="INV-US", code="USD")
    said = desk.more(11)[1]
    missing = "there is no exchange rate from USD to EUR on 2026-03-16"
    assert said.startswith(f"Awaiting: credit limit. The exposure of Customer of C-1 is not known: {missing}.")
    desk.draw()
    assert desk.summary().unknown == missing


def test_a_contract_that_cannot_be_billed_is_said_and_stops_orders() -> None:
    desk = LimitDesk("99999.00")
    broken = desk.contract_of(desk.account, "C-9")
    desk.bought(broken, product=None)
    company = desk.second_company("OLD")
    desk.api.update(Ref("w365_legalentity", company), {"statecode": 1, "statuscode": 2})
    desk.api.update(Ref(CONTRACT, desk.contract_of(desk.account, "C-8")), bind("w365_LegalEntity", "w365_legalentity", company))
    said = desk.more(11)[1]
    assert "Contract C-9 was not billed" in said
    assert "contract C-8 is of a legal entity that is not active" in said
    assert desk.planned()[0][1] == "Waiting for credit limit"


def test_a_draft_that_waits_for_its_number_counts_as_the_cycle_that_it_bills() -> None:
    """April is drafted early in the run of 1 April and is neither open nor to come."""
    desk = LimitDesk()
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_approvalfrom": 1})
    desk.run(APRIL)
    desk.says("exposure-horizon-days", "0")
    figure = desk.figure()
    assert [(one.row.kind, str(one.worth)) for one in figure.rows if one.row.kind is not Kind.OPEN] == [
        (Kind.COMMITTED, "368.90 EUR")
    ]
    assert str(figure.exposure) == "737.80 EUR"


def test_the_history_has_a_row_for_each_day_on_which_it_changed() -> None:
    desk = LimitDesk()
    for _ in range(2):
        desk.draw()
    desk.at(LATER)
    desk.draw()
    desk.open("10.00", due=SOON, number="INV-2")
    desk.draw()
    desk.open("10.00", due=SOON, number="INV-3")
    desk.draw()
    assert desk.drawn_days() == [("2026-03-20", "757.80 EUR"), ("2026-03-16", "737.80 EUR")]


def test_the_sweep_draws_whom_a_payment_or_an_order_moved() -> None:
    desk = LimitDesk("5000.00")
    desk.draw_balances()
    desk.passes(60)
    desk.draw()
    assert desk.draw_moved().count == 0
    desk.pay_everything()
    assert (desk.draw_moved().count, amounts(desk)["exposure"]) == (1, "368.90")
    desk.at(LATER)
    assert desk.draw_moved().count == 0
    desk.more(15, on=LATER)
    assert (desk.draw_moved().count, amounts(desk)["exposure"]) == (1, "624.75")
    assert desk.draw_moved().count == 0


def test_a_limit_that_is_taken_off_ends_the_list_and_keeps_the_history() -> None:
    desk = LimitDesk()
    desk.draw()
    desk.limit(None)
    desk.at(LATER)
    desk.draw()
    assert (desk.exposures.listed(), desk.credit_used()) == ([], None)
    assert desk.drawn_days()[0] == ("2026-03-20", "737.80 EUR")
    assert desk.draw().count == 0


def test_the_list_is_sorted_by_the_used_share() -> None:
    desk = LimitDesk("1000.00")
    for number, limit, owed in (("K-2", "10.00", "9.00"), ("K-3", "0.00", "1.00"), ("K-4", "1000.00", "0.00")):
        desk.open(owed, due=SOON, account=desk.customer(number, limit=limit), number=f"INV {number}")
    desk.draw()
    assert [(one.number, str(one.summary.used_percent)) for one in desk.exposures.listed()] == [
        ("K-3", "99999.9"),
        ("K-2", "90.0"),
        (ACCOUNT, "73.8"),
        ("K-4", "0.0"),
    ]


def test_a_horizon_that_cannot_be_used_is_said_and_holds_up_nobody_else() -> None:
    desk = LimitDesk()
    desk.says_for(desk.customer("K-5", limit="5.00"), "exposure-horizon-days", "soon")
    drawn = desk.draw()
    assert ["exposure-horizon-days" in str(one) for one in drawn.broken] == [True]
    assert [one.number for one in desk.exposures.listed()] == [ACCOUNT]


def test_requests_do_not_grow_with_lines_cycles_or_customers() -> None:
    desk = LimitDesk()
    desk.fuse.reset()
    desk.draw()
    first = desk.fuse.count
    for number in range(2, 12):
        contract = desk.contract_of(desk.customer(f"K-{number}", limit="500.00"), f"C-{number}")
        for _ in range(5):
            desk.bought(contract, start=START)
    desk.says("exposure-horizon-days", "366")
    desk.at(LATER)
    desk.fuse.reset()
    desk.draw()
    assert desk.fuse.count <= first + 1, "one more, as the logs reach back"


def test_an_order_costs_no_request_with_the_setting_off_one_without_a_limit_and_seven_with_one() -> None:
    counted = []
    for rule, limit in (("off", "1000.00"), ("wait", None), ("wait", "9999.00")):
        desk = LimitDesk(limit, rule=rule)
        job = desk.job(desk.one, "Quantity", quantity=11, on=TODAY)
        desk.draw()
        desk.fuse.reset()
        desk.run_job(job)
        counted.append(desk.fuse.count)
    assert [one - counted[0] for one in counted] == [0, 1, 7]


def test_an_account_that_cannot_be_counted_is_refused() -> None:
    desk = LimitDesk()
    desk.customer("K-6")
    for number, said in (("K-0", "no account has the number 'K-0'"), ("K-6", "has no currency to count in")):
        with pytest.raises(BadInput, match=said):
            desk.figure(number)


@pytest.mark.parametrize(
    ("zone", "hour", "overdue"),
    [
        ("UTC", 2, "100.00"),
        ("America/Los_Angeles", 2, "0.00"),
        ("America/Los_Angeles", 9, "100.00"),
        ("Pacific/Auckland", 20, "300.00"),
    ],
)
def test_what_is_overdue_counts_days_of_the_legal_entity(zone: str, hour: int, overdue: str) -> None:
    """100.00 was due on the day before, 200.00 is due on the day: at 02:00 UTC America still has the day before."""
    desk = LimitDesk("2000.00")
    desk.pay_everything()
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_timezone": zone})
    desk.open("100.00", due=TODAY - timedelta(days=1))
    desk.open("200.00", due=TODAY, number="INV-2")
    desk.clock.moment = datetime.combine(TODAY, time(hour), UTC)
    desk.draw()
    assert amounts(desk)["overdue"] == overdue
