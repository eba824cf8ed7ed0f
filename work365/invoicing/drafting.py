"""From a bill to a document: names, tax, totals, and what is written together with it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from work365.contracts.contract import ChangesBilled
from work365.errors import Work365Error
from work365.findings import Finding
from work365.ids import derived
from work365.invoicing.billing import bill
from work365.invoicing.items import lines_of
from work365.invoicing.keys import DISCOUNT, own_discount, slot_name
from work365.invoicing.lines import Kind
from work365.invoicing.tax import tax_on
from work365.money import Money, total

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from work365.contracts.contract import BillingContract
    from work365.invoicing.billing import Bill
    from work365.invoicing.catching_up import Decision
    from work365.invoicing.items import Item
    from work365.invoicing.lines import Line, Posted
    from work365.invoicing.tax import TaxRate, TaxTable
    from work365.periods import Period
    from work365.subscriptions.change_log import Subscription

NOT_BILLED, NO_TAX_RATE, MISSED_CYCLES = "contract-not-billed", "no-tax-rate", "missed-cycles"
HOLDING_BACK = (NOT_BILLED, NO_TAX_RATE, MISSED_CYCLES)
"""Codes of findings that say that a contract was not billed: they are over once it is."""


@dataclass(frozen=True, slots=True)
class Article:
    """What a subscription is called and taxed as on a document. `product` is None for one without a catalogue product."""

    product: str | None
    name: str
    tax_category: str


@dataclass(frozen=True, slots=True)
class ContractWork:
    """Everything that billing one contract needs, read in one go.

    Attributes:
        number: what people call the contract.
        place: the buyer's country for tax.
        posted: lines already billed that overlap [open_from, …); complete from there on.
        open_from: first day of the earliest cycle that this bill may touch; None means from the contract's start.
        next_invoice_date: what the contract's row says now.
        items: what is billed once and is not billed yet.
        etag: the contract's version when it was read; what is written holds only for that version.
        created: the day on which its row was made; None when that is not known.
        decision: what a person decided for cycles that its dates made due all at once.
        skipped: first days of the cycles that a person skipped, as far back as `open_from`; they are never billed.
        settled: changes that a document settles that is written together with this one.
        together: contracts of a run that say the same here stand on one document; empty: it stands alone.
    """

    contract: BillingContract
    number: str
    account: str
    place: str
    subscriptions: tuple[Subscription, ...]
    articles: Mapping[str, Article]
    posted: tuple[Posted | Line, ...] = ()
    open_from: date | None = None
    billed_through: date | None = None
    next_invoice_date: date | None = None
    purchase_order: str | None = None
    items: tuple[Item, ...] = ()
    etag: str = ""
    created: date | None = None
    decision: Decision | None = None
    skipped: frozenset[date] = frozenset()
    settled: frozenset[str] = frozenset()
    together: str = ""

    def bill(self, as_of: date, *, due: date | None = None, skipped: Iterable[Period] = ()) -> Bill:
        """The bill of a day; `due` decides which cycles are due, if that is another day; `skipped` are to be skipped now."""
        return bill(
            self.contract,
            self.subscriptions,
            self.posted,
            as_of=due or as_of,
            seen_to=as_of,
            billed_through=self.billed_through,
            open_from=self.open_from,
            skipped=self.skipped.union(cycle.start for cycle in skipped),
        )


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line of a draft: the engine's line with its name and its tax; `contract` is whose it is, if not the document's."""

    line: Line
    ordinal: int
    description: str
    product: str | None
    rate: TaxRate
    tax: Money
    contract: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A document before it has a number, and what is written in its change set.

    Attributes:
        key: contract, first cycle (or the day and a hash of the changes) and purpose: there is one document of each.
        cycles: the cycles that it bills; each becomes a schedule row.
        change_set: "-" for a cycle invoice, a hash of the changes for one between cycles.
        settles: change-log rows that it bills.
        items: what it bills once; their rows are marked in the same change set.
        next_invoice_date, billed_through: what the contract's row says afterwards.
        skipped: cycles that are never billed; each becomes a schedule row.
        earlier: documents of the contract that are written in the same change set, before this one.
        parts: of a document for several contracts, the draft of each; its own `work` is that of the first.
    """

    id: str
    key: str
    work: ContractWork
    lines: tuple[DraftLine, ...]
    net: Money
    tax: Money
    cycles: tuple[Period, ...]
    change_set: str
    settles: tuple[str, ...]
    next_invoice_date: date | None
    billed_through: date | None
    items: tuple[Item, ...] = ()
    skipped: tuple[Period, ...] = ()
    earlier: tuple[Draft, ...] = ()
    parts: tuple[Draft, ...] = ()

    @property
    def each(self) -> tuple[Draft, ...]:
        """The draft of each contract on the document."""
        return self.parts or (self,)

    @property
    def numbers(self) -> dict[str, str]:
        """What people call its contracts, by their ids."""
        return {part.contract: part.work.number for part in self.each}

    @property
    def contract(self) -> str:
        """The contract's id."""
        return self.work.contract.id

    @property
    def gross(self) -> Money:
        """Net and tax."""
        return self.net + self.tax

    @property
    def credit_note(self) -> bool:
        """More is given back than charged."""
        return self.gross.minor < 0


