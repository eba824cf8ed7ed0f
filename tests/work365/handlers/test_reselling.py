"""Resellers of several tiers (F118): from a change of the customer to the invoices of every tier above."""

from __future__ import annotations

import contextlib
from base64 import b64decode, b64encode
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataverse.query import Query, any_of
from dataverse.rows import bind, choice_value, status
from dataverse.stores.changing import Changing
from dataverse.stores.explaining import Explanations
from dataverse.stores.part_rows import CONTRACT, SUBSCRIPTION
from dataverse.stores.reselling_rows import TIER
from dataverse.stores.sending import Sending
from dataverse.webapi import Ref
from local.dataverse.seed import UNIT_ID
from local.desks.tiers import FIRST, TierDesk
from local.faults import CRASHES, Died
from local.sample.generated import PRODUCT
from work365.errors import External, Refused
from work365.explaining.rerun import scenario_of
from work365.explaining.words import explain
from work365.handlers.reselling import check_tiers, follow_tiers
from work365.parts.keeping import part_id
from work365.reselling.following import PURPOSE
from work365.scenario import scenario
from work365.simulation import simulate
from work365.subscriptions.deciding import Wish, decide
from work365.subscriptions.ledger import Event, breaks, in_order, standing

if TYPE_CHECKING:
    from tests.points import Tried

SIXTEENTH, APRIL, MAY = date(2026, 3, 16), date(2026, 4, 1), date(2026, 5, 1)


def partner() -> TierDesk:
    """Master distributor, distributor, reseller, customer: 21.70, 24.80 and 31.00 a seat, which costs 18.60."""
    desk = TierDesk()
    desk.tier("RES", "D-1")
    desk.tier("DIS", "M-1")
    return desk


def part(desk: TierDesk, contract: str) -> str:
    return part_id(PURPOSE, desk.subscription, desk.contracts[contract])


def follows(desk: TierDesk) -> bool:
    """On every day each tier is billed for the seats that the customer has."""
    whole = desk.log(desk.subscription)
    logs = [desk.log(part(desk, contract)) for contract in ("D-1", "M-1")]
    days = [FIRST + timedelta(days=number) for number in range(100)]
    return all(standing(log, day).quantity == standing(whole, day).quantity for log in logs for day in days)


def test_every_tier_is_billed_for_all_seats_at_its_own_price_and_a_change_once() -> None:
    """10 seats: 310.00, 248.00 and 217.00. Five more from the 16th: 5 x 16/31 of each price, 80.00, 64.00 and 56.00."""
    desk = partner()
    assert (desk.day(FIRST).parts, desk.parts()) == (2, {"D-1": (10, "24.80"), "M-1": (10, "21.70")})
    desk.buy(SIXTEENTH, 15)
    assert desk.day(SIXTEENTH).rows == 2
    assert desk.day(SIXTEENTH).rows == 0
    assert desk.totals() == [
        ("2026-03-01", "C-1", "310.00"),
        ("2026-03-01", "D-1", "248.00"),
        ("2026-03-01", "M-1", "217.00"),
        ("2026-03-16", "C-1", "80.00"),
        ("2026-03-16", "D-1", "64.00"),
        ("2026-03-16", "M-1", "56.00"),
    ]
    assert follows(desk)


