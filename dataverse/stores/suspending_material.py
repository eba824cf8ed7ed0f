"""What asks for suspensions, read for a day: what is overdue on which contract, which steps were taken, what usage costs.

Two requests where a limit is said, a step asks for one, or a suspension stands, and one more for each 5,000 records of usage;
one request where nothing of this is so.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, any_of, both, either, eq, ge, gt, le, lt, ne, not_null
from dataverse.rows import choice_value, decimal, status
from dataverse.stores import balances, job_rows
from dataverse.stores import reminding_rows as reminders
from dataverse.stores.inheriting import SETTINGS, Above, Inherited
from dataverse.stores.reminding import OPEN
from dataverse.stores.reminding_standing import OF_AN_OPEN_ONE, QUESTIONS, standing
from dataverse.stores.suspending_rows import CONTRACT, ENTITY, INVOICE, NOT_DONE, OPEN_EXPAND, STATE, TABLE, stands, zone_of
from work365.errors import BadInput, Refused
from work365.holding.limits import read_amount, read_days
from work365.money import currency
from work365.settings.catalogue import BY_NAME
from work365.settings.resolving import resolve, usable
from work365.suspending.causes import overdue, spent, stepped
from work365.suspending.suspension import State, Warnings
from work365.usage.charging import TABLE as USAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from dataverse.rows import Row
    from dataverse.webapi import WebApi
    from work365.money import Currency, Money
    from work365.periods import DayIn
    from work365.reminding.owed import Owed
    from work365.suspending.causes import Trigger

DAYS, SPEND = "suspend-overdue-days", "suspend-azure-spend"
OWN = {DAYS: "w365_suspendoverduedays", SPEND: "w365_suspendazurespend"}
LIMITED = (
    *("w365_billingcontractid", "w365_number", "statecode", "_w365_account_value", "_w365_legalentity_value"),
    *OWN.values(),
)
SAID_ON_ONE = either(*(not_null(column) for column in OWN.values()))
STEPPED = Get(
    Query(reminders.REMINDER, ("_w365_invoice_value", "w365_day", "w365_plan"), both(eq("w365_suspends", True), OF_AN_OPEN_ONE))
)
NOT_RESUMED = both(
    eq("statuscode", status(TABLE, State.RESUMED.value)["statuscode"]),
    any_of("w365_ResumeJob/statuscode", [status(job_rows.TABLE, one.value)["statuscode"] for one in NOT_DONE]),
)
STANDING = Get(Query(TABLE, STATE, either(eq("statecode", 0), NOT_RESUMED), expand=OPEN_EXPAND))
OVERDUE = reminders.INVOICE_COLUMNS
OVERDUE_EXPAND = f"w365_Contract($select={','.join(LIMITED)};$expand={ENTITY}),{reminders.CURRENCY}"
SPARE = Get(Query(balances.TABLE, balances.COLUMNS, gt("w365_unapplied", 0), expand=balances.MONEY))
COUNTING = both(*(ne("w365_billingstate", choice_value(USAGE, "w365_billingstate", label)) for label in ("Restated", "Excluded")))
SUPPLIER = "UTC"
"""The zone whose days Azure usage is metered by."""
COSTS = ("_w365_contract_value", "_w365_subscription_value", "w365_cost", "w365_costcurrency")


@dataclass(slots=True)
class Material:
    """What was read of a day.

    Attributes:
        open: suspensions that stand, with their subscriptions.
        contracts: by id, those that something may be asked for.
        owed: overdue invoices by contract; `steps` says of an invoice which step asked for a suspension.
        spare: what customers have with us, by account and currency.
        costs: of usage this month, by contract, subscription and currency.
    """

    inherited: Inherited
    open: Sequence[Row]
    steps: Mapping[str, str] = field(default_factory=dict)
    contracts: dict[str, Row] = field(default_factory=dict)
    owed: dict[str, list[Owed]] = field(default_factory=lambda: defaultdict(list))
    spare: dict[tuple[str, Currency], Money] = field(default_factory=dict)
    costs: dict[str, dict[str, dict[Currency, Decimal]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(dict)))

    def rule(self, account: str, entity: str | None) -> Warnings:
        """How a customer is warned. Errors: BadInput."""
        above = Above(account, entity)
        mails, days = (self._said(name, above) for name in ("suspend-warnings", "suspend-warning-days"))
        return Warnings(int(mails), int(days))

    def triggers(self, contract: Row, day_in: DayIn, *, usage: bool) -> Iterator[Trigger]:
        """What asks for the suspension of what is on a contract: overdue by the days of its legal entity. Errors: BadInput."""
        key, account, today = contract["w365_billingcontractid"], contract["_w365_account_value"], day_in(zone_of(contract))
        owed, spend = [one for one in self.owed.get(key, []) if one.due < today], self.costs.get(key, {})
        days, limit = self._limits(contract)
        for code in sorted({one.balance.currency for one in owed}):
            mine, spare = [one for one in owed if one.balance.currency == code], self.spare.get((account, code))
            late = None if days is None else overdue(mine, days, today, spare)
            yield from (one for one in (late, stepped(mine, self.steps, today, spare)) if one is not None)
        if usage and limit is not None and spend:
            together: dict[Currency, Decimal] = defaultdict(Decimal)
            for costs in spend.values():
                for code, cost in costs.items():
                    together[code] += cost
            found = spent(together, limit, day_in(SUPPLIER).replace(day=1), f"contract {contract['w365_number']}")
            yield from () if found is None else (found,)

    def _limits(self, contract: Row) -> tuple[int | None, Money | None]:
        whole = self.inherited.terms(contract)
        try:
            return read_days(whole[OWN[DAYS]]), read_amount(whole[OWN[SPEND]])
        except Refused as error:
            message = f"A limit of suspensions on contract {contract['w365_number']} {error}; correct it on its form."
            raise BadInput(message) from None

    def _said(self, name: str, above: Above) -> str:
        return usable(resolve(BY_NAME[name], self.inherited.said_above(name, above))) or ""


def read(api: WebApi, day_in: DayIn, *, usage: bool) -> Material | None:
    """What there is now; None where nothing can ask for a suspension, and none stands.

    A legal entity may be a day ahead of the supplier: more is read than is late, and `triggers` decides.
    """
    said, taken, rows, own = api.rows(SETTINGS, STEPPED, STANDING, Get(Query(CONTRACT, LIMITED, SAID_ON_ONE)))
    open_ = list(filter(stands, rows))
    found = Material(Inherited(said), open_, {row["_w365_invoice_value"]: _step(row) for row in taken})
    above = {one.setting for one in found.inherited.all()}
    if not own and not open_ and not taken and not above & OWN.keys():
        return None
    due = lt("w365_duedate", day_in(SUPPLIER) + timedelta(days=1))
    late, spare, *besides = api.rows(
        Get(Query(INVOICE, OVERDUE, both(OPEN, due, not_null("_w365_contract_value")), expand=OVERDUE_EXPAND)),
        SPARE,
        *QUESTIONS,
    )
    known = standing(*besides)
    for row in late:
        contract = row["w365_Contract"]
        found.contracts[contract["w365_billingcontractid"]] = contract
        found.owed[contract["w365_billingcontractid"]].append(reminders.owed(row, known, collected=False, billed_alone=False))
    for row in spare:
        balance = balances.balance_of(row)
        found.spare[balance.account, balance.unapplied.currency] = balance.unapplied
    if usage and (SPEND in above or any(row[OWN[SPEND]] for row in own)):
        _read_costs(api, found, day_in(SUPPLIER), everybody=SPEND in above)
    return found


def _read_costs(api: WebApi, found: Material, today: date, *, everybody: bool) -> None:
    """What usage has cost since the first of the month: Azure is billed by calendar months."""
    used = both(ge("w365_usedon", today.replace(day=1)), le("w365_usedon", today), COUNTING, not_null("_w365_contract_value"))
    which = used if everybody else both(used, not_null(f"w365_Contract/{OWN[SPEND]}"))
    for row in api.find(Query(USAGE, COSTS, which)):
        costs = found.costs[row["_w365_contract_value"]][row["_w365_subscription_value"]]
        code = currency(row["w365_costcurrency"])
        costs[code] = costs.get(code, Decimal(0)) + decimal(row["w365_cost"])
    missing = sorted(found.costs.keys() - found.contracts.keys())
    for first in range(0, len(missing), 200):
        ids = any_of("w365_billingcontractid", missing[first : first + 200])
        found.contracts |= {row["w365_billingcontractid"]: row for row in api.find(Query(CONTRACT, LIMITED, ids, expand=ENTITY))}


def _step(row: Row) -> str:
    return f"{row['w365_day']:+d} of the plan {row['w365_plan']}"
