"""The stand-in's strictness: what GoCardless would refuse is refused, what it has and this has not is named."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from local.gocardless.app import TOKEN, GoCardless
from local.gocardless.enrolling import collect, control
from local.http import Request

TUESDAY = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
GOOD = {"authorization": f"Bearer {TOKEN}", "gocardless-version": "2015-07-06"}


class Desk:
    """An account with one SEPA mandate."""

    def __init__(self) -> None:
        self.gocardless = GoCardless(clock=lambda: TUESDAY)
        self.mandate = control(self.gocardless, "mandate", scheme="sepa_core")

    def call(self, method: str, path: str, body: object = None, query: str = "", **headers: str) -> tuple[int, Any]:
        """One raw request."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content = b"" if body is None else json.dumps(body).encode()
        answer = self.gocardless(Request(method, path, query, {**GOOD, **named}, content))
        return answer.status, json.loads(answer.body)

    def pay(self, key: str = "", **changed: object) -> tuple[int, Any]:
        """Create a payment, its parameters changed; None takes one away."""
        asked = {"amount": 100, "currency": "EUR", "links": {"mandate": self.mandate["id"]}, **changed}
        body = {"payments": {name: value for name, value in asked.items() if value is not None}}
        return self.call("POST", "/payments", body, **({"idempotency_key": key} if key else {}))


@pytest.fixture
def desk() -> Desk:
    """A fresh account."""
    return Desk()


@pytest.mark.parametrize(
    ("changed", "status", "says"),
    [
        ({"amount": None}, 422, "amount"),
        ({"amount": 0}, 422, "must be greater than 0"),
        ({"amount": -1}, 422, "must be greater than 0"),
        ({"amount": "100"}, 400, "incorrectly typed: amount"),
        ({"amount": 1.5}, 400, "incorrectly typed: amount"),
        ({"amount": True}, 400, "incorrectly typed: amount"),
        ({"currency": None}, 422, "currency"),
        ({"currency": "GBP"}, 422, "must be EUR for sepa_core"),
        ({"currency": "eur"}, 422, "must be EUR for sepa_core"),
        ({"links": {}}, 422, "links.mandate"),
        ({"links": {"mandate": "MD404"}}, 422, "does not exist"),
        ({"links": {"mandate": "MD404", "customer": "CU1"}}, 400, "'customer' is not a parameter"),
        ({"retry_if_posible": False}, 400, "'retry_if_posible' is not a parameter"),
        ({"retry_if_possible": "false"}, 400, "incorrectly typed"),
        ({"app_fee": 1}, 501, "app_fee"),
        ({"reference": "INV-7"}, 501, "reference"),
        ({"metadata": {str(n): "x" for n in range(4)}}, 422, "at most 3 keys"),
        ({"metadata": {"x" * 51: "x"}}, 422, "at most 50"),
        ({"metadata": {"x": 7}}, 422, "texts"),
        ({"charge_date": "2026-03-11"}, 422, "next_possible_charge_date: 2026-03-13"),
        ({"charge_date": "13.03.2026"}, 422, "is not a date"),
        ({"charge_date": "2026-02-30"}, 422, "is not a date"),
    ],
)
def test_a_payment_is_checked(desk: Desk, changed: dict[str, Any], status: int, says: str) -> None:
    """Missing, mistyped, unknown, out of range; nothing is created."""
    got, body = desk.pay(**changed)
    assert (got, says in json.dumps(body)) == (status, True), body
    assert control(desk.gocardless, "payments") == []


@pytest.mark.parametrize(
    ("asked", "collected"), [(None, "2026-03-13"), ("2026-03-13", "2026-03-13"), ("2026-03-14", "2026-03-16")]
)
def test_a_payment_is_collected_on_a_working_day(desk: Desk, asked: str | None, collected: str) -> None:
    """As soon as possible when no day is asked for; a Saturday becomes the Monday."""
    status, body = desk.pay(charge_date=asked)
    assert (status, body["payments"]["charge_date"]) == (201, collected)


def test_a_key_creates_one_thing_whatever_else_is_asked(desk: Desk) -> None:
    """409 with the id of what it created, even for another amount; a refused request leaves the key free."""
    assert desk.pay("k", amount=0)[0] == 422
    status, body = desk.pay("k")
    again, conflict = desk.pay("k", amount=200)
    assert (status, again, conflict["error"]["type"]) == (201, 409, "invalid_state")
    error = conflict["error"]["errors"][0]
    assert error["reason"] == "idempotent_creation_conflict"
    assert error["links"] == {"conflicting_resource_id": body["payments"]["id"]}
    assert desk.pay("k" * 129)[0] == 400


