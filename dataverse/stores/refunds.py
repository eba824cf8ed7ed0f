"""What the refund policy is asked about one subscription, over Dataverse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dataverse.batch import Get
from dataverse.query import Query, eq
from dataverse.rows import choice_label, day, decimal, instant, maybe
from dataverse.stores.billing_rows import CONTRACT
from dataverse.stores.contract_rows import contract_of
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.webapi import Ref
from work365.crediting.policy import RefundPolicy, RefundRule
from work365.errors import BadInput
from work365.money import currency, rounded

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from dataverse.webapi import Row, WebApi
    from work365.money import Money
    from work365.periods import Period

SUBSCRIPTION, CHANGE, POLICY = "w365_subscription", "w365_changelog", "w365_refundpolicy"
BUYING = ("Create", "Reactivate")
POLICIES = Get(Query(POLICY, ("w365_billingtype", "w365_rule", "w365_days", "w365_providerdays"), filter=eq("statecode", 0)))
"""The question for what holds for each type of product."""


@dataclass(frozen=True, slots=True)
class PaymentCase:
    """One subscription on one day.

    Attributes:
        policy: that of its product's type; None where none is set.
        bought: the newest purchase, reactivation or addition of seats up to that day.
        paid, price: the cycle that contains the day, and what its seats cost for all of it.
    """

    policy: RefundPolicy | None
    bought: datetime
    paid: Period
    price: Money
    zone: ZoneInfo


class Refunds:
    """Subscriptions with their policies."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def case(self, subscription: str, on: date) -> PaymentCase:
        """Read one. Errors: NotFound; BadInput for one without a contract, a product, or seats on that day."""
        columns = ("w365_quantity", "w365_unitprice", "_w365_contract_value", "w365_startdate")
        named = "w365_Product($select=w365_billingtype)"
        changes = ("w365_event", "w365_effective", "w365_recordedon", "w365_quantitydelta")
        (head,), log, policies = self._api.rows(
            Get(Ref(SUBSCRIPTION, subscription), columns, named),
            Get(Query(CHANGE, changes, filter=eq("_w365_subscription_value", subscription), order="w365_sequence")),
            POLICIES,
        )
        if head["_w365_contract_value"] is None or head.get("w365_Product") is None or not head["w365_quantity"]:
            message = "the subscription has no contract, no product or no seats; there is nothing to refund"
            raise BadInput(message, "SUBSCRIPTION")
        expand = "w365_LegalEntity($select=w365_timezone),transactioncurrencyid($select=isocurrencycode)"
        (own,), said = self._api.rows(Get(Ref("w365_billingcontract", head["_w365_contract_value"]), CONTRACT, expand), SETTINGS)
        row = Inherited(said).terms(own)
        code = currency(row["transactioncurrencyid"]["isocurrencycode"])
        zone = ZoneInfo(row["w365_LegalEntity"]["w365_timezone"])
        price = rounded(decimal(head["w365_quantity"]) * Decimal(head["w365_unitprice"] or 0), code)
        kind = choice_label("w365_product", "w365_billingtype", head["w365_Product"]["w365_billingtype"])
        return PaymentCase(
            policy_for(policies, kind), _bought(log, head, on, zone), contract_of(row, code).period_of(on), price, zone
        )


def policy_for(rows: Iterable[Row], kind: str) -> RefundPolicy | None:
    """What holds for a type of product; None where nobody said."""
    found = (row for row in rows if choice_label(POLICY, "w365_billingtype", row["w365_billingtype"]) == kind)
    row = next(found, None)
    if row is None:
        return None
    rule = RefundRule(choice_label(POLICY, "w365_rule", row["w365_rule"]))
    return RefundPolicy(kind, rule, row["w365_days"], row["w365_providerdays"])


def _bought(log: Iterable[Row], head: Row, on: date, zone: ZoneInfo) -> datetime:
    moments = [
        maybe(instant, row["w365_recordedon"]) or _midnight(day(row["w365_effective"]), zone)
        for row in log
        if day(row["w365_effective"]) <= on
        and (row["w365_quantitydelta"] > 0 or choice_label(CHANGE, "w365_event", row["w365_event"]) in BUYING)
    ]
    return max(moments, default=_midnight(day(head["w365_startdate"]), zone))


def _midnight(on: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(on, time(), zone).astimezone(UTC)
