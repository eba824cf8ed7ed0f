"""The rows of a change log that a bill reads tell what the whole log tells, from the first open cycle on."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from dataverse.rows import choice_label, choice_value, day
from dataverse.stores.billing_logs import NEWEST, told
from dataverse.stores.billing_rows import SUBSCRIPTION
from dataverse.stores.subscription_rows import by_subscription, subscription_of
from local.desks.billing import BillingDesk
from work365.contracts.contract import BillingContract
from work365.contracts.policy import Policy
from work365.money import Currency
from work365.subscriptions.change_log import Timeline, known
from work365.subscriptions.counting import counted

if TYPE_CHECKING:
    from dataverse.webapi import Row

TABLE, BERLIN = "w365_changelog", ZoneInfo("Europe/Berlin")
START, SINCE, DAYS = date(2025, 1, 1), date(2025, 7, 1), 360


offsets = st.integers(0, DAYS) | st.sampled_from([27, 31, 180, 181])


def choice(column: str, label: str) -> int:
    return choice_value(TABLE, f"w365_{column}", label)


@st.composite
def logs(draw: st.DrawFn) -> list[Row]:
    """A log in the order of its sequence; what is effective before the first open cycle is settled."""
    rows: list[Row] = []
    seats = 0
    for sequence in range(1, draw(st.integers(1, 9)) + 1):
        effective = START + timedelta(days=draw(offsets) if sequence > 1 else 0)
        quantity = draw(st.integers(0, 6))
        state = draw(st.sampled_from(["Billed", "Billed", "Excluded", *(["Unbilled"] if effective >= SINCE else [])]))
        refund = choice("refund", "No refund") if quantity < seats and draw(st.integers(0, 3)) == 0 else None
        late = timedelta(days=draw(st.sampled_from([-40, -1, 0, 0, 0, 1, 45])))
        recorded = datetime.combine(effective + late, time(23, 30), UTC)
        planned = recorded - timedelta(days=20) if draw(st.integers(0, 3)) == 0 else None
        rows.append(
            {
                "w365_changelogid": f"c{sequence}",
                "_w365_subscription_value": "s",
                "w365_sequence": sequence,
                "w365_effective": effective.isoformat(),
                "w365_quantity": quantity,
                "w365_quantitydelta": quantity - seats,
                "w365_unitprice": draw(st.sampled_from([Decimal(10), Decimal(10), Decimal(12), None])),
                "w365_recordedon": recorded.isoformat(),
                "w365_askedon": planned and planned.isoformat(),
                "w365_event": choice("event", "Quantity"),
                "w365_billingstate": choice("billingstate", state),
                "w365_refund": refund,
            }
        )
        seats = quantity
    return rows


def timeline(rows: list[Row], contract: BillingContract) -> Timeline:
    row: Row = dict.fromkeys(SUBSCRIPTION) | {"w365_subscriptionid": "s", "w365_startdate": START.isoformat()}
    row |= {"w365_unitprice": Decimal(10), "w365_quantity": rows[-1]["w365_quantity"]}
    one = subscription_of(row, by_subscription(rows)["s"], contract, BERLIN)
    return Timeline(one, counted(known(one.changes, date.max), contract))


def asked(rows: list[Row], contract: BillingContract) -> tuple[list[Row], list[str]]:
    """What the questions find, and what they tell."""
    old = [row for row in rows if day(row["w365_effective"]) < SINCE]
    newest = sorted(old, key=lambda row: (row["w365_effective"], row["w365_sequence"]), reverse=True)[:2]
    later = [row for row in old if row["w365_refund"] is not None or _excluded(row)]
    standing = {"w365_subscriptionid": "s", "_w365_contract_value": "C", "w365_unitprice": Decimal(10), NEWEST: newest}
    return told([standing], later, {"C": contract})


def _excluded(row: Row) -> bool:
    return choice_label(TABLE, "w365_billingstate", row["w365_billingstate"]) == "Excluded"


@settings(max_examples=200)
@given(logs(), st.sampled_from(Policy))
def test_from_the_first_open_cycle_on_the_state_is_that_of_the_whole_log(rows: list[Row], policy: Policy) -> None:
    """Late, early, excluded, without refund, of one day, without a price: the same seats and price on every day from then on."""
    contract = BillingContract("C", Currency("EUR"), START, policy=policy)
    sure, unsure = asked(rows, contract)
    read = rows if unsure else [*sure, *(row for row in rows if day(row["w365_effective"]) >= SINCE)]
    if not read:
        return
    full, short = timeline(rows, contract), timeline(read, contract)
    for offset in range(DAYS):
        on = SINCE + timedelta(days=offset)
        assert short.at(on)[:2] == full.at(on)[:2], on


def test_an_ordinary_log_is_told_by_one_row() -> None:
    """Sixty rows before the open cycle, each with a price: the newest one is all that is read of them."""
    rows = [
        {
            "w365_changelogid": f"c{number}",
            "w365_effective": (START + timedelta(days=3 * number)).isoformat(),
            "w365_sequence": number + 1,
            "w365_unitprice": Decimal(10),
            "w365_billingstate": choice("billingstate", "Billed"),
            "w365_refund": None,
        }
        for number in range(60)
    ]
    sure, unsure = asked(rows, BillingContract("C", Currency("EUR"), START))
    assert ([row["w365_changelogid"] for row in sure], unsure) == (["c59"], [])


def test_sixty_months_of_changes_cost_what_two_months_of_them_do() -> None:
    """F180: a change in every month, learned of after its cycle was billed; the requests stay the same."""
    desk = BillingDesk(START)
    contract = desk.contract("C-1", start=START)
    seats = desk.subscription(contract, start=START)
    sent: list[int] = []
    for month in range(62):
        first = date(2025 + month // 12, month % 12 + 1, 1)
        desk.fuse.reset()
        desk.run(first)
        sent.append(desk.fuse.count)
        desk.change(contract, seats, first + timedelta(days=9), 5 + month % 4)
    assert len(desk.invoices()) == 62
    assert max(sent[30:]) <= 1.2 * sent[1]
    assert sent[61] == sent[2]