def test_without_a_key_every_request_is_another_payment(desk: Desk) -> None:
    """Which is why ours always carry one."""
    desk.pay()
    desk.pay()
    assert len(control(desk.gocardless, "payments")) == 2


@pytest.mark.parametrize(
    ("headers", "status", "reason"),
    [
        ({"authorization": "Bearer wrong"}, 401, "access_token_not_found"),
        ({"authorization": "Basic x"}, 401, "access_token_not_found"),
        ({"gocardless_version": "2014-01-01"}, 400, "version_not_found"),
    ],
)
def test_callers_are_authenticated_and_the_version_is_pinned(
    desk: Desk, headers: dict[str, str], status: int, reason: str
) -> None:
    """A wrong token and another version are refused."""
    got, body = desk.call("GET", "/payments", **headers)
    assert (got, body["error"]["errors"][0]["reason"]) == (status, reason)


def test_the_version_must_be_said(desk: Desk) -> None:
    """Without the header nothing is answered."""
    answer = desk.gocardless(Request("GET", "/payments", "", {"authorization": GOOD["authorization"]}))
    assert (answer.status, b"missing_version_header" in answer.body) == (400, True)


@pytest.mark.parametrize(
    ("method", "path", "query", "status"),
    [
        ("GET", "/payments", "limit=500", 200),
        ("GET", "/payments", "limit=501", 400),
        ("GET", "/payments", "limit=ten", 400),
        ("GET", "/payments", "after=PM404", 400),
        ("GET", "/payments", "custmer=CU1", 400),
        ("GET", "/payments", "creditor=CR1", 501),
        ("GET", "/payments", "created_at[gte]=2026-03-10", 400),
        ("GET", "/payments", "created_at[gte]=2026-03-10T00:00:00.000Z", 200),
        ("GET", "/events", "payment=PM1&action=failed", 200),
        ("GET", "/events", "payment=PM1&resource_type=payments", 400),
        ("GET", "/payments/PM404", "", 404),
        ("GET", "/mandates/MD404", "", 404),
        ("GET", "/creditors", "limit=1", 200),
        ("POST", "/refunds", "", 400),
        ("GET", "/refunds", "payment=PM1", 200),
        ("GET", "/refunds", "refund_type=payment", 501),
        ("GET", "/refunds/RF404", "", 404),
        ("POST", "/payouts", "", 501),
        ("POST", "/payments/PM404/actions/cancel", "", 404),
    ],
)
def test_addresses_and_queries(desk: Desk, method: str, path: str, query: str, status: int) -> None:
    """What exists, what does not, and what this stand-in does not draw."""
    assert desk.call(method, path, query=query)[0] == status


@pytest.mark.parametrize("body", [None, [], {}, {"payment": {}}, {"payments": []}, {"payments": {}, "more": 1}])
def test_a_body_is_wrapped_in_its_resource(desk: Desk, body: object) -> None:
    """No envelope, another one, or two."""
    assert desk.call("POST", "/payments", body)[0] == 400


def test_lists_come_newest_first_and_page_by_cursor(desk: Desk) -> None:
    """Of one customer, one mandate, one status."""
    made = [desk.pay()[1]["payments"]["id"] for _ in range(3)]
    collect(desk.gocardless, made[0])
    _, page = desk.call("GET", "/payments", query=f"limit=2&customer={desk.mandate['links']['customer']}")
    assert [one["id"] for one in page["payments"]] == made[:0:-1]
    _, rest = desk.call("GET", "/payments", query=f"limit=2&after={page['meta']['cursors']['after']}")
    assert ([one["id"] for one in rest["payments"]], rest["meta"]["cursors"]["after"]) == (made[:1], None)
    _, confirmed = desk.call("GET", "/payments", query=f"status=confirmed&mandate={desk.mandate['id']}")
    assert [one["id"] for one in confirmed["payments"]] == made[:1]
    assert desk.call("GET", "/payments", query="customer=CU404")[1]["payments"] == []


def test_a_payment_is_taken_back_only_before_it_is_submitted(desk: Desk) -> None:
    """Source: "Cancel a payment"."""
    first, second = (desk.pay()[1]["payments"]["id"] for _ in range(2))
    assert desk.call("POST", f"/payments/{first}/actions/cancel")[1]["payments"]["status"] == "cancelled"
    control(desk.gocardless, "move", payment=second, to="submitted")
    status, body = desk.call("POST", f"/payments/{second}/actions/cancel")
    assert (status, body["error"]["errors"][0]["reason"]) == (422, "cancellation_failed")


