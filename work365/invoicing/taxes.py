"""The tax of what is drafted: asked once, for each document that will be issued.

A document for several contracts that cannot be taxed is asked for contract by contract, on trial, so that only those are held
whose own lines are at fault; the others stand together without them.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from work365.invoicing.consolidating import joined
from work365.invoicing.holding_back import not_billed
from work365.invoicing.outline import Draft, DraftLine
from work365.money import total
from work365.taxing.assessing import Untaxed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from work365.findings import Finding
    from work365.invoicing.outline import Entry, Outline
    from work365.taxing.assessing import Assessment, Assessor, LineTax


def assessed(outline: Outline, taxes: Assessor, as_of: date) -> tuple[list[Draft], list[Finding]]:
    """The document with its tax; none where that is not known, and a finding for each contract that is held."""
    try:
        return [_draft(outline, taxes)], []
    except Exception as error:  # noqa: BLE001  whatever breaks on one document holds its contracts, and the others go on
        if not outline.parts:
            return [], list(_held(outline, outline.work.number, error))
        return _without_those_at_fault(outline, error, taxes, as_of)


def _without_those_at_fault(
    outline: Outline, error: Exception, taxes: Assessor, as_of: date
) -> tuple[list[Draft], list[Finding]]:
    findings = {part.contract: list(_on_trial(part, taxes)) for part in outline.parts}
    fine = [part for part in outline.parts if not findings[part.contract]]
    if len(fine) == len(outline.parts):
        return [], [one for part in outline.parts for one in _held(part, outline.work.number, error)]
    said = [one for part in outline.parts for one in findings[part.contract]]
    if not fine:
        return [], said
    drafts, more = assessed(joined(fine, as_of), taxes, as_of)
    return drafts, [*said, *more]


def _on_trial(part: Outline, taxes: Assessor) -> Iterator[Finding]:
    """What is wrong with a contract's own lines."""
    try:
        taxes.assess(part.asked, trial=True)
    except Exception as error:  # noqa: BLE001  as above
        yield from _held(part, part.work.number, error)


def _held(part: Outline, said_of: str, error: Exception) -> Iterator[Finding]:
    """An error as findings of one contract; `said_of` is the number of the contract that the error names."""
    number = part.work.number
    if not isinstance(error, Untaxed):
        yield not_billed(part.contract, number, error)
        return
    for one in error.findings:
        yield replace(
            one,
            subject=one.subject.replace(said_of, number, 1),
            message=one.message.replace(f"Contract {said_of} ", f"Contract {number} ", 1),
            contract=part.contract,
        )


def _draft(outline: Outline, taxes: Assessor) -> Draft:
    """Errors: Untaxed."""
    earlier = tuple(_draft(one, taxes) for one in outline.earlier)
    found = taxes.assess(outline.asked)
    lines, code = _lines(outline, found), outline.asked.currency
    kept = {field.name: getattr(outline, field.name) for field in fields(outline) if field.name != "earlier"}
    return Draft(
        **kept,
        earlier=earlier,
        lines=lines,
        net=total((line.line.amount for line in lines), code),
        tax=total((line.tax for line in lines), code),
        tax_reference=found.reference,
    )


def _lines(outline: Outline, found: Assessment) -> tuple[DraftLine, ...]:
    pairs = zip(outline.entries, found.lines, strict=True)
    return tuple(_line(ordinal, entry, tax) for ordinal, (entry, tax) in enumerate(pairs))


def _line(ordinal: int, entry: Entry, tax: LineTax) -> DraftLine:
    """A line with its tax; one whose price includes the tax is posted with its net."""
    line = entry.line if tax.net == entry.line.amount else entry.line._replace(amount=tax.net)
    return DraftLine(line, ordinal, entry.description, entry.product, tax.rate, tax.tax, entry.list_price, entry.contract)
