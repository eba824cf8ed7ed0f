"""Changes from the job to the invoice: the rules, the rows and the amounts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value, status
from dataverse.webapi import Ref
from local.desks.billing import CONTRACT, SUBSCRIPTION
from local.desks.catalogue import CatalogueDesk
from local.desks.changes import PLANNED, ChangeDesk
from local.sample.generated import ENTITY, PRODUCT
from work365.subscriptions.ledger import breaks
from work365.subscriptions.scheduling import ScheduleState

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)


@pytest.fixture
def desk() -> ChangeDesk:
    """A tenant in March."""
    return ChangeDesk(MARCH)


def test_ten_to_fifteen_seats_on_16_march(desk: ChangeDesk) -> None:
    """F14: the next invoice takes 160.00 back and charges 240.00, both linked to the row of the log."""
    contract = desk.contract("C-1", start=MARCH)
    one = desk.bought(contract, start=MARCH)
    assert desk.month(MARCH) == ["310.00"]
    desk.at(date(2026, 3, 16))
    state, said = desk.ask(one, "Quantity", quantity=15, on="2026-03-16", note="two new teams")
    assert state == "Succeeded"
    assert said.startswith("Microsoft 365 Business Premium has 15 seats at 31 from 2026-03-16 on. It is bound by no term")
    assert desk.log(one) == [("Create", "2026-03-01", 10, 10), ("Quantity", "2026-03-16", 15, 5)]
    assert desk.stands(one) == (15, "Active")
    assert desk.month(APRIL) == ["-160.00", "240.00", "465.00"]
    billed = [state for state, invoice in desk.change_rows(contract) if invoice]
    assert billed == ["Billed", "Billed"]


def test_a_job_that_is_delivered_twice_changes_once(desk: ChangeDesk) -> None:
    one = desk.bought(desk.contract("C-1"))
    job = desk.job(one, "Quantity", quantity=15, on="2026-03-01")
    desk.run_job(job)
    desk.api.update(Ref("w365_job", job), status("w365_job", "Waiting"))
    again = desk.run_job(job)
    assert again is not None
    assert again.message.endswith("is changed as of 2026-03-01.")
    assert len(desk.log(one)) == 2


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"event": "Quantity", "quantity": 5}, "on: '' is not a day"),
        ({"event": "Explode", "on": "2026-03-01"}, "'Explode' is no change; use one of Quantity, Price, Pause"),
        ({"event": "Quantity", "on": "2026-03-01", "quantity": "five"}, "quantity: 'five' is not a number of seats"),
        ({"event": "Price", "on": "2026-03-01", "price": "a lot"}, "price: 'a lot' is not a price"),
        ({"event": "Price", "on": "2026-03-01", "price": "NaN"}, "price: 'NaN' is not a price"),
        ({"event": "Transfer", "on": "2026-03-01"}, "contract: say the contract"),
        ({"event": "Upgrade", "on": "2026-03-01"}, "product: say the product"),
        ({"event": "Price", "on": "2026-03-01", "source": "Rumour"}, "'Rumour' is no source"),
    ],
)
def test_nonsense_is_refused_by_its_name(desk: ChangeDesk, arguments: dict[str, str], why: str) -> None:
    one = desk.bought(desk.contract("C-1"))
    event = arguments.pop("event")
    state, said = desk.ask(one, event, **arguments)
    assert state == "Refused"
    assert why in said
    assert len(desk.log(one)) == 1


def test_an_unknown_subscription_and_one_without_a_contract_are_refused(desk: ChangeDesk) -> None:
    assert desk.ask("00000000-0000-0000-0000-00000000000f", "Cancel", on="2026-03-01")[0] == "Refused"
    one = desk.bought(desk.contract("C-1"))
    desk.api.update(Ref(SUBSCRIPTION, one), {"w365_Contract@odata.bind": None})
    assert "is on no contract" in desk.ask(one, "Cancel", on="2026-03-01")[1]


def test_a_reduction_under_a_term_is_refused_with_the_day_on_which_it_is_possible(desk: ChangeDesk) -> None:
    one = desk.bought(desk.contract("C-1"), term="P1Y", until=date(2027, 1, 1))
    state, said = desk.ask(one, "Quantity", quantity=5, on="2026-03-01")
    assert state == "Refused"
    assert "It becomes possible on 2027-01-01" in said


def test_a_pause_without_an_end_bills_nothing_and_resumes_from_its_day(desk: ChangeDesk) -> None:
    """F162: quantity 0 keeps contract, price and history; to nothing and back on one day bills nothing extra."""
    one = desk.bought(desk.contract("C-1", start=MARCH), start=MARCH)
    assert desk.month(MARCH) == ["310.00"]
    desk.at(date(2026, 3, 10))
    desk.ask(one, "Quantity", quantity=0, on="2026-03-10")
    desk.ask(one, "Resume", on="2026-03-10")
    assert desk.month(APRIL) == ["310.00"]
    desk.at(date(2026, 4, 16))
    desk.ask(one, "Quantity", quantity=0, on="2026-04-16")
    desk.at(date(2026, 4, 21))
    desk.ask(one, "Resume", on="2026-04-21")
    assert desk.month(MAY) == ["-155.00", "103.33", "310.00"]
    assert desk.stands(one) == (10, "Active")


@pytest.mark.parametrize(("stops", "may"), [(False, ["310.00"]), (True, ["-155.00"])], ids=["billed on", "not billed"])
def test_a_paused_subscription_is_billed_unless_the_contract_says_otherwise(
    desk: ChangeDesk, stops: bool, may: list[str]
) -> None:
    """F12."""
    one = desk.bought(desk.contract("C-1", start=APRIL, pausestops=stops), start=APRIL)
    desk.month(APRIL)
    desk.at(date(2026, 4, 16))
    assert desk.ask(one, "Pause", on="2026-04-16")[0] == "Succeeded"
    assert desk.stands(one) == (0 if stops else 10, "Suspended")
    assert desk.month(MAY) == may


def test_a_cancelled_subscription_comes_back_with_its_seats(desk: ChangeDesk) -> None:
    one = desk.bought(desk.contract("C-1", start=APRIL), start=APRIL)
    desk.month(APRIL)
    desk.at(date(2026, 4, 16))
    desk.ask(one, "Cancel", on="2026-04-16", refund="yes")
    assert desk.stands(one) == (0, "Cancelled")
    desk.at(date(2026, 4, 21))
    desk.ask(one, "Reactivate", on="2026-04-21")
    assert desk.stands(one) == (10, "Active")
    assert desk.month(MAY) == ["-155.00", "103.33", "310.00"]


def test_a_full_upgrade_takes_the_suppliers_id_along(desk: ChangeDesk) -> None:
    """F111: it ends here and starts there on one day, with the same end of term."""
    contract = desk.contract("C-1", start=APRIL)
    one = desk.bought(contract, start=APRIL, term="P1Y", until=date(2027, 4, 1), externalid="ms-1")
    desk.month(APRIL)
    desk.at(date(2026, 4, 16))
    state, said = desk.ask(one, "Upgrade", product=desk.product(), price="40.00", on="2026-04-16")
    assert state == "Succeeded"
    assert "10 seats of Microsoft 365 Business Premium end on 2026-04-16 and start elsewhere on the same day" in said
    two = desk.continued(one)
    assert (desk.stands(one), desk.stands(two)) == ((0, "Cancelled"), (10, "Active"))
    columns = ("w365_externalid", "w365_commitmentend")
    seen = [desk.api.read(Ref(SUBSCRIPTION, which), select=columns) for which in (one, two)]
    assert [(row["w365_externalid"], row["w365_commitmentend"]) for row in seen] == [(None, "2027-04-01"), ("ms-1", "2027-04-01")]
    assert sorted(desk.month(MAY)) == ["-155.00", "200.00", "400.00"]


def test_seats_go_to_another_contract(desk: ChangeDesk) -> None:
    """A transfer of four of ten seats to another contract of the same customer."""
    here = desk.contract("C-1", start=APRIL)
    account = desk.api.read(Ref("w365_billingcontract", here), select=("_w365_account_value",))["_w365_account_value"]
    there = desk.contract("C-2", start=APRIL)
    one = desk.bought(here, start=APRIL)
    desk.at(APRIL)
    assert "another customer" in desk.ask(one, "Transfer", contract=there, quantity=4, on="2026-04-01")[1]
    desk.api.update(Ref("w365_billingcontract", there), {"w365_Account@odata.bind": f"/accounts({account})"})
    assert desk.ask(one, "Transfer", contract=there, quantity=4, on="2026-04-01")[0] == "Succeeded"
    desk.run(APRIL)
    assert {invoice.contract: invoice.amounts for invoice in desk.invoices()} == {"C-1": ["186.00"], "C-2": ["124.00"]}


def test_a_change_for_a_later_day_is_planned(desk: ChangeDesk) -> None:
    """F21: it is listed, happens once on its day even if the timer is late, and is not billed before."""
    contract = desk.contract("C-1", start=MARCH)
    one = desk.bought(contract, start=MARCH)
    desk.month(MARCH)
    desk.at(date(2026, 3, 10))
    state, said = desk.ask(one, "Quantity", quantity=15, on="2026-03-16")
    assert (state, said[:23]) == ("Succeeded", "Planned for 2026-03-16:")
    assert desk.planned() == [("2026-03-16", "Scheduled")]
    assert desk.timer(date(2026, 3, 15)).done == 0
    assert desk.timer(date(2026, 3, 19)).done == 1
    assert desk.timer(date(2026, 3, 20)).done == 0
    assert desk.log(one)[1:] == [("Quantity", "2026-03-16", 15, 5)]
    assert desk.planned() == [("2026-03-16", "Done")]
    assert desk.month(APRIL) == ["-160.00", "240.00", "465.00"]


def test_a_time_zone_that_does_not_exist_holds_up_no_planned_change(desk: ChangeDesk) -> None:
    """The run reports the zone; until it is mended its days are those of UTC."""
    contract = desk.contract("C-1", start=MARCH)
    one = desk.bought(contract, start=MARCH)
    desk.at(date(2026, 3, 10))
    desk.ask(one, "Quantity", quantity=15, on="2026-03-16")
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_timezone": "Europe/Atlantis"})
    assert desk.timer(date(2026, 3, 16)).done == 1


def test_a_planned_change_inside_the_cycle_being_billed_is_on_that_invoice(desk: ChangeDesk) -> None:
    """F21: planned in March for 16 April; the invoice of 1 April has it, and the log keeps its day."""
    one = desk.bought(desk.contract("C-1", start=MARCH), start=MARCH)
    desk.month(MARCH)
    desk.at(date(2026, 3, 10))
    desk.ask(one, "Quantity", quantity=20, on="2026-04-16")
    assert desk.month(APRIL) == ["310.00", "-155.00", "310.00"]
    assert desk.log(one)[1:] == [("Quantity", "2026-04-16", 20, 10)]
    assert desk.month(MAY) == ["620.00"]
    held = desk.held(one)
    assert breaks(held.rows, held.quantity) == []


def test_a_planned_change_that_the_rules_refuse_says_why_and_can_be_tried_again(desk: ChangeDesk) -> None:
    one = desk.bought(desk.contract("C-1"), term="P1Y", until=date(2027, 1, 1))
    desk.at(date(2026, 3, 10))
    desk.ask(one, "Quantity", quantity=5, on="2026-03-16")
    assert desk.timer(date(2026, 3, 16)).failed == 1
    (failed,) = desk.changing.planned(states=["Failed"])
    assert "It becomes possible on 2027-01-01" in failed.message
    assert failed.attempts == 1
    desk.api.update(Ref(SUBSCRIPTION, one), {"w365_commitmentend": None})
    desk.changing.retry(failed)
    assert desk.timer(date(2026, 3, 17)).done == 1
    assert desk.log(one)[1:] == [("Quantity", "2026-03-16", 5, -5)]


def test_a_planned_change_can_be_cancelled_and_its_day_used_again(desk: ChangeDesk) -> None:
    one = desk.bought(desk.contract("C-1"))
    desk.ask(one, "Quantity", quantity=5, on="2026-03-16")
    state, said = desk.ask(one, "Quantity", quantity=6, on="2026-03-16")
    assert (state, "cancel that one first" in said) == ("Refused", True)
    (planned,) = desk.changing.planned()
    desk.changing.withdraw(planned, ScheduleState.CANCELLED, "Cancelled.")
    assert desk.ask(one, "Quantity", quantity=6, on="2026-03-16")[0] == "Succeeded"
    assert desk.timer(date(2026, 3, 16)).done == 1
    assert desk.stands(one) == (6, "Active")


def test_one_bad_planned_change_holds_up_no_other(desk: ChangeDesk) -> None:
    good, bad = desk.bought(desk.contract("C-1")), desk.bought(desk.contract("C-2"))
    for one in (bad, good):
        desk.ask(one, "Quantity", quantity=5, on="2026-03-16")
    desk.api.update(Ref(SUBSCRIPTION, bad), {"w365_Contract@odata.bind": None})
    applied = desk.timer(date(2026, 3, 16))
    assert (applied.done, applied.failed) == (1, 1)
    assert desk.stands(good) == (5, "Active")


def test_the_row_says_who_when_and_through_which_door(desk: ChangeDesk) -> None:
    """F13."""
    one = desk.bought(desk.contract("C-1"))
    desk.ask(one, "Price", price="33.50", on="2026-03-01", source="Portal", note="agreed by phone")
    columns = ("w365_source", "w365_note", "w365_unitprice", "w365_recordedon", "_createdby_value", "w365_billingstate")
    mine = eq("_w365_subscription_value", one)
    *_, row = desk.api.find(Query("w365_changelog", columns, filter=mine, order="w365_sequence"))
    assert (row["w365_note"], Decimal(row["w365_unitprice"])) == ("agreed by phone", Decimal("33.50"))
    assert row["_createdby_value"]
    assert row["w365_recordedon"].startswith("2026-03-01")
    assert len(list(desk.api.find(Query(PLANNED, ("w365_key",))))) == 0


def test_what_was_entered_on_the_form_gets_the_log_that_it_lacks_with_its_first_change(desk: ChangeDesk) -> None:
    """An own service, sold without a supplier (F2): its seats since its start are the first row, and none is taken back."""
    contract = desk.contract("C-1", start=MARCH)
    row = {"w365_name": "Backup", "w365_quantity": 10, "w365_unitprice": Decimal("31.00"), "w365_startdate": MARCH}
    made = row | {
        "w365_billable": True,
        **bind("w365_Contract", CONTRACT, contract),
        **bind("w365_Product", "w365_product", PRODUCT),
    }
    one = desk.api.create(SUBSCRIPTION, made)
    assert desk.month(MARCH) == ["310.00"]
    desk.at(date(2026, 3, 16))
    assert desk.ask(one, "Quantity", quantity=15, on="2026-03-16")[0] == "Succeeded"
    assert desk.log(one) == [("Create", "2026-03-01", 10, 10), ("Quantity", "2026-03-16", 15, 5)]
    assert not breaks(desk.held(one).rows, 15)
    assert desk.month(APRIL) == ["-160.00", "240.00", "465.00"]


def test_what_a_list_prices_stays_priced_by_it(desk: ChangeDesk) -> None:
    """F5: graduated tiers of 10.00, 9.00 and 8.00: 120 seats, 140 from 2 March on, both rated alike, and 140 in the next term."""
    catalogue = CatalogueDesk(desk.api, desk.tenant.currencies)
    product, prices = catalogue.product("TIERED", tiers="Graduated"), catalogue.price_list("tiers")
    for tier, price in ((1, "10.00"), (51, "9.00"), (101, "8.00")):
        catalogue.price(product, prices, price, tier=tier)
    contract = desk.contract("C-1", start=MARCH)
    desk.api.update(Ref(CONTRACT, contract), bind("w365_PriceList", "w365_pricelist", prices))
    one = desk.bought(
        contract,
        seats=120,
        price=None,
        product=product,
        start=MARCH,
        term="P1M",
        until=APRIL,
        atend="Renew",
        billingplan=choice_value(SUBSCRIPTION, "w365_billingplan", "Monthly"),
    )
    assert desk.month(MARCH) == ["1110.00"]
    desk.at(date(2026, 3, 2))
    assert desk.ask(one, "Quantity", quantity=140, on="2026-03-02")[1].startswith(
        "The TIERED has 140 seats at the price of its list"
    )
    assert desk.ask(one, "Price", price="5.00", on="2026-03-02")[1].startswith("The TIERED is priced by its price list")
    # 1,110.00 and 1,270.00 for 30 of 31 days, then a whole month
    assert desk.month(APRIL) == ["-1074.19", "1229.03", "1270.00"]
    assert desk.api.read(Ref(SUBSCRIPTION, one), select=("w365_unitprice",))["w365_unitprice"] is None


@pytest.mark.parametrize(
    ("said", "sentence", "amounts"),
    [
        ({}, "What is paid in advance is kept to its end: no refund.", []),
        ({"refund": "no"}, "What is paid in advance is kept to its end: no refund.", []),
        ({"refund": "yes"}, "The days that are left are given back.", ["-280.00"]),
    ],
)
@pytest.mark.parametrize("planned", [False, True])
def test_an_end_gives_money_back_where_somebody_says_so(
    desk: ChangeDesk, said: dict[str, str], sentence: str, amounts: list[str], *, planned: bool
) -> None:
    """F29: ten seats of 31.00 ended on 4 March: nothing, or 310.00 x 28/31 = 280.00."""
    one = desk.bought(desk.contract("C-1", start=MARCH), start=MARCH)
    assert desk.month(MARCH) == ["310.00"]
    desk.at(date(2026, 3, 3) if planned else date(2026, 3, 4))
    answer = desk.ask(one, "Cancel", on="2026-03-04", **said)[1]
    assert planned or answer.endswith(sentence)
    desk.timer(date(2026, 3, 4))
    assert desk.month(APRIL) == amounts


def test_an_answer_about_money_is_yes_or_no(desk: ChangeDesk) -> None:
    one = desk.bought(desk.contract("C-1"))
    assert desk.ask(one, "Cancel", on="2026-03-04", refund="maybe")[1] == "refund: 'maybe' is no answer; use yes or no"
