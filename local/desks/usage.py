"""What a test of usage, time and commitments arranges on a billing desk, and what it looks at."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dataverse.query import Query
from dataverse.rows import bind, choice_label, choice_value, status
from dataverse.webapi import Ref
from local.sample.generated import PRODUCT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dataverse.rows import Row
    from local.desks.billing import BillingDesk

USAGE, TIME, PRICE, CONTRACT = "w365_usage", "w365_timelog", "w365_meterprice", "w365_billingcontract"


def add_usage(
    desk: BillingDesk,
    contract: str,
    subscription: str,
    used: date,
    cost: str,
    *,
    units: str = "1",
    meter: str = "Compute",
    group: str = "",
    tags: Mapping[str, str] | None = None,
    prior: str | None = None,
    certainty: str = "Confirmed",
    currency: str = "EUR",
    **columns: Any,  # noqa: ANN401  values of columns
) -> str:
    """A usage record of a subscription; `columns` by their names without prefix."""
    count = len(desk.states(USAGE))
    row: Row = {
        "w365_name": f"{meter} {used}",
        "w365_lineid": f"line {count}",
        "w365_version": 1,
        "w365_usedon": used,
        "w365_meter": meter,
        "w365_resourcegroup": group,
        "w365_tags": json.dumps(tags or {}),
        "w365_quantity": Decimal(units),
        "w365_unit": "1 Hour",
        "w365_unitcost": Decimal(1),
        "w365_cost": Decimal(cost),
        "w365_costcurrency": currency,
        "w365_certainty": choice_value(USAGE, "w365_certainty", certainty),
        "w365_billingstate": choice_value(USAGE, "w365_billingstate", "Unbilled"),
        "w365_prioramount": None if prior is None else Decimal(prior),
        **bind("w365_Subscription", "w365_subscription", subscription),
        **bind("w365_Contract", CONTRACT, contract),
        **{f"w365_{name}": value for name, value in columns.items()},
    }
    return desk.api.create(USAGE, row)


def add_price(desk: BillingDesk, key: str, *, contract: str | None = None, **columns: Any) -> str:  # noqa: ANN401  values of columns
    """A meter price in euro."""
    row: Row = {
        "w365_name": key,
        "w365_key": key,
        "w365_validfrom": date(2020, 1, 1),
        **(bind("w365_Contract", CONTRACT, contract) if contract else {}),
        **bind("transactioncurrencyid", "transactioncurrency", desk.tenant.currencies.id("EUR")),
        **{f"w365_{name}": value for name, value in columns.items()},
    }
    return desk.api.create(PRICE, row)


def add_time(
    desk: BillingDesk,
    contract: str,
    worked: date,
    hours: str,
    *,
    price: str = "100",
    who: str = "Ann",
    **columns: Any,  # noqa: ANN401
) -> str:
    """A time entry; `columns` by their names without prefix, `state` among them (Approved by default)."""
    state = columns.pop("state", "Approved")
    row: Row = {
        "w365_name": f"{who} {worked}",
        "w365_key": f"time {len(desk.states(TIME))}",
        "w365_resource": who,
        "w365_workedon": worked,
        "w365_hours": Decimal(hours),
        "w365_priceperhour": Decimal(price),
        "w365_billingstate": choice_value(TIME, "w365_billingstate", "Unbilled"),
        **bind("w365_Contract", CONTRACT, contract),
        **bind("w365_Service", "w365_product", PRODUCT),
        **{f"w365_{name}": value for name, value in columns.items()},
    }
    made = desk.api.create(TIME, row)
    desk.api.update(Ref(TIME, made), status(TIME, state))
    return made


def billing_states(desk: BillingDesk, table: str) -> list[str]:
    """The billing state of a table's rows, in the order in which they were made."""
    found = desk.api.find(Query(table, ("w365_billingstate",), order="createdon,w365_name"))
    return sorted(choice_label(table, "w365_billingstate", row["w365_billingstate"]) for row in found)


def printed(desk: BillingDesk) -> list[list[tuple[str, str]]]:
    """Each document's lines as description and amount, in the order of the numbers."""
    shown: dict[str, list[tuple[str, str]]] = {invoice.id: [] for invoice in desk.invoices()}
    columns = ("w365_description", "w365_amount", "_w365_invoice_value")
    for row in desk.api.find(Query("w365_invoiceline", columns, order="w365_ordinal")):
        shown[row["_w365_invoice_value"]].append((row["w365_description"], f"{row['w365_amount']:.2f}"))
    return list(shown.values())
