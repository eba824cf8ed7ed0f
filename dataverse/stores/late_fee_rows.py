"""A late fee into rows: the one-time item that bills it, and the job that bills it alone. Pure: nothing here calls anybody."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.batch import Create
from dataverse.rows import bind, choice_value, owned_by, status
from dataverse.stores import job_rows
from dataverse.stores.billing_items import FEE, ONE_TIME
from dataverse.stores.findings import keep
from work365.findings import Finding, Severity
from work365.jobs import JobKind
from work365.oneoff import asking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dataverse.batch import Op
    from dataverse.rows import Row
    from work365.ports.reminding import Taking
    from work365.reminding.chasing import Due
    from work365.reminding.fees import Fee

CONTRACT, PRODUCT = "w365_billingcontract", "w365_product"
SOURCE = "reminders"


def of_reminder(one: Due) -> Row:
    """What the row of a step says of its fee."""
    if one.fee is None:
        return {}
    item = bind("w365_FeeItem", ONE_TIME, one.fee.item) if one.owed.contract else {}
    return {"w365_fee": one.fee.amount.major, "w365_interestto": one.fee.interest_to, **item}


def said(one: Due, fee: Fee) -> str:
    """What a step has charged, and where, in words."""
    where = f"contract {one.owed.contract_number}" if one.owed.contract else "nowhere yet, as the invoice is on no contract"
    return f"it costs {fee.amount}, billed on {where}: {fee.words}"


def writes(one: Due, taking: Taking, currency_id: str) -> Iterator[Op]:
    """What bills the fee of a step; where its invoice is on no contract, a finding asks a person to."""
    fee, owed = one.fee, one.owed
    if fee is None:
        return
    if not owed.contract:
        yield keep(_nowhere(one, fee), SOURCE)
        return
    yield Create(ONE_TIME, _item(one, fee, taking, currency_id) | owned_by(taking.bundle.debtor.team), fee.item)
    if owed.billed_alone:
        arguments = {asking.CONTRACT: owed.contract_number, asking.FEE: fee.item}
        yield job_rows.follow_up(JobKind.ONE_OFF, owed.id, f"late fee of {owed.number}", cause=fee.item, arguments=arguments)


def _item(one: Due, fee: Fee, taking: Taking, currency_id: str) -> Row:
    printed = taking.fees[fee.item]
    return {
        "w365_name": printed[:200],
        "w365_key": f"fee/{one.owed.issued.isoformat()}/{one.owed.number}/{one.step.day:04d}/{fee.item}",
        "w365_description": printed[:300],
        "w365_servicedate": taking.today,
        "w365_quantity": Decimal(1),
        "w365_unitprice": fee.amount.major,
        "w365_source": FEE,
        "w365_billingstate": choice_value(ONE_TIME, "w365_billingstate", "Unbilled"),
        "w365_note": fee.words,
        **status(ONE_TIME, "Approved"),
        **bind("w365_Contract", CONTRACT, one.owed.contract),
        **bind("w365_Product", PRODUCT, fee.product),
        **bind("transactioncurrencyid", "transactioncurrency", currency_id),
    }


def _nowhere(one: Due, fee: Fee) -> Finding:
    message = (
        f"A late fee of {fee.amount} for {one.owed.number} is billed nowhere, as that invoice is on no contract. Bill it on one "
        f"of the customer's contracts with `w365 one-off`, or resolve this to waive it. {fee.words}"
    )
    return Finding("late-fee-not-billed", f"{one.owed.number} {one.step.named}", message, Severity.WARNING)
