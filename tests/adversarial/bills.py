"""Contracts in few words, billed by the simulator: what the adversarial scenarios are written in."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from work365.scenario import scenario
from work365.simulation import answer, simulate

if TYPE_CHECKING:
    from collections.abc import Sequence


Seats: TypeAlias = tuple[str, int] | tuple[str, int, str]
"""The day, the quantity from then on, and the day on which we learned of it."""


class Row(NamedTuple):
    """A printed line, with the run that made it. Shape: `end` is the first day after its period."""

    run: str
    subscription: str
    kind: str
    start: str
    end: str
    quantity: int
    fraction: str
    amount: str


def sub(name: str, start: str, price: str, *seats: Seats, **more: Any) -> dict[str, Any]:  # noqa: ANN401  members of the format
    """A subscription: seats by the day they take effect, and the day they were recorded where that is another one."""
    changes = [
        {"id": f"{name}{index}", "effective": effective, "quantity": quantity, "recorded": "".join(recorded) or None}
        for index, (effective, quantity, *recorded) in enumerate(seats)
    ]
    return {"id": name, "start": start, "unit_price": price, "changes": changes, **more}


def billed(
    subscriptions: dict[str, Any] | Sequence[dict[str, Any]],
    runs: Sequence[str],
    *,
    currency: str = "USD",
    **contract: Any,  # noqa: ANN401  members of the format
) -> list[Row]:
    """Every line of every invoice. The contract starts with its first subscription unless it says otherwise."""
    subs = [subscriptions] if isinstance(subscriptions, dict) else list(subscriptions)
    document = {
        "currency": currency,
        "contract": {"start": subs[0]["start"], **contract},
        "subscriptions": subs,
        "runs": list(runs),
    }
    return [
        Row(invoice["run"], *(line[name] for name in ("subscription", "kind", "start", "end", "quantity", "fraction", "amount")))
        for invoice in answer(simulate(scenario(document)))["invoices"]
        for line in invoice["lines"]
    ]


def net(rows: Sequence[Row]) -> Decimal:
    """What the lines come to."""
    return sum((Decimal(row.amount) for row in rows), Decimal(0))
