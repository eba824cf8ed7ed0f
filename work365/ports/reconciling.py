"""Ports of the daily check: what a gateway says of its money, and the rows that keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from work365.receivables.marking import Owner
    from work365.receivables.payments import Processor
    from work365.reconciling.movement import Movement, Payout


class GatewayMoney(Protocol):
    """What moved at a gateway. Nothing here moves money."""

    def movements(self, since: datetime, until: datetime) -> Iterable[Movement]:
        """What moved in `[since, until)`, in any order; nothing where a gateway tells of it with its payouts only.

        Errors: External.
        """

    def payouts(self, since: datetime, until: datetime) -> Iterable[Payout]:
        """Payouts that were made in `[since, until)`, as they stand now, in any order. Errors: External."""

    def parts(self, payout: Payout) -> Sequence[Movement] | None:
        """The movements that a payout is made of, each naming it; None where the gateway does not say, not yet or no longer.

        Errors: External.
        """

    def owner(self, reference: str) -> Owner:
        """Whose mark the payment with this id carries. Errors: External."""


class GatewayMoneyFor(Protocol):
    """Whoever knows how to reach the money of a processor."""

    def __call__(self, processor: Processor) -> GatewayMoney | None:
        """The gateway, ready to use; None for a processor that has none. Errors: Refused when it is not set up."""
