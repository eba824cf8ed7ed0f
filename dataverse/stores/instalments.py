"""Instalment plans over Dataverse: two questions for all of them, one change set for each that needs one."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.batch import ChangeSet, Create, Failed, Op, Update, in_parts, packed, raise_failed
from dataverse.query import Query, any_of, either, eq
from dataverse.rows import bind, choice_label, choice_value, day, etag, maybe, status, status_label
from dataverse.stores.billing_source import complete
from dataverse.stores.findings import keep
from dataverse.stores.left_out import left_out
from dataverse.webapi import Ref
from work365.errors import BadInput
from work365.findings import Finding
from work365.instalments.plan import Kept, Plan, Rest
from work365.money import exactly
from work365.ports.instalments import PlanSeen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dataverse.rows import Row
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import WebApi
    from work365.errors import External
    from work365.instalments.plan import Part
    from work365.money import Currency
    from work365.ports.instalments import PlanChange

PLAN, ITEM = "w365_instalmentplan", "w365_nonrecurringitem"
PLAN_COLUMNS = (
    *("w365_instalmentplanid", "w365_key", "w365_description", "w365_commitment", "w365_surchargepercent", "w365_parts"),
    *("w365_firstdue", "w365_everymonths", "w365_endedon", "w365_rest", "w365_decidedby", "statuscode"),
    *("_w365_contract_value", "_w365_product_value"),
)
PLAN_EXPAND = "w365_Contract($select=_transactioncurrencyid_value)"
ITEM_COLUMNS = ("w365_nonrecurringitemid", "w365_servicedate", "w365_unitprice", "w365_billingstate", "_w365_plan_value")
NEEDED = {
    "w365_commitment": "amount",
    "w365_parts": "number of parts",
    "w365_firstdue": "first day",
    "_w365_product_value": "product",
    "_w365_contract_value": "contract",
}
IDS_MAX, OPS_MAX = 400, 900


class Instalments:
    """The instalment book over Dataverse."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._currencies = currencies

    def running(self) -> tuple[list[PlanSeen], list[Finding]]:
        """Active plans with their items; one that cannot be read is a finding."""
        active = eq("statuscode", status(PLAN, "Active")["statuscode"])
        seen: list[PlanSeen] = []
        broken: list[Finding] = []
        for row, items in self._with_items(active):
            try:
                seen.append(self._seen(row, items))
            except BadInput as error:
                broken.append(_broken(row, error))
        return seen, broken

    def of(self, subscription: str) -> list[PlanSeen]:
        """Every plan of a subscription, by the provider's id or its printed name. Errors: BadInput for a broken plan."""
        named = either(
            eq("w365_Subscription/w365_externalid", subscription), eq("w365_Subscription/w365_printedname", subscription)
        )
        return [self._seen(row, items) for row, items in self._with_items(named)]

    def _with_items(self, which: str) -> Iterable[tuple[Row, list[Row]]]:
        plans = list(self._api.find(Query(PLAN, PLAN_COLUMNS, filter=which, expand=PLAN_EXPAND, order="w365_key")))
        items: dict[str, list[Row]] = {}
        for part in in_parts(plans, IDS_MAX):
            ids = [row["w365_instalmentplanid"] for row in part]
            query = Query(ITEM, ITEM_COLUMNS, filter=any_of("_w365_plan_value", ids), order="w365_servicedate")
            for item in self._api.find(query):
                items.setdefault(item["_w365_plan_value"], []).append(item)
        return [(row, items.get(row["w365_instalmentplanid"], [])) for row in plans]

    def _seen(self, row: Row, items: Sequence[Row]) -> PlanSeen:
        complete(row, NEEDED, "it")
        code = self._currencies.code(row["w365_Contract"]["_transactioncurrencyid_value"])
        return PlanSeen(
            _plan(row, code),
            tuple(_kept(item, code) for item in items),
            row["_w365_contract_value"],
            row["_w365_product_value"],
            status_label(PLAN, row),
            etag(row),
        )

    def write(self, changes: Sequence[PlanChange]) -> list[External | None]:
        """One change set per plan."""
        result: list[External | None] = []
        for pack in packed([_ops(change) for change in changes], len, OPS_MAX):
            outcomes = self._api.batch([ChangeSet(ops) for ops in pack])
            result += [outcome.error if isinstance(outcome, Failed) else None for outcome in outcomes]
        return result

    def report(self, findings: Sequence[Finding]) -> None:
        """Keep findings."""
        for outcome in self._api.batch([ChangeSet([keep(finding, "instalment plans")]) for finding in findings]):
            raise_failed(outcome)


def _plan(row: Row, code: Currency) -> Plan:
    rest = maybe(lambda value: choice_label(PLAN, "w365_rest", value), row["w365_rest"])
    return Plan(
        id=row["w365_instalmentplanid"],
        name=row["w365_key"],
        description=row["w365_description"],
        currency=code,
        commitment=Decimal(row["w365_commitment"]),
        parts=row["w365_parts"],
        first_due=day(row["w365_firstdue"]),
        surcharge_percent=Decimal(row["w365_surchargepercent"] or 0),
        every_months=row["w365_everymonths"] or 1,
        ended_on=maybe(day, row["w365_endedon"]),
        rest=None if rest is None else Rest(rest),
        decided_by=row["w365_decidedby"] or "",
    )


def _kept(row: Row, code: Currency) -> Kept:
    state = choice_label(ITEM, "w365_billingstate", row["w365_billingstate"])
    amount = exactly(Decimal(row["w365_unitprice"]), code)
    return Kept(row["w365_nonrecurringitemid"], day(row["w365_servicedate"]), amount, state, etag(row))


def _broken(row: Row, error: BadInput) -> Finding:
    why = str(error).rstrip(".")
    message = f"Instalment plan {row['w365_key']} is not kept: {why}. Correct the plan; tomorrow it is tried again."
    return Finding("instalment-plan-broken", row["w365_key"], message, contract=row["_w365_contract_value"] or "")


def _ops(change: PlanChange) -> list[Op]:
    """The plan's own row comes first: it holds the change set to the version that was read."""
    plan = change.seen.plan
    ended = f"The plan ended early on {plan.ended_on}: {plan.rest.value if plan.rest else ''}, {plan.decided_by}"
    return [
        Update(Ref(PLAN, plan.id), status(PLAN, change.status), change.seen.version),
        *(Update(Ref(ITEM, item.id), left_out(ITEM, ended), item.version) for item in change.take_out),
        *(Create(ITEM, _item_row(change.seen, part), plan.item(part.number)) for part in change.make),
    ]


def _item_row(seen: PlanSeen, part: Part) -> Row:
    plan = seen.plan
    return {
        "w365_name": f"{plan.name} {part.number}"[:200],
        "w365_key": f"plan/{plan.id}/{part.number}",
        "w365_description": plan.called(part.number)[:300],
        "w365_servicedate": part.due,
        "w365_quantity": Decimal(1),
        "w365_unitprice": part.amount.major,
        "w365_source": choice_value(ITEM, "w365_source", "Plan"),
        "w365_billingstate": choice_value(ITEM, "w365_billingstate", "Unbilled"),
        **status(ITEM, "Approved"),
        **bind("w365_Plan", PLAN, plan.id),
        **bind("w365_Contract", "w365_billingcontract", seen.contract),
        **bind("w365_Product", "w365_product", seen.product),
    }
