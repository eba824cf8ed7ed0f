"""The simulator: the answer's format, and every kind of nonsense refused with a path."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from work365.errors import BadInput
from work365.scenario import read, scenario
from work365.simulation import answer, failure, simulate

EXAMPLE: dict[str, Any] = {
    "currency": "USD",
    "contract": {
        "start": "2024-03-01",
        "bill_day": 1,
        "frequency": "monthly",
        "policy": "advance",
        "prorate": "days",
        "changes_billed": "now",
        "end": None,
        "discount_percent": "0",
    },
    "subscriptions": [
        {
            "id": "s1",
            "start": "2024-03-01",
            "end": None,
            "unit_price": "7.99",
            "pricing": None,
            "changes": [
                {"id": "c1", "effective": "2024-03-01", "quantity": 10},
                {"id": "c2", "effective": "2024-03-10", "quantity": 12, "unit_price": "7.99", "recorded": "2024-03-12"},
            ],
        }
    ],
    "runs": ["2024-03-01", "2024-03-12", "2024-04-01"],
}
MISSING = object()
HOURLY = {"id": "c2", "effective": "2024-03-10", "quantity": 4, "refund": "hours"}


def changed(path: str, value: object) -> dict[str, Any]:
    """The example with one member replaced, added or (MISSING) taken away."""
    document = copy.deepcopy(EXAMPLE)
    *steps, last = [int(step) if step.isdecimal() else step for step in path.replace("[", ".").replace("]", "").split(".")]
    place: Any = document
    for step in steps:
        place = place[step]
    if value is MISSING:
        del place[last]
    else:
        place[last] = value
    return document


def totals(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [(invoice["run"], invoice["total"]) for invoice in answer(simulate(scenario(document)))["invoices"]]


def test_the_example_of_the_format() -> None:
    """The credit line of the run of 12 March, member by member, and the totals around it."""
    result = answer(simulate(read(json.dumps(EXAMPLE).encode())))
    assert result["invoices"][1]["lines"][0] == {
        "subscription": "s1",
        "kind": "credit",
        "change": "c2",
        "start": "2024-03-10",
        "end": "2024-04-01",
        "quantity": 10,
        "unit_price": "7.99",
        "fraction": "22/31",
        "amount": "-56.70",
    }
    assert totals(EXAMPLE) == [("2024-03-01", "79.90"), ("2024-03-12", "11.34"), ("2024-04-01", "95.88")]
    assert result["findings"] == []


def test_runs_may_come_in_any_order() -> None:
    """A run that is dated before an earlier one adds nothing to it."""
    assert totals(changed("runs", ["2024-04-01", "2024-03-01", "2024-03-12"])) == [("2024-04-01", "187.12")]
    assert totals(changed("runs", [])) == []


def test_changes_that_ride_on_the_next_cycle() -> None:
    """Learned of between two cycles, billed with the next one."""
    document = changed("contract.changes_billed", "next_cycle")
    assert totals(document) == [("2024-03-01", "79.90"), ("2024-04-01", "107.22")]


def test_only_the_start_of_a_contract_is_needed() -> None:
    """Everything else has a stated default; whole numbers are taken as amounts."""
    document = changed("contract", {"start": "2024-03-01"})
    document["subscriptions"][0]["unit_price"] = 8
    assert totals(document)[0] == ("2024-03-01", "80.00")


@pytest.mark.parametrize(
    ("pricing", "first"),
    [
        ({"model": "graduated", "tiers": [{"up_to": 4, "unit": "10.00", "flat": "1"}, {"up_to": None, "unit": "9.00"}]}, "95.00"),
        ({"model": "volume", "tiers": [{"up_to": 4, "unit": "10.00"}, {"up_to": None, "unit": "9.00", "cap": "80"}]}, "80.00"),
        ({"model": "flat", "tiers": [{"up_to": 10, "flat": "55.50"}, {"up_to": None, "flat": "70"}]}, "55.50"),
        ({"model": "package", "size": 4, "price": "12.50"}, "37.50"),
        ({"model": "package", "size": 4, "price": "12.50", "free": 2}, "25.00"),
    ],
)
def test_prices_by_tiers_and_packages(pricing: dict[str, Any], first: str) -> None:
    """Ten seats; such lines have no unit price; both sides of a change are rated on the same tiers."""
    result = answer(simulate(scenario(changed("subscriptions[0].pricing", pricing))))
    assert result["invoices"][0]["total"] == first
    assert result["invoices"][0]["lines"][0]["unit_price"] is None


def test_a_finding_is_part_of_the_answer() -> None:
    """A change after the end is told once, with what to do."""
    [finding] = answer(simulate(scenario(changed("subscriptions[0].end", "2024-03-05"))))["findings"]
    assert (finding["code"], finding["subject"], finding["severity"]) == ("change-after-end", "s1", "warning")


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("currency", MISSING, "currency"),
        ("currency", "usd", "currency"),
        ("currency", 7, "currency"),
        ("contract", MISSING, "contract"),
        ("contract", [], "contract"),
        ("contract.start", MISSING, "contract.start"),
        ("contract.start", "2024-02-30", "contract.start"),
        ("contract.start", "20240301", "contract.start"),
        ("contract.start", "2024-3-1", "contract.start"),
        ("contract.start", "0001-01-01", "contract.start"),
        ("contract.start", "2024-03-01T00:00:00Z", "contract.start"),
        ("contract.start", 20240301, "contract.start"),
        ("contract.start", "\u0662\u0660\u0662\u0664-\u0660\u0663-\u0660\u0661", "contract.start"),
        ("contract.bill_day", 0, "contract.bill_day"),
        ("contract.bill_day", 32, "contract.bill_day"),
        ("contract.bill_day", True, "contract.bill_day"),
        ("contract.bill_day", "1", "contract.bill_day"),
        ("contract.frequency", "fortnightly", "contract.frequency"),
        ("contract.frequency", 1, "contract.frequency"),
        ("contract.frequency", {"every": 0, "unit": "month"}, "contract.frequency.every"),
        ("contract.frequency", {"every": 1, "unit": "day"}, "contract.frequency.unit"),
        ("contract.frequency", {"every": 1}, "contract.frequency.unit"),
        ("contract.frequency", {"every": 1, "unit": "week", "on": 1}, "contract.frequency.on"),
        ("contract.policy", "later", "contract.policy"),
        ("contract.policy", {}, "contract.policy"),
        ("contract.prorate", "hours", "contract.prorate"),
        ("contract.changes_billed", "never", "contract.changes_billed"),
        ("contract.end", "2024-02-29", "contract.end"),
        ("contract.discount_percent", "101", "contract.discount_percent"),
        ("contract.discount_percent", "-1", "contract.discount_percent"),
        ("contract.colour", "red", "contract.colour"),
        ("extra", 1, "extra"),
        ("subscriptions", {}, "subscriptions"),
        ("subscriptions[0]", 5, "subscriptions[0]"),
        ("subscriptions[0].id", "", "subscriptions[0].id"),
        ("subscriptions[0].id", 5, "subscriptions[0].id"),
        ("subscriptions[0].end", "2024-02-01", "subscriptions[0].end"),
        ("subscriptions[0].unit_price", MISSING, "subscriptions[0].unit_price"),
        ("subscriptions[0].unit_price", None, "subscriptions[0].unit_price"),
        ("subscriptions[0].unit_price", "7,99", "subscriptions[0].unit_price"),
        ("subscriptions[0].unit_price", "-7.99", "subscriptions[0].unit_price"),
        ("subscriptions[0].unit_price", "1e3", "subscriptions[0].unit_price"),
        ("subscriptions[0].unit_price", "NaN", "subscriptions[0].unit_price"),
        ("subscriptions[0].unit_price", " 7.99", "subscriptions[0].unit_price"),
        ("subscriptions[0].unit_price", "9" * 13, "subscriptions[0].unit_price"),
        ("subscriptions[0].unit_price", False, "subscriptions[0].unit_price"),
        ("subscriptions[0].pricing", "cheap", "subscriptions[0].pricing"),
        ("subscriptions[0].pricing", {}, "subscriptions[0].pricing.model"),
        ("subscriptions[0].pricing", {"model": "auction", "tiers": []}, "subscriptions[0].pricing.model"),
        ("subscriptions[0].pricing", {"model": [], "tiers": []}, "subscriptions[0].pricing.model"),
        ("subscriptions[0].pricing", {"model": "volume", "tiers": []}, "subscriptions[0].pricing.tiers"),
        ("subscriptions[0].pricing", {"model": "volume", "tiers": [{"up_to": 5}]}, "subscriptions[0].pricing.tiers"),
        ("subscriptions[0].pricing", {"model": "volume", "tiers": [{"upto": 5}]}, "subscriptions[0].pricing.tiers[0].upto"),
        ("subscriptions[0].pricing", {"model": "package", "size": 0, "price": "1"}, "subscriptions[0].pricing.size"),
        ("subscriptions[0].changes", MISSING, "subscriptions[0].changes"),
        ("subscriptions[0].changes[1].id", "c1", "subscriptions[0].changes[1].id"),
        ("subscriptions[0].changes[1].effective", None, "subscriptions[0].changes[1].effective"),
        ("subscriptions[0].changes[1].quantity", -1, "subscriptions[0].changes[1].quantity"),
        ("subscriptions[0].changes[1].quantity", "12", "subscriptions[0].changes[1].quantity"),
        ("subscriptions[0].changes[1].quantity", 10**30, "subscriptions[0].changes[1].quantity"),
        ("subscriptions[0].changes[1].quantity", True, "subscriptions[0].changes[1].quantity"),
        ("subscriptions[0].changes[1].quantity", [[[]]], "subscriptions[0].changes[1].quantity"),
        ("subscriptions[0].changes[1].recorded", "soon", "subscriptions[0].changes[1].recorded"),
        ("subscriptions[0].changes[1].note", "x", "subscriptions[0].changes[1].note"),
        ("subscriptions[0].changes[1].refund", "half", "subscriptions[0].changes[1].refund"),
        ("subscriptions[0].changes[1].asked", "2024-03-10T12:00", "subscriptions[0].changes[1].asked"),
        ("subscriptions[0].changes[1]", HOURLY | {"asked": "2024-03-10"}, "subscriptions[0].changes[1].asked"),
        ("subscriptions[0].changes[1]", HOURLY | {"asked": "2024-02-30T12:00"}, "subscriptions[0].changes[1].asked"),
        ("subscriptions[0].changes[1]", HOURLY | {"asked": "2024-03-10T25:00"}, "subscriptions[0].changes[1].asked"),
        ("zone", "Berlin", "zone"),
        ("zone", "../etc", "zone"),
        ("runs", "2024-03-01", "runs"),
        ("runs[1]", "2024-13-01", "runs[1]"),
        ("runs", ["2024-03-01"] * 5001, "runs"),
    ],
)
def test_nonsense_is_refused_where_it_stands(path: str, value: object, where: str) -> None:
    """The answer names the member and says what to write there."""
    with pytest.raises(BadInput) as caught:
        scenario(changed(path, value))
    assert failure(caught.value)["error"]["path"] == where
    assert len(caught.value.message) < 250


@pytest.mark.parametrize(
    ("prorate", "frequency"),
    [("months", {"every": 2, "unit": "week"}), ("days30", {"every": 1, "unit": "week"})],
)
def test_weeks_have_no_months(prorate: str, frequency: dict[str, Any]) -> None:
    """Refused at the member that can be changed."""
    document = changed("contract.prorate", prorate)
    document["contract"]["frequency"] = frequency
    with pytest.raises(BadInput, match=r"contract.prorate: cycles of weeks"):
        scenario(document)


def test_two_subscriptions_with_one_id() -> None:
    """Refused at the second one."""
    with pytest.raises(BadInput, match=r"subscriptions\[1\].id"):
        scenario(changed("subscriptions", EXAMPLE["subscriptions"] * 2))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "nothing here"),
        (b"\xef\xbb\xbf  \n", "nothing here"),
        (b"\xff\xfe{\x00}\x00", "not UTF-8"),
        (b"{", "not JSON"),
        (b"{'currency': 'USD'}", "not JSON"),
        (b'{"currency": "USD"} {}', "not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"runs": NaN}', "NaN is not a number"),
        (b'{"runs": -Infinity}', "-Infinity is not a number"),
        (b'{"runs": ' + b"9" * 5000 + b"}", "too many digits"),
        (b'{"runs": [], "runs": []}', "runs: this member is given twice"),
        (b"[]", "an object is needed here, not a list"),
        (b"null", "an object is needed here, not null"),
        (b'"' + b"x" * 500 + b'"', "an object is needed here"),
    ],
)
def test_text_that_is_no_scenario(content: bytes, message: str) -> None:
    """Never a trace, always a sentence."""
    with pytest.raises(BadInput, match=message):
        read(content)


@pytest.mark.parametrize("number", ["7.99", "1e2", "7.0"])
def test_json_numbers_with_a_point_are_no_prices(number: str) -> None:
    """Whoever wrote one may have been through a float."""
    content = json.dumps(EXAMPLE).replace('"unit_price": "7.99", "pricing"', f'"unit_price": {number}, "pricing"')
    with pytest.raises(BadInput, match=r"subscriptions\[0\].unit_price: .* is not an amount"):
        read(content.encode())


def test_a_byte_order_mark_is_no_obstacle() -> None:
    """Files from Windows begin with one."""
    assert read(b"\xef\xbb\xbf" + json.dumps(EXAMPLE).encode()) == scenario(EXAMPLE)


@pytest.mark.parametrize(("start", "run"), [("1900-01-01", "9999-12-31"), ("2024-01-01", "9990-01-01")])
def test_endless_runs_are_refused(start: str, run: str) -> None:
    """Tens of thousands of cycles are a mistyped year."""
    document = changed("contract.start", start) | {"runs": [run]}
    with pytest.raises(BadInput, match=r"runs: .*(cycles|calendar)"):
        simulate(scenario(document))


def test_too_many_subscriptions_for_so_many_cycles_are_refused() -> None:
    """A century of months of a thousand subscriptions is nobody's question."""
    one = EXAMPLE["subscriptions"][0]
    document = changed("subscriptions", [one | {"id": f"s{number}"} for number in range(1000)]) | {"runs": ["2124-01-01"]}
    with pytest.raises(BadInput, match="runs: the runs bill 1199 cycles of 1000 subscriptions"):
        simulate(scenario(document))


