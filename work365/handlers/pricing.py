"""New prices: a file against a list, staged, approved by somebody else; and a percentage for many subscriptions at once.

Nothing is sold or billed at a staged price. A plan is named by its hash: what is applied is what was shown, and applying it again
goes on where it stopped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.catalogue import list_changes, repricing
from work365.catalogue.list_changes import Compared, Effect, SheetRow, compared, effect_of
from work365.catalogue.repricing import NewPrice, by_percent, protected, to_list
from work365.errors import BadInput, NotAuthorised, Refused
from work365.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from work365.catalogue.sold import Sold
    from work365.errors import External
    from work365.ports.pricing import Market, PricingBook, Staged

STAGED_BY_YOU = "whoever staged prices may not approve them; ask somebody else to look at them"
ANOTHER_PLAN = "the subscriptions or their prices are not as the plan showed them; look at the new plan, then use its hash"
MICROSOFT = re.compile(r"[0-9A-Z]{12}:[0-9A-Z]{4}", re.IGNORECASE)
"""ProductId:SkuId, as a supplier's sheet names its products."""


@dataclass(frozen=True, slots=True)
class ListPlan:
    """What a file would change in a list.

    Attributes:
        left_out: rows for other markets or segments.
        effects: in the order of the differences.
        findings: rows that could not be read.
    """

    code: str
    price_list: str
    file: str
    compared: Compared
    effects: tuple[Effect, ...]
    left_out: int
    findings: tuple[Finding, ...]

    @property
    def hash(self) -> str:
        """What a person approves; "" when nothing changes."""
        return list_changes.plan_hash(self.price_list, self.compared.differences) if self.compared.differences else ""


def plan_list(
    items: Iterable[SheetRow | Finding], file: str, code: str, *, book: PricingBook, today: date, suppliers_sheet: bool
) -> ListPlan:
    """Compare a file with a price list; nothing is written.

    Shape:  `suppliers_sheet` says that the file has every price of Microsoft's products; another file has every price of the
            products that it names.
    Errors: BadInput for an unknown list, a file in another currency or for several segments.
    """
    market = book.price_list(code)
    rows: list[SheetRow] = []
    findings: list[Finding] = []
    for item in items:
        if isinstance(item, Finding):
            findings.append(item)
        else:
            rows.append(item)
    mine = [row for row in rows if _for(row, market)]
    _check_one_list(mine, market)
    products = book.products()
    whole = {
        product
        for number, product in products.items()
        if (suppliers_sheet and MICROSOFT.fullmatch(number)) or any(row.number.lower() == number for row in mine)
    }
    result = compared(mine, products, book.prices(market.list.id), today=today, whole=whole if _is_current(mine, today) else ())
    sold = book.sold(market.list.id, sorted({one.product for one in result.differences})) if result.differences else ()
    effects = tuple(effect_of(one, sold) for one in result.differences)
    return ListPlan(code, market.list.id, file, result, effects, len(rows) - len(mine), tuple(findings))


def _is_current(rows: Sequence[SheetRow], today: date) -> bool:
    """A file of future prices alone says nothing about what is sold today."""
    return any(row.valid_from <= today for row in rows)


def _for(row: SheetRow, market: Market) -> bool:
    """Whether a row is for the list's market and segment; what either of them does not say holds for all."""
    fits_market = not market.market or row.market.upper() in ("", market.market.upper())
    return fits_market and (not market.segment or row.segment.lower() in ("", market.segment.lower()))


def _check_one_list(rows: Sequence[SheetRow], market: Market) -> None:
    """A list has one currency, market and segment. Errors: BadInput."""
    if not rows:
        message = f"the file has no price for price list {market.list.code}; check its market and segment"
        raise BadInput(message)
    for row in rows:
        if row.currency and row.currency != market.list.currency:
            message = (
                f"the file is in {row.currency}, price list {market.list.code} in {market.list.currency or 'no currency'}; "
                f"choose a list in {row.currency}"
            )
            raise BadInput(message, f"line {row.line}")
    for what, values in (("segments", {row.segment for row in rows}), ("markets", {row.market for row in rows})):
        if len(values) > 1:
            message = f"the file has prices for several {what} ({', '.join(sorted(values))}); say its own on the price list"
            raise BadInput(message)


