"""One tenant, several payers (F160): from the rows of a split to the invoices of each payer."""

from __future__ import annotations

import contextlib
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataverse.rows import bind, choice_value, status
from dataverse.stores.changing import Changing
from dataverse.stores.explaining import Explanations
from dataverse.stores.part_rows import CONTRACT, SUBSCRIPTION
from dataverse.stores.readiness import ReadinessRows
from dataverse.stores.splitting_rows import SHARE, SPLIT
from dataverse.stores.supply_rows import log_row
from dataverse.stores.tenant_users import TenantUsers
from dataverse.webapi import Ref
from local.desks.splits import FIRST, SplitDesk
from local.faults import CRASHES, Died
from work365.errors import External, Refused
from work365.explaining.rerun import scenario_of
from work365.explaining.words import explain
from work365.handlers import readiness
from work365.invoicing.lines import Kind
from work365.parts.keeping import part_id
from work365.scenario import scenario
from work365.simulation import simulate
from work365.splitting.applying import PURPOSE
from work365.subscriptions.deciding import Wish, decide
from work365.subscriptions.ledger import Event, breaks, in_order

if TYPE_CHECKING:
    from collections.abc import Callable

    from dataverse.rows import Row
    from tests.points import Tried
    from work365.subscriptions.ledger import Break

SIXTEENTH, TWENTIETH, APRIL, MAY = date(2026, 3, 16), date(2026, 3, 20), date(2026, 4, 1), date(2026, 5, 1)


def town(**columns: Any) -> tuple[SplitDesk, str]:  # noqa: ANN401  values of columns
    """Three users of finance, one of them included, and two of the school, which pays for three; and Anna of finance."""
    desk = SplitDesk(**columns)
    anna, *_ = [desk.user(name, "Finance") for name in ("Anna", "Ben", "Carl")]
    for name in ("Dora", "Emil"):
        desk.user(name, "School")
    desk.terms(FIRST, desk.by_department("Finance", included=1), desk.by_department("School", minimum=3))
    return desk, anna


def seats_on(log: list[Row], day: date) -> int:
    """What a log says on a day."""
    there = [row for row in log if row["w365_effective"] <= day.isoformat()]
    last: Row = max(there, key=lambda row: (row["w365_effective"], row["w365_sequence"]), default={"w365_quantity": 0})
    return int(last["w365_quantity"])


def sums_hold(desk: SplitDesk) -> bool:
    """On every day the seats of the parts are the seats bought."""
    logs = desk.logs()
    whole, parts = logs.pop(""), logs.values()
    days = [FIRST + timedelta(days=number) for number in range(100)]
    return all(sum(seats_on(log, day) for log in parts) == seats_on(whole, day) for day in days)


def broken_ledgers(desk: SplitDesk) -> list[Break]:
    """What is wrong with the logs of the parts, and of the whole, as ledgers."""
    logs = [[log_row(row) for row in log] for log in desk.logs().values()]
    return [one for log in logs for one in breaks(log, in_order(log)[-1].quantity)]


def test_each_payer_is_billed_its_part_and_who_moves_is_a_credit_here_and_a_charge_there() -> None:
    """10 seats at 31.00: the town hall has 5, finance 2, the school 3. On the 16th Anna moves, on the 20th 3 seats are bought.

    Finance gives 2 x 31 x 16/31 = 32.00 back and is charged 1 x 31 x 16/31 = 16.00; the school pays for three in any case; the
    town hall has one seat more for 16 days (16.00), then three more for 12 days (36.00).
    """
    desk, anna = town()
    assert desk.day(FIRST).parts == 3
    assert desk.parts() == {"Hall": 5, "Finance": 2, "School": 3}
    desk.moves(anna, "Anna", "School", SIXTEENTH)
    desk.day(SIXTEENTH)
    desk.buy(TWENTIETH, 13)
    desk.day(TWENTIETH)
    desk.day(APRIL)
    assert desk.totals() == [
        ("2026-03-01", "Finance", "62.00"),
        ("2026-03-01", "Hall", "155.00"),
        ("2026-03-01", "School", "93.00"),
        ("2026-03-16", "Hall", "16.00"),
        ("2026-03-20", "Hall", "36.00"),
        ("2026-04-01", "Finance", "15.00"),
        ("2026-04-01", "Hall", "279.00"),
        ("2026-04-01", "School", "93.00"),
    ]
    assert [one.amounts for one in desk.billing.invoices() if one.contract == "Finance"][1] == ["-32.00", "16.00", "31.00"]
    assert sums_hold(desk)


