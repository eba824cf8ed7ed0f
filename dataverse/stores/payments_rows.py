"""Rows of payments, profiles and invoices as debts into values, and values into rows. Pure: nothing here calls anybody."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.batch import Create, Update
from dataverse.rows import amount, bind, choice_label, choice_value, day, etag, instant, maybe, status, status_label
from dataverse.stores.inheriting import Above
from dataverse.stores.job_rows import follow_up
from dataverse.stores.payment_rule_rows import ACCOUNT_RULE, PRICE_LIST_RULE
from dataverse.stores.write_off_rows import movement_op
from dataverse.webapi import Ref
from work365.jobs import JobKind
from work365.receivables.payments import (
    Debt,
    DeclineClass,
    InvoiceId,
    InvoiceStatus,
    Payment,
    PaymentId,
    PaymentSource,
    PaymentState,
    PayPage,
    Processor,
    Profile,
    ProfileId,
    ProfileKind,
    ProfileStatus,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from dataverse.batch import Op
    from dataverse.rows import Row
    from dataverse.stores.inheriting import Inherited
    from work365.money import Currency, Money
    from work365.receivables.settling import Settlement

    CodeOf = Callable[[str], Currency]

INVOICE_TABLE, PAYMENT_TABLE, PROFILE_TABLE = "w365_invoice", "w365_payment", "w365_paymentprofile"
ALLOCATION_TABLE, PROCESSOR_TABLE, JOB_TABLE, ACCOUNT_TABLE = "w365_allocation", "w365_paymentprocessor", "w365_job", "account"
STATUS_MAX, MESSAGE_MAX, CODE_MAX = 300, 1000, 100

INVOICE = (
    *("w365_invoiceid", "w365_number", "w365_kind", "_w365_account_value", "statuscode", "_transactioncurrencyid_value"),
    *("w365_total", "w365_amountcharged", "w365_balance", "w365_writtenoff", "_w365_legalentity_value"),
)
CONTRACT_EXPAND = "w365_Contract($select=_w365_paymentprofile_value,w365_autosync,_w365_account_value)"
RULED_EXPAND = f"{CONTRACT_EXPAND.removesuffix(')')};$expand={PRICE_LIST_RULE}),{ACCOUNT_RULE}"
"""The same with the payment rules that hold."""
PAYMENT = (
    *("w365_paymentid", "_w365_invoice_value", "w365_attempt", "w365_amount", "_transactioncurrencyid_value", "w365_source"),
    *("statuscode", "_w365_account_value", "_w365_profile_value", "_w365_job_value", "w365_senton", "createdon"),
    *("w365_gatewayreference", "w365_failurecode", "w365_message", "w365_receivedon", "w365_declineclass", "w365_declinedon"),
    *("w365_customerreference", "w365_sessionreference"),
)
DECLINED = ("_w365_profile_value", "w365_senton")
PROFILE = (
    *("w365_paymentprofileid", "_w365_account_value", "w365_kind", "statuscode", "w365_customerreference"),
    *("w365_methodreference", "w365_brand", "w365_lastfour", "w365_expirymonth", "w365_expiryyear", "w365_refusedon"),
)
PROCESSOR_EXPAND = "w365_Processor($select=w365_paymentprocessorid,w365_code,w365_kind,w365_secretname,statecode)"
JOB_EXPAND = f"w365_Job($select=statecode),{PROCESSOR_EXPAND}"
"""What a payment is read with: whether its job will do more, and whose page it is paid on."""
FINAL_STATE, ACTIVE = 1, 0


def debt(row: Row, code_of: CodeOf, inherited: Inherited) -> Debt:
    """An invoice as what is owed. Errors: BadInput when a setting that counts for its contract cannot be used."""
    above = Above(row["_w365_account_value"], row["_w365_legalentity_value"])
    contract = inherited.filled(row.get("w365_Contract") or {}, above)
    code = code_of(row["_transactioncurrencyid_value"])
    return Debt(
        id=InvoiceId(row["w365_invoiceid"]),
        number=row["w365_number"] or "",
        account=row["_w365_account_value"],
        status=InvoiceStatus(status_label(INVOICE_TABLE, row)),
        total=amount(row["w365_total"], code),
        charged=amount(row["w365_amountcharged"], code),
        balance=amount(row["w365_balance"], code),
        written_off=amount(row["w365_writtenoff"] or Decimal(0), code),
        credit_note=choice_label(INVOICE_TABLE, "w365_kind", row["w365_kind"]) == "Credit note",
        entity=row["_w365_legalentity_value"] or "",
        to_books=contract.get("w365_autosync", False),
        etag=etag(row),
    )


def payment(row: Row, code_of: CodeOf) -> Payment:
    """One attempt; a payment from the books was never sent, so its row's age counts."""
    profile, job = row["_w365_profile_value"], row["_w365_job_value"]
    return Payment(
        id=PaymentId(row["w365_paymentid"]),
        invoice=InvoiceId(row["_w365_invoice_value"]),
        attempt=int(row["w365_attempt"]),
        amount=amount(row["w365_amount"], code_of(row["_transactioncurrencyid_value"])),
        source=PaymentSource(choice_label(PAYMENT_TABLE, "w365_source", row["w365_source"])),
        state=PaymentState(status_label(PAYMENT_TABLE, row)),
        account=row["_w365_account_value"] or "",
        profile=ProfileId(profile) if profile else None,
        job=job,
        sent_on=instant(row["w365_senton"] or row["createdon"]),
        reference=row["w365_gatewayreference"] or "",
        code=row["w365_failurecode"] or "",
        message=row["w365_message"] or "",
        received_on=maybe(day, row["w365_receivedon"]),
        decline=maybe(_decline, row["w365_declineclass"]),
        declined_on=maybe(day, row["w365_declinedon"]),
        job_final=(row.get("w365_Job") or {}).get("statecode") == FINAL_STATE,
        page=_page(row),
        etag=etag(row),
    )


