"""The book of pay links over Dataverse: one request to find a link, three to decide on its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, eq
from dataverse.stores import pay_link_rows as wire
from dataverse.stores.payments_rows import processor
from dataverse.webapi import Ref
from work365.receivables.pay_links import PayCase

if TYPE_CHECKING:
    from dataverse.stores.payments import Payments
    from dataverse.webapi import WebApi
    from work365.receivables.pay_links import PayLink
    from work365.receivables.payments import Debt, InvoiceId, Payment


class PayLinks:
    """Links, and the invoices behind them."""

    def __init__(self, api: WebApi, payments: Payments) -> None:
        self._api = api
        self._payments = payments

    def by_hash(self, link_hash: str) -> PayLink | None:
        """By the hash of its token."""
        row = self._api.first(Query(wire.TABLE, wire.COLUMNS, eq("w365_linkhash", link_hash), expand=wire.EXPAND))
        return None if row is None else wire.link(row)

    def case(self, invoice: InvoiceId) -> PayCase:
        """The attempts and the invoice as for a charge; then who the customer is, here and at the gateways."""
        charged = self._payments.case(invoice, None)
        profiles, paid = wire.customers_of(charged.debt.account)
        [account], processors, *known = self._api.rows(
            Get(Ref("account", charged.debt.account), ("name", "w365_language")),
            Get(wire.PROCESSORS),
            Get(profiles),
            Get(paid),
        )
        return PayCase(
            payments=charged.payments,
            debt=charged.debt,
            name=account["name"],
            language=account["w365_language"] or "",
            processors=[processor(row) for row in processors],
            customers=wire.customers(*known),
            rule=charged.rule,
        )

    def open(self, payment: Payment, debt: Debt, *, note: str) -> None:
        """In one change set, as the system: whoever pays has not signed in."""
        self._payments.open(payment, debt, None, note=note, on_behalf_of=None)
