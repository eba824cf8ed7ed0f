"""A gateway and a payment book in memory, held to the contract suites of their ports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING

from work365.errors import Conflict, NotFound, Rejected
from work365.receivables.charging import Attempts, ChargeCase, Standing
from work365.receivables.pay_pages import closed
from work365.receivables.payments import Debt, InvoiceId, Payment, PaymentId, PaymentState, Processor, Profile, ProfileId
from work365.receivables.refunds import Refund, RefundId, RefundOutcome, RefundState
from work365.receivables.settling import Allocation, Outcome, Settlement

if TYPE_CHECKING:
    from datetime import datetime

    from work365.money import Money
    from work365.receivables.disputes import DisputeNews

Answer = Callable[[Payment], Outcome]


def takes(payment: Payment) -> Outcome:
    """A card with money on it."""
    return Outcome(PaymentState.SUCCEEDED, f"fake_{payment.id}", payment.amount)


@dataclass
class FakeGateway:
    """Takes money once per payment.

    Attributes:
        answers: by the profile's method; a method that is not named has money on it.
        taken: what it holds, by payment.
        given: what it gave back, by refund.
        held: what banks hold against a payment.
        charges, finds: how often it was asked.
        before: runs before a charge is answered, to interleave something.
    """

    answers: dict[str, Answer] = field(default_factory=dict)
    taken: dict[PaymentId, Outcome] = field(default_factory=dict)
    given: dict[RefundId, RefundOutcome] = field(default_factory=dict)
    held: dict[PaymentId, list[DisputeNews]] = field(default_factory=dict)
    charges: int = 0
    finds: int = 0
    before: Callable[[], None] = lambda: None
    after: Callable[[], None] = lambda: None

    def __call__(self, processor: Processor) -> FakeGateway:
        """One gateway for every processor."""
        del processor
        return self

    def charge(self, payment: Payment, profile: Profile, *, about: str) -> Outcome:
        """Take the money, or repeat the first answer."""
        del about
        self.charges += 1
        self.before()
        if payment.id not in self.taken:
            self.taken[payment.id] = self.answers.get(profile.method, takes)(payment)
        self.after()
        return self.taken[payment.id]

    def find(self, payment: Payment, profile: Profile) -> Outcome | None:
        """What it holds."""
        del profile
        self.finds += 1
        return self.taken.get(payment.id)

    def close(self, payment: Payment, profile: Profile) -> Outcome | None:
        """Nobody can pay on the page any more, unless somebody did."""
        found = self.find(payment, profile)
        if found is not None and found.state is PaymentState.NEEDS_ACTION:
            found = self.taken[payment.id] = closed(found.session)
        return found

    def refund(self, refund: Refund, payment: Payment, profile: Profile, *, before: Money) -> RefundOutcome:
        """Give the money back, or repeat the first answer; never more than was taken."""
        del profile
        if refund.id not in self.given:
            if payment.amount < before + refund.amount:
                message = f"{payment.amount - before} is left"
                raise Rejected(message, system="fake", code="too_much")
            self.given[refund.id] = RefundOutcome(RefundState.SUCCEEDED, f"back_{refund.id}", refund.amount)
        return self.given[refund.id]

    def disputes(self, payment: Payment, profile: Profile) -> tuple[DisputeNews, ...]:
        """What is held against a payment."""
        del profile
        return tuple(self.held.get(payment.id, ()))

    def find_refund(self, refund: Refund, payment: Payment, profile: Profile) -> RefundOutcome | None:
        """What it gave back."""
        del payment, profile
        return self.given.get(refund.id)


class FakeBook:
    """Rows in memory with versions: a write over another version than the one read is a Conflict."""

    def __init__(self) -> None:
        self._versions = count(1)
        self.debts: dict[InvoiceId, Debt] = {}
        self.payments: dict[PaymentId, Payment] = {}
        self.profiles: dict[ProfileId, Profile] = {}
        self.defaults: dict[str, ProfileId] = {}
        self.allocations: dict[str, Allocation] = {}
        self.notes: dict[InvoiceId, str] = {}
        self.acted_as: list[str | None] = []

    def put(self, debt: Debt, *profiles: Profile) -> None:
        """Have an invoice, and profiles of which the first is the default."""
        self.debts[debt.id] = replace(debt, etag=self._version())
        for profile in profiles:
            self.profiles[profile.id] = replace(profile, etag=self._version())
        if profiles:
            self.defaults[debt.account] = profiles[0].id

    def case(self, invoice: InvoiceId, profile: ProfileId | None) -> ChargeCase:
        """What a charge is decided on."""
        tried = self.attempts(invoice)
        chosen = profile or self.defaults.get(tried.debt.account)
        return ChargeCase(tried.payments, tried.debt, self.profile(chosen) if chosen else None)

    def attempts(self, invoice: InvoiceId) -> Attempts:
        """An invoice with its attempts."""
        return Attempts(self._debt(invoice), [payment for payment in self.payments.values() if payment.invoice == invoice])

    def payment(self, payment: PaymentId) -> Payment:
        """Read one payment."""
        if payment not in self.payments:
            message = f"there is no payment {payment}"
            raise NotFound(message)
        return self.payments[payment]

    def referenced(self, reference: str) -> Payment | None:
        """The payment with this id at the gateway."""
        return next((payment for payment in self.payments.values() if payment.reference == reference), None)

    def standing(self, payment: Payment) -> Standing:
        """A payment and its invoice."""
        current = self.payment(payment.id)
        return Standing(current, self._debt(current.invoice))

    def profile(self, profile: ProfileId) -> Profile:
        """Read one profile."""
        if profile not in self.profiles:
            message = f"there is no payment profile {profile}"
            raise NotFound(message)
        return self.profiles[profile]

    def open(self, payment: Payment, debt: Debt, profile: Profile | None, *, note: str, on_behalf_of: str | None) -> None:
        """Write a new attempt."""
        del profile
        taken = any(other.invoice == payment.invoice and other.attempt == payment.attempt for other in self.payments.values())
        if taken or self.debts[debt.id].etag != debt.etag:
            message = f"attempt {payment.attempt} exists, or the invoice changed"
            raise Conflict(message)
        self.acted_as.append(on_behalf_of)
        self.payments[payment.id] = replace(payment, etag=self._version())
        self.debts[debt.id] = replace(debt, etag=self._version())
        self.notes[debt.id] = note

    def record(self, settlement: Settlement) -> None:
        """Write an outcome."""
        payment, debt = settlement.payment, settlement.debt
        if self.payments[payment.id].etag != payment.etag or self.debts[debt.id].etag != debt.etag:
            message = f"payment {payment.id} or its invoice changed"
            raise Conflict(message)
        if settlement.refused is not None and self.profiles[settlement.refused.id].etag != settlement.refused.etag:
            message = f"profile {settlement.refused.id} changed"
            raise Conflict(message)
        self.payments[payment.id] = replace(payment, etag=self._version())
        self.debts[debt.id] = replace(debt, etag=self._version())
        self.notes[debt.id] = settlement.charge_status
        if settlement.refused is not None:
            self.profiles[settlement.refused.id] = replace(settlement.refused, etag=self._version())
        if settlement.allocation:
            self.allocations[settlement.allocation.id] = settlement.allocation

    def unsettled(self, *, sent_before: datetime) -> Iterable[PaymentId]:
        """Open payments from before a moment."""
        return [payment.id for payment in self.payments.values() if not payment.state.final and payment.sent_on < sent_before]

    def _debt(self, invoice: InvoiceId) -> Debt:
        if invoice not in self.debts:
            message = f"there is no invoice {invoice}"
            raise NotFound(message)
        return self.debts[invoice]

    def _version(self) -> str:
        return f'W/"{next(self._versions)}"'