def test_each_tiers_document_is_its_own() -> None:
    """White label: the company, bank, logo and number series of the legal entity whose contract it is, for its own customer."""
    desk = partner()
    api = desk.billing.api
    for code in ("MAS", "DIS", "RES"):
        entity = Ref("w365_legalentity", desk.entities[code])
        logo = b64encode(f'<svg xmlns="http://www.w3.org/2000/svg"><title>{code}</title></svg>'.encode()).decode()
        portal = f"portal.{code.lower()}.example"
        api.update(entity, {"w365_bankdetails": f"{code} Bank", "w365_logo": logo, "w365_portaladdress": portal})
        series = {"w365_kind": choice_value("w365_numberseries", "w365_kind", "Invoice"), "w365_year": 2026, "w365_digits": 4}
        owner = bind("w365_LegalEntity", "w365_legalentity", desk.entities[code])
        api.create("w365_numberseries", {**series, "w365_prefix": f"{code}-", "w365_nextnumber": 1, **owner})
    desk.day(FIRST)
    found = {}
    for billed in desk.billing.invoices():
        document = Sending(api).load(billed.id).document
        assert document is not None
        assert document.template.logo is not None
        seller, logo = document.seller, b64decode(document.template.logo.data).decode()
        found[billed.contract] = (seller.name, seller.bank_details, logo[logo.index("<title>") + 7 :][:3], billed.number)
    assert found == {
        "C-1": ("RES", ("RES Bank",), "RES", "RES-0001"),
        "D-1": ("DIS", ("DIS Bank",), "DIS", "DIS-0001"),
        "M-1": ("MAS", ("MAS Bank",), "MAS", "MAS-0001"),
    }


def test_what_is_learned_late_is_corrected_in_every_tier() -> None:
    """In April it is learned that five seats went on the 16th of March: 5 x 16/31 of March, five of April."""
    desk = partner()
    desk.day(FIRST)
    desk.day(APRIL)
    desk.buy(SIXTEENTH, 5, recorded=date(2026, 4, 10))
    desk.day(date(2026, 4, 10))
    desk.day(MAY)
    assert [total for day, _, total in desk.totals() if day == "2026-05-01"] == ["-80.00", "-64.00", "-56.00"]
    assert follows(desk)


def test_a_tenant_without_tiers_is_asked_once() -> None:
    desk = TierDesk()
    desk.billing.fuse.reset()
    assert desk.follow(FIRST).resold == 0
    assert desk.billing.fuse.count == 1


def test_what_a_legal_entity_sells_of_another_provider_is_not_bought_from_above() -> None:
    desk = partner()
    desk.billing.api.update(Ref(SUBSCRIPTION, desk.subscription), {"w365_Provider@odata.bind": None})
    assert desk.follow(FIRST).parts == 0


def test_a_tier_without_a_price_waits_and_the_others_are_billed() -> None:
    """The finding says which price is missing in which list; once it is there, the next run bills it."""
    desk = partner()
    (row,) = desk.billing.api.find(
        Query("w365_price", ("w365_priceid",), filter=any_of("_w365_pricelist_value", [desk.lists["D-1"]]))
    )
    desk.billing.api.update(Ref("w365_price", row["w365_priceid"]), {"w365_validfrom": APRIL})
    (finding,) = desk.day(FIRST).findings
    assert finding.message == (
        "Subscription S-1 cannot be billed on contract D-1 of the tier above: there is no price from quantity 1 on for "
        "Microsoft 365 Business Premium in price list LIST-D-1, term P1M, "
        "billing plan Monthly on 2026-03-01; enter one in the price list."
    )
    assert [contract for _, contract, _ in desk.totals()] == ["C-1", "M-1"]
    assert desk.billing.findings() == {"S-1 D-1": ("tier-held", "Open"), "D-1": ("contract-not-billed", "Open")}
    desk.billing.api.update(Ref("w365_price", row["w365_priceid"]), {"w365_validfrom": FIRST})
    desk.day(FIRST)
    assert desk.totals()[1] == ("2026-03-01", "D-1", "248.00")
    assert desk.billing.findings() == {"S-1 D-1": ("tier-held", "Resolved"), "D-1": ("contract-not-billed", "Resolved")}


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (status(CONTRACT, "Ended"), "that contract has ended; name another one under Reseller tiers"),
        (
            {"w365_startdate": SIXTEENTH},
            "from 2026-03-01 on, which begins on 2026-03-16; let the contract begin earlier",
        ),
        ({"w365_PriceList@odata.bind": None}, "the contract has no price list to look Microsoft 365 Business Premium up in"),
    ],
)
def test_a_tier_that_cannot_be_billed_is_said_and_the_others_are_billed(columns: dict[str, object], message: str) -> None:
    desk = partner()
    desk.billing.api.update(Ref(CONTRACT, desk.contracts["M-1"]), columns)
    (finding,) = desk.day(FIRST).findings
    assert message in finding.message
    assert [contract for _, contract, _ in desk.totals()] == ["C-1", "D-1"]


