"""The entries of a document: what is billed, each line with what it is called and taxed as."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.commitments.truing import Committed, Counted, true_up
from work365.contracts.policy import ChangesBilled
from work365.currencies.rates import converted_price
from work365.invoicing.items import lines_of
from work365.invoicing.keys import DISCOUNT, own_discount, slot_name
from work365.invoicing.lines import Kind
from work365.invoicing.outline import Entry
from work365.invoicing.rated_words import rated
from work365.paying.surcharging import surcharge_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from work365.invoicing.items import Item
    from work365.invoicing.lines import Line
    from work365.invoicing.work import Article, ContractWork, Listed


def recurring(work: ContractWork, lines: Iterable[Line]) -> Iterator[Entry]:
    """What a bill charges for subscriptions, and gives back or takes off."""
    discounts = _discounts(work)
    tiered = {one.id: one for one in work.subscriptions if one.pricing is not None}
    for line in lines:
        article = work.articles[line.subscription]
        name = _described(line, article, discounts)
        if line.kind is Kind.DISCOUNT:
            yield Entry(line, name, article.product, article.tax_category)
            continue
        how = rated(tiered[line.subscription], line) if line.subscription in tiered else ""
        named, price = f"{name} ({how})" if how else name, _list_price(work, line, article.listed)
        yield Entry(line, named, article.product, article.tax_category, price)


def _list_price(work: ContractWork, line: Line, found: Listed | None) -> Decimal | None:
    """The list price of a line's days, in the contract's currency; None where nobody knows it for those days."""
    if found is None or (found.since is not None and line.period.start < found.since):
        return None
    conversion = work.conversions.get(line.subscription) if found.since is None else None
    return found.price if conversion is None else converted_price(found.price, conversion.at(line.cycle_start))


def once(work: ContractWork, items: Iterable[Item]) -> Iterator[Entry]:
    """What is billed once."""
    for item in items:
        for line, description in lines_of(item, work.contract.currency, work.contract.discount_percent, work.generation):
            yield Entry(line, description, item.product, item.tax_category)


def trued_up(
    work: ContractWork, committed: Committed, entries: Sequence[Entry], as_of: date, *, between_cycles: bool
) -> list[Entry]:
    """What a commitment adds to a bill; like changes it may wait for the next cycle's."""
    if between_cycles and work.contract.changes_billed is ChangesBilled.NEXT_CYCLE:
        return []
    fresh = [Counted(entry.line.key, entry.line.period.start, entry.line.amount) for entry in entries]
    terms = committed.terms
    return [
        Entry(one.line, one.description, terms.product, terms.tax_category)
        for one in true_up(work.contract, committed, fresh, as_of)
    ]


def surcharged(work: ContractWork, entries: Sequence[Entry]) -> list[Entry]:
    """What the contract's way of paying adds to a document."""
    if work.surcharge is None:
        return []
    code, added = work.contract.currency, work.surcharge
    line = surcharge_line(work.contract.id, added.percent, [entry.line for entry in entries], code)
    return [] if line is None else [Entry(line, added.description, added.article.product, added.article.tax_category)]


def _discounts(work: ContractWork) -> dict[tuple[str, str], str]:
    """What each discount is called, by subscription and slot; the contract's own stands under no subscription."""
    own = {
        (subscription.id, own_discount(discount.id)): discount.called
        for subscription in work.subscriptions
        for discount in subscription.discounts
    }
    whole = {("", own_discount(off.id)): off.name for off in work.contract.amounts_off}
    return {**own, **whole, ("", DISCOUNT): f"Discount {work.contract.discount_percent.normalize():f} %"}


def _described(line: Line, article: Article, discounts: Mapping[tuple[str, str], str]) -> str:
    if line.kind is not Kind.DISCOUNT:
        return article.name
    name = slot_name(line.key)
    called = discounts.get((line.subscription, name)) or discounts.get(("", name), "Discount")
    return f"{called} on {article.name}"
