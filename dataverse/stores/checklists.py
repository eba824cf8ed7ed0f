"""The checklist book over Dataverse: one request to see who is new, one to see whose entries may tick themselves."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, time
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from dataverse.batch import Get, Update
from dataverse.query import Query, any_of, both, eq, ge, is_null
from dataverse.rows import choice_value, instant, status
from dataverse.stores import checklist_rows as wire
from dataverse.stores.hold_rows import moved
from dataverse.stores.holding import COLUMNS, customer_of
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.webapi import Ref
from work365.errors import BadInput
from work365.holding.checklist import Entry, ItemKind, in_words, with_changed
from work365.holding.hold import HoldKind
from work365.ids import is_id
from work365.ports.checklists import Checklist, NewCustomer
from work365.receivables.payments import ProfileStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from dataverse.batch import Op
    from dataverse.rows import Row
    from dataverse.webapi import WebApi
    from work365.holding.checklist import Item
    from work365.jobs import Job
    from work365.ports.holding import Customer

RULE = "new-customer"
AT_ONCE = 100
ACCOUNT = (*COLUMNS, "createdon")
BY_THEMSELVES = [choice_value(wire.ENTRY, "w365_kind", kind.value) for kind in (ItemKind.PAYMENT_PROFILE, ItemKind.AGREEMENT)]
PROFILE, AGREEMENT = "w365_paymentprofile", "w365_agreement"
USABLE = eq("statuscode", status(PROFILE, ProfileStatus.ACTIVE.value)["statuscode"])
ACCEPTED = eq("statuscode", status(AGREEMENT, "Active")["statuscode"])


class Checklists:
    """What new customers have to bring."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    @cached_property
    def _me(self) -> str:
        return str(self._api.who_am_i()["UserId"])

    def items(self) -> list[Item]:
        """One request. Errors: BadInput for one that says too little: whom would it be asked of?"""
        return [
            wire.item(row) for row in self._api.find(Query(wire.ITEM, wire.ITEMS, eq("statecode", 0), "w365_ordinal,w365_code"))
        ]

    def new(self, since: date) -> list[NewCustomer]:
        """One request."""
        start = datetime.combine(since, time(), UTC)
        never = both(is_null("w365_documents"), ge("createdon", start), eq("statecode", 0))
        return self._accounts(Query(wire.ACCOUNT, ACCOUNT, never, "createdon", top=AT_ONCE))

    def customer(self, number: str) -> NewCustomer:
        """One request."""
        found = self._accounts(Query(wire.ACCOUNT, ACCOUNT, eq("accountnumber", number))) if number else []
        if not found:
            message = f"no account has the number '{number}'; look it up under Accounts"
            raise BadInput(message, "ACCOUNT")
        return found[0]

    def account(self, id_: str) -> NewCustomer:
        """One request."""
        found = self._accounts(Query(wire.ACCOUNT, ACCOUNT, eq("accountid", id_))) if is_id(id_) else []
        if not found:
            message = f"there is no account '{id_}'; press Checklist on the form of the account that it is about"
            raise BadInput(message, "account")
        return found[0]

    def _accounts(self, query: Query) -> list[NewCustomer]:
        rows, said = self._api.rows(Get(query), SETTINGS)
        inherited = Inherited(said)
        return [NewCustomer(customer_of(row, inherited), instant(row["createdon"]).date()) for row in rows]

    def begin(self, customer: Customer, items: Sequence[Item], *, held: str) -> None:
        """One change set; an account that a person holds stays that person's, and what a rule holds is held for its documents."""
        entries = [Entry("", one.code, one.name, one.kind, optional=one.optional) for one in items]
        says: Row = {"w365_documents": in_words(entries)}
        head: list[Op] = [Update(Ref(wire.ACCOUNT, customer.id), says, customer.etag)]
        if held and customer.kind is not HoldKind.MANUAL:
            head = moved(customer, HoldKind.DOCUMENTS, held, rule=RULE, also=says)
        self._api.change([*head, *(wire.asked_op(customer.id, one) for one in items)])

    def checklist(self, customer: Customer) -> Checklist:
        """Two requests."""
        return self._checklists([customer])[0]

    def waiting(self) -> Iterator[Checklist]:
        """One request to find them, and for each hundred accounts one to see of whom there is anything, and two to read those."""
        open_ones = both(eq("statecode", 0), is_null("w365_note"), any_of("w365_kind", BY_THEMSELVES))
        found = self._api.find(Query(wire.ENTRY, ("_w365_account_value",), open_ones))
        rest = iter(sorted({row["_w365_account_value"] for row in found}))
        while ids := list(islice(rest, AT_ONCE)):
            some = sorted(self._evidence(any_of("_w365_account_value", ids)))
            accounts = self._accounts(Query(wire.ACCOUNT, ACCOUNT, any_of("accountid", some))) if some else []
            yield from self._checklists([one.customer for one in accounts])

    def _evidence(self, whose: str) -> Mapping[str, Mapping[ItemKind, str]]:
        return wire.evidence(*self._api.rows(*_evidence_of(whose)))

    def _checklists(self, customers: Sequence[Customer]) -> list[Checklist]:
        if not customers:
            return []
        mine = any_of("_w365_account_value", [one.id for one in customers])
        rows, *found = self._api.rows(
            Get(Query(wire.ENTRY, wire.ENTRIES, mine, "w365_ordinal,w365_code", annotations=True)), *_evidence_of(mine)
        )
        entries = defaultdict[str, list[Entry]](list)
        for row in rows:
            entries[row["_w365_account_value"]].append(wire.entry(row))
        evidence = wire.evidence(*found)
        return [Checklist(one, tuple(entries[one.id]), evidence.get(one.id, {})) for one in customers]

    def change(
        self, checklist: Checklist, changed: Sequence[Entry], *, now: datetime, by_person: bool, job: Job | None = None
    ) -> None:
        """One change set."""
        says = {"w365_documents": in_words(with_changed(checklist.entries, changed))}
        head = Update(Ref(wire.ACCOUNT, checklist.customer.id), says, checklist.customer.etag)
        who = self._person(job) if by_person else None
        api = self._api if job is None or job.on_behalf_of is None else self._api.as_user(job.on_behalf_of)
        api.change([head, *(wire.changed_op(one, now, who) for one in changed)])

    def _person(self, job: Job | None) -> str:
        return self._me if job is None else job.person


def _evidence_of(whose: str) -> tuple[Get, Get]:
    """Active payment profiles and accepted agreements, the oldest first."""
    named = ("w365_name", "_w365_account_value")
    return (
        Get(Query(PROFILE, named, both(whose, USABLE), "createdon")),
        Get(Query(AGREEMENT, (*named, "w365_signedon"), both(whose, ACCEPTED), "createdon")),
    )
