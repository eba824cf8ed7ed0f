"""What a scenario says of its contract."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from work365.contracts.amendment import ScheduledBy
from work365.contracts.amount_off import AmountOff
from work365.contracts.as_json import amendments, frequency
from work365.contracts.contract import BillingContract
from work365.contracts.policy import ChangesBilled, Policy, Prorate
from work365.errors import BadInput
from work365.periods import MONTHLY
from work365.simulating.fields import MOST_DISCOUNTS, last_day, percent_of
from work365.strict_json import choice, day, distinct, each, members, needed, number, optional, refuse, text, whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.money import Currency


MOST_OFFSET_DAYS = 1_000
CONTRACT_MEMBERS = (
    "id start bill_day frequency policy prorate changes_billed end discount_percent amounts_off anchor offset_days "
    "scheduled_by amendments payer"
)


def contract_in(code: Currency) -> Callable[[object, str], BillingContract]:
    """The reader of a contract that is billed in a currency."""

    def read_contract(value: object, path: str) -> BillingContract:
        row = members(value, path, CONTRACT_MEMBERS)
        start = needed(row, path, "start", day)
        every = optional(row, path, "frequency", frequency) or MONTHLY
        prorate = optional(row, path, "prorate", choice(Prorate)) or Prorate.DAYS
        if every.months is None and prorate in (Prorate.MONTHS, Prorate.DAYS30):
            refuse(f"{path}.prorate", "cycles of weeks have no months; use 'days' or 'none'")
        amounts = optional(row, path, "amounts_off", each(MOST_DISCOUNTS, _amount_off)) or ()
        distinct([off.id for off in amounts], f"{path}.amounts_off")
        contract = BillingContract(
            id=optional(row, path, "id", text) or "simulated",
            currency=code,
            start=start,
            frequency=every,
            bill_day=optional(row, path, "bill_day", whole(1, 31)),
            policy=optional(row, path, "policy", choice(Policy)) or Policy.ADVANCE,
            prorate=prorate,
            changes_billed=optional(row, path, "changes_billed", choice(ChangesBilled)) or ChangesBilled.NOW,
            end=last_day(row, path, start),
            discount_percent=optional(row, path, "discount_percent", percent_of) or Decimal(0),
            offset_days=optional(row, path, "offset_days", whole(0, MOST_OFFSET_DAYS)) or 0,
            anchor=optional(row, path, "anchor", day),
            scheduled_by=optional(row, path, "scheduled_by", choice(ScheduledBy)) or ScheduledBy.CONTRACT,
            payer=optional(row, path, "payer", text) or "",
        )
        if amounts and contract.by_item:
            refuse(f"{path}.amounts_off", "on a contract by item, give an amount off to a subscription")
        return _amended(replace(contract, amounts_off=amounts), row, path)

    return read_contract


def _amended(contract: BillingContract, row: dict[str, Any], path: str) -> BillingContract:
    """A contract with the amendments of its row; they are refused where the cycles cannot change on their day."""
    found = optional(row, path, "amendments", amendments) or ()
    try:
        return replace(contract, amendments=found)
    except BadInput as error:
        refuse(f"{path}.amendments", error.message)


def _amount_off(value: object, path: str) -> AmountOff:
    row = members(value, path, "id name amount start end")
    start = optional(row, path, "start", day)
    name = needed(row, path, "id", text)
    end = optional(row, path, "end", day) if start is None else last_day(row, path, start)
    return AmountOff(name, optional(row, path, "name", text) or name, needed(row, path, "amount", number), start, end)
