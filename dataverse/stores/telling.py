"""Notices over Dataverse: one row each, created at an id that the event gives, moved under its version."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dataverse.batch import ChangeSet, Create, Failed, Get, Op, Update, packed
from dataverse.errors import DuplicateKey
from dataverse.query import Query, any_of, both, eq, ge, is_null, le
from dataverse.rows import choice_label, etag, status, status_label
from dataverse.stores import disputed, reminding_rows
from dataverse.stores import telling_rows as rows
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.stores.pay_link_rows import made
from dataverse.stores.payable import payable
from dataverse.stores.payments_rows import PAYMENT_TABLE
from dataverse.stores.telling_rows import CONTRACT, NOTE, NOTICE
from dataverse.webapi import Ref
from work365.approving.approval import ApprovalState
from work365.documents.deliveries import DeliveryState
from work365.errors import Conflict, Refused, Rejected
from work365.receivables.payments import PaymentState
from work365.suspending.suspension import State
from work365.telling.approvals import waited_for
from work365.telling.notice import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from dataverse.webapi import Row, WebApi
    from work365.errors import External
    from work365.receivables.mailed_links import Payable
    from work365.receivables.pay_links import NewLink
    from work365.telling.notice import Addressee, Notice

IDS_AT_ONCE = 300
UNREAD = ("w365_noticeid", "w365_events")
RETURNED = status(PAYMENT_TABLE, PaymentState.RETURNED.value)["statuscode"]
GONE = "the payment was returned meanwhile"
SUSPENSION = "w365_suspension"
WARNED = status(SUSPENSION, State.WARNED.value)["statuscode"]
NOT_ASKED = "what the suspension was for is over, or somebody has decided it"
APPROVAL = "w365_approval"
WAITING = status(APPROVAL, ApprovalState.WAITING.value)["statuscode"]
ANSWERED = "the request does not wait any more"
RESENDABLE = (DeliveryState.FAILED.value, DeliveryState.UNKNOWN.value)


class Telling:
    """The notice book over Dataverse."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def addressees(self, contracts: Collection[str]) -> dict[str, Addressee]:
        """Contracts with their customers, legal entities and settings, and which of their owners are users."""
        found: list[Row] = []
        said: list[Row] = []
        for part in packed(sorted(contracts), lambda _: 1, IDS_AT_ONCE):
            which = any_of("w365_billingcontractid", part)
            mine, said = self._api.rows(
                Get(Query(CONTRACT, rows.ADDRESSEE, filter=which, expand=rows.ADDRESSEE_EXPAND)), SETTINGS
            )
            found += mine
        owners = {row["_ownerid_value"] for row in found}
        query = Query("systemuser", ("systemuserid",), filter=any_of("systemuserid", sorted(owners)))
        users = {row["systemuserid"] for row in self._api.find(query)} if owners else set()
        inherited = Inherited(said)
        return {row["w365_billingcontractid"]: rows.addressee(row, inherited, users) for row in found}

    def told(self, notices: Collection[str]) -> dict[str, list[str]]:
        """What the notices that are there tell."""
        found: dict[str, list[str]] = {}
        for part in packed(sorted(notices), lambda _: 1, IDS_AT_ONCE):
            query = Query(NOTICE, ("w365_noticeid", "w365_events"), filter=any_of("w365_noticeid", part))
            found |= {row["w365_noticeid"]: (row["w365_events"] or "").splitlines() for row in self._api.find(query)}
        return found

    def queue(self, notices: Sequence[Notice]) -> int:
        """Create each at its id; one that is there by now was written by another worker.

        An owner who may not read notices cannot be given one: it then stays with the functions, where everybody else sees it.
        """
        errors = self._each([Create(NOTICE, rows.new_row(one), one.id) for one in notices])
        ownerless = [one for one, error in zip(notices, errors, strict=True) if one.owner and isinstance(error, Rejected)]
        again = self._each([Create(NOTICE, rows.new_row(replace(one, owner=None)), one.id) for one in ownerless])
        _raise_but([*(error for error in errors if not isinstance(error, Rejected)), *again], DuplicateKey)
        return errors.count(None) + again.count(None)

    def waiting(self, *, limit: int) -> list[Notice]:
        """Queued, and not begun."""
        queued = both(any_of("statuscode", _numbers(DeliveryState.QUEUED)), is_null("w365_begunon"))
        found = self._with_files(self._mails(queued, limit))
        for look in (self._looked_after, self._still_paid, self._still_asked_for, self._still_waiting):
            found = look(found)
        return found

    def _with_files(self, found: list[Notice]) -> list[Notice]:
        """Statements carry the file that stands in their notes."""
        notes = {rows.note_id(one.id): one for one in found if one.kind is NoticeKind.STATEMENT}
        if not notes:
            return found
        files = self._api.find(Query(NOTE, rows.FILE, filter=any_of("annotationid", sorted(notes))))
        enclosed = {notes[row["annotationid"]].id: rows.enclosure(row) for row in files}
        return [replace(one, enclosure=enclosed.get(one.id)) for one in found]

    def _looked_after(self, found: list[Notice]) -> list[Notice]:
        """Reminders are true for as long as nothing of what they name was paid, disputed or paused."""
        events = sorted({event for one in found if one.kind is NoticeKind.REMINDER for event in one.events})
        over: dict[str, str] = {}
        for part in packed(events, lambda _: 1, IDS_AT_ONCE):
            which = any_of("w365_reminderid", part)
            query = Query(reminding_rows.REMINDER, reminding_rows.OVERTAKEN, which, expand=reminding_rows.OVERTAKEN_EXPAND)
            found_again, held = self._api.rows(Get(query), disputed.AT_GATEWAYS)
            gateways = disputed.at_gateways(held)
            over |= {row["w365_reminderid"]: reminding_rows.overtaken(row, gateways) for row in found_again}
        return [replace(one, overtaken=next((over[event] for event in one.events if over.get(event)), "")) for one in found]

    def _still_paid(self, found: list[Notice]) -> list[Notice]:
        """A payment is told for as long as its money is here."""
        events = sorted({event for one in found if one.kind is NoticeKind.PAYMENT for event in one.events})
        if not events:
            return found
        left = both(any_of("w365_paymentid", events), eq("statuscode", RETURNED))
        gone = {row["w365_paymentid"] for row in self._api.find(Query(PAYMENT_TABLE, ("w365_paymentid",), left))}
        return [replace(one, overtaken=GONE) if gone.intersection(one.events) else one for one in found]

    def _still_asked_for(self, found: list[Notice]) -> list[Notice]:
        """A suspension is warned of for as long as something asks for it."""
        events = [event for one in found if one.kind is NoticeKind.SUSPENSION_WARNING for event in one.events]
        return self._while(found, {event: event.partition(":")[0] for event in events}, SUSPENSION, WARNED, NOT_ASKED)

    def _still_waiting(self, found: list[Notice]) -> list[Notice]:
        """Approvers are told of a request for as long as it waits."""
        events = [event for one in found if one.kind is NoticeKind.APPROVAL for event in one.events]
        waited = {event: waited_for(event) for event in events}
        return self._while(found, {event: one for event, one in waited.items() if one}, APPROVAL, WAITING, ANSWERED)

    def _while(self, found: list[Notice], rows_of: Mapping[str, str], table: str, state: int, over: str) -> list[Notice]:
        """Notices of events that are true while a row is in a state; those of whose events one is not, as overtaken."""
        still = self._in_state(set(rows_of.values()), table, state)
        gone = {event for event, row in rows_of.items() if row not in still}
        return [replace(one, overtaken=over) if gone.intersection(one.events) else one for one in found]

    def _in_state(self, ids: Collection[str], table: str, state: int) -> set[str]:
        """Those of some rows that are in a state."""
        found: set[str] = set()
        for part in packed(sorted(ids), lambda _: 1, IDS_AT_ONCE):
            which = both(any_of(f"{table}id", part), eq("statuscode", state))
            found |= {row[f"{table}id"] for row in self._api.find(Query(table, (f"{table}id",), which))}
        return found

    def doubtful(self, *, begun_before: datetime, limit: int) -> list[Notice]:
        """Begun, and without an outcome; what is a person's says no more when it was begun."""
        open_ = any_of("statuscode", _numbers(DeliveryState.QUEUED, DeliveryState.UNKNOWN))
        return self._mails(both(open_, le("w365_begunon", begun_before)), limit)

    def _mails(self, which: str, limit: int) -> list[Notice]:
        query = Query(NOTICE, rows.COLUMNS, filter=which, order="createdon", top=limit)
        return [rows.notice(row) for row in self._api.find(query)]

    def payable(self, invoices: Collection[str]) -> dict[str, Payable]:
        """One request for as many as fit."""
        return payable(self._api, sorted(invoices))

    def begin(self, notices: Sequence[Notice], links: Mapping[str, Sequence[NewLink]]) -> list[Notice]:
        """Each under its version. Shape: what is answered has no version: what happens to it next is known to us alone."""
        begin: list[Op] = [Update(Ref(NOTICE, one.id), rows.moved(one), one.etag) for one in notices]
        errors = self._sets([[op, *map(made, links.get(one.id, ()))] for op, one in zip(begin, notices, strict=True)])
        _raise_but(errors, Conflict)
        return [replace(one, etag="") for one, error in zip(notices, errors, strict=True) if error is None]

    def finish(self, notices: Sequence[Notice]) -> None:
        """Each under its version, if it still has one."""
        _raise_but(self._each([Update(Ref(NOTICE, one.id), rows.moved(one), one.etag or None) for one in notices]), Conflict)

    def put_away(self) -> int:
        """One request where approvers have nothing to read, two where all that waits does, and else one for each 300 rows."""
        unread = [
            (row, waited_for(row["w365_events"] or "")) for row in self._api.find(Query(NOTICE, UNREAD, rows.APPROVALS_UNREAD))
        ]
        still = self._in_state({approval for _, approval in unread if approval}, APPROVAL, WAITING)
        over = [row for row, approval in unread if approval and approval not in still]
        read = status(NOTICE, rows.READ)
        errors = self._each([Update(Ref(NOTICE, row["w365_noticeid"]), read, etag(row)) for row in over])
        _raise_but(errors, Conflict)
        return errors.count(None)

    def again(self, notice: str) -> str:
        """Queue one more time what failed or may have been sent."""
        ref = Ref(NOTICE, notice)
        row = self._api.read(ref, select=rows.COLUMNS)
        state = status_label(NOTICE, row)
        if state not in RESENDABLE or not row["w365_recipient"]:
            message = f"'{row['w365_name']}' is {state.lower()}; only a mail that failed, or may have been sent, is sent again"
            raise Refused(message)
        one = replace(rows.notice(row), state=DeliveryState.QUEUED, begun=None, message="")
        self._api.update(ref, rows.moved(one), etag=one.etag)
        return one.subject

    def listed(self, since: datetime) -> list[Row]:
        """The notices of some days, the newest first, with their labels: what a person looks through."""
        query = Query(NOTICE, (*rows.COLUMNS, "createdon"), filter=ge("createdon", since), order="createdon desc")
        return [
            {
                **row,
                "kind": choice_label(NOTICE, "w365_kind", row["w365_kind"]),
                "audience": choice_label(NOTICE, "w365_audience", row["w365_audience"]),
                "status": status_label(NOTICE, row),
            }
            for row in self._api.find(query)
        ]

    def _each(self, ops: Sequence[Op]) -> list[External | None]:
        """Every write by itself, as many as fit in a request: None, or why it did not happen."""
        return self._sets([[op] for op in ops])

    def _sets(self, sets: Sequence[Sequence[Op]]) -> list[External | None]:
        """The same for writes that belong together."""
        errors: list[External | None] = []
        for part in packed(sets, len, IDS_AT_ONCE):
            outcomes = self._api.batch([ChangeSet(list(ops)) for ops in part])
            errors += [outcome.error if isinstance(outcome, Failed) else None for outcome in outcomes]
        return errors


def _numbers(*states: DeliveryState) -> list[int]:
    return [status(NOTICE, state.value)["statuscode"] for state in states]


def _raise_but(errors: Sequence[External | None], *harmless: type[External]) -> None:
    for error in errors:
        if error is not None and not isinstance(error, harmless):
            raise error
