"""One company that tells its customers about their payments.

desk = TellingMoneyDesk(); contract = desk.reachable("C-1"); card = desk.card(contract)
payment = desk.paid(contract, card, "120.00"); desk.tell(date(2026, 3, 10)); desk.mails()
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any

from dataverse.rows import bind, choice_value, status
from dataverse.webapi import Ref
from local.dataverse import seed
from local.desks.telling import CONTRACT, TellingDesk
from local.sample.generated import ENTITY

if TYPE_CHECKING:
    from dataverse.rows import Row

INVOICE, PAYMENT, PROFILE, PROCESSOR = "w365_invoice", "w365_payment", "w365_paymentprofile", "w365_paymentprocessor"
EUR = bind("transactioncurrencyid", "transactioncurrency", seed.currency_id("EUR"))
MARCH = date(2026, 3, 10)


class TellingMoneyDesk(TellingDesk):
    """The desk; payments and cards are rows, as charging and the gateway's pages leave them."""

    def __init__(self, today: date = MARCH) -> None:
        super().__init__(today)
        self._paid = count(1)
        kind = choice_value(PROCESSOR, "w365_kind", "Stripe")
        self.processor = self.api.create(PROCESSOR, {"w365_name": "Stripe", "w365_code": "stripe", "w365_kind": kind})

    def customer_of(self, contract: str) -> str:
        """The account of a contract."""
        return str(self.api.read(Ref(CONTRACT, contract), select=("_w365_account_value",))["_w365_account_value"])

    def card(self, contract: str, brand: str = "Visa", digits: str = "4242", *, kind: str = "Card", **columns: Any) -> str:  # noqa: ANN401  values of columns
        """A stored card, or bank account, of a contract's customer."""
        row: Row = {
            "w365_name": f"{brand} {digits}",
            "w365_kind": choice_value(PROFILE, "w365_kind", kind),
            "w365_brand": brand or None,
            "w365_lastfour": digits,
            **{f"w365_{name}": value for name, value in columns.items()},
            **bind("w365_Account", "account", self.customer_of(contract)),
            **bind("w365_Processor", PROCESSOR, self.processor),
            **status(PROFILE, "Active"),
        }
        return self.api.create(PROFILE, row)

    def invoiced(self, contract: str, balance: str, *, payer: str = "") -> str:
        """An issued invoice of a contract of which so much is open; without a contract where only a payer is given."""
        number = next(self._paid)
        row: Row = {
            "w365_key": f"paid-{number}",
            "w365_number": f"INV-{number}",
            "w365_kind": choice_value(INVOICE, "w365_kind", "Invoice"),
            **{f"w365_{column}": Decimal(balance) for column in ("net", "total", "balance")},
            **{f"w365_{column}": Decimal(0) for column in ("tax", "amountcharged")},
            **EUR,
            **bind("w365_Account", "account", payer or self.customer_of(contract)),
            **bind("w365_LegalEntity", "w365_legalentity", ENTITY),
            **status(INVOICE, "Partial"),
        }
        return self.api.create(INVOICE, row | (bind("w365_Contract", CONTRACT, contract) if contract else {}))

    def paid(
        self, invoice: str, profile: str, amount: str, *, on: date = MARCH, source: str = "Charge", state: str = "Succeeded"
    ) -> str:
        """What a charge of an invoice has left."""
        row: Row = {
            "w365_name": "payment",
            "w365_attempt": 1,
            "w365_amount": Decimal(amount),
            "w365_source": choice_value(PAYMENT, "w365_source", source),
            "w365_receivedon": on if state == "Succeeded" else None,
            **EUR,
            **bind("w365_Invoice", INVOICE, invoice),
            **bind("w365_Profile", PROFILE, profile),
            **status(PAYMENT, state),
        }
        return self.api.create(PAYMENT, row)

    def becomes(self, payment: str, state: str, *, on: date | None = None) -> None:
        """What the gateway, or a person, says of a payment later."""
        self.api.update(Ref(PAYMENT, payment), status(PAYMENT, state) | ({"w365_receivedon": on} if on else {}))

    def renewed(self, card: str, year: int) -> None:
        """The gateway has a card with the same month of a later year."""
        self.api.update(Ref(PROFILE, card), {"w365_expiryyear": year})

    def uses(self, contract: str, card: str) -> None:
        """A contract names its card."""
        self.api.update(Ref(CONTRACT, contract), bind("w365_PaymentProfile", PROFILE, card))
