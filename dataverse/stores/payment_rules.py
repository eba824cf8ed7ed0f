"""How a contract is paid, over Dataverse: one request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, typed
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.stores.payment_rule_rows import method_of, rule_of, ruled
from work365.errors import BadInput
from work365.paying.rules import Paying

if TYPE_CHECKING:
    from dataverse.webapi import WebApi

CONTRACT = "w365_billingcontract"
COLUMNS = ("w365_number", "w365_autocharge", "_w365_account_value", "_w365_legalentity_value")
EXPAND = (
    f"{ruled('w365_Account($select=name)')},{ruled('w365_PriceList($select=w365_code)')},w365_PaymentProfile($select=w365_kind)"
)


class PaymentRules:
    """Reads for `w365 payment-rule`."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def paying(self, number: str) -> Paying:
        """How the contract with a number is paid. Errors: BadInput when there is none, or its rule has no sense."""
        asked = Query(CONTRACT, COLUMNS, typed("w365_number", number), expand=EXPAND)
        found, said = self._api.rows(Get(asked), SETTINGS)
        if not found:
            message = f"there is no contract '{number}'; look it up under Billing Contracts"
            raise BadInput(message, "NUMBER")
        row = Inherited(said).terms(found[0])
        account, price_list = row.get("w365_Account") or {}, row.get("w365_PriceList") or {}
        return Paying(
            number=row["w365_number"],
            method=method_of(row),
            customer=(account.get("name") or "", rule_of(account)),
            price_list=(price_list.get("w365_code") or "", rule_of(price_list)),
        )
