"""What would go wrong in a run, as findings with the place to mend each. Pure.

An error holds its contract back, and only that one. A warning holds nothing back: the bill is made, and what should follow it, or
what should have been on it, is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.documents.recipients import recipients
from work365.errors import Refused
from work365.findings import Finding, Severity
from work365.paying.rules import Method
from work365.readiness.seen import Place
from work365.receivables.charging import uncollectable, unusable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from work365.readiness.seen import ContractFacts, Stray, TenantFacts

CONTRACT, INVOICE, ENTITY = "w365_billingcontract", "w365_invoice", "w365_legalentity"
CHUNK_FAILED, SETTING_UNUSABLE = "billing-chunk-failed", "setting-unusable"
LEFT_OUT_SILENTLY = "excluded-without-reason"
SENTENCES = {
    "subscription-on-ended-contract": "{name} is active, but its contract {owner} has ended: nothing bills it. "
    "Move it to an active contract, or cancel it.",
    "subscription-without-contract": "{name} of {owner} is active and on no contract: nothing bills it. "
    "Choose its contract, or mark it as not billable.",
    "item-without-active-contract": "'{name}' is on {contract}: nothing bills it. Move it to an active contract, or reject it.",
    "time-without-active-contract": "{name} is on {contract}: nothing bills it. Move it to an active contract, or reject it.",
    "own-cycles-not-billed": "{name} has a frequency of its own, but contract {owner} is not billed by item: its cycles are the "
    "contract's. Amend the contract with `w365 contract amend {owner} --by item`, or empty the frequency.",
    "unmapped-tenant": "Tenant {name} is linked to no account: what it uses is not billed. "
    "Choose the account, then import the file again.",
    "item-not-approved": "'{name}' on contract {owner} is not approved, and its day has come: this run leaves it out. "
    "Approve or reject it.",
    "prices-not-approved": "Prices of list {owner} that hold by this day are not approved: this run bills without them. "
    "Approve them with `w365 prices approve {name}`, or reject them.",
    LEFT_OUT_SILENTLY: "'{name}' on contract {owner} was set to Excluded without a reason: it is not billed, and waits until "
    "somebody says why with `w365 unbilled exclude {id}`, or takes it back with `w365 unbilled take-back {id}`.",
    "no-number-series": "Legal entity {name} has no number series: its first document would be number 1. "
    "Add a series if it should go on from the numbers of another system.",
    SETTING_UNUSABLE: "{name}",
    CHUNK_FAILED: "{name}",
}
STRAYS = (
    *("subscription-on-ended-contract", "subscription-without-contract", "item-without-active-contract"),
    *("time-without-active-contract", "own-cycles-not-billed", LEFT_OUT_SILENTLY, SETTING_UNUSABLE),
)
"""What the nightly timer keeps as findings, because no run would ever come upon it."""
_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(frozen=True, slots=True)
class Blocker:
    """Something to mend before a run. `place` is None where no single row is to blame."""

    finding: Finding
    place: Place | None

    @property
    def holds_back(self) -> bool:
        """Whether the run leaves the contract unbilled."""
        return self.finding.severity is Severity.ERROR


def ordered(blockers: Iterable[Blocker]) -> list[Blocker]:
    """Each once: what holds back first, then by code and subject."""
    once = {blocker.finding.identity: blocker for blocker in blockers}
    return sorted(once.values(), key=lambda one: (_ORDER[one.finding.severity], one.finding.code, one.finding.subject))


def of_run(findings: Iterable[Finding]) -> Iterator[Blocker]:
    """What the run itself would find: it is computed by the code that bills."""
    for finding in findings:
        yield Blocker(finding, Place(CONTRACT, finding.contract) if finding.contract else None)


def of_contract(seen: ContractFacts, *, today: date) -> Iterator[Blocker]:
    """What would be wrong around the bill of a contract that is due."""
    place = Place(CONTRACT, seen.id)
    if seen.next_invoice_date is not None and seen.next_invoice_date < today:
        yield _warning(
            "missed-schedule",
            seen.number,
            f"Contract {seen.number} was due on {seen.next_invoice_date} and is not billed; this run bills it. "
            "Look why the run of that day did not: its finding, or the run's chunks.",
            place,
            seen.id,
        )
    if seen.terms_days is None:
        yield _warning(
            "no-payment-terms",
            seen.number,
            f"Contract {seen.number} has no payment terms, and neither has its customer, its legal entity or the company: the "
            "invoice would be due at once. Enter days on one of them, 0 if that is meant.",
            place,
            seen.id,
        )
    yield from _unsendable(seen, place)
    yield from _unchargeable(seen, place, today)
    for waiting in seen.waiting:
        yield _warning(
            "draft-waiting",
            f"{seen.number} {waiting.name}",
            f"A document of contract {seen.number} over {waiting.total} is {waiting.status} and has no number: "
            "verify and issue it, or let the run number it if no approval is needed.",
            Place(INVOICE, waiting.id),
            seen.id,
            key=f"draft-waiting:{waiting.id}",
        )


def _unsendable(seen: ContractFacts, place: Place) -> Iterator[Blocker]:
    if not seen.sends:
        return
    try:
        recipients(seen.addresses, seen.customer)
    except Refused as error:
        message = f"Invoices of contract {seen.number} are sent by themselves, but this one cannot be: {error}"
        yield _warning("no-invoice-address", seen.number, message, place, seen.id)


def _unchargeable(seen: ContractFacts, place: Place, today: date) -> Iterator[Blocker]:
    if not seen.charges:
        if reason := seen.rule.refusal(Method.TRANSFER):
            message = f"Contract {seen.number} is not charged by itself, but {reason}. Charge it, or change the payment rule."
            yield _warning("payment-not-allowed", seen.number, message, place, seen.id)
        return
    reason = "" if seen.profile is None else unusable(seen.profile, seen.account, today)
    if seen.profile is not None and seen.currency is not None:
        reason = reason or uncollectable(seen.profile, seen.currency)
    if seen.profile is None:
        message = f"Contract {seen.number} is charged by itself, but {seen.customer} has no payment profile; create one for them."
    elif reason:
        place = Place("w365_paymentprofile", seen.profile.id)
        message = f"Contract {seen.number} is charged by itself, but the payment profile {seen.profile.label} {reason}."
    elif reason := seen.rule.refusal(Method(seen.profile.kind.value)):
        message = (
            f"Contract {seen.number} is charged to {seen.profile.label}, but {reason}. Choose another payment profile, or change "
            "the payment rule of the customer or the price list."
        )
        yield _warning("payment-not-allowed", seen.number, message, place, seen.id)
        return
    else:
        return
    yield _warning("no-payment-profile", seen.number, message, place, seen.id)


def of_tenant(seen: TenantFacts) -> Iterator[Blocker]:
    """What no run would look at."""
    for code, strays in (
        ("subscription-on-ended-contract", seen.on_ended),
        ("subscription-without-contract", seen.without_contract),
        ("own-cycles-not-billed", seen.out_of_cycle),
        ("item-without-active-contract", seen.items),
        ("time-without-active-contract", seen.hours),
        ("unmapped-tenant", seen.unmapped),
        ("item-not-approved", seen.unapproved),
        ("prices-not-approved", seen.staged),
        ("no-number-series", seen.unnumbered),
        (LEFT_OUT_SILENTLY, seen.left_out),
        (SETTING_UNUSABLE, seen.settings),
        (CHUNK_FAILED, seen.failed),
    ):
        for stray in strays:
            yield _stray(code, stray)


def _stray(code: str, stray: Stray) -> Blocker:
    contract = f"contract {stray.owner}, which has ended" if stray.owner else "no contract"
    message = SENTENCES[code].format(name=stray.name, owner=stray.owner or "nobody", contract=contract, id=stray.place.id)
    subject = stray.owner if code in (CHUNK_FAILED, SETTING_UNUSABLE) else f"{stray.owner} {stray.name}".strip()
    return _warning(code, subject, message, stray.place, key=f"{code}:{stray.place.id}")


def _warning(code: str, subject: str, message: str, place: Place, contract: str = "", *, key: str = "") -> Blocker:
    return Blocker(Finding(code, subject, message, Severity.WARNING, key, contract), place)
