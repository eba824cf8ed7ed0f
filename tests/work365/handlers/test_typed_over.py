"""Seats and prices that somebody types over on a subscription, beside its change log, are not billed; what changes write is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from dataverse.rows import bind, choice_value
from dataverse.stores.ledgers import Ledgers
from dataverse.stores.part_rows import SUBSCRIPTION
from dataverse.stores.pricing import Pricing
from dataverse.webapi import Ref
from local.desks.billing import CONTRACT
from local.desks.bundles import Bundled
from local.desks.changes import ChangeDesk
from local.desks.splits import SplitDesk
from local.desks.tiers import TierDesk
from work365.handlers.checking import check_ledgers
from work365.handlers.pricing import Wish, change_prices, plan_prices

if TYPE_CHECKING:
    from collections.abc import Callable

    from dataverse.rows import Row
    from dataverse.webapi import WebApi
    from local.desks.billing import BillingDesk

MARCH, MID, LATE = date(2026, 3, 1), date(2026, 3, 16), date(2026, 3, 20)
APRIL, SECOND, TENTH = date(2026, 4, 1), date(2026, 4, 2), date(2026, 4, 10)
MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
NEXT_YEAR = date(2027, 3, 1)
MONTHLY: dict[str, Any] = {"term": "P1Y", "billingplan": choice_value(SUBSCRIPTION, "w365_billingplan", "Monthly")}


class Desk:
    """Ten seats at 31.00 on C-1, billed in advance by the month through March; no threshold lets anything wait."""

    def __init__(self, **columns: Any) -> None:  # noqa: ANN401  values of columns
        self.desk = ChangeDesk(MARCH)
        self.contract = self.desk.contract("C-1", start=MARCH, changesbilled="Now")
        self.desk.api.update(Ref(CONTRACT, self.contract), bind("w365_PriceList", "w365_pricelist", self.desk.listed("40.00")))
        self.one = self.desk.bought(self.contract, start=MARCH, **{**MONTHLY, "externalid": "ms-1", **columns})
        self.desk.month(MARCH)
        self.desk.at(LATE)

    def types(self, **columns: object) -> None:
        """Somebody writes on the subscription's form."""
        self.desk.api.update(Ref(SUBSCRIPTION, self.one), {f"w365_{name}": value for name, value in columns.items()})

    def shows(self) -> tuple[int, str | None]:
        """Its seats and its price."""
        row = self.desk.api.read(Ref(SUBSCRIPTION, self.one), select=("w365_quantity", "w365_unitprice"))
        price = row["w365_unitprice"]
        return row["w365_quantity"], None if price is None else f"{Decimal(price):.2f}"


def broken(api: WebApi) -> list[str]:
    """What `w365 ledger check` says."""
    return [one.message for one in check_ledgers(books=Ledgers(api)).findings]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"unitprice": Decimal("20.00")}, "shows a price of 20, and it is 31 by its change log"),
        ({"unitprice": Decimal("31.01")}, "shows a price of 31.01, and it is 31 by its change log"),
        ({"unitprice": None}, "shows the price of its list, and it is 31 by its change log"),
        ({"quantity": 4}, "shows 4 seats, and there are 10 by its change log"),
        ({"quantity": 40, "lastsequence": 0}, "shows 40 seats, and there are 10 by its change log"),
        (
            {"quantity": 0, "unitprice": Decimal(0)},
            "shows 0 seats, and there are 10; a price of 0, and it is 31 by its change log",
        ),
    ],
)
def test_what_is_typed_over_holds_its_contract_back_and_no_other(typed: Row, says: str) -> None:
    """However little it is, and although nothing has to be approved."""
    made = Desk()
    made.desk.standing("C-2", start=MARCH)
    made.types(**typed)
    assert made.desk.month(APRIL) == ["310.00", "310.00"]  # both months of C-2
    (why,) = made.desk.messages("contract-not-billed")
    assert why.startswith("Contract C-1 was not billed: Microsoft 365 Business Premium (ms-1) " + says)
    assert "set the subscription back to what the log says, or ask for the change with `w365 subscription change`" in why
    made.types(quantity=10, unitprice=Decimal("31.00"), lastsequence=1)
    assert made.desk.month(SECOND) == ["310.00"]
    assert made.desk.findings()["C-1"] == ("contract-not-billed", "Resolved")


