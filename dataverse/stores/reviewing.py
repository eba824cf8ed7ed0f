"""Reviews over Dataverse: thresholds as they are and as they were settled, who wrote rows, their approvals, and new requests."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dataverse.batch import ChangeSet, Failed, Get, Update, packed, rows_of
from dataverse.errors import DuplicateKey, PrivilegeMissing
from dataverse.names import guid
from dataverse.query import Query, any_of, both, eq, is_null, not_null
from dataverse.rows import etag, status_label
from dataverse.stores import approving_rows as rows
from dataverse.stores.approving import thresholds_of
from dataverse.stores.audits import changed_values
from dataverse.stores.inheriting import COLUMNS, SETTINGS, Above, Inherited
from dataverse.stores.inheriting import TABLE as SETTING
from dataverse.stores.job_rows import TABLE as JOB
from dataverse.stores.job_rows import asked
from dataverse.stores.planned_rows import PLANNED
from dataverse.webapi import Ref
from work365.approving.entries import Subject, Written
from work365.approving.matters import Matter
from work365.approving.thresholds import InForce
from work365.errors import Rejected
from work365.holding.limits import UNLIMITED
from work365.ids import derived
from work365.jobs import JobKind, JobState
from work365.ports.reviewing import Seen, Threshold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from dataverse.rows import Row
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import WebApi
    from work365.approving.approval import Approval
    from work365.approving.entries import Entry
    from work365.approving.request import Whose
    from work365.approving.thresholds import Size
    from work365.ports.reviewing import Stands

AT_ONCE = 500
"""Subjects of one question: its address stays below what a batch takes."""
TRIES_MAX = 5
"""Jobs for one number of approvals: as many may have ended without having asked anybody."""
USER = "systemuser"
HISTORY_MAX = 100
ENTERED = {
    "w365_billingcontract": frozenset({"w365_discountpercent"}),
    "w365_subscription": frozenset({"w365_quantity", "w365_unitprice", "w365_startdate", "w365_product", "w365_contract"}),
}
"""Of tables to whose rows the functions write, too: the columns that people enter."""
SAID = ("w365_settingid", "w365_value", "w365_settledvalue")
WATCHED = frozenset(matter.setting for matter in (Matter.DISCOUNT, Matter.PURCHASE, Matter.REDUCTION))
"""The thresholds of what can be entered by hand."""
TAKEN_BACK = Get(
    Query(SETTING, COLUMNS, both(eq("statecode", 1), not_null("w365_settledvalue"), any_of("w365_setting", sorted(WATCHED))))
)
"""Thresholds that nobody says any more, and under which what stands was entered."""
WRITERS = ("_createdonbehalfby_value", "_modifiedonbehalfby_value")
EDITOR = {PLANNED: "_w365_editedby_value"}
"""The column of a table that keeps who edited a row by hand, where the functions write on its rows themselves."""
WRITERS_EXPAND = "createdby($select=systemuserid,applicationid),modifiedby($select=systemuserid,applicationid)"


class Reviews:
    """The book of reviews."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._currencies = currencies

    def in_force(self, whose: Collection[Whose]) -> dict[Whose, InForce]:
        """One request."""
        limits = Limits(*self._api.rows(SETTINGS, TAKEN_BACK))
        return {one: limits.of(one) for one in whose}

    def seen(self, subjects: Collection[Subject]) -> dict[Subject, Seen]:
        """One request for each five hundred, with who wrote the rows of each table and the approvals of all."""
        found: dict[Subject, Seen] = {}
        for part in packed(sorted(set(subjects)), lambda _: 1, AT_ONCE):
            tables = sorted({one.table for one in part})
            approvals, *written = self._api.rows(_approvals(part), *(_writers(table, part) for table in tables))
            found |= _seen(part, map(rows.approval, approvals), zip(tables, written, strict=True))
        return found

    def author(self, subject: Subject, written: Written) -> str:
        """Two requests for a row that the functions write to, too; by the row itself where the history says nothing."""
        if subject.table not in ENTERED:
            return written.author
        editors = list(dict.fromkeys(self._editors(subject)))
        if not editors:
            return written.author
        found = self._api.find(Query(USER, ("systemuserid", "applicationid"), any_of("systemuserid", editors)))
        people = {row["systemuserid"] for row in found if not row["applicationid"]}
        return next((one for one in editors if one in people), written.author)

    def _editors(self, subject: Subject) -> Iterator[str]:
        """Who wrote what is entered on a row, by no job, the last one first; nobody where the history may not be read."""
        direct = both(eq("_objectid_value", subject.id), is_null("_callinguserid_value"))
        query = Query("audit", ("_userid_value", "changedata"), direct, "createdon desc,auditid desc", top=HISTORY_MAX)
        (outcome,) = self._api.batch([Get(query)])
        if isinstance(outcome, Failed):
            if isinstance(outcome.error, PrivilegeMissing):
                return
            raise outcome.error
        for row in rows_of(outcome):
            if any(one.column in ENTERED[subject.table] for one in changed_values(row["changedata"])):
                yield row["_userid_value"]

    def ask(self, entry: Entry, author: str, number: int) -> None:
        """One request more to see who the author is in the directory; by the application where the author may make no jobs."""
        user = self._api.read(Ref(USER, author), select=("azureactivedirectoryobjectid", "applicationid"))
        person = None if user["applicationid"] else user["azureactivedirectoryobjectid"]
        for key in (f"entry:{entry.subject}:{one}" for one in range(number, number + TRIES_MAX)):
            try:
                return self._create(key, entry, person)
            except DuplicateKey:
                if not self._ended(derived("job", key)):
                    return None
        return None

    def thresholds(self) -> list[Threshold]:
        """One request."""
        found = self._api.find(Query(SETTING, (*SAID, "statecode"), any_of("w365_setting", sorted(WATCHED))))
        return [
            Threshold(
                row["w365_settingid"], row["w365_value"] if row["statecode"] == 0 else None, row["w365_settledvalue"], etag(row)
            )
            for row in found
        ]

    def let_stand(self, some: Sequence[Stands], now: datetime) -> None:
        """Each in a change set of its own, so that one that is there holds nothing up."""
        sets = [ChangeSet(rows.stood(one, now, self._currency(one.size))) for one in some]
        for outcome in self._api.batch(sets) if sets else ():
            if isinstance(outcome, Failed) and not isinstance(outcome.error, DuplicateKey):
                raise outcome.error

    def _currency(self, size: Size) -> Row:
        return {} if size.amount is None else self._currencies.bind(size.amount.currency)

    def settle(self, some: Sequence[Threshold]) -> None:
        """One change set."""
        if some:
            self._api.change([Update(Ref(SETTING, one.id), {"w365_settledvalue": one.value}, one.etag) for one in some])

    def _create(self, key: str, entry: Entry, person: str | None) -> None:
        made = asked(JobKind.REVIEW_ENTRY, key, f"Review: {entry.request.what}", {"entry": str(entry.subject)})
        if person is not None:
            try:
                self._api.as_user(guid(person)).create(made.table, made.row, id=made.id)
            except Rejected:  # the author may make no jobs, or has left
                pass
            else:
                return
        self._api.create(made.table, made.row, id=made.id)

    def _ended(self, job: str) -> bool:
        row = self._api.read(Ref(JOB, job), select=("statuscode",))
        return JobState(status_label(JOB, row)).final


