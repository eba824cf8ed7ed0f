"""What holds for each type of product where seats are given back, over Dataverse. Pure: nothing here calls anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, eq
from dataverse.rows import choice_label
from work365.crediting.policy import RefundPolicy, RefundRule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dataverse.webapi import Row

POLICY, PRODUCT = "w365_refundpolicy", "w365_product"
POLICIES = Get(Query(POLICY, ("w365_billingtype", "w365_rule", "w365_days", "w365_providerdays"), filter=eq("statecode", 0)))
"""The question for what holds for each type of product."""


def policy_for(subscription: Row, policies: Iterable[Row]) -> RefundPolicy | None:
    """What holds for the type of a subscription's product; None where nobody said."""
    value = (subscription.get("w365_Product") or {}).get("w365_billingtype")
    kind = None if value is None else choice_label(PRODUCT, "w365_billingtype", value)
    found = (row for row in policies if choice_label(POLICY, "w365_billingtype", row["w365_billingtype"]) == kind)
    row = next(found, None)
    if row is None or kind is None:
        return None
    rule = RefundRule(choice_label(POLICY, "w365_rule", row["w365_rule"]))
    return RefundPolicy(kind, rule, row["w365_days"], row["w365_providerdays"])
