"""`w365 ledger check` over a tenant."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from functools import partial

import pytest
import typer
from typer.testing import CliRunner

from cli import ledger
from dataverse.query import Query
from dataverse.stores.ledgers import Ledgers
from dataverse.webapi import Ref
from local.desks.billing import SUBSCRIPTION, BillingDesk


@pytest.fixture
def desk() -> BillingDesk:
    """A contract whose subscription went from ten to fifteen seats."""
    made = BillingDesk(date(2026, 3, 1))
    contract = made.contract("C-1")
    made.change(contract, made.subscription(contract), date(2026, 3, 16), 15)
    return made


def check(desk: BillingDesk) -> tuple[int, dict[str, object]]:
    """Exit code and answer."""
    app = typer.Typer()
    ledger.register(app, partial(Ledgers, desk.api))
    result = CliRunner().invoke(app, ["ledger", "check", "--output", "json"])
    return result.exit_code, json.loads(result.stdout)


def test_a_broken_log_is_a_finding_until_it_is_mended(desk: BillingDesk) -> None:
    """Somebody edits the quantity on the form; the check says so, and closes the finding when it is put right."""
    assert check(desk) == (0, {"subscriptions": 1, "rows": 2, "findings": []})
    row = next(iter(desk.api.find(Query(SUBSCRIPTION, ("w365_subscriptionid",)))))
    desk.api.update(Ref(SUBSCRIPTION, row["w365_subscriptionid"]), {"w365_quantity": 14})
    code, said = check(desk)
    assert (code, said["subscriptions"]) == (1, 1)
    assert "the rows add up to 15, the subscription says 14" in str(said["findings"])
    assert desk.findings() == {"A subscription": ("ledger-broken", "Open")}
    desk.api.update(Ref(SUBSCRIPTION, row["w365_subscriptionid"]), {"w365_quantity": 15})
    assert check(desk)[0] == 0
    assert desk.findings() == {"A subscription": ("ledger-broken", "Resolved")}


@pytest.mark.parametrize(
    ("typed", "says"),
    [("20.00", "a price of 20, and it is 31"), (None, "the price of its list, and it is 31"), ("31.0000", "")],
)
def test_a_price_that_is_typed_over_is_a_finding_with_what_to_do(desk: BillingDesk, typed: str | None, says: str) -> None:
    """Before a run holds the contract back for it."""
    (row,) = desk.api.find(Query(SUBSCRIPTION, ("w365_subscriptionid",)))
    typed_price = None if typed is None else Decimal(typed)
    desk.api.update(Ref(SUBSCRIPTION, row["w365_subscriptionid"]), {"w365_unitprice": typed_price})
    code, _ = check(desk)
    assert code == bool(says)
    for message in desk.messages("ledger-broken"):
        assert f"is broken: the subscription shows {says} by its newest row." in message
        assert "set the subscription back to what its log says, or ask for the change with `w365 subscription change`" in message
