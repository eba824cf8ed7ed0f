"""Customers and items: names are unique, references must exist, a customer's currency is for good.

Source: developer.intuit.com, entity pages of Customer and Item: DisplayName unique among customers, vendors and employees, no
colon, tab or new line, at most 500 characters; item Name unique, at most 100; a customer's CurrencyRef cannot be changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.quickbooks.faults import business, duplicate_name, missing, too_long

if TYPE_CHECKING:
    from local.quickbooks.books import Books, Entity
    from local.quickbooks.company import CompanySetup

FORBIDDEN = (":", "\t", "\n")
NAME_LIMIT = {"Customer": 500, "Item": 100}


def customer(setup: CompanySetup, books: Books, body: Entity, before: Entity | None) -> Entity:
    """A customer as it will be stored."""
    _named(setup, books, "Customer", "DisplayName", body)
    currency = body.get("CurrencyRef", {}).get("value", setup.home)
    if before is not None and currency != before["CurrencyRef"]["value"]:
        raise business("The currency of a customer cannot be changed")
    if currency != setup.home and (not setup.multicurrency or currency not in setup.rates):
        raise business(f"Multi Currency should be enabled, and {currency} activated, to perform this operation")
    return {
        **body,
        "CurrencyRef": {"value": currency},
        "Active": body.get("Active", True),
        "FullyQualifiedName": body["DisplayName"],
        "Balance": before["Balance"] if before else 0,
    }


def item(setup: CompanySetup, books: Books, body: Entity, _before: Entity | None) -> Entity:
    """An item as it will be stored."""
    _named(setup, books, "Item", "Name", body)
    if len(body.get("Sku", "")) > NAME_LIMIT["Item"]:
        raise too_long("Sku", NAME_LIMIT["Item"])
    books.refer(setup.realm, "Account", body.get("IncomeAccountRef"), "IncomeAccountRef")
    kind = body.get("Type", "Service")
    if kind not in ("Service", "NonInventory"):
        raise business(f"Items of type {kind} are not part of this stand-in")
    return {**body, "Type": kind, "Active": body.get("Active", True), "FullyQualifiedName": body["Name"]}


def _named(setup: CompanySetup, books: Books, kind: str, member: str, body: Entity) -> None:
    name = str(body.get(member, ""))
    if not name.strip():
        raise missing(member)
    if len(name) > NAME_LIMIT[kind]:
        raise too_long(member, NAME_LIMIT[kind])
    if any(mark in name for mark in FORBIDDEN):
        raise business(f"{member} must not contain a colon, a tab or a new line")
    for other in books.all(setup.realm, kind):
        if other[member].lower() == name.lower() and other["Id"] != body.get("Id"):
            raise duplicate_name(kind)
