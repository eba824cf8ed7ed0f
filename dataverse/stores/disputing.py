"""The dispute book over Dataverse: three requests to look at a payment, one to write what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.query import Query, eq
from dataverse.stores import dispute_rows as wire
from dataverse.stores.payment_cases import PaymentCases
from work365.money import currency
from work365.ports.disputing import ListedDispute
from work365.receivables.payments import PaymentId

if TYPE_CHECKING:
    from collections.abc import Iterator

    from work365.receivables.disputing import DisputeSettlement

UNDECIDED = eq("statecode", 0)
NAMED = "transactioncurrencyid($select=isocurrencycode),w365_Invoice($select=w365_number),w365_Account($select=name)"


class Disputing(PaymentCases):
    """Disputes, and the payments that they are of."""

    def record(self, settlement: DisputeSettlement) -> None:
        """Write news in one change set, as the system."""
        self._api.change(wire.recorded(settlement, self._currencies.bind(settlement.dispute.away.currency)))

    def under_way(self) -> Iterator[PaymentId]:
        """One request."""
        rows = self._api.find(Query(wire.TABLE, ("_w365_payment_value",), UNDECIDED, "createdon"))
        yield from dict.fromkeys(PaymentId(row["_w365_payment_value"]) for row in rows)

    def listed(self, *, ended: bool) -> Iterator[ListedDispute]:
        """One request."""
        order = "createdon desc" if ended else "w365_evidencedueby,createdon"
        query = Query(wire.TABLE, wire.COLUMNS, "" if ended else UNDECIDED, order, NAMED)
        for row in self._api.find(query):
            one = wire.dispute(row, currency(row["transactioncurrencyid"]["isocurrencycode"]))
            yield ListedDispute(one, row["w365_Invoice"]["w365_number"] or "", (row.get("w365_Account") or {}).get("name") or "")