def test_the_last_years_of_the_calendar() -> None:
    """A contract may end on the last day there is, but no cycle may go beyond it."""
    assert totals(changed("contract.end", "9999-12-31"))[0] == ("2024-03-01", "79.90")
    with pytest.raises(BadInput, match="leave the calendar"):
        simulate(scenario(changed("contract.start", "9999-12-20")))


def test_items_at_the_end_of_the_calendar() -> None:
    """A contract by item is billed to the day after its last run, so there must be one."""
    document = changed("contract.end", "2025-03-01") | {"runs": ["9999-12-31"]}
    document["contract"]["scheduled_by"] = "item"
    document["subscriptions"][0]["schedules"] = [{"frequency": "annual"}]
    with pytest.raises(BadInput, match=r"runs: .* leave the calendar"):
        simulate(scenario(document))


def test_own_cycles_from_the_start_that_are_learned_late() -> None:
    """What was billed by the contract's months is given back for the year that they were all along."""
    document = {
        "currency": "USD",
        "contract": {"start": "2026-01-01", "scheduled_by": "item"},
        "subscriptions": [
            {
                "id": "s1",
                "start": "2026-01-01",
                "unit_price": "100.00",
                "schedules": [{"frequency": "annual", "recorded": "2026-03-15"}],
                "changes": [{"id": "c1", "effective": "2026-01-01", "quantity": 1}],
            }
        ],
        "runs": ["2026-01-01", "2026-02-01", "2026-04-01"],
    }
    assert totals(document) == [("2026-01-01", "100.00"), ("2026-02-01", "100.00"), ("2026-04-01", "-100.00")]