def _page(row: Row) -> PayPage | None:
    """Where a payment by link is made; it alone names a customer of the gateway."""
    of, customer = row.get("w365_Processor"), row["w365_customerreference"]
    return PayPage(processor(of), customer, row["w365_sessionreference"] or "") if of and customer else None


def processor(row: Row) -> Processor:
    """A gateway as the partner set it up."""
    kind = choice_label(PROCESSOR_TABLE, "w365_kind", row["w365_kind"])
    secret, active = row["w365_secretname"] or "", row["statecode"] == ACTIVE
    return Processor(row["w365_paymentprocessorid"], row["w365_code"], kind, secret, active=active)


def declines(rows: Iterable[Row]) -> list[date]:
    """The days on which a profile was charged and declined."""
    return [instant(row["w365_senton"]).date() for row in rows]


def _decline(value: int) -> DeclineClass:
    return DeclineClass(choice_label(PAYMENT_TABLE, "w365_declineclass", value))


def profile(row: Row) -> Profile:
    """A stored card or account with its processor; one that was read with its payment has no version to write over."""
    month, year = row["w365_expirymonth"], row["w365_expiryyear"]
    return Profile(
        id=ProfileId(row["w365_paymentprofileid"]),
        account=row["_w365_account_value"],
        processor=processor(row["w365_Processor"]),
        kind=ProfileKind(choice_label(PROFILE_TABLE, "w365_kind", row["w365_kind"])),
        status=ProfileStatus(status_label(PROFILE_TABLE, row)),
        customer=row["w365_customerreference"] or "",
        method=row["w365_methodreference"] or "",
        brand=row["w365_brand"] or "",
        last_four=row["w365_lastfour"] or "",
        expires=(int(year), int(month)) if year and month else None,
        refused_on=maybe(day, row["w365_refusedon"]),
        etag=row.get("@odata.etag", ""),
    )


