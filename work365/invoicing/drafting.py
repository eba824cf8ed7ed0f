"""From a bill to a document: which lines it has, what its tax is asked for, and what is written together with it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from work365.contracts.policy import ChangesBilled
from work365.ids import derived
from work365.invoicing.describing import once, recurring, surcharged, trued_up
from work365.invoicing.kept_companies import keep_companies
from work365.invoicing.kept_prices import keep_prices
from work365.invoicing.outline import Advance, Drafted, Entry, Outline
from work365.invoicing.parting import Part, parted
from work365.money import total
from work365.taxing.assessing import Buyer, TaxDocument, TaxedLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from work365.contracts.contract import BillingContract
    from work365.invoicing.billing import Bill
    from work365.invoicing.decision import Skipped
    from work365.invoicing.items import Item
    from work365.invoicing.work import ContractWork, Grant


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
    entries = [*recurring(work, result.lines), *once(work, items)]
    if work.committed is not None:
        day, out = due or as_of, work.skipped.union(one.cycle.start for one in skipped)
        entries += trued_up(work, replace(work.committed, skipped=out), entries, day, between_cycles=between_cycles)
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
    entries = [*part.entries, *surcharged(part.work, part.entries)]
    return _document(part.work, part.bill, entries, part.items, as_of)


def _due(work: ContractWork, as_of: date, *, between_cycles: bool) -> tuple[Item, ...]:
    """The items whose day has come; those of a contract that bills its changes with its cycles wait for the next of these."""
    if between_cycles and work.contract.changes_billed is ChangesBilled.NEXT_CYCLE:
        return ()
    return tuple(item for item in work.items if item.ready(as_of, between_cycles=between_cycles))


def _settled_on(contract: BillingContract, next_invoice_date: date | None, as_of: date) -> date | None:
    """A contract with a commitment is looked at once more when it has ended, also where its last cycle was billed before."""
    if next_invoice_date is not None or contract.end is None:
        return next_invoice_date
    last = contract.end + timedelta(days=contract.offset_days)
    return last if as_of < last else None


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
    entries = tuple(once(work, items))
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


def _hash(*texts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join("|".join(part) for part in texts).encode()).hexdigest()
