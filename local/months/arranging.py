"""How the partner of a month is set up: contracts, what being late leads to, what waits for an approver, the books."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.rows import bind, choice_value
from dataverse.webapi import Ref
from local.dataverse import seed
from local.desks.approvals import company_says
from local.desks.billing import add_subscription
from local.quickbooks.connect import REFRESH_TOKEN
from local.sample.generated import ENTITY, PRODUCT

if TYPE_CHECKING:
    from datetime import date

    from dataverse.rows import Row
    from local.months.partner import Partner
    from work365.receivables.payments import ProfileId

CONTRACT, STEP = "w365_billingcontract", "w365_reminderstep"
BAD_DEBTS = "Bad Debts"
THRESHOLD = Decimal("200.00")
"""From so many euros on a refund, a credit note and a write-off wait for an approver."""
TERMS_DAYS, SUSPEND_DAYS = 5, 2
REMINDED: dict[int, dict[str, Decimal]] = {
    -3: {},
    3: {"w365_feepercent": Decimal(2)},
    10: {"w365_feepercent": Decimal(5), "w365_yearlyinterest": Decimal(9)},
}
"""Days before and after an invoice is due on which its customer is reminded, and what that costs, in any currency."""
SAID = {
    "reminder-plan": "STD",
    "hold-overdue-days": "20",
    "suspend-overdue-days": str(SUSPEND_DAYS),
    "suspend-warnings": "1",
    "suspend-warning-days": "1",
    "approve-refunds": f"{THRESHOLD} EUR",
    "approve-credits": f"{THRESHOLD} EUR",
    "approve-write-offs": f"{THRESHOLD} EUR",
    "approval-days": "5",
}


def arrange(partner: Partner, first: date) -> None:
    """Write all of it into the tenant."""
    api = partner.quiet
    api.update(Ref("account", partner.account), {"emailaddress1": "ap@k-1.example", "w365_taxcountry": "DE"})
    _connect_books(partner)
    _contracts(partner, first)
    _reminders(partner)
    for name, value in SAID.items():
        company_says(api, name, value)
    company_says(api, "late-fee-document", "own" if first.month % 2 else "next")


def _connect_books(partner: Partner) -> None:
    system = partner.books
    row: Row = {
        "w365_name": "QuickBooks",
        "w365_code": system.code,
        "w365_kind": choice_value("w365_accountingsystem", "w365_kind", system.kind),
        "w365_companyreference": system.company,
        "w365_tokensecretname": REFRESH_TOKEN,
        "w365_incomeaccount": system.income_account,
        "w365_baddebtaccount": BAD_DEBTS,
    }
    partner.quiet.create("w365_accountingsystem", row, id=system.id)


def _contracts(partner: Partner, first: date) -> None:
    """Two are charged by themselves; those of two go to the books, by themselves or when somebody asks for it."""
    booked = bind("w365_AccountingSystem", "w365_accountingsystem", partner.books.id)
    partner.booked_by_hand = partner.made(CONTRACT, _contract(partner, "C-1", first, profile=partner.profile) | booked)
    by_itself = _contract(partner, "C-2", first, profile=partner.mandate, synced="Yes") | booked
    for contract in (partner.booked_by_hand, partner.made(CONTRACT, by_itself)):
        add_subscription(partner.quiet, contract, seats=10, start=first)
    for code in ("USD", "JPY"):
        partner.made(CONTRACT, _contract(partner, f"C-{code}", first, code=code))


def _contract(
    partner: Partner, number: str, first: date, *, profile: ProfileId | None = None, code: str = "EUR", synced: str = "No"
) -> Row:
    """One that is charged by itself where it names a profile."""
    said = {"frequency": "Monthly", "policy": "Advance", "prorate": "Days", "changesbilled": "Next cycle"}
    said |= {"autocharge": "Yes" if profile else "No", "autosync": synced}
    return {
        "w365_name": number,
        "w365_number": number,
        "w365_startdate": first,
        "w365_billday": 1,
        "w365_paymenttermsdays": TERMS_DAYS,
        "w365_nextinvoicedate": first,
        "w365_billingemail": f"ap@{number.lower()}.example",
        **{f"w365_{name}": choice_value(CONTRACT, f"w365_{name}", label) for name, label in said.items()},
        **bind("w365_Account", "account", partner.account),
        **bind("w365_LegalEntity", "w365_legalentity", ENTITY),
        **(bind("w365_PaymentProfile", "w365_paymentprofile", profile) if profile else {}),
        **bind("transactioncurrencyid", "transactioncurrency", seed.currency_id(code)),
    }


def _reminders(partner: Partner) -> None:
    fees = bind("w365_FeeProduct", "w365_product", PRODUCT)
    plan = partner.made("w365_reminderplan", {"w365_name": "STD", "w365_code": "STD", **fees})
    channel = choice_value(STEP, "w365_channel", "Mail")
    for day, costs in REMINDED.items():
        step = {"w365_name": f"{day:+d}", "w365_day": day, "w365_channel": channel, **costs}
        partner.made(STEP, step | bind("w365_Plan", "w365_reminderplan", plan))
