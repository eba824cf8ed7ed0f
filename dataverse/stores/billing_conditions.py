"""At which conditions a chunk's subscriptions are sold: list prices, tiers, discounts, promotions. Pure: nobody is called.

Discounts, promotions that can be taken, and the prices of products with tiers are read with the chunk. Prices of subscriptions
that have none of their own are asked for with what else needs a second look.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, any_of, both, eq, not_null
from dataverse.rows import choice_label, day, maybe
from dataverse.stores.supply_rows import price as price_of
from dataverse.stores.supply_rows import prices_where
from work365.catalogue.giving import grant_of
from work365.catalogue.promotions import Benefit, Eligibility, Promotion, Sale, best
from work365.catalogue.quoting import Offered, PriceList, Question, Quote, Reading, quoted
from work365.contracts.amount_off import AmountOff
from work365.errors import BadInput
from work365.invoicing.rounds import terms_of as cycles_of
from work365.provisioning.terms import Plan, Terms
from work365.subscriptions.discount import Discount

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from dataverse.webapi import Row
    from work365.catalogue.prices import Price
    from work365.contracts.contract import BillingContract
    from work365.invoicing.work import Grant
    from work365.subscriptions.change_log import Change, Subscription

DISCOUNT, PROMOTION = "w365_discount", "w365_promotion"
SUBSCRIPTION = "w365_subscription"
DISCOUNT_COLUMNS = (
    *("w365_discountid", "_w365_contract_value", "_w365_subscription_value", "w365_printedname", "w365_kind", "w365_value"),
    *("w365_startdate", "w365_enddate", "_w365_promotion_value"),
)
PROMOTION_COLUMNS = (
    *("w365_promotionid", "w365_code", "w365_name", "_w365_product_value", "w365_term", "w365_billingplan", "w365_kind"),
    *("w365_value", "w365_startdate", "w365_enddate", "w365_cyclesmax", "w365_lasts", "w365_eligibility", "w365_accounts"),
    *("w365_seatsmin", "w365_seatsmax"),
)
WHOLE_TERM = "To the end of the term"


def present(contracts: Sequence[str]) -> list[Get]:
    """What is read with every chunk: its discounts, the promotions that can be taken, and the prices of products with tiers."""
    active = eq("statecode", 0)
    tiered = both(active, not_null("w365_Product/w365_tiermodel"))
    return [
        Get(Query(DISCOUNT, DISCOUNT_COLUMNS, filter=both(any_of("_w365_contract_value", contracts), active))),
        Get(Query(PROMOTION, PROMOTION_COLUMNS, filter=both(active, _taken()))),
        Get(prices_where(tiered)),
    ]


def _taken() -> str:
    return eq("statuscode", 1)


def prices_for(products: Sequence[str], lists: Sequence[str]) -> Query:
    """The prices of some products in some lists."""
    which = both(any_of("_w365_product_value", products), any_of("_w365_pricelist_value", lists), eq("statecode", 0))
    return prices_where(which)


@dataclass(frozen=True, slots=True)
class Conditions:
    """What was read of the catalogue and of agreed discounts.

    Attributes:
        discounts: rows, by contract.
        since: the first day of each customer's first contract, as far as it was asked for.
    """

    discounts: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    promotions: tuple[Promotion, ...] = ()
    prices: tuple[Price, ...] = ()
    since: Mapping[str, date] = field(default_factory=dict)

    @classmethod
    def of(cls, discounts: Iterable[Row], promotions: Iterable[Row], prices: Iterable[Row]) -> Conditions:
        """Rows as they were read by `present`."""
        mine: dict[str, list[Row]] = {}
        for row in discounts:
            mine.setdefault(row["_w365_contract_value"], []).append(row)
        return cls(mine, tuple(promotion_of(row) for row in promotions), tuple(price_of(row) for row in prices))

    def with_prices(self, prices: Iterable[Row], contracts: Iterable[Row] = ()) -> Conditions:
        """The same with more prices, and with the first day of customers' contracts."""
        since = dict(self.since)
        for row in contracts:
            account, start = row["_w365_account_value"], day(row["w365_startdate"])
            since[account] = min(start, since.get(account, start))
        known = {price.id for price in self.prices}
        more = (price for price in map(price_of, prices) if price.id not in known)
        return replace(self, prices=(*self.prices, *more), since=since)

    @property
    def asks_who_is_new(self) -> bool:
        """Whether some promotion is for new customers."""
        return any(promotion.eligibility is Eligibility.NEW for promotion in self.promotions)

    def amounts_off(self, contract: str) -> tuple[AmountOff, ...]:
        """The amounts that a contract as a whole has off."""
        rows = [row for row in self.discounts.get(contract, ()) if row["_w365_subscription_value"] is None]
        return tuple(amount_off(row) for row in sorted(rows, key=_row_id) if not is_percentage(row))

    def discounts_of(self, contract: str, subscription: str) -> tuple[Discount, ...]:
        """A subscription's own discounts, and the percentages that its contract has for some days."""
        rows = (
            row
            for row in self.discounts.get(contract, ())
            if row["_w365_subscription_value"] == subscription or (row["_w365_subscription_value"] is None and is_percentage(row))
        )
        return tuple(discount_of(row) for row in sorted(rows, key=_row_id))

    def promoted(self, contract: str, subscription: str) -> Row | None:
        """The discount that a promotion has given to a subscription already; None where none has."""
        theirs = (row for row in self.discounts.get(contract, ()) if row["_w365_subscription_value"] == subscription)
        return next((row for row in theirs if row["_w365_promotion_value"] is not None), None)

    def grants(self, subscription: Subscription, row: Row, contract: BillingContract, account: str) -> tuple[Grant, ...]:
        """The promotion that a new subscription gets, if there is one for it and none was given to it by name."""
        if not self.promotions or self.promoted(contract.id, subscription.id) is not None:
            return ()
        sale = self.sale(subscription, row, contract, account)
        given = None if sale is None else best(self.promotions, sale)
        return () if given is None else (grant_of(subscription.id, *given),)

    def sale(self, subscription: Subscription, row: Row, contract: BillingContract, account: str) -> Sale | None:
        """What was sold with a subscription, by its log from its start on, as promotions judge it; None without a product."""
        product = (row.get("w365_Product") or {}).get("w365_productid")
        if not subscription.changes or product is None:
            return None
        first = subscription.changes[0]
        price = subscription.unit_price if first.unit_price is None else first.unit_price
        return Sale(
            account,
            product,
            terms_of(row),
            first.quantity,
            subscription.start,
            maybe(day, row["w365_commitmentend"]),
            self.since.get(account, contract.start),
            None if subscription.pricing else price,
            cycles_of(contract, subscription).cadence,
        )

    def quote(self, row: Row, contract: BillingContract, price_list: PriceList | None, on: date) -> Quote:
        """What the list says for a subscription's product on a day. Errors: BadInput."""
        offered = offered_of(row)
        question = Question(offered, price_list, terms_of(row), contract.currency, contract.frequency.months, on)
        return quoted(question, self.prices)


