"""Payments with what their money is used for and what went back of them, over Dataverse: three requests for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, eq
from dataverse.stores import dispute_rows, refunding_rows, uses_rows
from dataverse.stores import payments_rows as paying
from dataverse.stores.inheriting import SETTINGS
from dataverse.stores.spreading_rows import parts_behind
from dataverse.webapi import Ref
from work365.money import total
from work365.receivables.payment_case import PaymentCase
from work365.receivables.refunds import RefundState

if TYPE_CHECKING:
    from dataverse.stores.currencies import Currencies
    from dataverse.stores.payments import Payments
    from dataverse.webapi import WebApi
    from work365.receivables.payments import PaymentId


class PaymentCases:
    """What refunds and disputes are decided on."""

    def __init__(self, api: WebApi, currencies: Currencies, payments: Payments) -> None:
        self._api = api
        self._currencies = currencies
        self._payments = payments

    def case(self, payment: PaymentId) -> PaymentCase:
        """The payment names its invoice; what else there is comes in one request, the payment first; then the profile."""
        invoice, mine = self._payments.payment(payment).invoice, eq("_w365_payment_value", payment)
        [paid], invoices, allocations, notes, spare, elsewhere, refunds, disputes, said = self._api.rows(
            Get(Ref(paying.PAYMENT_TABLE, payment), paying.PAYMENT, paying.JOB_EXPAND),
            *uses_rows.questions(payment, invoice),
            Get(Query(refunding_rows.TABLE, refunding_rows.COLUMNS, mine, "w365_attempt", refunding_rows.EXPAND)),
            Get(Query(dispute_rows.TABLE, dispute_rows.COLUMNS, mine, "createdon")),
            SETTINGS,
        )
        one, code_of = paying.payment(paid, self._currencies.code), self._currencies.code
        given = tuple(refunding_rows.refund(row, one) for row in refunds)
        held = tuple(dispute_rows.dispute(row, one.amount.currency) for row in disputes)
        gone = [each.amount for each in given if each.state is RefundState.SUCCEEDED] + [each.away for each in held]
        answers = uses_rows.Answers(invoices, allocations, notes, spare, parts_behind(self._api, elsewhere, code_of))
        uses = uses_rows.uses(one, answers, said, total(gone, one.amount.currency), code_of)
        profile = self._payments.profile(one.profile) if one.profile is not None else one.by_page
        return PaymentCase(one, uses, profile, given, held)
