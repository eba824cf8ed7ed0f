"""What a finding of an import says, one function per code (docs/reference/findings.md explains each code)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from work365.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from work365.provisioning.catalogue import Product
    from work365.provisioning.holding import Contract, Tenant
    from work365.provisioning.ledger import Dispute
    from work365.provisioning.lines import ChargeLine, LineKind
    from work365.provisioning.terms import Terms

CENT = Decimal("0.01")
MAPPING_CODES = ("unmapped-tenant", "unknown-product", "no-contract", "no-price", "unknown-currency")
"""Findings about the master data; they are settled as soon as an import looks there again and finds nothing missing."""


def key(code: str, *parts: str) -> str:
    """What makes a finding about master data the same one when it is found again."""
    return ":".join((code, *(part.lower() for part in parts)))[:250]


AGAIN = "then import the file again"


def amount(value: Decimal) -> str:
    """An amount as a person writes it: `45.00`, and `0.0125` where two places are not enough."""
    short = value.quantize(CENT)
    return f"{short if short == value else value.normalize():f}"


def broken_row(file: str, line: int, column: str, what: str) -> Finding:
    """A row that cannot be read."""
    subject = f"{file} line {line}" + (f", column {column}" if column else "")
    message = f"{what}. Correct the cell, or remove the row, and import the file again; the other rows were read."
    return Finding("broken-row", subject, message)


def repeated_row(file: str, line: ChargeLine) -> Finding:
    """The same row twice."""
    message = f"The row repeats an earlier one (transaction {line.reference}) and was counted once. Check how the file was made."
    return Finding("repeated-row", f"{file} line {line.line}", message, Severity.WARNING)


def unknown_charge(line: ChargeLine) -> Finding:
    """A charge type that we do not know."""
    subject = f"{line.subscription} {line.charge_text} {line.start}"
    message = (
        f"Line {line.line} of {line.customer or line.tenant} has the charge type '{line.charge_text}', which is not known. "
        "Its seats were not counted: check the quantity of the subscription, and report the type so that it can be added."
    )
    return Finding("unknown-charge-type", subject, message)


def not_billed(kind: LineKind, code: str, line: ChargeLine, count: int, cost: Decimal) -> Finding:
    """Lines for something that is not billed from a supplier's charge lines."""
    subject = f"{line.customer or line.tenant} {line.subscription or line.product} {line.invoice}".strip()
    name = line.product_name or line.product
    by_file = "Import the daily rated usage file with `w365 import usage`; it is billed from there."
    mend = by_file if code == "usage-not-billed" else "Bill it by hand if the customer owes it."
    message = (
        f"{count} line(s) for {kind.value} ({name}), supplier's cost {amount(cost)} {line.currency}: "
        f"{kind.value} is not billed from charge lines. {mend}"
    )
    return Finding(code, subject, message, Severity.INFO)


def credit(line: ChargeLine) -> Finding:
    """A credit of the supplier that moves no seats."""
    subject = f"{line.customer or line.tenant} {line.transaction}"
    message = (
        f"The supplier credited {amount(abs(line.subtotal))} {line.currency} (line {line.line}). No seats change. "
        "If the customer should get it too, give them a credit note."
    )
    return Finding("customer-credit", subject, message, Severity.INFO)


def unmapped_tenant(tenant: Tenant) -> Finding:
    """A supplier's customer that nobody has linked to an account."""
    name = tenant.name or tenant.domain or tenant.external_id
    message = (
        f"The supplier's customer {name} ({tenant.external_id}) is not linked to an account. "
        f"Open its provider account, choose the account, {AGAIN}. "
        "Until then its subscriptions are stored without a contract and not billed."
    )
    return Finding("unmapped-tenant", f"{name} ({tenant.external_id})", message, key=key("unmapped-tenant", tenant.external_id))