def test_a_split_that_begins_in_a_billed_month_takes_back_what_others_pay_for() -> None:
    """10 x 31 x 16/31 = 160.00 are given back; the town hall is charged for 6, the works for 4, for the same days."""
    desk = SplitDesk(payers=("Works",))
    desk.day(FIRST)
    desk.terms(SIXTEENTH, desk.number("Works", 4))
    desk.day(SIXTEENTH)
    desk.day(APRIL)
    assert desk.totals() == [
        ("2026-03-01", "Hall", "310.00"),
        ("2026-03-16", "Works", "64.00"),
        ("2026-04-01", "Hall", "122.00"),
        ("2026-04-01", "Works", "124.00"),
    ]
    april = [one.amounts for one in desk.billing.invoices() if one.contract == "Hall"][1]
    assert sorted(april) == ["-160.00", "186.00", "96.00"]
    desk.buy(APRIL, 12)
    desk.day(APRIL)
    assert desk.parts() == {"Hall": 8, "Works": 4}
    assert desk.totals()[-1] == ("2026-04-01", "Hall", "62.00")


def test_what_is_learned_late_is_corrected_for_each_payer() -> None:
    """In April the list says that Anna left finance on the 16th of March, and the supplier that four were bought on the 20th."""
    desk, anna = town()
    desk.day(FIRST)
    desk.day(APRIL)
    desk.moves(anna, "Anna", "School", SIXTEENTH)
    desk.buy(TWENTIETH, 14, recorded=date(2026, 4, 10))
    desk.day(date(2026, 4, 10))
    assert desk.totals()[-1] == ("2026-04-10", "Hall", "219.00")  # 1 x 16/31 and 4 x 12/31 of March, 5 of April
    desk.day(MAY)
    (finance,) = [one for one in desk.billing.invoices() if one.contract == "Finance" and one.issued == "2026-05-01"]
    assert finance.kind == "Credit note"
    assert finance.amounts == ["-32.00", "16.00", "-62.00", "31.00", "31.00"]
    assert sums_hold(desk)


def test_dividing_again_writes_nothing() -> None:
    desk, _ = town()
    desk.day(FIRST)
    before = desk.logs()
    again = desk.day(FIRST)
    assert (again.parts, again.rows) == (0, 0)
    assert desk.logs() == before
    assert len(desk.totals()) == 3


def test_a_tenant_without_splits_is_asked_once() -> None:
    desk = SplitDesk()
    desk.billing.fuse.reset()
    assert desk.divide(FIRST).splits == 0
    assert desk.billing.fuse.count == 1


def test_seats_that_are_held_keep_their_contracts_waiting_and_no_other() -> None:
    """Three seats are nobody's: the town hall waits with a sentence, the works are billed. Assigned, all are billed."""
    desk = SplitDesk(payers=("Works", "Other"))
    desk.billing.subscription(desk.contracts["Other"], seats=1, start=FIRST)
    desk.terms(FIRST, desk.number("Works", 7), rest="Hold")
    assert desk.day(FIRST).held == 1
    assert desk.totals() == [("2026-03-01", "Other", "31.00")]
    assert desk.billing.findings() == {"S-1": ("split-held", "Open"), "Hall": ("contract-not-billed", "Open")}
    (why,) = desk.billing.messages("contract-not-billed")
    assert why.startswith("Contract Hall was not billed: subscription ")
    assert "3 seats are assigned to nobody, and the split says that they wait for a person; assign them" in why
    desk.buy(FIRST, 7, recorded=FIRST)
    desk.day(FIRST)
    assert desk.totals()[1:] == [("2026-03-01", "Works", "217.00")]
    assert desk.billing.findings() == {"S-1": ("split-held", "Resolved"), "Hall": ("contract-not-billed", "Resolved")}


