"""The payment book over Dataverse: two requests to decide a charge, one to write the intent, two to write the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, both, either, eq, lt, not_null
from dataverse.rows import status
from dataverse.stores import payments_rows as wire
from dataverse.stores.inheriting import SETTINGS, Inherited, for_payer
from dataverse.stores.payment_rule_rows import agreed
from dataverse.webapi import Ref
from work365.receivables.card_limits import DECLINES_MAX
from work365.receivables.charging import Attempts, ChargeCase, Standing
from work365.receivables.payments import InvoiceId, PaymentId, PaymentState, ProfileId

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import WebApi
    from work365.receivables.payments import Debt, Payment, Profile
    from work365.receivables.settling import Settlement

ACTIVE = 0


class Payments:
    """Payments, profiles and invoices as debts."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._currencies = currencies

    def case(self, invoice: InvoiceId, profile: ProfileId | None) -> ChargeCase:
        """The attempts and then the invoice in one request, the profile in another: that order is what `ChargeCase` promises."""
        payments, invoices, said = self._api.rows(
            Get(Query(wire.PAYMENT_TABLE, wire.PAYMENT, eq("_w365_invoice_value", invoice), "w365_attempt", wire.JOB_EXPAND)),
            Get(Ref(wire.INVOICE_TABLE, invoice), wire.INVOICE, wire.RULED_EXPAND),
            SETTINGS,
        )
        row, code_of = invoices[0], self._currencies.code
        debt = wire.debt(row, code_of, Inherited(said))
        contract = for_payer(row.get("w365_Contract") or {}, debt.account)
        of_contract = contract.get("_w365_paymentprofile_value")
        named = profile or of_contract
        chosen, declines = self._named(ProfileId(named)) if named else self._default(debt.account)
        rule = agreed(row["w365_Account"], contract.get("w365_PriceList"))
        return ChargeCase([wire.payment(one, code_of) for one in payments], debt, chosen, rule, declines)

    def attempts(self, invoice: InvoiceId) -> Attempts:
        """One request, the attempts first."""
        payments, [owed], said = self._api.rows(
            Get(Query(wire.PAYMENT_TABLE, wire.PAYMENT, eq("_w365_invoice_value", invoice), "w365_attempt", wire.JOB_EXPAND)),
            Get(Ref(wire.INVOICE_TABLE, invoice), wire.INVOICE, wire.CONTRACT_EXPAND),
            SETTINGS,
        )
        code_of = self._currencies.code
        return Attempts(wire.debt(owed, code_of, Inherited(said)), [wire.payment(one, code_of) for one in payments])

    def payment(self, payment: PaymentId) -> Payment:
        """Read one payment afresh."""
        row = self._api.read(Ref(wire.PAYMENT_TABLE, payment), select=wire.PAYMENT, expand=wire.JOB_EXPAND)
        return wire.payment(row, self._currencies.code)

    def referenced(self, reference: str) -> Payment | None:
        """The payment with this id at the gateway, if we know one."""
        known = eq("w365_gatewayreference", reference)
        row = self._api.first(Query(wire.PAYMENT_TABLE, wire.PAYMENT, known, expand=wire.JOB_EXPAND))
        return None if row is None else wire.payment(row, self._currencies.code)

    def standing(self, payment: Payment) -> Standing:
        """The payment and its invoice in one request."""
        [paid], [owed], said = self._api.rows(
            Get(Ref(wire.PAYMENT_TABLE, payment.id), wire.PAYMENT, wire.JOB_EXPAND),
            Get(Ref(wire.INVOICE_TABLE, payment.invoice), wire.INVOICE, wire.CONTRACT_EXPAND),
            SETTINGS,
        )
        code_of = self._currencies.code
        return Standing(wire.payment(paid, code_of), wire.debt(owed, code_of, Inherited(said)))

    def profile(self, profile: ProfileId) -> Profile:
        """Read one profile with its processor."""
        ref = Ref(wire.PROFILE_TABLE, profile)
        return wire.profile(self._api.read(ref, select=wire.PROFILE, expand=wire.PROCESSOR_EXPAND))

    def open(self, payment: Payment, debt: Debt, profile: Profile | None, *, note: str, on_behalf_of: str | None) -> None:
        """Write a new attempt and the note on its invoice in one change set, as the person who asked."""
        api = self._api if on_behalf_of is None else self._api.as_user(on_behalf_of)
        api.change(wire.opened(payment, debt, profile, note, self._currencies.bind(payment.amount.currency)))

    def record(self, settlement: Settlement) -> None:
        """Write an outcome in one change set, as the system: it is a fact, not a wish."""
        self._api.change(wire.recorded(settlement, self._currencies.bind(settlement.payment.amount.currency)))

    def unsettled(self, *, sent_before: datetime) -> Iterator[PaymentId]:
        """Open payments that went to a gateway before a moment, oldest first."""
        at_a_gateway = either(not_null("_w365_profile_value"), not_null("w365_customerreference"))
        open_ones = both(eq("statecode", ACTIVE), lt("w365_senton", sent_before), at_a_gateway)
        for row in self._api.find(Query(wire.PAYMENT_TABLE, ("w365_paymentid",), open_ones, "w365_senton")):
            yield PaymentId(row["w365_paymentid"])

    def _named(self, profile: ProfileId) -> tuple[Profile, list[date]]:
        found, failed = self._api.rows(
            Get(Ref(wire.PROFILE_TABLE, profile), wire.PROFILE, wire.PROCESSOR_EXPAND),
            Get(_declined(eq("_w365_profile_value", profile))),
        )
        return wire.profile(found[0]), wire.declines(failed)

    def _default(self, account: str) -> tuple[Profile | None, list[date]]:
        mine = both(eq("_w365_account_value", account), eq("w365_isdefault", True), eq("statecode", ACTIVE))
        theirs = both(eq("w365_Profile/_w365_account_value", account), eq("w365_Profile/w365_isdefault", True))
        found, failed = self._api.rows(
            Get(Query(wire.PROFILE_TABLE, wire.PROFILE, mine, "createdon desc", wire.PROCESSOR_EXPAND, top=1)),
            Get(_declined(theirs)),
        )
        if not found:
            return None, []
        return (chosen := wire.profile(found[0])), wire.declines(row for row in failed if row["_w365_profile_value"] == chosen.id)


def _declined(whose: str) -> Query:
    """The newest declines of a profile."""
    failed = eq("statuscode", status(wire.PAYMENT_TABLE, PaymentState.FAILED.value)["statuscode"])
    return Query(wire.PAYMENT_TABLE, wire.DECLINED, both(failed, whose), "w365_senton desc", top=DECLINES_MAX)
