"""Payments as their customers are told of them, over Dataverse: one query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.query import Query, any_of, both, eq, ge
from dataverse.rows import amount, choice_value, day, status
from dataverse.stores import payments_rows as wire
from work365.receivables.payments import PaymentId, PaymentSource, PaymentState
from work365.telling.payments import PaymentReceived

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from dataverse.rows import Row
    from dataverse.stores.currencies import Currencies
    from dataverse.stores.payments_rows import CodeOf
    from dataverse.webapi import WebApi

COLUMNS = ("w365_paymentid", "w365_amount", "w365_receivedon", "_transactioncurrencyid_value")
EXPAND = (
    "w365_Invoice($select=w365_number,w365_balance,_w365_account_value,_w365_contract_value;"
    "$expand=w365_Contract($select=_w365_account_value)),"
    f"w365_Profile($select={','.join(wire.PROFILE)};$expand={wire.PROCESSOR_EXPAND})"
)
AT_A_GATEWAY = any_of(
    "w365_source",
    [
        choice_value(wire.PAYMENT_TABLE, "w365_source", one.value)
        for one in (PaymentSource.CHARGE, PaymentSource.AUTO_CHARGE, PaymentSource.PAY_LINK)
    ],
)
SUCCEEDED = eq("statuscode", status(wire.PAYMENT_TABLE, PaymentState.SUCCEEDED.value)["statuscode"])


class PaymentNews:
    """Payments that succeeded."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._currencies = currencies

    def received(self, since: date) -> Iterator[PaymentReceived]:
        """By the day on which the gateway said so: a bank debit's is days after it was asked for."""
        which = both(AT_A_GATEWAY, SUCCEEDED, ge("w365_receivedon", since))
        for row in self._api.find(Query(wire.PAYMENT_TABLE, COLUMNS, which, "w365_receivedon", EXPAND)):
            if _of_its_own_customer(row["w365_Invoice"]):
                yield _received(row, self._currencies.code)


def _of_its_own_customer(invoice: Row) -> bool:
    """A contract says how its customer is reached, and nothing about another payer."""
    contract = invoice.get("w365_Contract")
    return contract is not None and contract["_w365_account_value"] == invoice["_w365_account_value"]


def _received(row: Row, code_of: CodeOf) -> PaymentReceived:
    invoice, profile = row["w365_Invoice"], row.get("w365_Profile")
    code = code_of(row["_transactioncurrencyid_value"])
    return PaymentReceived(
        payment=PaymentId(row["w365_paymentid"]),
        contract=invoice["_w365_contract_value"],
        number=invoice["w365_number"] or "",
        amount=amount(row["w365_amount"], code),
        balance=amount(invoice["w365_balance"], code),
        received_on=day(row["w365_receivedon"]),
        paid_with=wire.profile(profile) if profile else None,
    )