def stage(plan: ListPlan, *, book: PricingBook, person: str) -> None:
    """Let a plan wait for approval."""
    if plan.compared.differences:
        book.stage(plan.hash, plan.price_list, plan.compared.differences, source=plan.file, person=person)


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a decision: how many were written, how many of the plan still wait, and why some were not written."""

    done: int
    waiting: int
    refused: tuple[str, ...] = ()


def approve(plan: str, *, only: Collection[str], book: PricingBook, person: str) -> Decided:
    """Make staged prices prices of their list.

    Shape:  `only` are numbers of products; none means all of them.
    Errors: BadInput when nothing waits under this hash; NotAuthorised when two people are wanted and this is the first one.
    """
    waiting, staged = chosen(plan, only, book)
    if book.two_people() and any(one.staged_by == person for one in staged):
        raise NotAuthorised(STAGED_BY_YOU)
    return _decided(staged, book.approve(staged, person=person), waiting)


def reject(plan: str, *, only: Collection[str], book: PricingBook, person: str) -> Decided:
    """Close staged prices without a price coming of it. Errors: BadInput when nothing waits under this hash."""
    waiting, staged = chosen(plan, only, book)
    return _decided(staged, book.reject(staged, person=person), waiting)


def chosen(plan: str, only: Collection[str], book: PricingBook) -> tuple[int, list[Staged]]:
    """How many prices wait in a plan, and those of the products that are chosen. Errors: BadInput when these are none."""
    waiting = book.staged(plan)
    wanted = {number.lower() for number in only}
    found = [one for one in waiting if not wanted or one.difference.number.lower() in wanted]
    if not found:
        what = f"of {', '.join(sorted(only))} waits" if only and waiting else "waits"
        message = f"nothing {what} for approval under the plan {plan}; import the file again to see its plan"
        raise BadInput(message)
    return len(waiting), found


def _decided(chosen: Sequence[Staged], outcomes: Sequence[External | None], waiting: int) -> Decided:
    refused = tuple(f"{one.difference.place}: {error}" for one, error in zip(chosen, outcomes, strict=True) if error is not None)
    done = len(chosen) - len(refused)
    return Decided(done, waiting - done, refused)


@dataclass(frozen=True, slots=True)
class PricePlan:
    """A percentage for many subscriptions: those that it is still to change, and how many it has changed already."""

    hash: str
    prices: tuple[NewPrice, ...]
    done: int


@dataclass(frozen=True, slots=True)
class Wish:
    """A change of prices that somebody asked for: products of a list, from when.

    Attributes:
        percent: by how many percent; None for the list's own price of the day on which it counts.
        only: numbers of contracts and ids of subscriptions that are chosen; none for all that there are.
    """

    products: tuple[str, ...]
    price_list: str
    percent: Decimal | None
    wanted: date
    only: tuple[str, ...] = ()


def plan_prices(wish: Wish, *, book: PricingBook, hashed: str = "") -> PricePlan:
    """What a change of prices would come to; nothing is written.

    Shape:  with `hashed`, the hash of an earlier plan, what that one has changed already counts as it was.
    Errors: BadInput for an unknown list or product, or one that is chosen and not there.
    """
    market = book.price_list(wish.price_list)
    known = book.products(wish.products)
    lacking = [number for number in wish.products if number.lower() not in known]
    if lacking:
        message = f"the catalogue has no product {', '.join(lacking)}; look its number up under Products"
        raise BadInput(message, "--product")
    done = book.repriced(hashed) if hashed else ()
    changed = {one.subscription for one in done}
    sold = [one for one in _selected(book.sold(market.list.id, sorted(known.values())), wish.only) if one.id not in changed]
    if wish.percent is None:
        prices = to_list(sold, book.prices(market.list.id), wish.wanted)
    else:
        prices = by_percent(sold, wish.percent, wish.wanted)
    told = [(one.sold.id, one.new, one.on) for one in prices if one.new is not None]
    told += [(one.subscription, one.new, one.on) for one in done]
    by = "list" if wish.percent is None else f"{wish.percent.normalize():f}"
    of = "|".join([market.list.id, *sorted(known.values()), by, wish.wanted.isoformat(), *sorted(wish.only)])
    return PricePlan(repricing.plan_hash(of, told), prices, len(done))


def _selected(sold: Sequence[Sold], only: Sequence[str]) -> Sequence[Sold]:
    """Those that are chosen. Errors: BadInput for a choice that is not there."""
    wanted = {one.lower() for one in only}
    strangers = wanted - {name.lower() for one in sold for name in (one.id, one.number)}
    if strangers:
        message = (
            f"nothing that these products and this list price is '{min(strangers)}'; give the number of a contract or the id "
            "of a subscription, as `w365 prices next` shows them"
        )
        raise BadInput(message, "--only")
    return [one for one in sold if wanted & {one.id.lower(), one.number.lower()}] if wanted else sold


def change_prices(wish: Wish, hashed: str, *, book: PricingBook, now: datetime, today: date) -> tuple[PricePlan, tuple[str, ...]]:
    """Do what a plan said, or go on with it; the plan, and per subscription that was refused a sentence.

    Errors: Refused when something moved since the plan was shown.
    """
    plan = plan_prices(wish, book=book, hashed=hashed)
    if plan.hash != hashed:
        raise Refused(ANOTHER_PLAN)
    outcomes = book.reprice(hashed, plan.prices, now=now, today=today)
    refused = tuple(
        f"{one.sold.name} on {one.sold.number}: {error}"
        for one, error in zip(plan.prices, outcomes, strict=True)
        if error is not None
    )
    return plan, refused


def next_prices(code: str, *, book: PricingBook, today: date) -> tuple[NewPrice, ...]:
    """What each subscription on a list pays, what the list says for the day on which that may change, and that day."""
    market = book.price_list(code)
    sold = book.sold(market.list.id, sorted(set(book.products().values())))
    return protected(sold, book.prices(market.list.id), today)