def test_a_contract_that_ends_later_holds_its_own_tier_alone() -> None:
    desk = partner()
    desk.day(FIRST)
    desk.billing.api.update(Ref(CONTRACT, desk.contracts["D-1"]), status(CONTRACT, "Ended"))
    desk.buy(SIXTEENTH, 15)
    assert [finding.code for finding in desk.day(SIXTEENTH).findings] == ["tier-held"]
    assert desk.parts() == {"D-1": (10, "24.80"), "M-1": (15, "21.70")}


def test_a_circle_is_said_and_other_resellers_are_billed() -> None:
    """RES buys from DIS, and by a slip DIS from RES. SIB, who buys from DIS too, waits as well; nothing is billed for a guess."""
    desk = TierDesk()
    desk.sold("C-2", "S-2", seats=3)
    desk.tier("RES", "D-1")
    wrong = desk.tier("SIB", "D-2")
    desk.day(FIRST)
    desk.sells("R-1", "RES")
    circle = desk.tier("DIS", "R-1", APRIL)
    found = desk.day(SIXTEENTH)
    assert [finding.code for finding in found.findings] == ["tier-circular", "tier-circular"]
    assert found.findings[0].message == (
        "From 2026-04-01 on the tiers above RES go round in a circle: RES buys from DIS, DIS buys from RES. None of them is "
        "billed for its customers until one of these reseller tiers names another contract, or none."
    )
    desk.buy(SIXTEENTH, 15)
    assert desk.day(SIXTEENTH).rows == 1  # the circle is still to come
    desk.day(APRIL)
    assert [contract for day, contract, _ in desk.totals() if day == "2026-04-01"] == ["C-1", "C-2"]
    desk.billing.api.update(Ref(TIER, circle), {"statecode": 1, "statuscode": 2})
    assert desk.day(APRIL).findings == ()
    assert [contract for day, contract, _ in desk.totals() if day == "2026-04-01"] == ["C-1", "C-2", "D-1", "D-2"]
    assert wrong


def test_another_distributor_from_a_day_on() -> None:
    """From April on RES buys by D-2: D-1 is billed for March alone, D-2 from April on at its own price."""
    desk = partner()
    desk.tier("RES", "D-2", APRIL)
    desk.day(FIRST)
    desk.day(APRIL)
    assert [(day, total) for day, contract, total in desk.totals() if contract in ("D-1", "D-2")] == [
        ("2026-03-01", "248.00"),
        ("2026-04-01", "263.50"),
    ]


def test_no_tier_from_a_day_on() -> None:
    """DIS buys from the supplier itself from April on: the master distributor bills nothing more."""
    desk = partner()
    desk.tier("DIS", "", APRIL)
    desk.day(FIRST)
    desk.day(APRIL)
    assert (desk.net("M-1"), desk.net("D-1")) == (Decimal("217.00"), Decimal("496.00"))


def test_a_tier_that_was_taken_away_is_not_given_back_by_itself() -> None:
    desk = TierDesk()
    row = desk.tier("RES", "D-1")
    desk.day(FIRST)
    desk.billing.api.update(Ref(TIER, row), {"statecode": 1, "statuscode": 2})
    found = desk.day(APRIL)
    assert [finding.code for finding in found.findings] == ["tier-without-terms"]
    assert desk.net("D-1") == Decimal("496.00")


