"""The next invoice without a change and with it, as a person or a script reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.output import data

if TYPE_CHECKING:
    from work365.invoicing.outline import DraftLine
    from work365.subscriptions.previewing import Effect


def show_effect(effect: Effect) -> None:
    """The two sums, the lines that only the changed invoice has, and those that it has no longer."""
    out = data()
    out.print(f"invoice of {effect.day}: {effect.after} instead of {effect.before}, without tax", soft_wrap=True)
    for sign, lines in (("+", effect.lines), ("gone", effect.gone)):
        for one in lines:
            used, whole = one.line.fraction
            days = f"{one.line.period.start} to {one.line.period.end}"
            payer = effect.payers.get(one.line.key)
            whose = f" for {payer}" if payer else ""
            out.print(f"  {sign} {one.line.quantity} seats, {days}, {used}/{whole}: {one.line.amount}{whose}", soft_wrap=True)


def effect_json(effect: Effect) -> dict[str, Any]:
    """The same as a JSON object; periods end with their first day after."""
    return {
        "day": effect.day.isoformat(),
        "before": str(effect.before.major),
        "after": str(effect.after.major),
        "lines": [_line(one, effect) for one in effect.lines],
        "gone": [_line(one, effect) for one in effect.gone],
    }


def _line(one: DraftLine, effect: Effect) -> dict[str, str]:
    used, whole = one.line.fraction
    payer = effect.payers.get(one.line.key)
    return {
        "amount": str(one.line.amount.major),
        "quantity": str(one.line.quantity),
        "start": one.line.period.start.isoformat(),
        "end": one.line.period.end.isoformat(),
        "fraction": f"{used}/{whole}",
        **({"payer": payer} if payer else {}),
    }
