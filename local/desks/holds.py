"""A desk of changes whose customer may be put on credit hold.

desk = HoldDesk(); desk.hold(); desk.more(15); desk.lift(); desk.log(desk.one)
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from dataverse.query import Query
from dataverse.stores.hold_rule import HoldRules
from dataverse.stores.holding import Holds
from dataverse.stores.settings import SettingRows
from dataverse.webapi import Ref
from local.desks.changes import PLANNED, ChangeDesk
from work365.handlers import holding
from work365.handlers.settings import say
from work365.settings.catalogue import Level

if TYPE_CHECKING:
    from work365.ports.holding import LogLine

START, TODAY, LATER = date(2026, 3, 1), date(2026, 3, 16), date(2026, 3, 20)
ACCOUNT = "K-1"


class HoldDesk(ChangeDesk):
    """K-1 has ten seats since 1 March; holds are looked at."""

    def __init__(self, *, changes: str = "wait") -> None:
        super().__init__(TODAY)
        guarded = self.tenant.webapi(self.fuse.guard(self.tenant.app))
        self.holds, self.rules = Holds(guarded), HoldRules(guarded)
        self.contract_id = self.contract("C-1", start=START)
        row = self.api.read(Ref("w365_billingcontract", self.contract_id), select=("_w365_account_value",))
        self.account = str(row["_w365_account_value"])
        self.api.update(Ref("account", self.account), {"accountnumber": ACCOUNT})
        self.one, self.better = self.bought(self.contract_id, start=START), ""
        self.says("credit-hold", "on")
        self.says("hold-changes", changes)
        self.at(TODAY)

    def says(self, name: str, text: str) -> None:
        """The company says a setting."""
        book = SettingRows(self.api)
        say(book.subject(Level.COMPANY, ""), name, text, reason="", book=book)

    def hold(self) -> None:
        """Somebody puts K-1 on hold."""
        holding.place(ACCOUNT, "Bounced cheque", book=self.holds)

    def ticks(self, *, on: bool) -> None:
        """Somebody ticks or clears the column on the account's form."""
        self.api.update(Ref("account", self.account), {"creditonhold": on})

    def passes(self, minutes: int = 1) -> None:
        """Some time passes."""
        self.clock.moment += timedelta(minutes=minutes)

    def lift(self) -> int:
        """Somebody lifts it; how many changes were released."""
        return holding.lift(ACCOUNT, "Paid", book=self.holds, changes=self.changing, clock=self.clock, reviewer=self.plans)

    def sweep(self) -> int:
        """What the sweeper does about holds."""
        return holding.look_at_waiting(book=self.changing, clock=self.clock, reviewer=self.plans).released

    def more(self, seats: int, *, on: date = TODAY, subscription: str = "", **more: object) -> tuple[str, str]:
        """More seats; what the job answers."""
        return self.ask(subscription or self.one, "Quantity", quantity=seats, on=on, **more)

    def told(self) -> list[LogLine]:
        """The hold log."""
        return self.holds.log(ACCOUNT)

    def waiting(self) -> list[str]:
        """What each planned change says."""
        query = Query(PLANNED, ("w365_message",), order="createdon")
        return [row["w365_message"] or "" for row in self.api.find(query)]
