"""Rows of checklist items and entries ⇄ values. Pure: nothing here calls anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Create, Update
from dataverse.rows import bind, choice_label, choice_value, day, etag, formatted, instant, maybe, status, status_label
from dataverse.webapi import Ref
from work365.errors import BadInput
from work365.holding.checklist import Entry, Item, ItemKind, entry_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from dataverse.batch import Op
    from dataverse.rows import Row

ITEM, ENTRY, ACCOUNT = "w365_checklistitem", "w365_checklistentry", "account"
ITEMS = ("w365_checklistitemid", "w365_code", "w365_name", "w365_kind", "w365_optional", "w365_ordinal", "w365_validfrom")
ENTRIES = (
    *("w365_checklistentryid", "w365_code", "w365_name", "w365_kind", "w365_optional", "w365_ordinal", "statuscode"),
    *("w365_note", "w365_tickedon", "_w365_tickedby_value", "_w365_account_value"),
)
DONE, OPEN = "Done", "Open"


def item(row: Row) -> Item:
    """What is asked for. Errors: BadInput where an import has left empty what the form asks for."""
    if None in (row["w365_code"], row["w365_kind"], row["w365_validfrom"]):
        message = f"The checklist item '{row['w365_name']}' says no code, kind or day; complete it under Checklist items."
        raise BadInput(message)
    return Item(
        row["w365_checklistitemid"],
        row["w365_code"],
        row["w365_name"],
        ItemKind(choice_label(ITEM, "w365_kind", row["w365_kind"])),
        bool(row["w365_optional"]),
        row["w365_ordinal"] or 0,
        day(row["w365_validfrom"]),
    )


def entry(row: Row) -> Entry:
    """One entry, read with annotations for the name of whoever ticked it."""
    return Entry(
        id=row["w365_checklistentryid"],
        code=row["w365_code"],
        name=row["w365_name"],
        kind=ItemKind(choice_label(ENTRY, "w365_kind", row["w365_kind"])),
        optional=bool(row["w365_optional"]),
        done=status_label(ENTRY, row) == DONE,
        note=row["w365_note"] or "",
        by=formatted(row, "_w365_tickedby_value") if row["_w365_tickedby_value"] else "",
        at=maybe(instant, row["w365_tickedon"]),
        person=row["_w365_tickedby_value"] or "",
        etag=etag(row),
    )


def asked_op(account: str, one: Item) -> Op:
    """An entry of an account, open."""
    row: Row = {
        "w365_name": one.name,
        "w365_code": one.code,
        "w365_kind": choice_value(ENTRY, "w365_kind", one.kind.value),
        "w365_optional": one.optional,
        "w365_ordinal": one.ordinal,
        **bind("w365_Account", ACCOUNT, account),
        **bind("w365_Item", ITEM, one.id),
        **status(ENTRY, OPEN),
    }
    return Create(ENTRY, row, entry_id(account, one.id))


def changed_op(one: Entry, now: datetime, who: str | None) -> Op:
    """An entry that was ticked, by a person or by itself, or that a person opened again."""
    row: Row = {"w365_note": one.note, "w365_tickedon": now, **status(ENTRY, DONE if one.done else OPEN)}
    row |= bind("w365_TickedBy", "systemuser", who) if who is not None else {}
    return Update(Ref(ENTRY, one.id), row, one.etag)


def evidence(profiles: Iterable[Row], agreements: Iterable[Row]) -> dict[str, Mapping[ItemKind, str]]:
    """What there is of each account, in words; the first of each kind."""
    found: dict[str, dict[ItemKind, str]] = {}
    for row in profiles:
        said = f"{row['w365_name']} is active"
        found.setdefault(row["_w365_account_value"], {}).setdefault(ItemKind.PAYMENT_PROFILE, said)
    for row in agreements:
        signed = f"accepted on {instant(row['w365_signedon']).date()}" if row["w365_signedon"] else "is active"
        said = f"{row['w365_name']} {signed}"
        found.setdefault(row["_w365_account_value"], {}).setdefault(ItemKind.AGREEMENT, said)
    return dict(found)
