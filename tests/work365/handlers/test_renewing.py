"""The end of terms, from the timer to the invoice (F30): who goes on, who stops, and at which price."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dataverse.webapi import Ref
from local.desks.billing import CONTRACT
from local.desks.changes import ChangeDesk
from local.sample.generated import ENTITY

MAY, JUNE, JULY, AUGUST = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)
TERM: dict[str, Any] = {"term": "P1Y", "until": date(2026, 6, 16), "termstart": date(2025, 6, 16), "start": MAY}


@pytest.fixture
def desk() -> ChangeDesk:
    """A tenant in May."""
    return ChangeDesk(MAY)


@pytest.mark.parametrize(
    ("policy", "rule", "more", "july", "agreed"),
    [
        ("Renew", "Keep", {}, ["310.00"], ("2026-06-16", "2027-06-16", "31.00")),
        ("Renew", "New list price", {}, ["-155.00", "165.00", "330.00"], ("2026-06-16", "2027-06-16", "33.00")),
        ("Renew", "Percentage", {"renewalpercent": 10}, ["-155.00", "170.50", "341.00"], ("2026-06-16", "2027-06-16", "34.10")),
        ("Extended service term", "Keep", {}, ["-155.00", "206.00", "412.00"], ("2026-06-16", "2026-07-16", "41.20")),
    ],
    ids=["keep", "new list price", "10 percent more", "extended: monthly price + 3 %"],
)
def test_the_next_term_and_its_price(
    desk: ChangeDesk, policy: str, rule: str, more: dict[str, Any], july: list[str], agreed: tuple[str, str, str]
) -> None:
    """Ten seats at 31.00 whose year ends with 15 June; the list says 33.00, and 40.00 for a monthly term."""
    desk.listed("33.00")
    prices = desk.listed("40.00", term="P1M")
    contract = desk.contract("C-1", start=MAY)
    desk.api.update(Ref(CONTRACT, contract), {"w365_PriceList@odata.bind": f"/w365_pricelists({prices})"})
    one = desk.bought(contract, atend=policy, renewalprice=rule, **TERM, **more)
    assert desk.month(MAY) == ["310.00"]
    assert desk.month(JUNE) == ["310.00"]
    assert desk.renew(date(2026, 6, 15)).subscriptions == 0
    assert desk.renew(date(2026, 6, 16)).subscriptions == 1
    assert desk.renew(date(2026, 6, 17)).subscriptions == 0
    assert desk.agreed(one) == agreed
    assert desk.log(one)[1:] == [("Renewal", "2026-06-16", 10, 0)]
    assert desk.month(JULY) == july


def test_a_time_zone_that_does_not_exist_holds_up_no_renewal(desk: ChangeDesk) -> None:
    """The run reports the zone; until it is mended its days are those of UTC."""
    desk.bought(desk.contract("C-1", start=MAY), atend="Renew", **TERM)
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_timezone": "Europe/Atlantis"})
    assert desk.renew(date(2026, 6, 16)).subscriptions == 1


def test_a_uplift_is_added_once_however_long_it_is_extended(desk: ChangeDesk) -> None:
    one = desk.bought(desk.contract("C-1", start=MAY), atend="Extended service term", **TERM)
    assert desk.renew(date(2026, 9, 20)).subscriptions == 4
    assert desk.agreed(one) == ("2026-09-16", "2026-10-16", "38.13")


def test_what_ends_with_its_term_is_not_billed_after_it_not_even_in_advance(desk: ChangeDesk) -> None:
    """Without a renewal: the invoice of June ends with 15 June, on the 16th it is cancelled, and July has nothing."""
    one = desk.bought(desk.contract("C-1", start=MAY), atend="End", **TERM)
    desk.month(MAY)
    assert desk.month(JUNE) == ["155.00"]
    desk.renew(date(2026, 6, 16))
    assert desk.stands(one) == (0, "Cancelled")
    assert desk.month(JULY) == []
    desk.at(date(2026, 7, 16))
    assert desk.ask(one, "Reactivate", on="2026-07-16")[0] == "Succeeded"
    assert desk.month(AUGUST) == ["160.00", "310.00"]


def test_nothing_happens_where_nobody_said_what_should(desk: ChangeDesk) -> None:
    one = desk.bought(desk.contract("C-1", start=MAY), **TERM)
    assert desk.renew(JULY).subscriptions == 0
    assert desk.agreed(one) == ("2025-06-16", "2026-06-16", "31.00")


def test_a_missing_price_is_a_finding_and_is_made_good_from_its_own_day(desk: ChangeDesk) -> None:
    contract = desk.contract("C-1", start=MAY)
    one = desk.bought(contract, atend="Renew", renewalprice="New list price", **TERM)
    desk.month(MAY)
    desk.month(JUNE)
    assert [finding.code for finding in desk.renew(date(2026, 6, 16)).findings] == ["renewal-not-done"]
    assert desk.month(JULY) == ["310.00"]
    prices = desk.listed("33.00")
    desk.api.update(Ref(CONTRACT, contract), {"w365_PriceList@odata.bind": f"/w365_pricelists({prices})"})
    assert desk.renew(date(2026, 7, 2)).subscriptions == 1
    assert desk.agreed(one) == ("2026-06-16", "2027-06-16", "33.00")
    assert desk.findings() == {"Microsoft 365 Business Premium": ("renewal-not-done", "Resolved")}
    assert desk.month(AUGUST) == ["-155.00", "165.00", "-310.00", "330.00", "330.00"]


def test_seats_planned_for_the_renewal_are_taken_over(desk: ChangeDesk) -> None:
    """A reduction that is possible only then, and the new price, on one day."""
    one = desk.bought(desk.contract("C-1", start=MAY), atend="Renew", renewalprice="Percentage", renewalpercent=10, **TERM)
    desk.ask(one, "Quantity", quantity=6, on="2026-06-16")
    desk.month(MAY)
    desk.month(JUNE)
    assert desk.month(JULY) == ["-93.00", "102.30", "204.60"]
    assert desk.log(one)[1:] == [("Quantity", "2026-06-16", 6, -4), ("Renewal", "2026-06-16", 6, 0)]


@pytest.mark.parametrize(
    ("renews", "july", "end"), [(True, ["310.00"], "2026-09-16"), (False, [], "2026-06-16")], ids=["goes on", "ends"]
)
def test_a_contract_past_its_term_goes_on_or_bills_nothing(desk: ChangeDesk, renews: bool, july: list[str], end: str) -> None:
    """Three monthly terms later it stands in the term of today; without automatic renewal nothing is billed after the end."""
    contract = desk.contract("C-1", start=MAY, term="P1M", termend=date(2026, 6, 16), autorenew=renews)
    desk.bought(contract, start=MAY)
    desk.month(MAY)
    assert desk.month(JUNE) == (["310.00"] if renews else ["155.00"])
    assert desk.month(JULY) == july
    desk.renew(date(2026, 8, 20))
    row = desk.api.read(Ref(CONTRACT, contract), select=("w365_termstart", "w365_termend"))
    assert (row["w365_termstart"], row["w365_termend"]) == ("2026-08-16" if renews else None, end)
