"""One issued invoice in a local tenant, as the monthly run leaves it: what the tests of sending start from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.rows import bind, choice_value, status
from work365.ids import derived

if TYPE_CHECKING:
    from dataverse.rows import Row
    from dataverse.webapi import WebApi


@dataclass(frozen=True, slots=True)
class Issued:
    """The ids of what was made."""

    invoice: str
    contract: str
    account: str
    entity: str
    subscription: str


def issued(api: WebApi, currency_id: str, *, number: str = "INV-2026-00012", email: str = "ap@fabrikam.example") -> Issued:
    """Twelve seats for March 2026 at 22.00, two of them since 10 February: net 293.85, tax 58.77, total 352.62."""
    made = Issued(*(derived("sample", number, part) for part in ("invoice", "contract", "account", "entity", "subscription")))
    priced = bind("transactioncurrencyid", "transactioncurrency", currency_id)
    _company(api, made, priced, email)
    api.create("w365_invoice", {**_invoice(number), **_places(made), **priced}, id=made.invoice)
    change = derived("sample", number, "change")
    api.create("w365_changelog", _change(made), id=change)
    for ordinal, row in enumerate(_lines(change)):
        key = {"w365_name": f"{number} {ordinal}", "w365_key": f"{number}:{ordinal}", "w365_ordinal": ordinal}
        api.create("w365_invoiceline", {**key, **row, **bind("w365_Invoice", "w365_invoice", made.invoice), **priced})
    return made


def _company(api: WebApi, made: Issued, priced: Row, email: str) -> None:
    entity: Row = {
        "w365_name": "Contoso",
        "w365_code": made.entity[:8],
        "w365_companyname": "Contoso Cloud Ltd",
        "w365_taxregistration": "GB123456789",
        "w365_country": "GB",
        "w365_address": "1 Harbour Street\nLondon EC1A 1BB",
        "w365_email": "billing@contoso.example",
        "w365_bankdetails": "IBAN GB33 BUKB 2020 1555 5555 55",
        "w365_timezone": "Europe/London",
        "w365_paymenttermsdays": 14,
    }
    account = {
        "name": "Fabrikam GmbH",
        "accountnumber": made.account[:8],
        "address1_city": "Stuttgart",
        "w365_taxcountry": "DE",
        **priced,
    }
    api.create("w365_legalentity", entity, id=made.entity)
    api.create("account", account, id=made.account)
    api.create("w365_billingcontract", {**_contract(made, email), **priced}, id=made.contract)
    subscription: Row = {
        "w365_name": "Business Premium",
        "w365_startdate": date(2026, 1, 1),
        "w365_quantity": 12,
        **bind("w365_Contract", "w365_billingcontract", made.contract),
        **priced,
    }
    api.create("w365_subscription", subscription, id=made.subscription)


def _contract(made: Issued, email: str) -> Row:
    labels = {"Frequency": "Monthly", "Policy": "Advance", "Prorate": "Days", "ChangesBilled": "Next cycle"}
    table = "w365_billingcontract"
    choices = {f"w365_{word.lower()}": choice_value(table, f"w365_{word.lower()}", label) for word, label in labels.items()}
    return {
        "w365_name": "CT-0031",
        "w365_number": f"CT-{made.contract[:8]}",
        "w365_startdate": date(2026, 1, 1),
        "w365_billday": 1,
        **choices,
        "w365_billingemail": email,
        "w365_additionalrecipients": "cfo@fabrikam.example",
        **bind("w365_Account", "account", made.account),
        **bind("w365_LegalEntity", "w365_legalentity", made.entity),
    }


def _places(made: Issued) -> Row:
    return {
        **bind("w365_Contract", "w365_billingcontract", made.contract),
        **bind("w365_Account", "account", made.account),
        **bind("w365_LegalEntity", "w365_legalentity", made.entity),
    }


def _invoice(number: str) -> Row:
    return {
        "w365_name": number,
        "w365_key": f"{number}:cycle",
        "w365_number": number,
        "w365_kind": choice_value("w365_invoice", "w365_kind", "Invoice"),
        "w365_invoicedate": date(2026, 3, 1),
        "w365_duedate": date(2026, 3, 15),
        "w365_periodstart": date(2026, 3, 1),
        "w365_periodend": date(2026, 4, 1),
        "w365_net": Decimal("293.85"),
        "w365_tax": Decimal("58.77"),
        "w365_total": Decimal("352.62"),
        "w365_amountcharged": Decimal(0),
        "w365_balance": Decimal("352.62"),
        **status("w365_invoice", "Issued"),
    }


def _change(made: Issued) -> Row:
    table = "w365_changelog"
    choices = {"event": "Quantity", "source": "Staff", "provisioningstate": "Provisioned", "billingstate": "Billed"}
    return {
        "w365_name": "2",
        "w365_sequence": 2,
        "w365_effective": date(2026, 2, 10),
        "w365_quantity": 12,
        "w365_quantitydelta": 2,
        "w365_unitprice": Decimal(22),
        **{f"w365_{word}": choice_value(table, f"w365_{word}", label) for word, label in choices.items()},
        **bind("w365_Subscription", "w365_subscription", made.subscription),
    }


def _lines(change: str) -> list[Row]:
    february = {
        "w365_periodstart": date(2026, 2, 10),
        "w365_periodend": date(2026, 3, 1),
        "w365_fractionnumerator": 19,
        "w365_fractiondenominator": 28,
        **bind("w365_Change", "w365_changelog", change),
    }
    march = {"w365_periodstart": date(2026, 3, 1), "w365_periodend": date(2026, 4, 1)}
    figures = (
        ("Credit", 10, "-149.29", "-29.86", february),
        ("Charge", 12, "179.14", "35.83", february),
        ("Cycle", 12, "264", "52.80", march),
    )
    return [
        {
            "w365_kind": choice_value("w365_invoiceline", "w365_kind", kind),
            "w365_description": "Business Premium",
            "w365_quantity": quantity,
            "w365_unitprice": Decimal(22),
            "w365_amount": Decimal(amount),
            "w365_taxpercent": Decimal(20),
            "w365_tax": Decimal(tax),
            "w365_taxcode": "S",
            **dates,
        }
        for kind, quantity, amount, tax, dates in figures
    ]
