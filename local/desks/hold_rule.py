"""The reminder desk with the rule that holds whoever owes too much for too long; the rule's requests pass the fuse.

desk = HoldRuleDesk(); desk.say("hold-overdue-days", "30")
desk.open(desk.customer("A-1"), "INV-1", "9.00", due=date(2026, 1, 10)); desk.overnight(date(2026, 3, 1)); desk.on_the_row("A-1")
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.query import Query, eq
from dataverse.rows import choice_label
from dataverse.stores.balances import Balances
from dataverse.stores.hold_rule import HoldRules
from dataverse.stores.holding import Holds
from dataverse.webapi import Ref
from local.desks.reminding import INVOICE, ReminderDesk
from work365.errors import External
from work365.handlers import balancing, holding_by_rule
from work365.periods import days_at

if TYPE_CHECKING:
    from datetime import date

    from work365.handlers.holding_by_rule import Followed


class HoldRuleDesk(ReminderDesk):
    """The desk."""

    def __init__(self) -> None:
        super().__init__()
        self.rules = HoldRules(self.tenant.webapi(self.fuse.guard(self.tenant.app)))
        self.holds = Holds(self.api)
        self.balances = Balances(self.api, self.tenant.currencies)

    def draw(self) -> None:
        """Balances are drawn, as they are before the rule is followed."""
        balancing.refresh_all(book=self.balances, day_in=days_at(self.clock.now()))

    def follow(self) -> Followed:
        """The rule alone."""
        return holding_by_rule.follow(days_at(self.clock.now()), book=self.rules)

    def overnight(self, on: date) -> list[tuple[str, str, str]]:
        """The steps of a day; account, action and reason of whom something happened to."""
        self.at(on)
        self.draw()
        return told(self.follow())

    def recover(self) -> None:
        """The sweep comes back every few minutes."""
        for _ in range(2):
            self.clock.moment += timedelta(minutes=6)
            with suppress(External):
                self.follow()

    def pays(self, invoice: str, left: str = "0") -> None:
        """So much is still open of an invoice, and its customer's balance is drawn again."""
        self.api.update(Ref(INVOICE, invoice), {"w365_balance": Decimal(left)})
        self.draw()

    def ticks(self, account: str, *, on: bool) -> None:
        """Somebody ticks or clears the column on the account's form."""
        self.api.update(Ref("account", account), {"creditonhold": on})

    def on_the_row(self, number: str) -> tuple[bool, str, str]:
        """Whether an account is on hold, and who holds it and why as its row says."""
        columns = ("creditonhold", "w365_holdkind", "w365_holdreason")
        (row,) = self.api.find(Query("account", columns, eq("accountnumber", number)))
        kind = row["w365_holdkind"]
        said = "" if kind is None else choice_label("account", "w365_holdkind", kind)
        return bool(row["creditonhold"]), said, row["w365_holdreason"] or ""

    def logged(self, number: str = "") -> list[tuple[str, str, str]]:
        """Action, kind and rule of each row of the hold log, in the order of their names."""
        return sorted((one.action.value, one.kind.value, one.rule) for one in self.holds.log(number))


def told(followed: Followed) -> list[tuple[str, str, str]]:
    """Account, action and reason of whom something happens to."""
    return [(one.customer.number, one.verdict.action.value, one.verdict.reason) for one in followed.told if one.verdict]