NO_CONDITIONS = Conditions()


def with_amounts_off(contract: BillingContract, conditions: Conditions) -> BillingContract:
    """The contract with the amounts that it has off."""
    off = conditions.amounts_off(contract.id)
    return replace(contract, amounts_off=off) if off else contract


def unpriced(row: Row) -> bool:
    """Whether a subscription has no price of its own."""
    return row["w365_unitprice"] is None


def was_listed(row: Row) -> bool:
    """Whether the price list prices a subscription, or did before it had a price of its own."""
    return unpriced(row) or row["w365_ownpricefrom"] is not None


def tiered(row: Row) -> bool:
    """Whether the list's tiers price a subscription: its product has tiers, and it has no price of its own."""
    return unpriced(row) and bool((row.get("w365_Product") or {}).get("w365_tiermodel"))


def first_priced_on(row: Row, *, with_log: bool) -> date:
    """The day whose list prices a subscription begins with.

    Shape: with the whole log its later prices come from the log, so it begins with its start; without it, with what holds now.
    """
    start, priced = day(row["w365_startdate"]), maybe(day, row["w365_pricedon"])
    if priced is None:
        return start
    return min(start, priced) if with_log else priced


def repriced(changes: Iterable[tuple[Change, Row]], quote_on: Mapping[date, Quote]) -> tuple[Change, ...]:
    """The log with the list's prices: a change of the price takes those of its own day, and so do later rows of that day.

    Shape: the rows in the order of their numbers. Of several for one day the last counts, so seats that change on the day of a
           new price, or go on through it, have that price.
    """
    result: list[Change] = []
    asked: set[date] = set()
    for change, row in changes:
        on = day(row["w365_effective"])
        if is_price(row):
            asked.add(on)
        quote = quote_on.get(on) if on in asked else None
        priced = change if quote is None else replace(change, unit_price=quote.unit_price, pricing=quote.pricing)
        result.append(priced)
    return tuple(result)


