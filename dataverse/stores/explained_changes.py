"""When each change of a subscription was known to the runs that a contract has lived through. Pure: nobody is called."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from dataverse.rows import instant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from dataverse.webapi import Row
    from work365.explaining.lived import Document, Lived
    from work365.subscriptions.change_log import Change, Subscription

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Known:
    """From which day runs know each change.

    That is the day of the run that billed it, as it may have been recorded later on a run's day. Where documents were cancelled,
    a change may have been billed before: there the first run counts that came after its row was written.

    Attributes:
        documents: all that the contract has, also later ones.
    """

    changes: Sequence[Row]
    documents: Mapping[str, Document]
    life: Lived

    def applied(self, one: Subscription) -> Subscription:
        """A subscription whose changes say when they were known."""
        rows = {row["w365_changelogid"]: row for row in self.changes}
        return replace(one, changes=tuple(self._known(change, rows.get(change.id)) for change in one.changes))

    def _known(self, change: Change, row: Row | None) -> Change:
        billed = None if row is None else self._billed_on(row["_w365_invoice_value"])
        if row is None or (billed is not None and not any(one.cancelled for one in self.documents.values())):
            return replace(change, recorded=billed or change.recorded)
        made, never = instant(row["createdon"]), max(change.known_on, self.life.runs[-1] + _DAY)
        seen = (one.on for one in self.life.documents if one.made >= made and one.on >= change.known_on)
        return replace(change, recorded=min((one for one in (billed, *seen) if one is not None), default=never))

    def _billed_on(self, document: str | None) -> date | None:
        """The day of the run that billed something; what was billed after the explained document was not known to its run."""
        if document is None or document not in self.documents:
            return None
        place = self.life.places.get(document)
        return max(self.documents[document].on, self.life.runs[-1] + _DAY) if place is None else self.life.runs[place - 1]
