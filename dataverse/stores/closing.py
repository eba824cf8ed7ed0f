"""Contracts that are closed, over Dataverse: three requests to load, one change set to write what fits into one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dataverse.batch import Get, Update, in_parts
from dataverse.query import Query, any_of, both, either, eq, is_null, lt, ne, not_null, typed
from dataverse.rows import amount, choice_value, day, etag, instant, maybe, status
from dataverse.stores import changing_ops, planned_rows
from dataverse.stores import changing_rows as rows
from dataverse.stores.billing_ops import NEVER
from dataverse.stores.changing_rows import CHANGE, CONTRACT, SUBSCRIPTION
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.stores.log_entries import refund_choice, refund_of
from dataverse.stores.planned_rows import PLANNED, PLANNED_COLUMNS, PLANNED_EXPAND
from dataverse.stores.refunds import POLICIES, policy_for
from dataverse.stores.unbilled import UnbilledRows
from dataverse.webapi import Ref
from work365.closing.subject import OpenCredit, Part, Subject
from work365.errors import Refused
from work365.money import currency
from work365.ports.changing import Recorded
from work365.subscriptions.held import Status
from work365.subscriptions.scheduling import STOPPED, ScheduleState
from work365.terms.renewal import AtEnd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dataverse.batch import Op
    from dataverse.rows import Row
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import WebApi
    from work365.closing.planning import Ending, Plan
    from work365.ports.closing import Writing

INVOICE, INSTALMENTS = "w365_invoice", "w365_instalmentplan"
COLUMNS = (*rows.CONTRACT_COLUMNS, "w365_closeson", "w365_closingaskedon", "w365_closingrefund")
PART = ("w365_subscriptionid", "w365_name", "w365_printedname")
PART_OF = f"w365_SplitOf($select=w365_subscriptionid;$expand=w365_Contract($select=w365_number)),{rows.PRODUCT_EXPAND}"
OPEN_PLANS = (ScheduleState.SCHEDULED, ScheduleState.WAITING, ScheduleState.AWAITING, *STOPPED, ScheduleState.FAILED)
DRAFTS = ("Draft", "Verified")
OPS_MAX = 900


class Closing:
    """The closing book over Dataverse."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._currencies = currencies

    def load(self, number: str) -> Subject:
        """The contract; then everything on it, so that nothing that was there with that version is missed."""
        row = self._api.first(Query(CONTRACT, COLUMNS, filter=typed("w365_number", number), expand=rows.CONTRACT_OWNERS))
        if row is None:
            message = f"no billing contract has the number '{number}'; look it up under Billing Contracts"
            raise Refused(message)
        contract = row["w365_billingcontractid"]
        subscriptions, parts, log, planned, documents, instalments, said, policies = self._api.rows(
            *_on(contract), SETTINGS, POLICIES
        )
        code_of, inherited = self._currencies.code, Inherited(said)
        logs: dict[str, list[Row]] = defaultdict(list)
        for change in log:
            logs[change["_w365_subscription_value"]].append(change)
        return Subject(
            place=rows.place(row, code_of, inherited),
            held=tuple(
                replace(rows.held(one, logs[one["w365_subscriptionid"]], code_of, inherited), refund=policy_for(one, policies))
                for one in subscriptions
            ),
            parts=tuple(_part(one) for one in parts),
            planned=tuple(planned_rows.planned(one, code_of, inherited) for one in planned),
            unbilled=tuple(UnbilledRows(self._api).waiting(contract)),
            credits=tuple(_credit(one) for one in documents if one["w365_number"]),
            drafts=tuple(one["w365_name"] or "without a name" for one in documents if not one["w365_number"]),
            instalments=tuple(one["w365_description"] or one["w365_key"] for one in instalments),
            closes_on=maybe(day, row["w365_closeson"]),
            asked=maybe(instant, row["w365_closingaskedon"]),
            refund=refund_of(CONTRACT, row, "w365_closingrefund"),
            billed_out=maybe(day, row["w365_nextinvoicedate"]) == NEVER,
            etag=etag(row),
        )

    def closing(self) -> list[str]:
        """By the day on which they close."""
        which = both(eq("statecode", 0), not_null("w365_closeson"))
        return [row["w365_number"] for row in self._api.find(Query(CONTRACT, ("w365_number",), which, order="w365_closeson"))]

    def close(self, plan: Plan, writing: Writing) -> None:
        """The contract first: whatever gets lost behind it, the timer finds by what the contract says."""
        api = self._api if writing.person is None else self._api.as_user(writing.person)
        ops = _ops(plan, writing)
        for part in in_parts(ops, OPS_MAX):
            api.change(part)

    def end(self, subject: Subject) -> None:
        """Under the version that was read."""
        self._api.update(Ref(CONTRACT, subject.id), status(CONTRACT, "Ended"), etag=subject.etag)

    def reopen(self, subject: Subject) -> None:
        """The same the other way round."""
        self._api.update(Ref(CONTRACT, subject.id), status(CONTRACT, "Active"), etag=subject.etag)


