"""The clicking desk with new customers that are held for their documents, and people at their forms.

desk = HeldDesk(); account = desk.held("Fabrikam"); desk.sees(account, "tax-form", "W-8BEN of 3 March"); desk.stands(account)
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from dataverse.rows import choice_label, choice_value
from dataverse.stores.changing import Changing
from dataverse.stores.checklists import Checklists
from dataverse.stores.currencies import Currencies
from dataverse.stores.holding import Holds
from dataverse.webapi import Ref
from local.clock import FixedClock
from local.desks.clicking import ClickDesk
from work365.handlers import checklists, holding, lifting, ticking
from work365.jobs import JobKind

if TYPE_CHECKING:
    from work365.handlers.jobs import Doer
    from work365.jobs import Job, JobResult

ITEMS = (
    ("agreement", "Agreement", "Agreement", False),
    ("tax-form", "Tax form", "By hand", False),
    ("logo", "Logo", "By hand", True),
)
HELD = ("creditonhold", "w365_holdkind")


class HeldDesk(ClickDesk):
    """An agreement and a tax form are asked of every customer, a logo of whoever likes."""

    def __init__(self) -> None:
        super().__init__()
        self._accounts = count(1)
        self._lists, self._holds = Checklists(self.quiet), Holds(self.quiet)
        for ordinal, (code, name, kind, optional) in enumerate(ITEMS):
            row = {
                "w365_name": name,
                "w365_code": code,
                "w365_kind": choice_value("w365_checklistitem", "w365_kind", kind),
                "w365_optional": optional,
                "w365_ordinal": ordinal,
                "w365_validfrom": "2026-01-01",
            }
            self.quiet.create("w365_checklistitem", row)

    def held(self, name: str) -> str:
        """A customer that is asked for everything and held until it is there; the account's number."""
        number = f"N-{next(self._accounts)}"
        self.quiet.create("account", {"name": name, "accountnumber": number})
        checklists.start(number, book=self._lists)
        return number

    def id_of(self, number: str) -> str:
        """The id of an account."""
        return self._holds.customer(number).id

    def sees(self, number: str, code: str, note: str) -> None:
        """Somebody ticks an item."""
        checklists.tick(number, code, note, book=self._lists, now=self.now)

    def opens(self, number: str, code: str, reason: str) -> None:
        """Somebody opens an item again."""
        checklists.untick(number, code, reason, book=self._lists, now=self.now)

    def places(self, number: str, reason: str) -> None:
        """Somebody holds an account by hand."""
        holding.place(number, reason, book=self._holds)

    def rules(self, number: str) -> None:
        """The rule holds an account."""
        rule = choice_value("account", "w365_holdkind", "Rule")
        self.quiet.update(Ref("account", self.id_of(number)), {"creditonhold": True, "w365_holdkind": rule})

    def marks(self, number: str) -> dict[str, tuple[bool, str, str]]:
        """Of each item of an account whether it is done, its note and who that was."""
        found = self._lists.checklist(self._lists.customer(number).customer).entries
        return {one.code: (one.done, one.note, one.by) for one in found}

    def log(self, number: str) -> list[tuple[str, str, str]]:
        """Action, reason and who of each row of an account's hold log."""
        return [(one.action.value, one.reason, one.by) for one in self._holds.log(number)]

    def holder(self, number: str) -> str:
        """Who holds an account; "" for nobody."""
        row = self.quiet.read(Ref("account", self.id_of(number)), select=HELD)
        kind = row["w365_holdkind"]
        return choice_label("account", "w365_holdkind", kind) if row["creditonhold"] and kind is not None else ""

    def kinds(self) -> dict[JobKind, Doer]:
        """Also releases and ticks."""
        return {**super().kinds(), JobKind.RELEASE: self._release, JobKind.TICK: self._tick}

    def _tick(self, job: Job) -> JobResult:
        return ticking.tick(job, book=Checklists(self.guarded), now=self.now)

    def _release(self, job: Job) -> JobResult:
        changes = Changing(self.guarded, Currencies(self.guarded))
        return lifting.release(job, book=Holds(self.guarded), changes=changes, clock=FixedClock(self.now))