def test_a_renewal_takes_the_price_of_its_day() -> None:
    """The distributor's list says 26.00 from April on. It holds for the subscription once that has renewed, in May."""
    desk = partner()
    desk.catalogue.price(PRODUCT, desk.lists["D-1"], "26.00", since=APRIL)
    desk.day(FIRST)
    desk.day(APRIL)
    assert desk.parts()["D-1"] == (10, "24.80")
    desk.buy(MAY, 10, event=Event.RENEWAL)
    desk.day(MAY)
    assert [total for _, contract, total in desk.totals() if contract == "D-1"] == ["248.00", "248.00", "260.00"]


def test_a_tier_that_begins_later_is_priced_on_its_first_day() -> None:
    desk = TierDesk()
    desk.day(FIRST)
    desk.catalogue.price(PRODUCT, desk.lists["D-1"], "26.00", since=APRIL)
    desk.tier("RES", "D-1", APRIL)
    desk.day(APRIL)
    assert desk.totals()[1:] == [("2026-04-01", "C-1", "310.00"), ("2026-04-01", "D-1", "260.00")]


def test_a_list_with_quantity_tiers_prices_the_tier_when_it_is_billed() -> None:
    """Volume: 10 seats at 24.80, 15 at 20.00 each: 248.00, then 5 more from the 16th: (15 x 20.00 - 10 x 24.80) x 16/31."""
    desk = TierDesk()
    volume = choice_value("w365_product", "w365_tiermodel", "Volume")
    desk.billing.api.update(Ref("w365_product", PRODUCT), {"w365_tiermodel": volume})
    desk.catalogue.price(PRODUCT, desk.lists["D-1"], "20.00", tier=11)
    desk.tier("RES", "D-1")
    desk.day(FIRST)
    desk.buy(SIXTEENTH, 15)
    desk.day(SIXTEENTH)
    assert [total for _, contract, total in desk.totals() if contract == "D-1"] == ["248.00", "26.84"]


def test_a_split_below_is_one_charge_above() -> None:
    """Two departments pay for 6 and 4 seats; the distributor bills the reseller for ten."""
    desk = partner()
    desk.sells("C-3", "RES")
    desk.split("C-3", 4)
    desk.day(FIRST)
    assert [(contract, total) for _, contract, total in desk.totals()] == [
        ("C-1", "186.00"),
        ("C-3", "124.00"),
        ("D-1", "248.00"),
        ("M-1", "217.00"),
    ]


def test_a_cancelled_subscription_ends_in_every_tier() -> None:
    desk = partner()
    desk.day(FIRST)
    desk.buy(APRIL, 0, event=Event.CANCEL)
    desk.billing.api.update(Ref(SUBSCRIPTION, desk.subscription), status(SUBSCRIPTION, "Cancelled"))
    desk.day(APRIL)
    assert desk.parts() == {"D-1": (0, "24.80"), "M-1": (0, "21.70")}
    assert len(desk.totals()) == 3


def test_a_charge_of_a_tier_is_changed_through_its_subscription() -> None:
    desk = partner()
    desk.follow(FIRST)
    held = Changing(desk.billing.api, desk.billing.tenant.currencies).load(part(desk, "D-1"))
    with pytest.raises(Refused, match="or what a tier above bills for one; change that one"):
        decide(held, Wish(Event.QUANTITY, APRIL, quantity=9), desk.billing.clock.now())


def test_a_subscription_that_says_too_little_is_a_finding_and_the_others_follow() -> None:
    desk = partner()
    desk.billing.api.update(
        Ref(CONTRACT, desk.contracts["C-1"]), {"w365_frequency": choice_value(CONTRACT, "w365_frequency", "Every n months")}
    )
    (finding,) = desk.follow(FIRST).findings
    assert finding.message.startswith("Subscription S-1 cannot be followed by the tiers above: the frequency 'Every n months'")
    desk.billing.api.update(
        Ref(CONTRACT, desk.contracts["C-1"]), {"w365_frequency": choice_value(CONTRACT, "w365_frequency", "Monthly")}
    )
    desk.billing.api.update(
        Ref(CONTRACT, desk.contracts["M-1"]), {"w365_frequency": choice_value(CONTRACT, "w365_frequency", "Every n months")}
    )
    (finding,) = desk.follow(FIRST).findings
    assert finding.message.startswith("Contract M-1 of a reseller tier cannot be read: the frequency 'Every n months'")
    assert set(desk.parts()) == {"D-1"}


