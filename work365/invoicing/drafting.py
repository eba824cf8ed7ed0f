"""From a bill to a document: names, what its tax is asked for, and what is written together with it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from work365.catalogue.dated_lists import NO_LISTS, DatedLists
from work365.commitments.truing import Committed, Counted, true_up
from work365.contracts.contract import ChangesBilled
from work365.currencies.rates import NO_EXCHANGE_RATE, converted_price
from work365.errors import Work365Error
from work365.findings import Finding
from work365.ids import derived
from work365.invoicing.billing import bill
from work365.invoicing.decision import CatchUp
from work365.invoicing.items import lines_of
from work365.invoicing.kept_companies import keep_companies
from work365.invoicing.kept_prices import keep_prices
from work365.invoicing.keys import DISCOUNT, own_discount, slot_name
from work365.invoicing.lines import Kind
from work365.invoicing.parting import Part, parted
from work365.invoicing.rated_words import rated
from work365.money import Money, total
from work365.paying.surcharging import surcharge_line
from work365.taxing.assessing import HOLDING as TAX_UNKNOWN
from work365.taxing.assessing import Buyer, TaxDocument, TaxedLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from work365.contracts.contract import BillingContract
    from work365.currencies.conversion import Conversion
    from work365.invoicing.billing import Bill
    from work365.invoicing.decision import CycleDecision, Decision, Skipped
    from work365.invoicing.items import Item
    from work365.invoicing.lines import Line, Posted
    from work365.invoicing.payer import Payer
    from work365.paying.surcharging import Surcharge
    from work365.periods import Period
    from work365.subscriptions.change_log import Subscription
    from work365.subscriptions.discount import Discount
    from work365.taxing.rates import TaxRate

NOT_BILLED, MISSED_CYCLES, LATE_SUBSCRIPTION = "contract-not-billed", "missed-cycles", "late-subscription"
HOLDING_BACK = (NOT_BILLED, MISSED_CYCLES, LATE_SUBSCRIPTION, NO_EXCHANGE_RATE, *TAX_UNKNOWN)
"""Codes of findings that say that a contract, or the past of a subscription, was not billed: they are over once it is."""


class Listed(NamedTuple):
    """A list price that stands beside what is charged, per seat and cycle of the contract, in major units.

    Shape: `since` is the day whose prices it is of; None for one that a person typed, in the currency of the subscription.
    """

    price: Decimal
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """What a subscription is called and taxed as on a document. `product` is None for one without a catalogue product."""

    product: str | None
    name: str
    tax_category: str
    listed: Listed | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """A promotion that a subscription gets with its first bill; `discount.id` is that of the row to write."""

    subscription: str
    promotion: str
    discount: Discount


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
        committed: its minimum and maximum with what is posted; None for a contract without.
        surcharge: what its way of paying adds to each document; None for nothing.
        grants: promotions that this bill is the first to give; they are among the discounts of their subscriptions.
        tax_number, address: of the buyer; the address is street, city and postal code.
        conversions: of subscriptions that are priced in another currency, by id; their prices here are converted.
        prices_include_tax: lines are priced with their tax, which is taken out of them.
        reopened: first day of the earliest cycle that was billed on a document since cancelled; None for none.
        generation: how many documents of the contract were cancelled; part of the keys of what is billed from then on.
        credited: what people gave back of lines that are posted, in minor units by slot.
        etag: the contract's version when it was read; what is written holds only for that version.
        created: the day on which its row was made; None when that is not known.
        decision: what a person decided for cycles that its dates made due all at once.
        decided: what a person decided about single missed cycles, by subscription ("" for the whole contract) and first day.
        skipped: first days of the cycles that a person skipped, as far back as `open_from`; they are never billed.
        entered: the days on which subscriptions were entered that no bill has seen and that continue no other; by id, where
            that was after their first day.
        held: by subscription the first days of missed cycles that wait for a decision.
        settled: changes that this document does not settle: one that is written together with it does, or they wait.
        amended_from: the first day that an amendment changed and that no bill has settled yet; None for none.
        handed_over: changes of days that the supplier's lines bill; they are settled without a line.
        team: id of the team that its documents belong to; "" leaves them to the functions.
        together: contracts of a run that say the same here stand on one document; empty: it stands alone.
        lists: the price lists that it buys by, each from its day on.
        payers: by the ids that its terms name, "" for its customer; empty where every document is for the customer.
        billed_to: the account of each posted line's document, by key; of a contract with other payers.
        alone: somebody asked that its changes are billed by themselves: a credit does not ride on the next invoice.
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
    committed: Committed | None = None
    surcharge: Surcharge | None = None
    grants: tuple[Grant, ...] = ()
    tax_number: str = ""
    address: tuple[str, str, str] = ("", "", "")
    prices_include_tax: bool = False
    conversions: Mapping[str, Conversion] = field(default_factory=dict)
    reopened: date | None = None
    generation: int = 0
    credited: Mapping[str, int] = field(default_factory=dict)
    etag: str = ""
    created: date | None = None
    decision: Decision | None = None
    decided: Mapping[tuple[str, date], CycleDecision] = field(default_factory=dict)
    skipped: frozenset[date] = frozenset()
    entered: Mapping[str, date] = field(default_factory=dict)
    held: Mapping[str, frozenset[date]] = field(default_factory=dict)
    settled: frozenset[str] = frozenset()
    amended_from: date | None = None
    handed_over: tuple[str, ...] = ()
    together: str = ""
    team: str = ""
    lists: DatedLists = NO_LISTS
    payers: Mapping[str, Payer] = field(default_factory=dict)
    billed_to: Mapping[str, str] = field(default_factory=dict)
    alone: bool = False

    @property
    def customer(self) -> str:
        """The account of the contract, whoever pays."""
        return self.payers[""].account if self.payers else self.account

    def payer_on(self, day: date) -> str:
        """The account that pays for a day."""
        return self.payers[self.contract.on(day).payer].account if self.payers else self.account

    def on_behalf(self, day: date) -> ContractWork:
        """The contract for a document of whoever pays for a day."""
        return self.paid_by(self.payer_on(day)) if self.payers else self

    def paid_by(self, account: str) -> ContractWork:
        """The contract for a document of one of its payers."""
        payer = self.payers[account]
        buyer = payer.buyer
        return replace(
            self,
            account=account,
            place=buyer.place,
            tax_number=buyer.tax_number,
            address=(buyer.street, buyer.city, buyer.postal_code),
            purchase_order=payer.purchase_order,
            surcharge=payer.surcharge,
            together=payer.together,
        )

    def at_once(self) -> ContractWork:
        """The same, without waiting for its next cycle."""
        return replace(self, contract=replace(self.contract, changes_billed=ChangesBilled.NOW), alone=True)

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
            reopened=self.reopened,
            credited=self.credited,
            skipped=self.skipped.union(cycle.start for cycle in skipped),
            left_out=self._left_out() if self.decided or self.held else None,
        )

    def _left_out(self) -> dict[str, frozenset[date]]:
        """By subscription the cycles that it is not billed for: those that wait, and those that a person skipped."""
        out = dict(self.held)
        for (subscription, start), decision in self.decided.items():
            if subscription and decision.choice is CatchUp.SKIP:
                out[subscription] = out.get(subscription, frozenset()) | {start}
        return out


class Entry(NamedTuple):
    """A line as it is priced, with what it is called and taxed as; `contract` is whose it is, if not the document's."""

    line: Line
    description: str
    product: str | None
    tax_category: str
    list_price: Decimal | None = None
    contract: str = ""


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line of a draft: the engine's line with its name and its tax; `contract` is whose it is, if not the document's."""

    line: Line
    ordinal: int
    description: str
    product: str | None
    rate: TaxRate
    tax: Money
    list_price: Decimal | None = None
    contract: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A document before its tax is known, and what is written in its change set.

    Attributes:
        key: contract, first cycle (or the day and a hash of the changes), purpose and payer: there is one document of each.
        entries: its lines, as they are priced.
        asked: what its tax is asked for.
        cycles: the cycles that it bills; each becomes a schedule row.
        change_set: "-" for a cycle invoice, a hash of the changes for one between cycles. Behind "-" stand the contract's
            generation, the number of its amendments (a cycle of new terms may begin on the day of an old one), and on a contract
            by item the day through which it is billed (items' cycles may begin on one day and be billed on another).
        settles: change-log rows that it bills.
        items: what it bills once; their rows are marked in the same change set.
        grants: promotions that become discounts in the same change set.
        next_invoice_date, billed_through: what the contract's row says afterwards.
        skipped: cycles that are never billed; each becomes a schedule row.
        earlier: documents of the contract that are written in the same change set, before this one.
        parts: of a document for several contracts, the outline of each; its own `work` is that of the first.
    """

    id: str
    key: str
    work: ContractWork
    entries: tuple[Entry, ...]
    asked: TaxDocument
    cycles: tuple[Period, ...]
    change_set: str
    settles: tuple[str, ...]
    next_invoice_date: date | None
    billed_through: date | None
    items: tuple[Item, ...] = ()
    grants: tuple[Grant, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    earlier: tuple[Outline, ...] = ()
    parts: tuple[Outline, ...] = ()

    @property
    def documents(self) -> tuple[Outline, ...]:
        """Every document of its change set, each by itself."""
        return (*self.earlier, replace(self, earlier=())) if self.earlier else (self,)

    @property
    def each(self) -> tuple[Outline, ...]:
        """The outline of each contract on the document."""
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
    def by_cycle(self) -> bool:
        """It bills whole cycles, and perhaps changes with them."""
        return self.change_set.startswith("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft(Outline):
    """A document with its tax, before it has a number.

    Attributes:
        tax_reference: the document's name at the engine that computed its tax; empty for the table of the legal entity.
    """

    lines: tuple[DraftLine, ...]
    net: Money
    tax: Money
    tax_reference: str = ""
    earlier: tuple[Draft, ...] = ()

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
    grants: tuple[Grant, ...] = ()
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class Drafted:
    """What came of one contract: a document, or only new dates, or neither; and what is wrong with it."""

    outline: Outline | None = None
    advance: Advance | None = None
    findings: tuple[Finding, ...] = field(default=())


def draft(work: ContractWork, as_of: date, *, due: date | None = None, skipped: tuple[Skipped, ...] = ()) -> Drafted:
    """Bill one contract as of a day; what it comes to still lacks its tax.

    Shape:  only the cycles that are due on `due`, if it is given; without those in `skipped`, which are never billed.
    Errors: BadInput when the contract or a subscription contradicts itself, or what is billed would get another price, or be
    corrected by another company.
    """
    result = work.bill(as_of, due=due, skipped=(one.cycle for one in skipped))
    keep_companies(result.lines, work.posted)
    keep_prices(result.lines, work.posted, work.subscriptions)
    if work.handed_over:
        result = replace(result, settles=(*result.settles, *work.handed_over))
    if work.settled:
        result = replace(result, settles=tuple(change for change in result.settles if change not in work.settled))
    findings = tuple(replace(finding, contract=work.contract.id) for finding in result.findings)
    between_cycles = not result.cycles and result.next_invoice_date is not None and work.reopened is None
    items = _due(work, due or as_of, between_cycles=between_cycles)
    entries = [*_recurring(work, result.lines), *_once(work, items)]
    if work.committed is not None:
        day, out = due or as_of, work.skipped.union(one.cycle.start for one in skipped)
        entries += _trued_up(work, replace(work.committed, skipped=out), entries, day, between_cycles=between_cycles)
        result = replace(result, next_invoice_date=_settled_on(work.contract, result.next_invoice_date, day))
    if not entries:
        return Drafted(advance=_advance(work, result, skipped), findings=findings)
    parts = parted(work, result, entries, items) if work.payers else [Part(work, result, entries, items)]
    if between_cycles and not work.alone and _waits(parts, as_of):
        return Drafted(findings=findings)  # a credit rides on the next invoice; after the last one it goes by itself
    *earlier, made = (_part_document(part, as_of) for part in parts)
    if skipped or earlier:
        made = replace(made, skipped=skipped, earlier=tuple(earlier))
    return Drafted(made, findings=findings)


def _waits(parts: Sequence[Part], as_of: date) -> bool:
    """Whether a bill between cycles gives back more than it charges, to the payer of the next invoice alone."""
    first, *others = parts
    back = total((entry.line.amount for entry in first.entries), first.work.contract.currency).minor < 0
    return back and not others and first.work.account == first.work.payer_on(as_of)


def _part_document(part: Part, as_of: date) -> Outline:
    entries = [*part.entries, *_surcharged(part.work, part.entries)]
    return _document(part.work, part.bill, entries, part.items, as_of)


def _due(work: ContractWork, as_of: date, *, between_cycles: bool) -> tuple[Item, ...]:
    """The items whose day has come; those of a contract that bills its changes with its cycles wait for the next of these."""
    if between_cycles and work.contract.changes_billed is ChangesBilled.NEXT_CYCLE:
        return ()
    return tuple(item for item in work.items if item.ready(as_of, between_cycles=between_cycles))


def _recurring(work: ContractWork, lines: Iterable[Line]) -> Iterator[Entry]:
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


def _once(work: ContractWork, items: Iterable[Item]) -> Iterator[Entry]:
    for item in items:
        for line, description in lines_of(item, work.contract.currency, work.contract.discount_percent, work.generation):
            yield Entry(line, description, item.product, item.tax_category)


def _trued_up(
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


def _surcharged(work: ContractWork, entries: Sequence[Entry]) -> list[Entry]:
    """What the contract's way of paying adds to a document."""
    if work.surcharge is None:
        return []
    code, added = work.contract.currency, work.surcharge
    line = surcharge_line(work.contract.id, added.percent, [entry.line for entry in entries], code)
    return [] if line is None else [Entry(line, added.description, added.article.product, added.article.tax_category)]


def _settled_on(contract: BillingContract, next_invoice_date: date | None, as_of: date) -> date | None:
    """A contract with a commitment is looked at once more when it has ended, also where its last cycle was billed before."""
    if next_invoice_date is not None or contract.end is None:
        return next_invoice_date
    last = contract.end + timedelta(days=contract.offset_days)
    return last if as_of < last else None


def not_billed(contract: str, number: str, error: Exception) -> Finding:
    """A contract that is held back, and why; it is tried again by every run until it is mended."""
    why = str(error).rstrip(".") if isinstance(error, Work365Error) else f"the rules broke on it ({error!r}); report this"
    return Finding(
        NOT_BILLED, number, f"Contract {number} was not billed: {why}. The next run tries it again.", contract=contract
    )


def _advance(work: ContractWork, result: Bill, skipped: tuple[Skipped, ...]) -> Advance | None:
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
        grants=_settled_grants(work, result),
        skipped=skipped,
    )


def _settled_grants(work: ContractWork, result: Bill) -> tuple[Grant, ...]:
    """The promotions of subscriptions whose first change is settled now: later runs do not ask again."""
    if not work.grants:
        return ()
    settles = set(result.settles)
    settled = {one.id for one in work.subscriptions if one.changes and one.changes[0].id in settles}
    return tuple(grant for grant in work.grants if grant.subscription in settled)


def _document(work: ContractWork, result: Bill, entries: Sequence[Entry], items: tuple[Item, ...], as_of: date) -> Outline:
    cycles = tuple(result.cycles)
    terms = f"a{len(work.contract.amendments)}" if work.contract.amendments else ""
    again = f"{work.generation or ''}{terms}"
    through = f"@{result.billed_through}" if work.contract.by_item else ""
    change_set = f"-{again}{through}" if cycles else _hash(result.settles, [entry.line.key for entry in entries])
    first = through.removeprefix("@") or (cycles[0].start if cycles else "")
    purpose = f"{first}:cycle{again and f':{again}'}" if cycles else f"{as_of}:changes:{change_set[:16]}"
    key = f"{work.contract.id}:{purpose}{f':{work.account}' if work.payers else ''}"
    document = derived("invoice", key)
    return Outline(
        id=document,
        key=key,
        work=work,
        entries=tuple(entries),
        asked=_to_tax(work, entries, document, as_of),
        cycles=cycles or (work.contract.period_of(as_of),),
        change_set=change_set,
        settles=tuple(result.settles),
        next_invoice_date=result.next_invoice_date,
        billed_through=result.billed_through,
        items=items,
        grants=_settled_grants(work, result),
    )


def outside_cycles(work: ContractWork, items: tuple[Item, ...], as_of: date, *, document: str, key: str) -> Outline:
    """A document of these items alone: no cycle is billed, no change settled, and the contract's dates stay as they are."""
    entries = tuple(_once(work, items))
    return Outline(
        id=document,
        key=key,
        work=work,
        entries=entries,
        asked=_to_tax(work, entries, document, as_of),
        cycles=(),
        change_set="",
        settles=(),
        next_invoice_date=work.next_invoice_date,
        billed_through=work.billed_through,
        items=items,
    )


def _to_tax(work: ContractWork, entries: Iterable[Entry], document: str, as_of: date) -> TaxDocument:
    buyer = Buyer(work.account, work.place, work.tax_number, *work.address)
    lines = [TaxedLine(entry.line.key, entry.line.amount, entry.tax_category, entry.description) for entry in entries]
    return TaxDocument(document, work.number, buyer, as_of, work.contract.currency, lines, work.prices_include_tax)


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


def _hash(*texts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join("|".join(part) for part in texts).encode()).hexdigest()