def unknown_product(line: ChargeLine) -> Finding:
    """A SKU that the catalogue lacks."""
    message = (
        f"No product has the number {line.product} ({line.product_name}). Add the product and its price, {AGAIN}. "
        "Until then its subscriptions are stored without a contract and not billed."
    )
    return Finding("unknown-product", f"{line.product} {line.product_name}", message, key=key("unknown-product", line.product))


def no_contract(tenant: Tenant, currency: str) -> Finding:
    """A customer without a default contract in the currency."""
    name = tenant.name or tenant.external_id
    message = (
        f"The customer of {name} has no active default contract in {currency}. Make one, or mark one as default, {AGAIN}. "
        "Until then the customer's new subscriptions in that currency are stored without a contract and not billed."
    )
    return Finding("no-contract", f"{name} {currency}", message, key=key("no-contract", tenant.external_id, currency))


def several_contracts(tenant: Tenant, contracts: Sequence[Contract], chosen: Contract) -> Finding:
    """Two default contracts in one currency."""
    numbers = ", ".join(contract.number for contract in contracts)
    message = (
        f"The customer of {tenant.name or tenant.external_id} has several default contracts in {chosen.currency} ({numbers}); "
        f"{chosen.number} was taken. Leave only one of them as default, and move the subscription if it is wrong."
    )
    return Finding("several-contracts", f"{tenant.name or tenant.external_id} {chosen.currency}", message, Severity.WARNING)


def no_price(product: Product, terms: Terms, contract: Contract) -> Finding:
    """A product without a price for the term."""
    wanted = f"{terms.term or 'an unknown term'}, billed {terms.plan.value.lower()}"
    message = (
        f"{product.name} ({product.number}) has no price for {wanted}, in the price list of contract {contract.number}. "
        f"Add the price, {AGAIN}. Until then a new subscription is stored without a contract and not billed, "
        "and one that is billed keeps its product and price."
    )
    parts = (product.number, contract.number, terms.term, terms.plan.value)
    return Finding("no-price", " ".join(parts), message, key=key("no-price", *parts))


def free(line: ChargeLine) -> Finding:
    """A product that costs nothing and has no price."""
    message = (
        f"{line.product_name} ({line.product}) costs nothing and has no price for contracts of {line.customer or line.tenant}; "
        "it is stored as not billable. If you charge for it, make it billable and give it a price with `w365 subscription change "
        "--price`."
    )
    return Finding("free-product", f"{line.product} {line.subscription}", message, Severity.INFO)


def unknown_currency(code: str) -> Finding:
    """A currency that is not set up."""
    message = f"'{code}' is not a currency of this environment. Add it under Currencies, {AGAIN}. Until then it is left empty."
    return Finding("unknown-currency", code or "(blank)", message, key=key("unknown-currency", code))


def first_seen_mid_cycle(line: ChargeLine, before: int | None) -> Finding:
    """A subscription whose first known day is in the middle of a cycle."""
    had = f"{before} seats before" if before else "seats before"
    message = (
        f"{line.product_name or line.product} of {line.customer or line.tenant} is first seen on {line.start}, with {had}. "
        "It is billed from that day; import the earlier file as well if it should be billed from the start of the cycle."
    )
    return Finding("first-seen-mid-cycle", line.subscription, message, Severity.WARNING)


def seats_disagree(line: ChargeLine, dispute: Dispute) -> Finding:
    """The supplier changed another number of seats than we had."""
    message = (
        f"{line.product_name or line.product} of {line.customer or line.tenant}: "
        f"on {dispute.day} the supplier replaced {dispute.theirs} seats, our change log had {dispute.ours}. "
        "The supplier's quantity counts from that day; check whether a file is missing."
    )
    return Finding("seats-disagree", f"{line.subscription} {dispute.day}", message, Severity.WARNING)


def not_recorded(subject: str, reason: str) -> Finding:
    """A write that the tenant refused."""
    message = (
        f"Dataverse did not take the change: {reason}. Nothing of it was written; correct the cause and import the file again."
    )
    return Finding("not-recorded", subject, message)
