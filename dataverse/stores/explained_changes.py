"""When each change of a subscription was known to the runs that a contract has lived through. Pure: nobody is called."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from dataverse.rows import day, instant
from work365.ports.changing import row_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from dataverse.webapi import Row
    from work365.explaining.lived import Document, Lived
    from work365.subscriptions.change_log import Change, Subscription
    from work365.subscriptions.discount import Discount

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Known:
    """From which day runs know each change.

    That is the day of the run that billed it, as it may have been recorded later on a run's day. Where documents were cancelled,
    a change may have been billed before: there the first run counts that came after its row was written.

    Attributes:
        late: first changes of subscriptions that people were asked about, with the first day of a run that can know them.
        documents: all that the contract has, also later ones.
    """

    changes: Sequence[Row]
    documents: Mapping[str, Document]
    life: Lived
    late: Mapping[str, date]

    def applied(self, one: Subscription) -> Subscription:
        """A subscription whose changes, and promotions that were given by their names, say when they were known."""
        rows = {row["w365_changelogid"]: row for row in self.changes}
        changes = (self._known(change, rows.get(change.id)) for change in one.changes)
        discounts = (self._given(off, rows.get(row_id(off.id, one.id, 0))) for off in one.discounts)
        return replace(one, changes=tuple(changes), discounts=tuple(discounts))

    def _known(self, change: Change, row: Row | None) -> Change:
        if row is None or change.id in self.late:
            return change if row is None else replace(change, recorded=self.late[change.id])
        return replace(change, recorded=self._since(row, change.known_on))

    def _given(self, off: Discount, row: Row | None) -> Discount:
        return off if row is None else replace(off, recorded=self._since(row, day(row["w365_effective"])))

    def _since(self, row: Row, known_on: date) -> date:
        billed, undone = self._billed_on(row["_w365_invoice_value"]), any(one.cancelled for one in self.documents.values())
        if billed is not None and not undone:
            return billed
        made, never = instant(row["createdon"]), max(known_on, self.life.runs[-1] + _DAY)
        seen = (step[0].on for step in self.life.steps if step[0].made >= made and step[0].on >= known_on)
        return min((one for one in (billed, *seen) if one is not None), default=never)

    def _billed_on(self, document: str | None) -> date | None:
        """The day of the run that billed something; what was billed after the explained document was not known to its run."""
        if document is None or document not in self.documents:
            return None
        place = self.life.places.get(document)
        return max(self.documents[document].on, self.life.runs[-1] + _DAY) if place is None else self.life.runs[place - 1]
