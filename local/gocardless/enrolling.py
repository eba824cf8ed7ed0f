"""Have a customer with a signed mandate, and play the banks' part: for tests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local.http import Request

if TYPE_CHECKING:
    from local.http import App


def control(gocardless: App, name: str, **body: Any) -> Any:  # noqa: ANN401  JSON
    """One call of the control surface. Errors: AssertionError when it is refused."""
    answer = gocardless(Request("POST", f"/_local/{name}", "", {}, json.dumps(body).encode()))
    if answer.status != 200:
        raise AssertionError(answer.body)
    return json.loads(answer.body)


def collect(gocardless: App, payment: str) -> None:
    """The bank takes the money."""
    for status in ("submitted", "confirmed"):
        control(gocardless, "move", payment=payment, to=status)


def bounce(gocardless: App, payment: str, cause: str = "insufficient_funds") -> None:
    """The bank does not."""
    control(gocardless, "move", payment=payment, to="submitted")
    control(gocardless, "move", payment=payment, to="failed", cause=cause)


def pay_out(gocardless: App) -> list[str]:
    """Everything that was collected goes to the bank account; the ids of the payouts."""
    made = control(gocardless, "pay_out")
    for payout in made:
        control(gocardless, "payout", payout=payout["id"], to="paid")
    return [str(payout["id"]) for payout in made]