def _on(contract: str) -> list[Get]:
    """What is on a contract: subscriptions, parts, logs, planned changes, documents that matter, instalment plans."""
    mine, behind = eq("_w365_contract_value", contract), eq("w365_Subscription/_w365_contract_value", contract)
    standing = both(mine, ne("statuscode", status(SUBSCRIPTION, Status.CANCELLED.value)["statuscode"]))
    whole = is_null("_w365_splitof_value")
    open_plans = any_of("statuscode", [status(PLANNED, state.value)["statuscode"] for state in OPEN_PLANS])
    drafts = any_of("statuscode", [status(INVOICE, label)["statuscode"] for label in DRAFTS])
    owed = both(lt("w365_balance", 0), not_null("w365_number"), ne("statuscode", status(INVOICE, "Cancelled")["statuscode"]))
    money = "transactioncurrencyid($select=isocurrencycode)"
    running = eq("statuscode", status(INSTALMENTS, "Active")["statuscode"])
    return [
        Get(Query(SUBSCRIPTION, rows.SUBSCRIPTION_COLUMNS, both(standing, whole), expand=rows.HELD_EXPAND, order="createdon")),
        Get(Query(SUBSCRIPTION, PART, both(standing, not_null("_w365_splitof_value")), expand=PART_OF, order="createdon")),
        Get(Query(CHANGE, rows.LOG_COLUMNS, behind, order="w365_sequence")),
        Get(Query(PLANNED, PLANNED_COLUMNS, both(behind, open_plans), expand=PLANNED_EXPAND, order="w365_dueon")),
        Get(
            Query(
                INVOICE,
                ("w365_name", "w365_number", "w365_balance"),
                both(mine, either(owed, both(is_null("w365_number"), drafts))),
                expand=money,
                order="createdon",
            )
        ),
        Get(Query(INSTALMENTS, ("w365_description", "w365_key"), both(mine, running), order="w365_key")),
    ]


def _part(row: Row) -> Part:
    of = (row["w365_SplitOf"] or {}).get("w365_Contract") or {}
    return Part(rows.called(row), of.get("w365_number") or "")


def _credit(row: Row) -> OpenCredit:
    code = currency(row["transactioncurrencyid"]["isocurrencycode"])
    return OpenCredit(row["w365_number"], -amount(row["w365_balance"], code))


def _ops(plan: Plan, writing: Writing) -> list[Op]:
    withdrawn = (planned_rows.released(one, ScheduleState.CANCELLED, "The contract is closed.") for one in plan.withdrawn)
    return [
        _contract_op(plan, writing),
        *(Update(Ref(PLANNED, one.id), row, one.etag) for one, row in zip(plan.withdrawn, withdrawn, strict=True)),
        *(op for one in plan.endings for op in _ending_ops(one, writing)),
    ]


def _contract_op(plan: Plan, writing: Writing) -> Op:
    """Being closed; from its day on it is due at once, so that the next run bills what is left."""
    subject = plan.subject
    row: dict[str, Any] = {
        "w365_closeson": plan.on,
        "w365_enddate": plan.end,
        "w365_closingaskedon": writing.asked,
        "w365_closingrefund": None if plan.refund is None else refund_choice(CONTRACT, plan.refund, "w365_closingrefund"),
    }
    said = subject.place.next_invoice_date
    if plan.on <= writing.today and said is not None and said > writing.today:
        row["w365_nextinvoicedate"] = writing.today
    return Update(Ref(CONTRACT, subject.id), row, subject.etag)


def _ending_ops(one: Ending, writing: Writing) -> Iterator[Op]:
    if one.decision is None:
        kept = {"w365_atend": choice_value(SUBSCRIPTION, "w365_atend", AtEnd.END.value)}
        yield Update(Ref(SUBSCRIPTION, one.held.id), kept, one.held.etag)
    elif one.day <= writing.today:
        wish = replace(one.wish, note=writing.note)
        asked = None if writing.asked == writing.now else writing.asked
        yield from changing_ops.writes(Recorded(writing.key, one.held, wish, one.decision, writing.now, asked=asked))
