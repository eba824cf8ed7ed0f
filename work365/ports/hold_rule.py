"""Port to whom the rule of holds may hold or release."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from work365.errors import BadInput
    from work365.holding.limits import Limits
    from work365.holding.rule import Verdict
    from work365.ports.holding import Customer
    from work365.receivables.balances import AccountBalance


@dataclass(frozen=True, slots=True)
class Case:
    """A customer with all that the rule looks at.

    Attributes:
        owed: the kept balances of which something is overdue.
        stale: nothing holds it any more, and its row still says who did: somebody cleared the tick on the form.
    """

    customer: Customer
    limits: Limits
    owed: tuple[AccountBalance, ...] = ()
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """What happens to a customer; without a verdict its row forgets who held it, which nobody is told."""

    customer: Customer
    verdict: Verdict | None


class HoldRuleBook(Protocol):
    """Customers with something overdue, those whom the rule holds, and those whose row still says who held them."""

    def everybody(self) -> Iterable[Case | BadInput]:
        """All of them, without versions: to find whom something may happen to. Nobody where no setting says a limit and nothing
        is held by the rule. A setting that cannot be used stands in place of the customer for whom it counts.
        """

    def some(self, accounts: Sequence[str]) -> Iterable[Case | BadInput]:
        """These, each with the version of its row, which was read before what it owes."""

    def record(self, moves: Sequence[Move]) -> Sequence[Move]:
        """Each with its row of the log under the version of the account; those that were written.

        Shape:  a customer whose row somebody else has written since is left as it is.
        """