@pytest.mark.parametrize(
    ("arrange", "message"),
    [
        (
            lambda desk: desk.billing.api.update(Ref(CONTRACT, desk.contracts["Works"]), status(CONTRACT, "Ended")),
            "contract Works, which pays for a part of it, has ended",
        ),
        (
            lambda desk: desk.billing.api.update(
                Ref(CONTRACT, desk.contracts["Works"]), {"w365_frequency": choice_value(CONTRACT, "w365_frequency", "Annual")}
            ),
            "its price is for a cycle that is monthly, and contract Works, which pays for a part of it, is billed annual",
        ),
        (
            lambda desk: desk.billing.api.update(
                Ref(CONTRACT, desk.contracts["Works"]),
                {"w365_pricesincludetax": choice_value(CONTRACT, "w365_pricesincludetax", "Yes")},
            ),
            "prices include tax on one of the contracts Hall and Works only",
        ),
        (
            lambda desk: desk.billing.api.update(Ref(CONTRACT, desk.contracts["Works"]), {"w365_enddate": FIRST}),
            "contract Works, which pays for a part of it, has ended",
        ),
        (
            lambda desk: desk.billing.api.update(Ref(CONTRACT, desk.contracts["Works"]), {"w365_startdate": SIXTEENTH}),
            "contract Works, which pays for a part of it from 2026-03-01 on, begins on 2026-03-16",
        ),
    ],
)
def test_a_payer_that_cannot_be_billed_holds_the_subscription(arrange: Callable[[SplitDesk], None], message: str) -> None:
    desk = SplitDesk(payers=("Works",))
    arrange(desk)
    desk.terms(FIRST, desk.number("Works", 4))
    (finding,) = desk.divide(FIRST).findings
    assert message in finding.message
    assert desk.parts() == {}


def test_without_a_list_of_users_nothing_is_guessed() -> None:
    desk = SplitDesk()
    desk.terms(FIRST, desk.by_department("Finance"))
    (finding,) = desk.day(FIRST).findings
    assert "no list of users says who was there on 2026-03-01" in finding.message
    assert desk.totals() == []


def test_more_users_than_seats_are_billed_as_bought_and_said() -> None:
    """Three and two users, four seats: 4 x 3/5 = 2.4 and 4 x 2/5 = 1.6."""
    desk = SplitDesk(seats=4)
    for name, department in (
        ("Anna", "Finance"),
        ("Ben", "Finance"),
        ("Carl", "Finance"),
        ("Dora", "School"),
        ("Emil", "School"),
    ):
        desk.user(name, department)
    desk.terms(FIRST, desk.by_department("Finance"), desk.by_department("School"))
    (finding,) = desk.day(FIRST).findings
    assert finding.code == "split-more-asked-than-bought"
    assert desk.parts() == {"Finance": 2, "School": 2}
    assert desk.billing.findings() == {"S-1": ("split-more-asked-than-bought", "Open")}


def test_a_discount_that_nothing_is_billed_with_any_more_is_asked_about() -> None:
    desk = SplitDesk(payers=("Works",))
    discount = {
        "w365_printedname": "Loyal",
        "w365_value": Decimal(10),
        "w365_kind": choice_value("w365_discount", "w365_kind", "Percentage"),
        **bind("w365_Contract", CONTRACT, desk.contracts["Hall"]),
        **bind("w365_Subscription", SUBSCRIPTION, desk.subscription),
    }
    made = desk.billing.api.create("w365_discount", discount)
    desk.terms(SIXTEENTH, desk.number("Works", 4))
    assert desk.day(FIRST).findings == (), "it holds until the split begins"
    (finding,) = desk.day(SIXTEENTH).findings
    assert "its discount Loyal is not on them" in finding.message
    desk.billing.api.update(Ref("w365_discount", made), {"w365_enddate": SIXTEENTH})
    assert desk.day(SIXTEENTH).findings == ()
    assert set(desk.billing.findings().values()) == {("split-discount-on-whole", "Resolved")}


def test_users_who_hold_the_licence_and_are_nobodys_are_said() -> None:
    desk = SplitDesk()
    desk.user("Anna", "Finance", licences="SPE_E3\nFLOW")
    desk.user("Ben", "Finance")
    desk.user("Carl", "Harbour", licences="spe_e3")
    desk.terms(FIRST, desk.by_department("Finance"), licence="SPE_E3")
    (finding,) = desk.day(FIRST).findings
    assert finding.message.startswith("Subscription S-1 had 1 user on 2026-03-01 whom no share of its split finds")
    assert desk.parts() == {"Hall": 9, "Finance": 1}


def test_terms_that_contradict_themselves_are_a_finding_and_the_parts_stay() -> None:
    desk, _ = town()
    desk.day(FIRST)
    wrong = desk.terms(APRIL, {**desk.number("School", 4), "w365_foundby": choice_value(SHARE, "w365_foundby", "Group")})
    (finding,) = desk.divide(APRIL).findings
    assert finding.message.startswith("The split of subscription S-1 cannot be read: the share of ")
    assert desk.parts() == {"Hall": 5, "Finance": 2, "School": 3}
    desk.billing.api.update(Ref(SPLIT, wrong), {"statecode": 1, "statuscode": 2})
    assert not desk.divide(APRIL).findings
    empty = desk.terms(MAY, {**desk.number("School", 4), "w365_foundby": None})
    (finding,) = desk.divide(APRIL).findings
    assert "share 1 has no way in which its seats are found" in finding.message
    desk.billing.api.update(Ref(SPLIT, empty), {"w365_rest": None})
    (finding,) = desk.divide(APRIL).findings
    assert "a split has no rule for the rest" in finding.message