def test_a_price_that_was_typed_over_is_asked_for_and_then_billed() -> None:
    """Its next row used to give back what had been billed by it."""
    made = Desk()
    made.types(unitprice=Decimal("20.00"))
    assert made.desk.month(APRIL) == []
    assert made.desk.ask(made.one, "Price", price="20.00", on=APRIL)[0] == "Succeeded"
    assert made.desk.month(SECOND) == ["200.00"]
    assert made.desk.ask(made.one, "Quantity", quantity=11, on=SECOND)[0] == "Succeeded"
    assert made.desk.month(MAY) == ["-193.33", "212.67", "220.00"]


def test_a_term_is_renewed_at_the_price_of_the_log() -> None:
    made = Desk(until=APRIL, atend="Renew")
    made.types(unitprice=Decimal("20.00"))
    assert made.desk.month(APRIL) == ["310.00"]
    assert made.shows() == (10, "31.00")


def test_what_its_list_prices_stays_with_it_whatever_price_was_typed() -> None:
    """Its log has no price to go on with, which is not a price of 0."""
    made = Desk(price=None, until=NEXT_YEAR)
    made.types(unitprice=Decimal("35.00"))
    assert made.desk.month(APRIL) == []
    assert "shows a price of 35, and it is that of its list" in made.desk.messages("contract-not-billed")[0]
    assert made.desk.ask(made.one, "Quantity", quantity=11, on=APRIL)[0] == "Succeeded"
    assert (made.shows(), made.desk.month(SECOND)) == ((11, None), ["440.00"])


def test_what_no_list_prices_gets_a_price_by_a_change() -> None:
    """As the finding says: from its start on."""
    desk = ChangeDesk(MARCH)
    one = desk.bought(desk.contract("C-1", start=MARCH), start=MARCH, price=None)
    assert desk.month(MARCH) == []
    (why,) = desk.messages("contract-not-billed")
    assert "give the subscription a price of its own from its start on with `w365 subscription change --price`" in why
    assert desk.ask(one, "Price", price="31.00", on=MARCH)[0] == "Succeeded"
    assert desk.month(date(2026, 3, 2)) == ["310.00"]


def planned_for_a_later_day(desk: ChangeDesk, one: str) -> None:
    desk.ask(one, "Quantity", quantity=12, on=TENTH)


def ahead_of_its_day(desk: ChangeDesk, one: str) -> None:
    """The cycle of April is billed in advance, so that what is planned for the 10th becomes rows on the 1st."""
    desk.ask(one, "Quantity", quantity=12, on=TENTH)
    desk.ask(one, "Price", price="33.00", on=TENTH)
    desk.month(APRIL)
    desk.at(SECOND)


def before_what_stands_ahead(desk: ChangeDesk, one: str) -> None:
    ahead_of_its_day(desk, one)
    desk.ask(one, "Quantity", quantity=20, on=SECOND)
    desk.ask(one, "Price", price="35.00", on=SECOND)


def repriced_before_what_stands_ahead(desk: ChangeDesk, one: str) -> None:
    """`w365 prices change`: 10 % more from the 2nd on, while two seats more from the 10th on stand in the log."""
    desk.ask(one, "Quantity", quantity=12, on=TENTH)
    desk.month(APRIL)
    desk.at(SECOND)
    pricing = Pricing(desk.api, desk.tenant.currencies)
    wish = Wish(("CFQ7TTC0LCHC:0002",), "list", Decimal(10), SECOND)
    plan = plan_prices(wish, book=pricing)
    assert change_prices(wish, plan.hash, book=pricing, now=desk.clock.now(), today=SECOND)[1] == ()


