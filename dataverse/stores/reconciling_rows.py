"""Rows of movements, payouts and findings of the daily check ⇄ values. Pure: nothing here calls anybody."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.batch import Update, Upsert
from dataverse.rows import amount, bind, choice_label, choice_value, day, decimal, instant, maybe, status, status_label
from dataverse.stores import findings
from dataverse.stores.payments_rows import PROCESSOR_TABLE
from dataverse.webapi import Ref
from work365.findings import Finding
from work365.ids import derived
from work365.money import Currency, currency
from work365.ports.reconciling import KeptPayout
from work365.receivables.marking import Owner
from work365.reconciling.movement import Movement, MovementKind, Payout, PayoutState
from work365.reconciling.standing import Standing

if TYPE_CHECKING:
    from datetime import date

    from dataverse.rows import Row
    from work365.reconciling.difference import Difference
    from work365.reconciling.payouts import PaidOut

MOVEMENT_TABLE, PAYOUT_TABLE, INVOICE_TABLE = "w365_gatewaymovement", "w365_gatewaypayout", "w365_invoice"
MOVEMENT = (
    *("w365_reference", "w365_kind", "w365_amount", "w365_currencycode", "w365_settled", "w365_fee", "w365_settledin"),
    *("w365_movedon", "w365_paymentreference", "w365_paymentmark", "w365_mark", "_w365_payout_value"),
)
PAYOUT = (
    *("w365_gatewaypayoutid", "w365_reference", "w365_amount", "w365_currencycode", "w365_fees", "w365_payments"),
    *("w365_arriveson", "w365_madeon", "w365_message", "statuscode"),
)
PAYOUT_EXPAND = "w365_Processor($select=w365_code)"
FINDING = (
    *("w365_findingid", "w365_key", "w365_code", "w365_subject", "w365_message", "w365_nextstep", "w365_amount"),
    *("w365_currencycode", "w365_since", "w365_here", "w365_there", "w365_decision", "statuscode", "createdon"),
)
SOURCE = "Daily check of the money"
EXPLAINED = "Ignored"
STEP_MAX, TEXT_MAX, REASON_MAX = 500, 100, 300


def movement_id(processor: str, movement: str) -> str:
    """The id of a movement's row: the same for everyone who reads it."""
    return derived("gateway-movement", processor, movement)


def payout_id(processor: str, payout: str) -> str:
    """The id of a payout's row."""
    return derived("gateway-payout", processor, payout)


def movement_op(processor: str, one: Movement) -> Upsert:
    """Keep a movement; one that is kept already learns its payout."""
    row: Row = {
        "w365_name": f"{one.kind.value} {one.reference or one.id}"[:200],
        "w365_reference": one.id,
        "w365_kind": choice_value(MOVEMENT_TABLE, "w365_kind", one.kind.value),
        "w365_amount": None if one.amount is None else one.amount.major,
        "w365_currencycode": None if one.amount is None else one.amount.currency,
        "w365_settled": one.settled,
        "w365_fee": one.fee,
        "w365_settledin": one.settled_in,
        "w365_movedon": one.moved_at,
        "w365_paymentreference": one.reference or None,
        "w365_paymentmark": one.payment or None,
        "w365_mark": None if one.owner is None else choice_value(MOVEMENT_TABLE, "w365_mark", one.owner.value),
        **bind("w365_Processor", PROCESSOR_TABLE, processor),
    }
    row |= bind("w365_Payout", PAYOUT_TABLE, payout_id(processor, one.payout)) if one.payout else {}
    return Upsert(Ref(MOVEMENT_TABLE, movement_id(processor, one.id)), row)


def movement(row: Row) -> Movement:
    """A movement as it was kept; of its payout only whether there is one."""
    code = maybe(currency, row["w365_currencycode"])
    return Movement(
        id=row["w365_reference"],
        kind=MovementKind(choice_label(MOVEMENT_TABLE, "w365_kind", row["w365_kind"])),
        amount=None if code is None else amount(row["w365_amount"], code),
        settled=decimal(row["w365_settled"]),
        fee=decimal(row["w365_fee"]),
        settled_in=Currency(row["w365_settledin"]),
        moved_at=instant(row["w365_movedon"]),
        reference=row["w365_paymentreference"] or "",
        payment=row["w365_paymentmark"] or "",
        owner=maybe(_owner, row["w365_mark"]),
        payout=row["_w365_payout_value"] or "",
    )