def test_months_that_late_terms_end_are_given_back() -> None:
    """In arrears by years from 15 January, learned in April: what was billed in advance beyond that day is given back."""
    document = {
        "currency": "USD",
        "contract": {
            "start": "2026-01-01",
            "amendments": [
                {"id": "a1", "effective": "2026-01-15", "recorded": "2026-04-10", "frequency": "annual", "policy": "arrears"}
            ],
        },
        "subscriptions": [
            {
                "id": "s1",
                "start": "2026-01-01",
                "unit_price": "31.00",
                "changes": [{"id": "c1", "effective": "2026-01-01", "quantity": 1}],
            }
        ],
        "runs": ["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-10"],
    }
    assert totals(document)[-1] == ("2026-04-10", "-79.00")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["2024-03-01", "7.99", "monthly"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
PATHS = [
    "currency",
    "contract",
    "contract.start",
    "contract.frequency",
    "subscriptions",
    "subscriptions[0]",
    "subscriptions[0].pricing",
    "subscriptions[0].changes",
    "subscriptions[0].changes[0]",
    "subscriptions[0].changes[1].unit_price",
    "runs",
]


@settings(max_examples=150)
@given(st.sampled_from(PATHS), json_values)
def test_whatever_stands_anywhere_is_answered_or_refused(path: str, value: object) -> None:
    """Never another error, and the same words each time."""
    assert _answered(changed(path, value)) == _answered(changed(path, value))


def _answered(document: dict[str, Any]) -> str:
    try:
        return json.dumps(answer(simulate(scenario(document))))
    except BadInput as error:
        return json.dumps(failure(error))