def test_terms_that_were_taken_away_are_asked_for() -> None:
    desk = SplitDesk(payers=("Works",))
    made = desk.terms(FIRST, desk.number("Works", 4))
    desk.day(FIRST)
    desk.billing.api.update(Ref(SPLIT, made), {"statecode": 1, "statuscode": 2})
    assert [finding.code for finding in desk.divide(APRIL).findings] == ["split-without-terms"]
    desk.terms(APRIL)
    assert desk.divide(APRIL).findings == ()
    assert desk.parts() == {"Hall": 10, "Works": 0}


def test_terms_that_begin_on_another_day_than_before_bill_the_days_between_again() -> None:
    """From the 16th first, then from the 1st of April: the works give back what they paid, the town hall pays it after all."""
    desk = SplitDesk(payers=("Works",))
    made = desk.terms(SIXTEENTH, desk.number("Works", 4))
    desk.day(FIRST)
    desk.billing.api.update(Ref(SPLIT, made), {"w365_validfrom": APRIL})
    desk.day(SIXTEENTH)
    desk.day(APRIL)
    totals = {name: sum(one.net for one in desk.billing.invoices() if one.contract == name) for name in ("Hall", "Works")}
    assert {name: f"{total:.2f}" for name, total in totals.items()} == {"Hall": "496.00", "Works": "124.00"}


def test_a_part_is_changed_through_its_subscription_and_a_split_one_does_not_move() -> None:
    desk, _ = town()
    desk.divide(FIRST)
    book = Changing(desk.billing.api, desk.billing.tenant.currencies)
    part = book.load(part_id(PURPOSE, desk.subscription, desk.contracts["School"]))
    now = desk.billing.clock.now()
    with pytest.raises(Refused, match="one payer's part of a split subscription, or what a tier above bills"):
        decide(part, Wish(Event.QUANTITY, APRIL, quantity=9), now)
    whole = book.load(desk.subscription)
    with pytest.raises(Refused, match="name other payers in its split"):
        decide(whole, Wish(Event.TRANSFER, APRIL, contract=desk.contracts["School"]), now)
    assert decide(whole, Wish(Event.QUANTITY, APRIL, quantity=12), now).quantity == 12


def test_the_check_before_a_run_names_what_is_wrong_with_splits() -> None:
    desk = SplitDesk()
    desk.terms(FIRST, desk.by_department("Finance"))
    rows = ReadinessRows(desk.billing.api, desk.billing.tenant.currencies)
    found = readiness.check(book=desk.billing.book, readiness=rows, clock=desk.billing.clock, as_of=FIRST, splits=desk.book)
    (blocker,) = [one for one in found.blockers if one.finding.code.startswith("split")]
    assert blocker.finding.message.startswith(
        "Subscription S-1 cannot be billed from 2026-03-01 on: its seats are split by users"
    )
    assert blocker.holds_back
    assert (blocker.place and blocker.place.id) == desk.contracts["Hall"]


def test_a_cancelled_subscription_ends_its_parts() -> None:
    desk, _ = town()
    desk.day(FIRST)
    desk.buy(APRIL, 0)
    desk.billing.api.update(Ref(SUBSCRIPTION, desk.subscription), status(SUBSCRIPTION, "Cancelled"))
    desk.day(APRIL)
    assert desk.parts() == {"Hall": 0, "Finance": 0, "School": 0}
    assert len(desk.totals()) == 3


def test_every_line_is_explained_and_the_simulator_makes_it_again() -> None:
    """Why the payer has its seats, what a move did, and the scenario behind each document, to the cent."""
    desk, anna = town()
    desk.buy(FIRST, 11)
    desk.day(FIRST)
    desk.moves(anna, "Anna", "School", SIXTEENTH)
    desk.day(SIXTEENTH)
    desk.day(APRIL)
    book = Explanations(desk.billing.api)
    for billed in desk.billing.invoices():
        explained = book.document(billed.number)
        assert explained is not None
        assert explained.history is not None
        again = simulate(scenario(scenario_of(explained.history))).invoices[-1]
        assert sorted(line.amount.minor for line in again.lines) == sorted(line.amount.minor for line in explained.lines)
    (april,) = [one for one in desk.billing.invoices() if (one.contract, one.issued) == ("Finance", "2026-04-01")]
    found = book.document(april.number)
    credit, charge, cycle = found.lines if found else ()
    assert explain(credit)[0].startswith(
        "From 16 March 2026 on, the seats that this payer pays for went from 2 to 1: change 2 of the log"
    )
    assert "from 1 March 2026 on this contract pays for 2 seats: 2 of its users, or agreed on." in " ".join(explain(credit))
    for line in (charge, cycle):
        assert "from 16 March 2026 on this contract pays for 1 seat: 1 of its users, or agreed on." in " ".join(explain(line))