def _owner(value: int) -> Owner:
    return Owner(choice_label(MOVEMENT_TABLE, "w365_mark", value))


def payout_op(processor: str, paid: PaidOut) -> Upsert:
    """Keep a payout as it stands."""
    one, fees = paid.payout, paid.fees
    row: Row = {
        "w365_name": f"{one.amount} {one.id}",
        "w365_reference": one.id,
        "w365_amount": one.amount.major,
        "w365_currencycode": one.amount.currency,
        "w365_fees": None if fees is None else fees.major,
        "w365_payments": None if fees is None else paid.payments,
        "w365_arriveson": one.arrives_on,
        "w365_madeon": one.made_at,
        "w365_message": one.reason[:REASON_MAX] or None,
        **status(PAYOUT_TABLE, one.state.value),
        **bind("w365_Processor", PROCESSOR_TABLE, processor),
    }
    return Upsert(Ref(PAYOUT_TABLE, payout_id(processor, one.id)), row)


def payout(row: Row) -> KeptPayout:
    """A payout with its processor's code."""
    code, fees = currency(row["w365_currencycode"]), row["w365_fees"]
    kept = Payout(
        id=row["w365_reference"],
        amount=amount(row["w365_amount"], code),
        state=PayoutState(status_label(PAYOUT_TABLE, row)),
        made_at=instant(row["w365_madeon"]),
        arrives_on=maybe(day, row["w365_arriveson"]),
        reason=row["w365_message"] or "",
    )
    known = None if fees is None else amount(fees, code)
    return KeptPayout(row["w365_Processor"]["w365_code"], kept, known, row["w365_payments"])


def finding_op(one: Difference) -> Upsert:
    """Open a finding, or say anew what it is about."""
    said = Finding(one.code.value, one.subject, one.message, one.severity, key=one.key)
    kept = findings.keep(said, SOURCE)
    row: Row = {
        "w365_nextstep": one.next_step[:STEP_MAX],
        "w365_amount": None if one.amount is None else one.amount.major,
        "w365_currencycode": None if one.amount is None else one.amount.currency,
        "w365_since": one.since,
        "w365_here": one.here[:TEXT_MAX] or None,
        "w365_there": one.there[:TEXT_MAX] or None,
        "w365_closedon": None,
        **(bind("w365_Invoice", INVOICE_TABLE, one.invoice) if one.invoice else {}),
    }
    return Upsert(kept.ref, kept.row | row)


def closed_op(one: Standing, today: date) -> Update:
    """Nothing differs any more."""
    closing = findings.resolve(one.id)
    return Update(closing.ref, {**closing.row, "w365_closedon": today})


def explained_op(one: Standing, reason: str) -> Update:
    """A person has said why."""
    return Update(Ref(findings.TABLE, one.id), {"w365_decision": reason[:REASON_MAX], **status(findings.TABLE, EXPLAINED)})


def standing(row: Row) -> Standing:
    """A finding of the daily check."""
    code, value = row["w365_currencycode"], row["w365_amount"]
    label = status_label(findings.TABLE, row)
    return Standing(
        id=row["w365_findingid"],
        key=row["w365_key"],
        code=row["w365_code"],
        figure="" if value is None else str(amount(Decimal(value), currency(code))),
        subject=row["w365_subject"],
        message=row["w365_message"] or "",
        next_step=row["w365_nextstep"] or "",
        since=maybe(day, row["w365_since"]) or instant(row["createdon"]).astimezone(UTC).date(),
        here=row["w365_here"] or "",
        there=row["w365_there"] or "",
        explained=label == EXPLAINED,
        reason=row["w365_decision"] or "",
    )
