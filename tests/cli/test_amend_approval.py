"""`w365 contract amend` above a threshold: a job asks, and somebody else approves it."""

from __future__ import annotations

from datetime import date

import pytest

from dataverse.rows import bind, choice_value
from dataverse.stores.settings import SettingRows
from dataverse.webapi import Ref
from local.desks.amendments import APRIL, AmendDesk
from local.desks.approvals import START
from local.desks.billing import CONTRACT, SUBSCRIPTION
from local.desks.catalogue import CatalogueDesk
from work365.handlers.settings import say
from work365.jobs import JobKind
from work365.settings.catalogue import Level

ALL = {"approve-purchases": "60.00 EUR", "approve-reductions": "20.00 EUR", "approve-discounts": "8"}
YEAR = ("--frequency", "annual", "--price", "Premium=340.00")
YEARLY = "Contract C-2 amended from 2026-04-01 on: annual instead of monthly"


@pytest.fixture
def desk() -> AmendDesk:
    """More than 60.00 EUR a month, less than 20.00 EUR a month, and 8 % off wait."""
    made = AmendDesk()
    for name, value in ALL.items():
        made.says(name, value)
    return made


class ListDesk(AmendDesk):
    """C-3 has ten seats that list OLD prices at 31.00; NEW has them at `new`."""

    def __init__(self, new: str) -> None:
        super().__init__()
        self.says("approve-price-lists", "10")
        catalogue = CatalogueDesk(self.api, self.tenant.currencies)
        product = catalogue.product("SEAT")
        lists = {code: catalogue.price_list(code) for code in ("OLD", "NEW")}
        for code, amount in (("OLD", "31.00"), ("NEW", new)):
            catalogue.price(product, lists[code], amount)
        contract = self.contract("C-3", start=START)
        self.api.update(Ref(CONTRACT, contract), bind("w365_PriceList", "w365_pricelist", lists["OLD"]))
        plan = choice_value(SUBSCRIPTION, "w365_billingplan", "Monthly")
        sold = {"product": product, "term": "P1M", "billingplan": plan, "printedname": "Seat", "start": START}
        self.subscription(contract, seats=10, price=None, **sold)


WAIT = [
    # ten seats at 31.00 are 310.00 a month; 340.00 a year are 28.33 a month each
    (YEAR, ["26.67 EUR taken away a month", "8.6 % off the price"]),
    # the same figure for twelve months instead of one
    (("--frequency", "annual", "--price", "Premium=31.00"), ["284.17 EUR taken away a month", "91.67 % off the price"]),
    # 112.00 a quarter are 37.33 a month
    (("--frequency", "quarterly", "--price", "Premium=112.00"), ["63.33 EUR added a month"]),
    # 12 payments of 28 days are fewer than 13: 52 weeks in a year
    (("--frequency", "4 weeks", "--price", "Premium=31.00"), []),
    (("--frequency", "2 weeks", "--price", "Premium=31.00"), ["361.67 EUR added a month"]),
]


@pytest.mark.parametrize(("typed", "why"), WAIT, ids=[" ".join(typed) for typed, _ in WAIT])
def test_what_prices_become_a_month_is_measured(desk: AmendDesk, typed: tuple[str, ...], why: list[str]) -> None:
    asked = desk.amends(desk.clerk, *typed)
    assert asked.exit_code == (4 if why else 0)
    assert [one for one in why if one in asked.stderr] == why
    assert len(desk.terms()) == (0 if why else 1)


DONE_AT_ONCE = [
    ("--frequency", "annual"),  # twelve times 31.00
    ("--bill-day", "15"),
    ("--policy", "arrears"),
    ("--by", "item"),
]


@pytest.mark.parametrize("typed", DONE_AT_ONCE, ids=" ".join)
def test_what_changes_no_price_is_done_at_once(desk: AmendDesk, typed: tuple[str, ...]) -> None:
    for name in ALL:
        desk.says(name, "0" if name == "approve-discounts" else "0.00 EUR")
    assert desk.amends(desk.clerk, *typed).exit_code == 0
    assert (len(desk.terms()), desk.asked()) == (1, [])


def test_what_waits_is_then_done_as_whoever_asked(desk: AmendDesk) -> None:
    """The command asks, somebody else approves, and the contract is amended once, in the name of the clerk."""
    asked = desk.amends(desk.clerk, *YEAR)
    assert asked.stderr.splitlines()[-1] == (
        "w365: Waits for approval until 2026-03-23 12:00 UTC. 26.67 EUR taken away a month waits for an approver: 20.00 EUR or "
        "more does. 8.6 % off the price waits for an approver: 8 % or more does."
    )
    (one,) = desk.waiting()
    assert (one.what, one.customer, one.facts[f"Premium {desk.premium}"]) == (
        YEARLY,
        "Customer of C-2",
        "10 seats at 340 instead of 31 per cycle from 2026-04-01 on",
    )
    assert desk.answers(desk.clerk, "approve")[1] == "You asked for this yourself, so somebody else has to answer it."
    assert desk.answers(desk.approver, "approve")[0] == "Succeeded"
    said = "Contract C-2 is amended from 2026-04-01 on: annual instead of monthly. The next run bills by it."
    assert desk.said(one.job) == ("Succeeded", said)
    assert desk.terms() == [(1, "annual instead of monthly", "Cleo Clerk")]
    desk.month(APRIL)
    assert [invoice.amounts for invoice in desk.invoices() if "3400.00" in invoice.amounts] != []


