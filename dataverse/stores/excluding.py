"""Rows that are left out of billing, over Dataverse: one batch to read, one to write, a change set for each row."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from dataverse.batch import ChangeSet, Failed, Get, Update, in_parts
from dataverse.query import Query, any_of
from dataverse.rows import bind, choice_label, choice_value, etag, maybe
from dataverse.schema.tables import BY_NAME
from dataverse.stores.left_out import EXCLUDED_BY, REASON, STATE
from dataverse.stores.releasing import HOLDERS
from dataverse.webapi import Ref
from work365.crediting.excluding import Billable, BillingState, Decision
from work365.usage.charging import TABLE as USAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dataverse.rows import Row
    from dataverse.webapi import WebApi
    from work365.errors import External

COLUMNS = ("w365_name", STATE, REASON, "w365_exclusionlog", EXCLUDED_BY, "_w365_invoice_value")
DOCUMENT = "w365_Invoice($select=w365_number)"
ROWS_AT_ONCE = 100


class Exclusions:
    """The exclusion book over Dataverse."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def person(self) -> tuple[str, str]:
        """Whoever is signed in: id and name."""
        me = str(self._api.who_am_i()["UserId"])
        return me, self._api.read(Ref("systemuser", me), select=("fullname",))["fullname"] or me

    def billable(self, ids: Sequence[str]) -> dict[str, Billable]:
        """Those of these rows that exist, whatever table they are in, by id as it was given."""
        given = {known: name for name in ids if (known := _guid(name))}
        found: dict[str, Billable] = {}
        for part in in_parts(list(given), ROWS_AT_ONCE):
            answers = self._api.rows(*(_question(table, part) for table in HOLDERS))
            for table, rows in zip(HOLDERS, answers, strict=True):
                for row in rows:
                    name = given[row[f"{table}id"]]
                    found[name] = _billable(table, name, row)
        return found

    def write(self, decisions: Sequence[Decision]) -> list[External | None]:
        """Each in a change set of its own, only as it was read."""
        result: list[External | None] = []
        for part in in_parts(decisions, ROWS_AT_ONCE):
            sets = [ChangeSet([_op(one)]) for one in part]
            result += [outcome.error if isinstance(outcome, Failed) else None for outcome in self._api.batch(sets)]
        return result


def _guid(name: str) -> str:
    """An id as rows say it; "" for what is none."""
    try:
        return str(UUID(name))
    except ValueError:
        return ""


def _question(table: str, ids: Iterable[str]) -> Get:
    columns = (f"{table}id", *COLUMNS, *(("w365_claim",) if table == USAGE else ()))
    return Get(Query(table, columns, any_of(f"{table}id", ids), expand=DOCUMENT))


def _billable(table: str, name: str, row: Row) -> Billable:
    state = maybe(lambda value: BillingState(choice_label(table, STATE, value)), row[STATE])
    return Billable(
        table=table,
        id=name,
        named=f"{BY_NAME[table].label} {row['w365_name'] or ''}".strip(),
        state=state,
        version=etag(row),
        reason=row[REASON] or "",
        by_person=row[EXCLUDED_BY] is not None,
        document=(row.get("w365_Invoice") or {}).get("w365_number") or "",
        claimed=state is BillingState.UNBILLED and row.get("w365_claim") is not None,
        log=row["w365_exclusionlog"] or "",
    )


def _op(decision: Decision) -> Update:
    table, said = decision.row.table, decision.said
    out = decision.state is BillingState.EXCLUDED
    written: Row = {
        STATE: choice_value(table, STATE, decision.state.value),
        REASON: said.reason.strip() if out else None,
        "w365_excludedon": said.now if out else None,
        "w365_exclusionlog": decision.log,
        **bind("w365_ExcludedBy", "systemuser", said.person if out else None),
    }
    return Update(Ref(table, decision.row.id), written, decision.row.version)