def is_price(row: Row) -> bool:
    """Whether a row of the log says that the price changed."""
    return choice_label("w365_changelog", "w365_event", row["w365_event"]) == "Price"


def offered_of(row: Row) -> Offered:
    """A subscription's product. Errors: BadInput when it has none."""
    product = row.get("w365_Product")
    if product is None:
        message = (
            f"subscription {row.get('w365_printedname') or row['w365_subscriptionid']} has no product; choose one on its form"
        )
        raise BadInput(message)
    model = product["w365_tiermodel"]
    return Offered(
        product["w365_productid"],
        product["w365_printedname"],
        None if model is None else Reading(choice_label("w365_product", "w365_tiermodel", model)),
        product["w365_packagesize"],
        product["w365_freeunits"] or 0,
    )


def terms_of(row: Row) -> Terms | None:
    """Term and billing plan of a subscription; None when one of them is empty."""
    if not row["w365_term"] or row["w365_billingplan"] is None:
        return None
    return Terms(row["w365_term"], Plan(choice_label(SUBSCRIPTION, "w365_billingplan", row["w365_billingplan"])))


def discount_of(row: Row) -> Discount:
    """One discount of a subscription."""
    value, percentage = Decimal(row["w365_value"]), is_percentage(row)
    name = row["w365_printedname"]
    return Discount(row["w365_discountid"], name, value if percentage else None, None if percentage else value, *_window(row))


def amount_off(row: Row) -> AmountOff:
    """One amount off a whole contract."""
    return AmountOff(row["w365_discountid"], row["w365_printedname"], Decimal(row["w365_value"]), *_window(row))


def _window(row: Row) -> tuple[date | None, date | None]:
    return maybe(day, row["w365_startdate"]), maybe(day, row["w365_enddate"])


def is_percentage(row: Row) -> bool:
    """Whether a discount is a share of what is charged, and no amount."""
    return choice_label(DISCOUNT, "w365_kind", row["w365_kind"]) == "Percentage"


def _row_id(row: Row) -> str:
    return str(row["w365_discountid"])


def promotion_of(row: Row) -> Promotion:
    """One promotion."""

    def label(column: str) -> str | None:
        return None if row[column] is None else choice_label(PROMOTION, column, row[column])

    plan = label("w365_billingplan")
    return Promotion(
        id=row["w365_promotionid"],
        code=row["w365_code"],
        name=row["w365_name"] or row["w365_code"],
        product=row["_w365_product_value"],
        benefit=Benefit(label("w365_kind")),
        value=Decimal(row["w365_value"]),
        start=day(row["w365_startdate"]),
        end=maybe(day, row["w365_enddate"]),
        term=row["w365_term"] or None,
        plan=None if plan is None else Plan(plan),
        cycles_max=row["w365_cyclesmax"],
        whole_term=label("w365_lasts") == WHOLE_TERM,
        eligibility=Eligibility(label("w365_eligibility")),
        accounts=_accounts(row["w365_accounts"]),
        seats_min=row["w365_seatsmin"],
        seats_max=row["w365_seatsmax"],
    )


def _accounts(text: str | None) -> frozenset[str]:
    """The named customers; a list that cannot be read names nobody."""
    try:
        named = json.loads(text or "[]")
    except ValueError:
        return frozenset()
    return frozenset(str(one).lower() for one in named) if isinstance(named, list) else frozenset()
