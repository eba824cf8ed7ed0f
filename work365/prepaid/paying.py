"""What a batch of numbered documents takes from prepaid balances: it reduces what is charged, never what is taxed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from work365.money import total, zero
from work365.prepaid.balance import Balance, Draw, Moved, MovementKind, drawn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from work365.money import Currency
    from work365.ports.billing import Numbered


def paid_ahead(numbered: Sequence[Numbered], balances: Sequence[Balance], today: date) -> tuple[list[Numbered], list[Moved]]:
    """The documents with what each takes, in their order, and the balances that moved.

    Shape: several documents of one customer share its balance; a balance that nothing is taken from is not among the moved.
    """
    if not balances:
        return list(numbered), []
    left = {(one.account, one.currency): Moved(one) for one in balances}
    touched: set[tuple[str, Currency]] = set()
    result = []
    for one in numbered:
        owed = one.draft.owed
        key = (one.draft.account, owed.currency)
        before = left.get(key)
        if before is None or owed.minor <= 0:
            result.append(one)
            continue
        after = drawn(before.balance, owed, today, one.draft.id)
        taken = -total((move.amount for move in after.movements if move.kind is MovementKind.DRAWN), owed.currency)
        if after.movements:
            left[key] = Moved(after.balance, (*before.movements, *after.movements))
            touched.add(key)
        draw = Draw(taken, after.balance.total) if taken > zero(owed.currency) else None
        result.append(replace(one, draw=draw))
    return result, [left[key] for key in sorted(touched)]
