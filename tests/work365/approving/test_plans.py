"""What of a planned change has changed since somebody approved it, and what has not: pure tables of facts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.approving.plans import WHY, changes_since

APPROVED = {
    "subscription": "s-1",
    "state": "Active",
    "seats now": "10",
    "price now": "31",
    "currency": "EUR",
    "change": "Quantity",
    "from": "2026-03-20",
    "seats before": "10",
    "seats afterwards": "15",
    "price afterwards": "31",
}
NOT_POSSIBLE = {
    "subscription": "s-1",
    "state": "Active",
    "seats now": "10",
    "price now": "31",
    "currency": "EUR",
    "change": "Resume",
    "from": "2026-05-01",
}
"""A resumption that was planned together with the pause before it: nobody can say yet what it comes to."""
RESUMED = NOT_POSSIBLE | {"state": "Suspended", "seats now": "0", "seats before": "0", "seats afterwards": "10"}
OVER = "over the credit limit by"

CASES = [
    ("nothing", APPROVED, {}, ""),
    ("it comes later than it was planned for", APPROVED, {"from": "2026-03-25"}, ""),
    ("it comes earlier", APPROVED, {"from": "2026-03-19"}, "from 2026-03-19 instead of 2026-03-20"),
    ("seats that a later row of the log says already", APPROVED, {"seats now": "11"}, ""),
    ("why it is asked", APPROVED, {WHY: "it was planned on 2026-03-16"}, ""),
    ("more seats before it", APPROVED, {"seats before": "12"}, "seats before 12 instead of 10"),
    ("another price before it", APPROVED, {"price now": "33"}, "price now 33 instead of 31"),
    ("its state", APPROVED, {"state": "Suspended"}, "state Suspended instead of Active"),
    ("other seats than were wished", APPROVED, {"seats afterwards": "50"}, "seats afterwards 50 instead of 15"),
    ("another product", APPROVED, {"to product": "p-2"}, "to product p-2 instead of nothing"),
    ("what was asked for", APPROVED, {"asked for": "a price of 1"}, "asked for a price of 1 instead of nothing"),
    ("what is given back", APPROVED, {"given back": "full"}, "given back full instead of nothing"),
    ("it exceeds a credit limit", APPROVED, {OVER: "17.45 EUR"}, f"{OVER} 17.45 EUR instead of nothing"),
    ("by less than was agreed to", APPROVED | {OVER: "17.45 EUR"}, {OVER: "9.00 EUR"}, ""),
    ("by more", APPROVED | {OVER: "9.00 EUR"}, {OVER: "17.45 EUR"}, f"{OVER} 17.45 EUR instead of 9.00 EUR"),
    ("in another currency", APPROVED | {OVER: "9.00 EUR"}, {OVER: "8.00 USD"}, f"{OVER} 8.00 USD instead of 9.00 EUR"),
    ("by nobody knows what", APPROVED | {OVER: "9.00 EUR"}, {OVER: "not known"}, f"{OVER} not known instead of 9.00 EUR"),
    ("not any more", APPROVED | {OVER: "17.45 EUR"}, {OVER: ""}, ""),
    ("a price that was not known", APPROVED | {"price now": "not known"}, {"price now": "31"}, ""),
    ("what was not possible yet", NOT_POSSIBLE, RESUMED, ""),
    ("and costs more by now", NOT_POSSIBLE, RESUMED | {"price now": "33"}, "price now 33 instead of 31"),
    ("and is more by now", NOT_POSSIBLE, RESUMED | {"asked for": "500 seats"}, "asked for 500 seats instead of nothing"),
    ("and is another change", NOT_POSSIBLE, RESUMED | {"change": "Cancel"}, "change Cancel instead of Resume"),
]


@pytest.mark.parametrize(("approved", "now", "said"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_an_approver_would_think_again_about(approved: dict[str, str], now: dict[str, str], said: str) -> None:
    assert changes_since(approved, approved | now) == said


FACTS = st.dictionaries(st.sampled_from([*APPROVED, "to product", "into", "given back"]), st.text("0123456789", max_size=3))


@given(FACTS)
def test_an_unchanged_world_never_asks_twice(facts: dict[str, str]) -> None:
    assert changes_since(facts, facts) == ""


@given(FACTS, FACTS)
def test_what_is_said_names_no_fact_that_is_the_same(before: dict[str, str], now: dict[str, str]) -> None:
    said = changes_since(before, now)
    assert not any(f"{name} {now[name]} instead" in said for name in before if now.get(name) == before[name] != "")
