"""Which rows of a file become items: those that can be billed and are not there yet.

A row that is there already is counted with the file and row that it came from. One whose reference is there with other words or
numbers goes back: what is imported may be billed, so it is never changed from a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.outside.line import Returned

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from work365.money import Currency
    from work365.outside.line import OutsideLine


@dataclass(frozen=True, slots=True)
class Billable:
    """A contract that a row may name. `active` is false for one that no run bills any more; None for no currency yet."""

    id: str
    number: str
    currency: Currency | None
    active: bool


@dataclass(frozen=True, slots=True)
class Held:
    """An item that was imported before: the file and row that it came from, and what its row there said."""

    file: str
    row: int
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item to write, with the ids of its contract and product."""

    id: str
    line: OutsideLine
    contract: Billable
    product: str


@dataclass(frozen=True, slots=True)
class Same:
    """A row that adds nothing, because its charge is there; `before` says from where."""

    row: int
    before: str


def identified(lines: Iterable[OutsideLine]) -> tuple[list[tuple[str, OutsideLine]], list[Returned]]:
    """Each line with the id of its item, and the rows whose reference stands in the file before.

    Shape: lines without a reference that say the same are different charges, as often as the file says them.
    """
    found: list[tuple[str, OutsideLine]] = []
    returned: list[Returned] = []
    first: dict[str, int] = {}
    count: dict[tuple[str, ...], int] = {}
    for line in lines:
        said = (line.contract.lower(), *line.said)
        count[said] = count.get(said, 0) + (not line.reference)
        id_ = line.id(count[said])
        before = first.setdefault(id_, line.row)
        if before == line.row:
            found.append((id_, line))
        else:
            returned.append(Returned(line.row, f"Reference {line.reference} stands in row {before} already; give each its own."))
    return found, returned


def decide(
    lines: Iterable[tuple[str, OutsideLine]],
    contracts: Mapping[str, Billable],
    products: Mapping[str, str],
    held: Mapping[str, Held],
) -> tuple[list[NewItem], list[Same], list[Returned]]:
    """What to write, what is there, what goes back. Shape: `contracts` and `products` by lower-case number, `held` by id."""
    fresh: list[NewItem] = []
    same: list[Same] = []
    returned: list[Returned] = []
    for id_, line in lines:
        before, contract, product = held.get(id_), contracts.get(line.contract.lower()), products.get(line.product.lower())
        if before is not None:
            if before.said == line.said:
                same.append(Same(line.row, f"{before.file} row {before.row}"))
            else:
                returned.append(Returned(line.row, _differs(line, before)))
        elif reason := _unbillable(line, contract, product):
            returned.append(Returned(line.row, reason))
        elif contract is not None and product is not None:
            fresh.append(NewItem(id_, line, contract, product))
    return fresh, same, returned


def _unbillable(line: OutsideLine, contract: Billable | None, product: str | None) -> str:
    if contract is None:
        return f"No contract has the number {line.contract}; correct it, or translate it under 'values' of the map."
    if not contract.active:
        return f"Contract {contract.number} is not active, so nothing of it is billed; name another one."
    if contract.currency is None:
        return f"Contract {contract.number} has no currency; choose one on its form."
    if line.currency and line.currency != contract.currency:
        return f"The row is in {line.currency}, contract {contract.number} in {contract.currency}; convert the price."
    if product is None:
        return f"No active product has the number {line.product}; its tax category decides the tax. Add it, or name another one."
    return ""


def _differs(line: OutsideLine, before: Held) -> str:
    return (
        f"Reference {line.reference} was imported from {before.file} row {before.row} with {', '.join(before.said)}; that stays. "
        "Correct its item by hand if it is wrong, or give this row another reference."
    )
