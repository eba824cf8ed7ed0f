"""Suspensions over Dataverse: a day's cases, their moves, and the jobs that do what people have decided."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dataverse.batch import ChangeSet, Failed, Update, packed
from dataverse.query import Query, any_of, both, either, eq, is_null, not_null
from dataverse.rows import bind, choice_value, etag, status, status_label
from dataverse.stores import job_rows
from dataverse.stores import suspending_rows as rows
from dataverse.stores.changing_rows import called
from dataverse.stores.suspending_costs import running_costs
from dataverse.stores.suspending_material import read
from dataverse.stores.telling_rows import NOTICE
from dataverse.webapi import Ref
from work365.errors import BadInput, Conflict
from work365.jobs import JobKind
from work365.money import rounded
from work365.periods import days_at
from work365.ports.suspending import Case
from work365.subscriptions.ledger import Event
from work365.suspending.causes import Cause
from work365.suspending.running_cost import by_hand
from work365.suspending.suspension import State, Warnings, row_id
from work365.telling.notice import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from dataverse.rows import Row
    from dataverse.stores.suspending_material import Material
    from dataverse.webapi import WebApi
    from work365.periods import DayIn
    from work365.ports.suspending import Listed, Move, Standing, Subject
    from work365.suspending.causes import Trigger
    from work365.suspending.suspension import Suspension

WHOLE = both(eq("statecode", 0), *(is_null(f"_w365_{name}_value") for name in ("splitof", "tierof", "parent")))
"""Subscriptions that run, but for what follows another one: parts of splits, tiers and bundles."""
SENT = both(
    eq("w365_kind", choice_value(NOTICE, "w365_kind", NoticeKind.SUSPENSION_WARNING.value)),
    eq("statuscode", status(NOTICE, "Sent")["statuscode"]),
)
IDS_AT_ONCE = 200
COLUMNS = (*rows.STATE, "_w365_pausejob_value", "_w365_resumejob_value", "_modifiedby_value")


def _state(state: State) -> str:
    return eq("statuscode", status(rows.TABLE, state.value)["statuscode"])


UNDONE = either(
    both(_state(State.CONFIRMED), is_null("_w365_pausejob_value")),
    both(_state(State.RESUMED), is_null("_w365_resumejob_value"), not_null("_w365_pausejob_value")),
)


class Suspensions:
    """Suspensions of subscriptions."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def cases(self, day_in: DayIn, *, usage: bool) -> Iterator[Case | BadInput]:
        """What asks for each subscription's suspension, and what stands of it."""
        found = read(self._api, day_in, usage=usage)
        if found is None:
            return
        triggers: dict[str, list[Trigger]] = {}
        for contract, row in found.contracts.items():
            try:
                triggers[contract] = sorted(found.triggers(row, day_in, usage=usage), key=_weight)
                found.rule(row["_w365_account_value"], row["_w365_legalentity_value"])
            except BadInput as error:
                triggers.pop(contract, None)
                yield error
        asked: dict[str, dict[Cause, tuple[Subject, Trigger]]] = defaultdict(dict)
        for one in self._subjects([contract for contract, some in triggers.items() if some], found):
            for trigger in triggers[one.contract]:
                if trigger.cause is not Cause.SPEND or one.usage is not None:
                    asked[one.id].setdefault(trigger.cause, (one, trigger))
        yield from self._standing(found, asked, found.contracts.keys() - triggers.keys(), usage=usage)
        held = {row["_w365_subscription_value"] for row in found.open}
        fresh = [min(some.values(), key=lambda pair: _weight(pair[1])) for key, some in asked.items() if key not in held]
        closed = self._closed([row_id(one.id, trigger.cause, trigger.episode) for one, trigger in fresh])
        for one, trigger in fresh:
            before = closed.get(row_id(one.id, trigger.cause, trigger.episode))
            yield Case(one, trigger.cause, before, trigger, _rule(found, one))

    def _standing(
        self,
        found: Material,
        asked: Mapping[str, Mapping[Cause, tuple[Subject, Trigger]]],
        broken: Collection[str],
        *,
        usage: bool,
    ) -> Iterator[Case]:
        """Those that are open, each with what still asks for it; a contract that cannot be looked at is left alone."""
        sent = self._sent(found.open)
        for row in found.open:
            cause, subscription = rows.cause_of(row), row["_w365_subscription_value"]
            pair = asked.get(subscription, {}).get(cause)
            one = rows.subject(row["w365_Subscription"]) if pair is None else pair[0]
            if one.contract not in broken and (usage or cause is not Cause.SPEND):
                rule, trigger = (Warnings(), None) if pair is None else (_rule(found, one), pair[1])
                yield Case(one, cause, rows.suspension(row), trigger, rule, sent)

    def _subjects(self, contracts: Sequence[str], found: Material) -> Iterator[Subject]:
        for part in packed(sorted(contracts), lambda _: 1, IDS_AT_ONCE):
            query = Query(
                rows.SUBSCRIPTION,
                rows.OF_SUBSCRIPTION,
                both(any_of("_w365_contract_value", part), WHOLE),
                order="createdon",
                expand=rows.SUBSCRIPTION_EXPAND,
            )
            for row in self._api.find(query):
                spent = found.costs.get(row["_w365_contract_value"], {}).get(row["w365_subscriptionid"], {})
                usage = [rounded(cost, code) for code, cost in spent.items()]
                yield rows.subject(row, usage[0] if usage else None)

    def _sent(self, standing: Iterable[Row]) -> frozenset[str]:
        """Events of warnings that were mailed, as far as anything waits for them."""
        warned = sorted(
            {row["w365_Subscription"]["_w365_contract_value"] for row in standing if rows.suspension(row).state is State.WARNED}
        )
        found: set[str] = set()
        for part in packed(warned, lambda _: 1, IDS_AT_ONCE):
            for row in self._api.find(Query(NOTICE, ("w365_events",), both(SENT, any_of("_w365_contract_value", part)))):
                found.update((row["w365_events"] or "").splitlines())
        return frozenset(found)

    def _closed(self, ids: Sequence[str]) -> dict[str, Suspension]:
        found: dict[str, Suspension] = {}
        for part in packed(sorted(ids), lambda _: 1, IDS_AT_ONCE):
            for row in self._api.find(Query(rows.TABLE, rows.STATE, any_of("w365_suspensionid", part))):
                found[row["w365_suspensionid"]] = rows.suspension(row)
        return found

    def record(self, moves: Sequence[Move], day_in: DayIn) -> list[Move]:
        """One change set for each; one that meets a row, or a row that was written since, is left to the next run."""
        cost = running_costs(self._api, [one.case.subject for one in moves if one.change.asks], day_in("UTC"))
        written = []
        for part in packed(moves, lambda _: 1):
            sets = [ChangeSet([rows.write(one, day_in(one.case.subject.zone), cost.get(one.case.subject.id))]) for one in part]
            for move, outcome in zip(part, self._api.batch(sets), strict=True):
                if not isinstance(outcome, Failed):
                    written.append(move)
                elif not isinstance(outcome.error, Conflict):
                    raise outcome.error
        return written

    def standing(self) -> Iterator[Standing]:
        """One request."""
        which = either(*(_state(one) for one in (State.WARNED, State.PROPOSED, State.RESUMABLE)))
        query = Query(rows.TABLE, rows.TOLD, both(which, not_null("_w365_contract_value")), "w365_name", rows.TOLD_EXPAND)
        yield from map(rows.standing, self._api.find(query))

    def undone(self) -> Iterator[str]:
        """One request."""
        yield from (row["w365_suspensionid"] for row in self._api.find(Query(rows.TABLE, ("w365_suspensionid",), UNDONE)))

    def carry_out(self, suspension: str, now: datetime) -> bool:
        """One request to read, one change set to write: whoever wrote the row last has decided."""
        row = self._api.read(Ref(rows.TABLE, suspension), select=COLUMNS, expand=rows.DONE_EXPAND)
        state = State(status_label(rows.TABLE, row))
        pauses = state is State.CONFIRMED and row["_w365_pausejob_value"] is None
        resumes = state is State.RESUMED and row["_w365_pausejob_value"] is not None and row["_w365_resumejob_value"] is None
        if not (pauses or resumes):
            return False
        event, lookup = (Event.PAUSE, "w365_PauseJob") if pauses else (Event.RESUME, "w365_ResumeJob")
        name = f"{event.value} of {called(row['w365_Subscription'])}"
        arguments = {
            "subscription": row["_w365_subscription_value"],
            "event": event.value,
            "on": days_at(now)(rows.zone_of(row.get("w365_Contract") or {})).isoformat(),
            "note": f"{rows.cause_of(row).value}: suspension {suspension}",
        }
        job = job_rows.asked(JobKind.CHANGE, f"suspension:{suspension}:{_version(row)}:{event.value.lower()}", name, arguments)
        hand = by_hand(
            called(row["w365_Subscription"]), at_supplier=bool(row["w365_Subscription"]["w365_externalid"]), active=resumes
        )
        done: Row = {
            "w365_message": f"{name} was asked for.",
            "w365_atsupplier": hand,
            "w365_decidedon": now,
            **bind("w365_DecidedBy", "systemuser", row["_modifiedby_value"]),
            **bind(lookup, job_rows.TABLE, job.id),
        }
        self._api.change([job, Update(Ref(rows.TABLE, suspension), done, etag(row))])
        return True

    def listed(self, *, everything: bool) -> list[Listed]:
        """One request."""
        which = "" if everything else eq("statecode", 0)
        query = Query(rows.TABLE, rows.LISTED, which, "createdon desc,w365_name", rows.LISTED_EXPAND)
        return list(map(rows.listed, self._api.find(query)))

    def decide(self, one: Listed, state: State, reason: str, now: datetime) -> None:
        """By whoever is signed in, under the version that was read."""
        me = str(self._api.who_am_i()["UserId"])
        row: Row = {
            **status(rows.TABLE, state.value),
            "w365_decidedon": now,
            "w365_decisionreason": reason,
            "w365_message": f"{state.value} by a person: {reason}",
            **bind("w365_DecidedBy", "systemuser", me),
        }
        self._api.update(Ref(rows.TABLE, one.id), row, etag=one.version)


def _version(row: Row) -> str:
    """What tells a decision from an earlier one that could not be carried out: the version of the row that says it."""
    return etag(row).strip('W/"')


def _weight(trigger: Trigger) -> tuple[bool, bool]:
    """What does not wait goes first, then what the customer was warned of: a subscription has one suspension at a time."""
    return trigger.waits, not trigger.warned


def _rule(found: Material, one: Subject) -> Warnings:
    row = found.contracts.get(one.contract)
    return found.rule(one.account, None if row is None else row["_w365_legalentity_value"])