class Limits:
    """From where on what people enter waits, by the rows of settings; those that were taken back say what counted before."""

    def __init__(self, said: Sequence[Row], taken_back: Sequence[Row] = ()) -> None:
        self.off = not any(row["w365_setting"] in WATCHED and row["w365_value"] != UNLIMITED for row in said)
        """Nothing of it waits, whosever it is."""
        self._now, self._settled = Inherited(said), Inherited(_settled((*said, *taken_back)))
        self._known: dict[Whose, InForce] = {}

    def of(self, whose: Whose) -> InForce:
        """For a customer of a legal entity. Errors: BadInput for a value that counts and cannot be used."""
        if whose not in self._known:
            above = Above(whose.account or None, whose.entity or None)
            self._known[whose] = InForce(thresholds_of(self._now, above), thresholds_of(self._settled, above))
        return self._known[whose]


def _settled(said: Iterable[Row]) -> Iterator[Row]:
    """The settings as they were when what stood was last approved; one that is newer says nothing yet."""
    return ({**row, "w365_value": row["w365_settledvalue"]} for row in said if row["w365_settledvalue"] is not None)


def _approvals(subjects: Sequence[Subject]) -> Get:
    theirs = any_of("w365_subject", map(str, subjects))
    return Get(Query(rows.TABLE, rows.COLUMNS, theirs, "w365_askedon,w365_number", expand=rows.EXPAND))


def _writers(table: str, subjects: Iterable[Subject]) -> Get:
    ids = [one.id for one in subjects if one.table == table]
    columns = (f"{table}id", *WRITERS, *([EDITOR[table]] if table in EDITOR else []))
    return Get(Query(table, columns, any_of(f"{table}id", ids), expand=WRITERS_EXPAND))


def _seen(
    subjects: Iterable[Subject], approvals: Iterable[Approval], tables: Iterable[tuple[str, Sequence[Row]]]
) -> Mapping[Subject, Seen]:
    by_subject: dict[str, list[Approval]] = defaultdict(list)
    for one in approvals:
        by_subject[one.subject].append(one)
    writers = {
        Subject(table, row[f"{table}id"]): _written(row, row.get(EDITOR.get(table, "")))
        for table, found in tables
        for row in found
    }
    return {one: Seen(writers.get(one), tuple(by_subject[str(one)])) for one in subjects}


def _written(row: Row, editor: str | None) -> Written:
    """Source: Microsoft Learn, "Impersonate another user": a row that an application writes for a person says so beside that.

    Shape: `editor` is who edited it by hand before the functions wrote on it themselves; None for nobody.
    """
    made, changed = row["createdby"] or {}, row["modifiedby"] or {}
    if editor and changed.get("applicationid"):
        return Written(editor, by_hand=True)
    people = [one for one in (changed, made) if one and not one["applicationid"]]
    by_hand = any(
        one and not one["applicationid"] and row[f"_{verb}onbehalfby_value"] is None
        for verb, one in (("created", made), ("modified", changed))
    )
    return Written((people or [changed or made])[0]["systemuserid"], by_hand)
