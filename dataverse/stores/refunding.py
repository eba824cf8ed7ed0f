"""The refund book over Dataverse: three requests to decide a refund, one to write the intent, four to write the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.query import Query, any_of, both, either, eq, lt
from dataverse.rows import status
from dataverse.stores import payments_rows as paying
from dataverse.stores import refunding_rows as wire
from dataverse.stores.payment_cases import PaymentCases
from work365.ids import is_id
from work365.receivables.payments import CAME, PaymentId

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from work365.receivables.payment_case import PaymentCase
    from work365.receivables.refund_settling import RefundSettlement
    from work365.receivables.refunds import Refund

COUNTED = any_of("statuscode", [status(paying.PAYMENT_TABLE, state.value)["statuscode"] for state in CAME])


class Refunding(PaymentCases):
    """Payments with what went back of them."""

    def payments(self, named: str) -> Iterator[PaymentId]:
        """One request."""
        meant = either(eq("w365_Invoice/w365_number", named), eq("w365_gatewayreference", named))
        yield from self._found(either(meant, eq("w365_paymentid", named)) if is_id(named) else meant)

    def of_invoice(self, invoice: str) -> Iterator[PaymentId]:
        """One request."""
        yield from self._found(eq("_w365_invoice_value", invoice))

    def _found(self, which: str) -> Iterator[PaymentId]:
        query = Query(paying.PAYMENT_TABLE, ("w365_paymentid",), both(which, COUNTED), "w365_attempt")
        for row in self._api.find(query):
            yield PaymentId(row["w365_paymentid"])

    def open(self, refund: Refund, case: PaymentCase, *, note: str, on_behalf_of: str | None) -> None:
        """Write a new attempt and the note on its payment in one change set, as the person who asked."""
        api = self._api if on_behalf_of is None else self._api.as_user(on_behalf_of)
        api.change(wire.opened(refund, case, note, self._currencies.bind(refund.amount.currency)))

    def record(self, settlement: RefundSettlement) -> None:
        """Write an outcome in one change set, as the system: it is a fact, not a wish."""
        self._api.change(wire.recorded(settlement, self._currencies.bind(settlement.refund.amount.currency)))

    def unsettled(self, *, sent_before: datetime) -> Iterator[PaymentId]:
        """Payments with open refunds that were sent before a moment, the oldest first."""
        open_ones = both(eq("statecode", 0), lt("w365_senton", sent_before))
        seen: set[str] = set()
        for row in self._api.find(Query(wire.TABLE, ("_w365_payment_value",), open_ones, "w365_senton")):
            if row["_w365_payment_value"] not in seen:
                seen.add(row["_w365_payment_value"])
                yield PaymentId(row["_w365_payment_value"])
