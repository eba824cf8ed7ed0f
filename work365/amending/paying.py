"""Another payer from a day on: the account that a contract's documents are for.

What is billed stays billed: the payer changes on a day after the last billed cycle began. That cycle ends there; its payer gets
back what it paid beyond the day, and the new one pays it. What was agreed with one payer and goes on (a minimum per cycle, sums
in parts, seats that are paid first) is for a person to end before another one pays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from work365.errors import Refused
from work365.invoicing.rounds import first_unbilled, terms_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from work365.contracts.contract import BillingContract
    from work365.invoicing.work import ContractWork
    from work365.periods import Period

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NamedPayer:
    """An account that pays for some days of a contract, and what it wants to read on its documents.

    Attributes:
        purchase_order: "" for nothing, and for the contract's customer, whose order stands on the contract.
    """

    account: str
    name: str
    purchase_order: str = ""


@dataclass(frozen=True, slots=True)
class PayerOffer:
    """An account that is to pay, with what is known about the contract.

    Attributes:
        customer: the contract's own, which pays where nobody else does.
        bound: what was agreed with whoever pays now and goes on, in words: sums in parts, seats that wait for their payment.
    """

    account: str
    name: str
    customer: NamedPayer
    bound: tuple[str, ...] = ()


def changes_hands(work: ContractWork, offer: PayerOffer, on: date) -> None:
    """Errors: Refused when the payer cannot change on a day, with the days on which it can, or what to end before."""
    last = max(_last_billed(work), default=None, key=lambda one: one.start)
    if last is not None and last.start >= on:
        message = (
            f"the days of {last.start} to {last.end - _DAY} are billed, and that stays; {offer.name} can pay from "
            f"{last.start + _DAY} on at the earliest, or from {last.end} on, the first day that is not billed"
        )
        raise Refused(message)
    if work.committed is not None:
        message = (
            "the contract has a minimum or a maximum per cycle, and nobody has said which payer owes a shortfall; take it off "
            "first, and enter one for the days of the new payer"
        )
        raise Refused(message)
    if offer.bound:
        message = f"{offer.bound[0]} was agreed with whoever pays now; end it first, then amend the payer"
        raise Refused(message)


def _last_billed(work: ContractWork) -> Iterator[Period]:
    """The last billed cycle of the contract, and of each subscription with cycles of its own."""
    if work.billed_through is None:
        return
    for terms in (work.contract, *(terms_of(work.contract, one) for one in work.subscriptions)):
        first = first_unbilled(terms, work.billed_through)
        if first > terms.first_cycle:
            yield terms.cadence.cycle(first - 1)


def payer_pairs(
    work: ContractWork, contract: BillingContract, on: date, payers: Sequence[NamedPayer]
) -> Iterator[tuple[str, str, str]]:
    """The payer's name and purchase order before an amendment and after it; nothing where the customer always pays."""
    if not payers:
        return
    after = {one.account: one for one in payers}
    before = {one.account: one.purchase_order or "" for one in work.payers.values()}
    old, new = (after[terms.on(on).payer or work.customer] for terms in (work.contract, contract))
    yield "billed to ", old.name, new.name
    if old == new and new.purchase_order:
        yield f"purchase order of {new.name} ", before.get(new.account) or "none", new.purchase_order


def payers_after(work: ContractWork, offer: PayerOffer | None, purchase_order: str) -> tuple[NamedPayer, ...]:
    """Everybody who pays for some day of an amended contract; nobody where that is always its customer. Errors: Refused."""
    if purchase_order and (offer is None or offer.account == offer.customer.account):
        message = "a purchase order is named with another payer, by --payer; that of the contract's customer stands on its form"
        raise Refused(message)
    others = (one for one in work.payers.values() if one.account != work.customer)
    known = {one.account: NamedPayer(one.account, one.name, one.purchase_order or "") for one in others}
    if offer is None:
        customer = [NamedPayer(work.customer, work.payers[""].name)] if work.payers else []
        return (*customer, *known.values())
    before = known.get(offer.account)
    order = purchase_order or (before.purchase_order if before else "")
    return tuple((known | {offer.account: NamedPayer(offer.account, offer.name, order), work.customer: offer.customer}).values())