def test_a_split_in_a_billed_month_is_explained_on_both_sides() -> None:
    desk = SplitDesk(payers=("Works",))
    desk.day(FIRST)
    desk.terms(SIXTEENTH, desk.number("Works", 4))
    desk.day(SIXTEENTH)
    desk.day(APRIL)
    (april,) = [one for one in desk.billing.invoices() if (one.contract, one.issued) == ("Hall", "2026-04-01")]
    found = Explanations(desk.billing.api).document(april.number)
    assert found is not None
    assert found.history is not None
    said = {line.kind: " ".join(explain(line)) for line in found.lines}
    assert "the seats are split over several payers, each of whom is billed for a part" in said[Kind.CREDIT]
    assert "from 16 March 2026 on this contract pays for 6 seats: 6 that nobody asks for" in said[Kind.CYCLE]
    again = simulate(scenario(scenario_of(found.history))).invoices[-1]
    assert sorted(line.amount.minor for line in again.lines) == [-16000, 9600, 18600]


def test_a_payers_invoice_names_its_users_on_request() -> None:
    """Under each charge those of its first day, as the small print of the page and of the e-invoice; none for who did not ask."""
    desk, anna = town()
    desk.billing.api.update(Ref(CONTRACT, desk.contracts["Finance"]), {"w365_printusers": True})
    desk.day(FIRST)
    desk.moves(anna, "Anna", "School", SIXTEENTH)
    desk.day(SIXTEENTH)
    desk.day(APRIL)
    assert desk.printed("Finance", FIRST) == [("cycle", "Users: Anna, Ben, Carl")]
    assert desk.printed("School", FIRST) == [("cycle", "")]
    assert desk.printed("Finance", APRIL) == [("credit", ""), ("charge", "Users: Ben, Carl"), ("cycle", "Users: Ben, Carl")]


def test_who_asks_for_no_users_costs_no_request() -> None:
    desk, _ = town()
    desk.day(FIRST)
    desk.billing.fuse.reset()
    desk.printed("Finance", FIRST)
    assert desk.billing.fuse.count == 1


def test_a_forgotten_user_is_not_named_on_a_document_that_is_made_later() -> None:
    desk, _ = town()
    desk.billing.api.update(Ref(CONTRACT, desk.contracts["Finance"]), {"w365_printusers": True})
    desk.day(FIRST)
    assert TenantUsers(desk.billing.api).forget("ben@town.example") == 1
    ((_, said),) = desk.printed("Finance", FIRST)
    assert said == "Users: Anna, Carl"


def test_dividing_survives_every_crash(tried: Tried) -> None:
    """Whatever request dies, in the end every part is there once, with one log."""
    clean, _ = town()
    clean.billing.fuse.reset()
    clean.divide(FIRST)
    for at, fault in tried("splits", product(range(1, clean.billing.fuse.count + 1), CRASHES)):
        desk, _ = town()
        desk.billing.fuse.arm(at=at, fault=fault)
        with contextlib.suppress(Died, External):
            desk.divide(FIRST)
        desk.billing.fuse.reset()
        desk.divide(FIRST)
        assert desk.parts() == clean.parts()
        assert {name: len(log) for name, log in desk.logs().items()} == {name: len(log) for name, log in clean.logs().items()}


steps = st.lists(
    st.tuples(st.sampled_from(["buy", "move"]), st.integers(0, 60), st.integers(0, 14), st.sampled_from(["Finance", "School"])),
    min_size=1,
    max_size=4,
)


@settings(max_examples=12)
@given(steps)
def test_after_any_history_the_logs_of_the_parts_sum_to_the_log_of_the_whole(taken: list[tuple[str, int, int, str]]) -> None:
    """Whatever is bought and whoever moves, in any order, also for days that are long over."""
    desk, anna = town()
    desk.divide(FIRST)
    for what, after, seats, department in taken:
        day = FIRST + timedelta(days=after + 1)
        if what == "buy":
            desk.buy(day, seats)
        else:
            with contextlib.suppress(External):  # she moved on that day already
                anna = desk.moves(anna, "Anna", department, day)
        desk.divide(MAY)
        assert sums_hold(desk)
        assert broken_ledgers(desk) == []