@dataclass(frozen=True, slots=True)
class Advance:
    """A contract that is due and has nothing to print: only its dates move, and changes that cost nothing are settled."""

    contract: str
    number: str
    etag: str
    settles: tuple[str, ...]
    next_invoice_date: date | None
    billed_through: date | None
    skipped: tuple[Period, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Drafted:
    """What came of one contract: a draft, or only new dates, or neither; and what is wrong with it."""

    draft: Draft | None = None
    advance: Advance | None = None
    findings: tuple[Finding, ...] = field(default=())


def draft(
    work: ContractWork, taxes: TaxTable, as_of: date, *, due: date | None = None, skipped: tuple[Period, ...] = ()
) -> Drafted:
    """Bill one contract as of a day.

    Shape:  only the cycles that are due on `due`, if it is given; without those in `skipped`, which are never billed.
    Errors: BadInput when the contract or a subscription contradicts itself.
    """
    result = work.bill(as_of, due=due, skipped=skipped)
    if work.settled:
        result = replace(result, settles=tuple(change for change in result.settles if change not in work.settled))
    findings = tuple(replace(finding, contract=work.contract.id) for finding in result.findings)
    between_cycles = not result.cycles and result.next_invoice_date is not None
    items = _due(work, due or as_of, between_cycles=between_cycles)
    entries = [*_recurring(work, result.lines), *_once(work, items)]
    if not entries:
        return Drafted(advance=_advance(work, result, skipped), findings=findings)
    missing = _untaxed(work, entries, taxes, as_of)
    if missing:
        return Drafted(findings=(*findings, *missing))
    if between_cycles and total((entry.line.amount for entry in entries), work.contract.currency).minor < 0:
        return Drafted(findings=findings)  # a credit rides on the next invoice; after the last one it goes by itself
    made = _document(work, result, entries, items, taxes, as_of)
    return Drafted(replace(made, skipped=skipped) if skipped else made, findings=findings)


class _Entry(NamedTuple):
    """A line with what it is called and taxed as."""

    line: Line
    description: str
    product: str | None
    tax_category: str


def _due(work: ContractWork, as_of: date, *, between_cycles: bool) -> tuple[Item, ...]:
    """The items whose day has come; those of a contract that bills its changes with its cycles wait for the next of these."""
    if between_cycles and work.contract.changes_billed is ChangesBilled.NEXT_CYCLE:
        return ()
    return tuple(item for item in work.items if item.ready(as_of, between_cycles=between_cycles))


def _recurring(work: ContractWork, lines: Iterable[Line]) -> Iterator[_Entry]:
    discounts = _discounts(work)
    for line in lines:
        article = work.articles[line.subscription]
        yield _Entry(line, _described(line, article, discounts), article.product, article.tax_category)


def _once(work: ContractWork, items: Iterable[Item]) -> Iterator[_Entry]:
    for item in items:
        for line, description in lines_of(item, work.contract.currency, work.contract.discount_percent):
            yield _Entry(line, description, item.product, item.tax_category)


def not_billed(contract: str, number: str, error: Exception) -> Finding:
    """A contract that is held back, and why; it is tried again by every run until it is mended."""
    why = str(error).rstrip(".") if isinstance(error, Work365Error) else f"the rules broke on it ({error!r}); report this"
    return Finding(
        NOT_BILLED, number, f"Contract {number} was not billed: {why}. The next run tries it again.", contract=contract
    )


def _advance(work: ContractWork, result: Bill, skipped: tuple[Period, ...]) -> Advance | None:
    unmoved = result.next_invoice_date is not None and work.next_invoice_date == result.next_invoice_date
    if unmoved and not result.cycles and not result.settles and not skipped:
        return None
    return Advance(
        contract=work.contract.id,
        number=work.number,
        etag=work.etag,
        settles=tuple(result.settles),
        next_invoice_date=result.next_invoice_date,
        billed_through=result.billed_through,
        skipped=skipped,
        reason=work.decision.reason if skipped and work.decision else "",
    )


def _untaxed(work: ContractWork, entries: Sequence[_Entry], taxes: TaxTable, as_of: date) -> list[Finding]:
    wanted = sorted({entry.tax_category for entry in entries})
    return [
        Finding(
            NO_TAX_RATE,
            f"{work.number} {work.place} {category}",
            f"Contract {work.number} was not billed: there is no tax rate for category '{category}' in {work.place} on {as_of}. "
            "Add one to the legal entity's tax rates; the next run bills the contract.",
            contract=work.contract.id,
        )
        for category in wanted
        if taxes.rate(work.place, category, as_of) is None
    ]


def _document(
    work: ContractWork, result: Bill, entries: Sequence[_Entry], items: tuple[Item, ...], taxes: TaxTable, as_of: date
) -> Draft:
    lines = []
    for ordinal, entry in enumerate(entries):
        rate = taxes.rate(work.place, entry.tax_category, as_of)
        if rate is None:  # _untaxed has refused this
            raise AssertionError(entry)
        tax = tax_on(entry.line.amount, rate.percent)
        lines.append(DraftLine(entry.line, ordinal, entry.description, entry.product, rate, tax))
    code = work.contract.currency
    cycles = tuple(result.cycles)
    change_set = "-" if cycles else _hash(result.settles, [entry.line.key for entry in entries])
    key = f"{work.contract.id}:{cycles[0].start}:cycle" if cycles else f"{work.contract.id}:{as_of}:changes:{change_set[:16]}"
    return Draft(
        id=derived("invoice", key),
        key=key,
        work=work,
        lines=tuple(lines),
        net=total((line.line.amount for line in lines), code),
        tax=total((line.tax for line in lines), code),
        cycles=cycles or (work.contract.period_of(as_of),),
        change_set=change_set,
        settles=tuple(result.settles),
        next_invoice_date=result.next_invoice_date,
        billed_through=result.billed_through,
        items=items,
    )


def _discounts(work: ContractWork) -> dict[tuple[str, str], str]:
    """What each discount is called, by subscription and slot; the contract's own stands under no subscription."""
    own = {
        (subscription.id, own_discount(discount.id)): discount.name
        for subscription in work.subscriptions
        for discount in subscription.discounts
    }
    return {**own, ("", DISCOUNT): f"Discount {work.contract.discount_percent.normalize():f} %"}


def _described(line: Line, article: Article, discounts: Mapping[tuple[str, str], str]) -> str:
    if line.kind is not Kind.DISCOUNT:
        return article.name
    name = slot_name(line.key)
    called = discounts.get(("" if name == DISCOUNT else line.subscription, name), "Discount")
    return f"{called} on {article.name}"


def _hash(*texts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join("|".join(part) for part in texts).encode()).hexdigest()