def learned_of_late(desk: ChangeDesk, one: str) -> None:
    desk.ask(one, "Quantity", quantity=12, on=LATE)
    desk.ask(one, "Quantity", quantity=11, on=MID)


def paused_and_resumed(desk: ChangeDesk, one: str) -> None:
    desk.ask(one, "Pause", on=MID)
    desk.ask(one, "Resume", on=LATE)


def moved_in_part(desk: ChangeDesk, one: str) -> None:
    desk.ask(one, "Upgrade", quantity=4, product=desk.product(), price="40.00", on=LATE)


def moved_as_a_whole(desk: ChangeDesk, one: str) -> None:
    desk.ask(one, "Upgrade", product=desk.product(), price="40.00", on=LATE)


def nothing(desk: ChangeDesk, one: str) -> None:
    """The timer of the day does what there is to do."""


ENDS: dict[str, Any] = {"until": APRIL, "atend": "Renew"}


@pytest.mark.parametrize(
    ("sold", "writes", "june"),
    [
        ({}, planned_for_a_later_day, ["372.00"]),
        ({}, ahead_of_its_day, ["396.00"]),
        ({}, before_what_stands_ahead, ["396.00"]),
        ({}, repriced_before_what_stands_ahead, ["409.20"]),
        ({}, learned_of_late, ["372.00"]),
        ({}, paused_and_resumed, ["310.00"]),
        ({}, moved_in_part, ["186.00", "160.00"]),
        ({}, moved_as_a_whole, ["400.00"]),
        (ENDS, nothing, ["310.00"]),
        ({**ENDS, "renewalprice": "Percentage", "renewalpercent": Decimal(10)}, nothing, ["341.00"]),
        ({**ENDS, "renewalprice": "New list price"}, nothing, ["400.00"]),
        ({**ENDS, "price": None}, nothing, ["400.00"]),
        ({**ENDS, "atend": "End"}, nothing, []),
    ],
)
def test_what_changes_write_is_billed(sold: dict[str, Any], writes: Callable[[ChangeDesk, str], None], june: list[str]) -> None:
    """Each leaves the subscription as its newest row says, also while the day of that row is still to come.

    Nothing is new in June, so that June is billed by what the subscription shows.
    """
    made = Desk(**sold)
    writes(made.desk, made.one)
    assert broken(made.desk.api) == []
    made.desk.month(APRIL)
    made.desk.month(MAY)
    assert (made.desk.month(JUNE), made.desk.messages("contract-not-billed"), broken(made.desk.api)) == (june, [], [])


def bundle() -> BillingDesk:
    """Five bundles instead of four in March, a term that ends with it."""
    sold = Bundled(term="P1M", until=APRIL, atend="Renew", renewalprice="Percentage", renewalpercent=Decimal(10))
    sold.desk.month(MARCH)
    sold.desk.at(LATE)
    assert sold.desk.ask(sold.bundle, "Quantity", quantity=5, on=LATE)[0] == "Succeeded"
    sold.desk.month(APRIL)
    return sold.desk


def split() -> BillingDesk:
    """Three of ten seats are paid by Finance from March on; two more are bought."""
    desk = SplitDesk()
    desk.terms(MARCH, desk.number("Finance", 3))
    desk.day(MARCH)
    desk.buy(LATE, 12)
    desk.day(LATE)
    desk.day(APRIL)
    return desk.billing


def tiers() -> BillingDesk:
    """A distributor bills the reseller for the same seats at another price; two more are bought."""
    desk = TierDesk()
    desk.tier("RES", "D-1")
    desk.day(MARCH)
    desk.buy(LATE, 12)
    desk.day(LATE)
    desk.day(APRIL)
    return desk.billing


@pytest.mark.parametrize("sells", [bundle, split, tiers])
def test_what_follows_another_subscription_is_billed(sells: Callable[[], BillingDesk]) -> None:
    desk = sells()
    assert (desk.messages("contract-not-billed"), broken(desk.api)) == ([], [])