@pytest.mark.parametrize(
    ("name", "body"), [("nothing", {}), ("move", {}), ("mandate", {"scheme": "card"}), ("mandates", {"mandate": "MD404"})]
)
def test_the_door_is_strict_too(desk: Desk, name: str, body: dict[str, str]) -> None:
    """A control that cannot be done is refused."""
    with pytest.raises(AssertionError):
        control(desk.gocardless, name, **body)


class Refunds(Desk):
    """An account with a payment of 1.00 EUR that the bank has paid, and one that it has not."""

    def __init__(self) -> None:
        super().__init__()
        self.paid, self.open = (self.pay()[1]["payments"]["id"] for _ in range(2))
        collect(self.gocardless, self.paid)

    def refund(self, amount: object = 40, total: object = 40, key: str = "", **changed: object) -> tuple[int, Any]:
        """Create a refund of the paid payment, its parameters changed; None takes one away."""
        asked = {"amount": amount, "total_amount_confirmation": total, "links": {"payment": self.paid}, **changed}
        body = {"refunds": {name: value for name, value in asked.items() if value is not None}}
        return self.call("POST", "/refunds", body, **({"idempotency_key": key} if key else {}))


@pytest.mark.parametrize(
    ("changed", "status", "says"),
    [
        ({}, 201, "created"),
        ({"amount": None}, 422, "amount"),
        ({"amount": 0, "total": 0}, 422, "must be greater than 0"),
        ({"amount": "40"}, 400, "incorrectly typed: amount"),
        ({"total": None}, 422, "total_amount_confirmation"),
        ({"total": 41}, 422, "total_amount_confirmation_invalid"),
        ({"amount": 101, "total": 101}, 422, "must be at most 100"),
        ({"links": {"payment": "PM404"}}, 422, "does not exist"),
        ({"links": {"mandate": "MD1"}}, 501, "mandate"),
        ({"fx": {}}, 501, "fx"),
        ({"currency": "EUR"}, 400, "'currency' is not a parameter"),
        ({"metadata": {str(n): "x" for n in range(4)}}, 422, "at most 3 keys"),
    ],
)
def test_a_refund_is_checked(changed: dict[str, Any], status: int, says: str) -> None:
    """The sum that has gone back with it must be right, and no more than was paid."""
    got, body = Refunds().refund(**changed)
    assert (got, says in json.dumps(body)) == (status, True), body


def test_a_refund_needs_a_payment_that_is_paid_and_a_merchant_that_may() -> None:
    """And a year must not have passed, and GoCardless must hold as much."""
    desk = Refunds()
    assert "refund_payment_invalid_state" in json.dumps(desk.refund(links={"payment": desk.open})[1])
    control(desk.gocardless, "refunds", enabled=False)
    assert desk.refund()[0] == 403
    control(desk.gocardless, "refunds", enabled=True)
    desk.gocardless.world.payments[desk.paid]["charge_date"] = "2025-03-01"
    assert "refund_period_expired" in json.dumps(desk.refund()[1])


def test_a_refund_is_made_once_per_key_and_counts_until_it_comes_back() -> None:
    """What came back may be refunded again; each change is an event of its own."""
    desk = Refunds()
    made = desk.refund(key="k")[1]["refunds"]
    status, body = desk.refund(amount=50, total=90, key="k")
    assert (status, body["error"]["errors"][0]["links"]["conflicting_resource_id"]) == (409, made["id"])
    assert desk.refund(amount=70, total=110)[0] == 422
    for to in ("submitted", "paid", "bounced"):
        control(desk.gocardless, "refund", refund=made["id"], to=to)
    assert desk.refund(amount=100, total=100)[0] == 201
    told = [one["action"] for one in desk.gocardless.world.events if one["resource_type"] == "refunds"]
    assert told == ["created", "paid", "failed", "created"]


def test_a_charge_back_is_settled_or_cancelled() -> None:
    """Cancelled, the payment is confirmed again; only a charge-back ends so."""
    desk = Refunds()
    with pytest.raises(AssertionError, match="is not cancelled"):
        control(desk.gocardless, "chargeback", payment=desk.paid, ends="cancelled")
    control(desk.gocardless, "move", payment=desk.paid, to="charged_back")
    assert control(desk.gocardless, "chargeback", payment=desk.paid, ends="settled")["status"] == "charged_back"
    assert control(desk.gocardless, "chargeback", payment=desk.paid, ends="cancelled")["status"] == "confirmed"
    actions = [one["action"] for one in desk.gocardless.world.events]
    assert actions[-3:] == ["charged_back", "chargeback_settled", "chargeback_cancelled"]
