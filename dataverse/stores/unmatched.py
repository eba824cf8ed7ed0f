"""Both sides of a month over Dataverse: suppliers' lines and issued lines of what suppliers bill, page by page.

Two questions, each a request per 5,000 rows. Of a row is kept what the comparison needs, so a month of 50,000 licence lines takes
some ten requests a side.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from dataverse.query import Query, both, ge, gt, lt, not_null
from dataverse.rows import choice_value, day
from dataverse.stores.billing_supplied import printed_reference
from dataverse.stores.changing_rows import called
from dataverse.stores.supplier_bill_rows import charge_days
from work365.money import currency
from work365.periods import Period
from work365.supplied.charging import TABLE as BILL_LINE
from work365.supplied.unmatched import Side, SidedLine, Unmatched, unmatched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import Row, WebApi

INVOICE_LINE = "w365_invoiceline"
BILLED = choice_value(BILL_LINE, "w365_billingstate", "Billed")
NAMES = "w365_subscriptionid,w365_name,w365_printedname,w365_externalid"
PRODUCT = "w365_Product($select=w365_printedname)"
COST = (
    *("w365_linereference", "w365_chargestart", "w365_chargeend", "w365_quantity", "w365_subtotal", "w365_costcurrency"),
    *("w365_billingstate", "_w365_subscription_value"),
)
COST_EXPAND = (
    f"w365_ProviderInvoice($select=w365_number),w365_Subscription($select={NAMES};$expand=w365_Account($select=name),{PRODUCT})"
)
SOLD = (
    *("w365_ordinal", "w365_periodstart", "w365_periodend", "w365_quantity", "w365_amount", "_transactioncurrencyid_value"),
    "_w365_subscription_value",
)
WHOLES = ("w365_SplitOf", "w365_TierOf", "w365_Parent")
"""What the subscription of a line may be a part of: the supplier bills the whole."""
SOLD_EXPAND = (
    "w365_Invoice($select=w365_number;$expand=w365_Account($select=name)),"
    f"w365_Subscription($select={NAMES};$expand={','.join(f'{one}($select={NAMES})' for one in WHOLES)},{PRODUCT})"
)


class Named(NamedTuple):
    """A subscription as a person knows it."""

    customer: str
    name: str


class Compared(NamedTuple):
    """What is unmatched in a month, and the names of the subscriptions by id."""

    found: list[Unmatched]
    names: dict[str, Named]


class UnmatchedLines:
    """The comparison of a month."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api, self._currencies = api, currencies

    def of(self, month: Period) -> Compared:
        """What one side says of the days of a month and the other does not."""
        names: dict[str, Named] = {}
        lines = [*self._charged(month, names), *self._sold(month, names)]
        return Compared(unmatched(month, lines), names)

    def _charged(self, month: Period, names: dict[str, Named]) -> Iterator[SidedLine]:
        """Suppliers' lines, but for those that a document has billed line by line."""
        days = (lt("w365_chargestart", month.end), ge("w365_chargeend", month.start))
        touching = both(*days, not_null("_w365_subscription_value"))
        for row in self._api.find(Query(BILL_LINE, COST, touching, expand=COST_EXPAND)):
            if row["w365_billingstate"] == BILLED or not row["w365_costcurrency"]:
                continue
            subscription = row["w365_Subscription"]
            names[row["_w365_subscription_value"]] = _named(subscription, subscription.get("w365_Account"))
            reference = printed_reference(row["w365_linereference"])
            yield SidedLine(
                Side.COST,
                row["_w365_subscription_value"],
                charge_days(row),
                Decimal(row["w365_quantity"]),
                Decimal(row["w365_subtotal"]),
                currency(row["w365_costcurrency"]),
                f"{row['w365_ProviderInvoice']['w365_number'].removeprefix('~')} {reference}".rstrip(),
            )

    def _sold(self, month: Period, names: dict[str, Named]) -> Iterator[SidedLine]:
        """Lines of documents with a number, of subscriptions that a supplier knows."""
        touching = both(lt("w365_periodstart", month.end), gt("w365_periodend", month.start))
        issued = both(not_null("_w365_subscription_value"), not_null("w365_Invoice/w365_number"), touching)
        for row in self._api.find(Query(INVOICE_LINE, SOLD, issued, expand=SOLD_EXPAND)):
            own, invoice = row["w365_Subscription"], row["w365_Invoice"]
            whole = next((own[one] for one in WHOLES if own.get(one)), own)
            if not whole["w365_externalid"]:
                continue
            names.setdefault(whole["w365_subscriptionid"], _named(whole, invoice.get("w365_Account")))
            yield SidedLine(
                Side.REVENUE,
                whole["w365_subscriptionid"],
                Period(day(row["w365_periodstart"]), day(row["w365_periodend"])),
                Decimal(row["w365_quantity"]),
                Decimal(row["w365_amount"]),
                self._currencies.code(row["_transactioncurrencyid_value"]),
                f"{invoice['w365_number']} line {row['w365_ordinal'] + 1}",
            )


def _named(subscription: Row, account: Row | None) -> Named:
    return Named((account or {}).get("name") or "", called(subscription))