def test_a_job_that_is_made_elsewhere_needs_no_right_to_read_what_a_run_reads(desk: AmendDesk) -> None:
    """Below every threshold it is done at once, as whoever made it."""
    job = desk.asks(
        desk.seller, JobKind.AMEND, {"contract": "C-2", "on": "2026-04-01", "frequency": "annual", "reason": "agreed"}
    )
    desk.deliver(job)
    assert desk.said(job)[0] == "Succeeded"
    assert desk.terms() == [(1, "annual instead of monthly", "Sam Seller")]


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ({"frequency": "often"}, "frequency: 'often' is no frequency"),
        ({"bill_day": "32"}, "bill_day: '32' is no day of the month; use 1 to 31"),
        ({"on": "soon"}, "on: 'soon' is not a day; write it as 2026-02-01"),
        ({"prices": "Premium"}, "price: 'Premium' is no price; write it as SUBSCRIPTION=120.00"),
        ({"contract": "C-9"}, "there is no contract C-9; give its number as its form shows it"),
    ],
    ids=str,
)
def test_a_job_that_says_something_else_is_refused_in_words(desk: AmendDesk, argument: dict[str, str], said: str) -> None:
    job = desk.asks(desk.seller, JobKind.AMEND, {"contract": "C-2", "on": "2026-04-01", "reason": "agreed", **argument})
    desk.deliver(job)
    state, message = desk.said(job)
    assert (state, message[: len(said)]) == ("Refused", said)


def test_a_dry_run_asks_for_nothing(desk: AmendDesk) -> None:
    assert desk.amends(desk.clerk, *YEAR, "--dry-run").exit_code == 0
    assert (desk.terms(), desk.asked()) == ([], [])


def test_a_refusal_leaves_the_terms_as_they_are(desk: AmendDesk) -> None:
    desk.amends(desk.clerk, *YEAR)
    (one,) = desk.waiting()
    desk.answers(desk.approver, "refuse", reason="Too cheap")
    assert desk.said(one.job) == ("Refused", f"Ann Approver refused it: Too cheap ({YEARLY}.)")
    assert desk.terms() == []


def test_more_seats_since_ask_again(desk: AmendDesk) -> None:
    """One more seat is below the threshold, and the amendment is another one with it."""
    desk.amends(desk.clerk, *YEAR)
    desk.wants(desk.second, "Quantity", subscription=desk.premium, quantity=11)
    desk.answers(desk.approver, "approve")
    assert [state for state, _ in desk.asked()] == ["Overtaken", "Waiting"]
    (again,) = desk.waiting()
    assert desk.said(again.job)[1].startswith(
        f"The facts changed after Ann Approver had approved it: Premium {desk.premium} 11 seats at 340 instead of 31 per cycle "
        "from 2026-04-01 on instead of 10 seats at 340 instead of 31 per cycle from 2026-04-01 on. It has to be approved as it is"
    )
    desk.answers(desk.approver, "approve")
    assert len(desk.terms()) == 1


def test_what_has_been_done_meanwhile_is_not_done_again(desk: AmendDesk) -> None:
    """The contract was amended so at once, when no threshold counted."""
    desk.amends(desk.clerk, *YEAR)
    (one,) = desk.waiting()
    for name in ALL:
        desk.says(name, "off")
    assert desk.amends(desk.clerk, *YEAR).exit_code == 0
    desk.answers(desk.approver, "approve")
    assert desk.said(one.job) == ("Refused", "nothing of that changes on 2026-04-01: the terms are so already")
    assert len(desk.terms()) == 1


def test_what_the_settings_of_the_customer_say_counts(desk: AmendDesk) -> None:
    book = SettingRows(desk.api)
    for name in ALL:
        say(book.subject(Level.CUSTOMER, "Customer of C-2"), name, "off", reason="", book=book)
    assert desk.amends(desk.clerk, *YEAR).exit_code == 0
    assert len(desk.terms()) == 1


LISTS = [
    ("31.00", [], []),
    ("33.00", [], []),
    ("35.00", ["12.9 % between the old price and the new one"], ["off the price", "added"]),
    ("62.00", ["310.00 EUR added a month", "100 % between the old price and the new one"], []),
    ("28.00", ["30.00 EUR taken away a month", "9.68 % off the price"], ["between"]),
]


@pytest.mark.parametrize(("new", "why", "not_why"), LISTS, ids=[new for new, *_ in LISTS])
def test_another_price_list_is_measured_by_the_prices(new: str, why: list[str], not_why: list[str]) -> None:
    desk = ListDesk(new)
    for name, value in ALL.items():
        desk.says(name, value)
    asked = desk.amends(desk.clerk, "--price-list", "NEW", number="C-3")
    assert asked.exit_code == (4 if why else 0)
    assert [one for one in (*why, *not_why) if one in asked.stderr] == why
    if why:
        desk.answers(desk.approver, "approve")
    assert desk.terms("C-3") == [(1, "price list NEW instead of OLD", "Cleo Clerk")]


def test_a_list_that_prices_nothing_yet_is_not_known() -> None:
    """What will be sold by it has no price before."""
    desk = ListDesk("10.00")
    asked = desk.amends(desk.clerk, "--price-list", "NEW")
    assert "What is between the old price and the new one is not known, and 10 % or more waits for an approver." in asked.stderr
    assert desk.amends(desk.clerk, "--bill-day", "5", on=date(2026, 4, 1)).exit_code == 0
