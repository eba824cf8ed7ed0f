"""A partner made by rule, of any size: for benchmarks and crash suites. The demo's partner comes from files instead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.batch import ChangeSet, Create, Failed, Update
from dataverse.rows import bind, choice_value
from dataverse.webapi import Ref
from work365.ids import derived

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dataverse.rows import Row
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import WebApi

OPS_PER_REQUEST = 900
SEATS = 10
BY_ITSELF = ("w365_autosend", "w365_autosync", "w365_autocharge")
PRICE = Decimal("31.00")
TAX_PERCENT = Decimal(19)
ENTITY = derived("generated", "legal entity")
PRODUCT = derived("generated", "product")
PROCESSOR = derived("generated", "processor")
BOOKS = derived("generated", "books")


@dataclass(frozen=True, slots=True)
class Shape:
    """How big a partner is, and what its contracts ask for.

    Attributes:
        contracts: monthly, in advance, bill day 1, in EUR; each with a customer of its own.
        subscriptions: per contract, each of 10 seats at 31.00.
        automatic: every invoice is sent, synced and charged by itself.
    """

    contracts: int
    subscriptions: int = 1
    start: date = date(2026, 1, 1)
    automatic: bool = False


def contract_id(index: int) -> str:
    """The id of the contract with this number."""
    return derived("generated", "contract", str(index))


def account_id(index: int) -> str:
    """The id of that contract's customer."""
    return derived("generated", "account", str(index))


def subscription_id(contract: int, index: int) -> str:
    """The id of a subscription on a contract."""
    return derived("generated", "subscription", str(contract), str(index))


def fill(api: WebApi, currencies: Currencies, shape: Shape) -> None:
    """Write the partner into an empty tenant, in a few large requests."""
    euro = bind("transactioncurrencyid", "transactioncurrency", currencies.id("EUR"))
    pending: list[Create] = []
    for create in (*_company(), *_customers(shape, euro)):
        pending.append(create)
        if len(pending) == OPS_PER_REQUEST:
            _write(api, pending)
            pending = []
    _write(api, pending)


def change_quantity(
    contract: int, index: int, *, sequence: int, effective: date, seats: int, recorded: datetime
) -> tuple[Create, Update]:
    """A change-log row that says that a subscription has so many seats from a day on, and the subscription as it then stands."""
    row = _change(contract, index, sequence, effective, seats, recorded, "Quantity")
    stands = {"w365_quantity": seats, "w365_lastsequence": sequence}
    return Create("w365_changelog", row), Update(Ref("w365_subscription", subscription_id(contract, index)), stands)


def _write(api: WebApi, creates: list[Create]) -> None:
    if creates:
        (outcome,) = api.batch([ChangeSet(creates)])
        if isinstance(outcome, Failed):
            raise outcome.error


def _company() -> Iterator[Create]:
    entity = {"w365_name": "Contoso", "w365_code": "CO", "w365_companyname": "Contoso Cloud", "w365_country": "DE"}
    yield Create("w365_legalentity", {**entity, "w365_timezone": "Europe/Berlin", "w365_paymenttermsdays": 14}, ENTITY)
    owner = bind("w365_LegalEntity", "w365_legalentity", ENTITY)
    rate = {"w365_place": "DE", "w365_category": "standard", "w365_validfrom": date(2020, 1, 1), "w365_percent": TAX_PERCENT}
    yield Create("w365_taxrate", {**rate, **owner}, derived("generated", "tax rate"))
    product: Row = {
        "w365_name": "Microsoft 365 Business Premium",
        "w365_number": "CFQ7TTC0LCHC:0002",
        "w365_printedname": "Microsoft 365 Business Premium",
        "w365_billingtype": choice_value("w365_product", "w365_billingtype", "License"),
        "w365_taxcategory": "standard",
    }
    yield Create("w365_product", product, PRODUCT)


def _customers(shape: Shape, euro: Row) -> Iterator[Create]:
    for contract in range(shape.contracts):
        account = {"name": f"Customer {contract:05}", "w365_taxcountry": "DE", "emailaddress1": f"billing{contract}@example.com"}
        yield Create("account", account, account_id(contract))
        yield Create("w365_billingcontract", _contract(contract, shape, euro), contract_id(contract))
        for index in range(shape.subscriptions):
            yield Create("w365_subscription", _subscription(contract, index, shape, euro), subscription_id(contract, index))
            recorded = datetime.combine(shape.start, time(8), UTC)
            row = _change(contract, index, 1, shape.start, SEATS, recorded, "Create")
            yield Create("w365_changelog", row, derived("generated", "change", str(contract), str(index)))


def _contract(contract: int, shape: Shape, euro: Row) -> Row:
    def choice(column: str, label: str) -> int:
        return choice_value("w365_billingcontract", column, label)

    return {
        "w365_name": f"C-{contract:05}",
        "w365_number": f"C-{contract:05}",
        "w365_startdate": shape.start,
        "w365_billday": 1,
        "w365_frequency": choice("w365_frequency", "Monthly"),
        "w365_policy": choice("w365_policy", "Advance"),
        "w365_prorate": choice("w365_prorate", "Days"),
        "w365_changesbilled": choice("w365_changesbilled", "Next cycle"),
        "w365_offsetdays": 0,
        "w365_nextinvoicedate": shape.start,
        "w365_billingemail": f"billing{contract}@example.com",
        **{column: choice(column, "Yes" if shape.automatic else "No") for column in BY_ITSELF},
        **bind("w365_Account", "account", account_id(contract)),
        **bind("w365_LegalEntity", "w365_legalentity", ENTITY),
        **euro,
    }


def _subscription(contract: int, index: int, shape: Shape, euro: Row) -> Row:
    return {
        "w365_name": f"C-{contract:05} {index}",
        "w365_startdate": shape.start,
        "w365_quantity": SEATS,
        "w365_unitprice": PRICE,
        "w365_billable": True,
        "w365_lastsequence": 1,
        **bind("w365_Contract", "w365_billingcontract", contract_id(contract)),
        **bind("w365_Account", "account", account_id(contract)),
        **bind("w365_Product", "w365_product", PRODUCT),
        **euro,
    }


def _change(contract: int, index: int, sequence: int, effective: date, seats: int, recorded: datetime, event: str) -> Row:
    def choice(column: str, label: str) -> int:
        return choice_value("w365_changelog", column, label)

    return {
        "w365_name": f"C-{contract:05} {index} {sequence}",
        "w365_sequence": sequence,
        "w365_event": choice("w365_event", event),
        "w365_effective": effective,
        "w365_recordedon": recorded,
        "w365_quantity": seats,
        "w365_quantitydelta": seats if sequence == 1 else seats - SEATS,
        "w365_unitprice": PRICE,
        "w365_source": choice("w365_source", "Staff"),
        "w365_provisioningstate": choice("w365_provisioningstate", "Not applicable"),
        "w365_billingstate": choice("w365_billingstate", "Unbilled"),
        **bind("w365_Subscription", "w365_subscription", subscription_id(contract, index)),
        **bind("w365_Contract", "w365_billingcontract", contract_id(contract)),
    }