def test_a_team_without_rights_is_said_and_the_other_tiers_are_billed() -> None:
    """The contract of the legal entity whose team may not have the rows waits; everything else goes on."""
    desk = partner()
    within = bind("businessunitid", "businessunit", UNIT_ID)
    team = desk.billing.api.create("team", {"name": "Nobody", "teamtype": 0, **within})
    desk.billing.api.update(Ref("w365_legalentity", desk.entities["DIS"]), bind("w365_Team", "team", team))
    (finding,) = desk.day(FIRST).findings
    assert finding.message.startswith("What contract D-1 of the tier above is billed for (S-1, for D-1) could not be written")
    assert finding.message.endswith("Where the legal entity names a team, that must have the role Work365 Reseller.")
    assert [contract for _, contract, _ in desk.totals()] == ["C-1", "M-1"]


def test_the_check_says_which_tier_is_behind_and_writes_nothing() -> None:
    desk = partner()
    assert [one.code for one in check_tiers(book=desk.book, today=FIRST)] == ["tier-not-followed"] * 2
    assert follow_tiers(book=desk.book, today=FIRST, dry_run=True).parts == 2
    assert desk.parts() == {}
    desk.follow(FIRST)
    assert list(check_tiers(book=desk.book, today=FIRST)) == []


def test_every_line_is_explained_and_the_simulator_makes_it_again() -> None:
    desk = partner()
    desk.day(FIRST)
    desk.buy(SIXTEENTH, 15)
    desk.day(SIXTEENTH)
    book = Explanations(desk.billing.api)
    for billed in desk.billing.invoices():
        explained = book.document(billed.number)
        assert explained is not None
        assert explained.history is not None
        again = simulate(scenario(scenario_of(explained.history))).invoices[-1]
        assert sorted(line.amount for line in again.lines) == sorted(line.amount for line in explained.lines)
        if billed.contract == "D-1":
            said = [" ".join(explain(line)) for line in explained.lines]
            assert "A reseller is billed here by the tier above; from" in said[-1]
            assert "all of subscription S-1 on contract C-1." in said[-1]
            if billed.issued == "2026-03-16":
                assert "From 16 March 2026 on, the quantity went from 10 to 15" in said[-1]


def test_following_survives_every_crash(tried: Tried) -> None:
    """Whatever request dies, in the end every tier is there once, with one log."""
    clean = partner()
    clean.billing.fuse.reset()
    clean.follow(FIRST)
    for at, fault in tried("tiers", product(range(1, clean.billing.fuse.count + 1), CRASHES)):
        desk = partner()
        desk.billing.fuse.arm(at=at, fault=fault)
        with contextlib.suppress(Died, External):
            desk.follow(FIRST)
        desk.billing.fuse.reset()
        desk.follow(FIRST)
        assert desk.parts() == clean.parts()
        assert [len(desk.log(part(desk, number))) for number in ("D-1", "M-1")] == [1, 1]


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 14)), min_size=1, max_size=4))
def test_after_any_history_every_tier_says_what_the_customer_has(bought: list[tuple[int, int]]) -> None:
    """Whatever is bought, in any order, also for days that are long over."""
    desk = partner()
    desk.follow(FIRST)
    for after, seats in bought:
        desk.buy(FIRST + timedelta(days=after), seats)
        desk.follow(MAY)
        assert follows(desk)
        logs = [desk.log(part(desk, contract)) for contract in ("D-1", "M-1")]
        assert [one for log in logs for one in breaks(log, in_order(log)[-1].quantity)] == []
        assert desk.follow(MAY).rows == 0