def opened(one: Payment, owed: Debt, chosen: Profile | None, note: str, currency: Row) -> list[Op]:
    """A new attempt, and the note on its invoice under the version that the decision was taken on."""
    row: Row = {
        "w365_name": f"{owed.number or 'Draft'} attempt {one.attempt}",
        "w365_attempt": one.attempt,
        "w365_amount": one.amount.major,
        "w365_source": choice_value(PAYMENT_TABLE, "w365_source", one.source.value),
        "w365_senton": one.sent_on,
        "w365_message": note[:MESSAGE_MAX],
        **currency,
        **bind("w365_Invoice", INVOICE_TABLE, one.invoice),
        **bind("w365_Account", ACCOUNT_TABLE, one.account),
        **status(PAYMENT_TABLE, one.state.value),
    }
    if chosen is not None:
        row |= bind("w365_Profile", PROFILE_TABLE, chosen.id)
        row |= bind("w365_Processor", PROCESSOR_TABLE, chosen.processor.id)
    if one.page is not None:
        row |= bind("w365_Processor", PROCESSOR_TABLE, one.page.processor.id)
        row["w365_customerreference"] = one.page.customer
    if one.job is not None:
        row |= bind("w365_Job", JOB_TABLE, one.job)
    noted = Update(Ref(INVOICE_TABLE, owed.id), {"w365_lastchargestatus": note[:STATUS_MAX]}, etag=owed.etag)
    return [Create(PAYMENT_TABLE, row, id=one.id), noted]


def recorded(settlement: Settlement, currency: Row) -> list[Op]:
    """An outcome: the payment, what it paid for, what the invoice then says, and the profile that may never be charged again,
    under the versions that were read.
    """
    one = settlement.payment
    row = _outcome(one) | ({} if settlement.spare is None else {"w365_spare": settlement.spare.major})
    ops: list[Op] = [Update(Ref(PAYMENT_TABLE, one.id), row, etag=one.etag), *settled(settlement, currency)]
    if (refused := settlement.refused) is not None:
        ops.append(Update(Ref(PROFILE_TABLE, refused.id), {"w365_refusedon": refused.refused_on}, etag=refused.etag))
    return ops


def settled(settlement: Settlement, currency: Row) -> list[Op]:
    """What a payment changes besides its own row: the allocation, the invoice under its version, and the books."""
    owed = settlement.debt
    ops: list[Op] = []
    invoice: Row = {"w365_lastchargestatus": settlement.charge_status[:STATUS_MAX]}
    if settlement.allocation is not None:
        row = allocation(settlement.payment.id, owed, settlement.allocation.amount, currency)
        ops.append(Create(ALLOCATION_TABLE, row, id=settlement.allocation.id))
        invoice |= owing(owed)
    if owed.to_books and (settlement.allocation is not None or (settlement.spare is not None and settlement.spare.minor)):
        ops.append(follow_up(JobKind.SYNC, owed.id, owed.number, cause=settlement.payment.id))
    if settlement.paid_on is not None:
        invoice["w365_paidon"] = settlement.paid_on
    if settlement.taken_back is not None:
        ops.append(movement_op(settlement.taken_back, currency))
    return [*ops, Update(Ref(INVOICE_TABLE, owed.id), invoice, etag=owed.etag)]


def owing(owed: Debt) -> Row:
    """What an invoice says of what came in, what is given up and what is open."""
    amounts = {
        "w365_amountcharged": owed.charged.major,
        "w365_writtenoff": owed.written_off.major,
        "w365_balance": owed.balance.major,
    }
    return amounts | status(INVOICE_TABLE, owed.status.value)


def _outcome(one: Payment) -> Row:
    row: Row = {
        "w365_gatewayreference": one.reference or None,
        "w365_failurecode": one.code[:CODE_MAX] or None,
        "w365_declineclass": choice_value(PAYMENT_TABLE, "w365_declineclass", one.decline.value) if one.decline else None,
        "w365_declinedon": one.declined_on,
        "w365_message": one.message[:MESSAGE_MAX],
        **status(PAYMENT_TABLE, one.state.value),
    }
    if one.page is not None:
        row["w365_sessionreference"] = one.page.session or None
    return row | ({"w365_receivedon": one.received_on} if one.received_on is not None else {})


def allocation(payment: PaymentId, owed: Debt, part: Money, currency: Row) -> Row:
    """What of a payment pays an invoice."""
    return {
        "w365_name": f"{part} for {owed.number}",
        "w365_amount": part.major,
        **currency,
        **bind("w365_Payment", PAYMENT_TABLE, payment),
        **bind("w365_Invoice", INVOICE_TABLE, owed.id),
    }
