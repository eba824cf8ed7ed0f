"""Keeping what a supplier billed, line by line: the cost behind the customer's lines, and for some contracts what they bill.

Load, decide, record for the subscriptions of one chunk of an import. Safe to run again from any point: a line is known by its
bill and reference, so what is there already is not written again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.provisioning import wording
from work365.supplied.keeping import EXCLUDED, NOBODY, UNBILLED, identified, to_keep

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from work365.ports.supply import SupplyBook
    from work365.provisioning.holding import Contract, Provider, Subscription
    from work365.provisioning.lines import ChargeLine
    from work365.provisioning.notes import Notes
    from work365.supplied.keeping import LineToKeep, SupplierBill


def rows_to_keep(
    lines: Iterable[ChargeLine],
    book: SupplyBook,
    provider: Provider,
    held: Mapping[str, Subscription],
    contracts: Mapping[str, Contract],
) -> list[LineToKeep]:
    """What the lines add to the rows that are kept of their bills.

    Shape: `held` are the lines' subscriptions by the supplier's id, `contracts` by id.
    """

    def state_of(line: ChargeLine) -> str:
        """A charge from before the day on the contract is billed by seats and days."""
        contract = contracts.get(held[line.subscription].contract or "")
        if contract is None or contract.supplier_lines_from is None:
            return NOBODY
        return UNBILLED if contract.bills_supplier_lines(line.start) else EXCLUDED

    named = identified(lines)
    if not named:
        return []
    days = [one.charge.start for one in named]
    kept = book.kept_lines(provider, {held[one.charge.subscription].id for one in named}, (min(days), max(days)))
    return to_keep(named, kept, provider, state_of)


def keep_rows(
    fresh: Sequence[LineToKeep],
    book: SupplyBook,
    provider: Provider,
    held: Mapping[str, Subscription],
    bills: dict[str, SupplierBill],
    file: str,
) -> None:
    """Write the bills of the rows, then the rows.

    Shape:  `bills` by number are those that this import has not written yet; what is written leaves them.
    Errors: Conflict when a row was written meanwhile; read and decide again.
    """
    numbers = sorted({one.line.invoice for one in fresh} & bills.keys())
    if numbers:
        book.keep_bills(provider, [bills[number] for number in numbers], file)
        for number in numbers:
            del bills[number]
    if fresh:
        book.keep_lines(provider, fresh, held)


def in_known_currency(lines: Iterable[ChargeLine], currencies: frozenset[str], notes: Notes) -> list[ChargeLine]:
    """The lines whose amounts the tenant can hold; each other currency is a finding."""
    found = []
    for line in lines:
        if line.currency in currencies:
            found.append(line)
        else:
            notes.add(wording.unknown_currency(line.currency))
    return found
