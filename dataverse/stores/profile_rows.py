"""Rows of payment profiles that customers fill themselves, and back. Pure: nothing here calls anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Update
from dataverse.rows import bind, choice_label, choice_value, day, etag, instant, maybe, status, status_label
from dataverse.stores import payments_rows as payments
from dataverse.stores.payments_rows import PROCESSOR_EXPAND, PROCESSOR_TABLE, PROFILE_TABLE
from dataverse.stores.telling_rows import template_language
from dataverse.webapi import Ref
from work365.money import Currency
from work365.ports.profiles import Asker
from work365.receivables.payments import Processor, ProfileId, ProfileKind, ProfileStatus
from work365.receivables.profile_links import Request, Rival, Stored

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dataverse.rows import Row

ACCOUNT_TABLE = payments.ACCOUNT_TABLE
ACCOUNT = ("accountid", "name", "w365_language", "emailaddress1")
ENTITY = ("w365_code", "w365_companyname", "w365_email", "w365_phone", "w365_template")
PROCESSOR = ("w365_paymentprocessorid", "w365_code", "w365_kind", "w365_secretname", "statecode")
COLUMNS = (
    *payments.PROFILE,
    *("w365_isdefault", "w365_mandatereference", "w365_sessionreference", "w365_linkhash", "w365_linkexpireson"),
    *("w365_linkcurrency", "w365_message", "_w365_processor_value"),
)
EXPAND = f"{PROCESSOR_EXPAND},w365_Account($select=name,w365_language)"
OTHER = (
    "w365_paymentprofileid",
    "_w365_processor_value",
    "w365_customerreference",
    "w365_isdefault",
    "w365_refusedon",
    "statecode",
    "statuscode",
)
MESSAGE_MAX, BRAND_MAX = 300, 40
ACTIVE = 0


def asker(row: Row) -> Asker:
    """The company that asks."""
    lines = (row["w365_companyname"], row["w365_email"] or "", row["w365_phone"] or "")
    return Asker(tuple(line for line in lines if line), template_language(row["w365_template"] or ""))


def asked(account: Row, of: Processor) -> Request:
    """A request that is not written yet."""
    return Request(
        id=ProfileId(""),
        account=account["accountid"],
        name=account["name"],
        language=account["w365_language"] or "",
        email=account["emailaddress1"] or "",
        processor=of,
        status=ProfileStatus.PENDING,
        currency=Currency(""),
    )


def request(row: Row, others: Iterable[Row]) -> Request:
    """A profile with what its siblings say: who the customer is at the gateway, and whether one is the default."""
    rest = [one for one in others if one["w365_paymentprofileid"] != row["w365_paymentprofileid"]]
    there = (one["w365_customerreference"] for one in rest if one["_w365_processor_value"] == row["_w365_processor_value"])
    customers = [row["w365_customerreference"], *there]
    return Request(
        id=ProfileId(row["w365_paymentprofileid"]),
        account=row["_w365_account_value"],
        name=row["w365_Account"]["name"],
        language=row["w365_Account"]["w365_language"] or "",
        processor=payments.processor(row["w365_Processor"]),
        status=ProfileStatus(status_label(PROFILE_TABLE, row)),
        currency=Currency(row["w365_linkcurrency"] or ""),
        customer=next((one for one in customers if one), ""),
        session=row["w365_sessionreference"] or "",
        link_hash=row["w365_linkhash"] or "",
        link_expires=maybe(instant, row["w365_linkexpireson"]),
        stored=_stored(row) if row["w365_methodreference"] else None,
        default=bool(row["w365_isdefault"]),
        refused_on=maybe(day, row["w365_refusedon"]),
        first=not any(one["w365_isdefault"] and one["statecode"] == ACTIVE and not one["w365_refusedon"] for one in rest),
        rivals=tuple(Rival(ProfileId(one["w365_paymentprofileid"]), etag(one)) for one in rest if _may_be_default(one)),
        message=row["w365_message"] or "",
        etag=etag(row),
    )


def _may_be_default(row: Row) -> bool:
    return bool(row["w365_isdefault"]) or status_label(PROFILE_TABLE, row) == ProfileStatus.PENDING.value


def _stored(row: Row) -> Stored:
    month, year = row["w365_expirymonth"], row["w365_expiryyear"]
    return Stored(
        method=row["w365_methodreference"],
        kind=ProfileKind(choice_label(PROFILE_TABLE, "w365_kind", row["w365_kind"])),
        brand=row["w365_brand"] or "",
        last_four=row["w365_lastfour"] or "",
        expires=(int(year), int(month)) if year and month else None,
        mandate=row["w365_mandatereference"] or "",
    )


def new_row(one: Request) -> Row:
    """A profile that waits for its customer. It is called a card until the gateway says what it is."""
    return {
        "w365_name": f"Asked for by link, {one.currency}",
        "w365_kind": choice_value(PROFILE_TABLE, "w365_kind", ProfileKind.CARD.value),
        **linked(one),
        "w365_linkcurrency": one.currency,
        "w365_isdefault": False,
        **bind("w365_Account", ACCOUNT_TABLE, one.account),
        **bind("w365_Processor", PROCESSOR_TABLE, one.processor.id),
        **status(PROFILE_TABLE, one.status.value),
    }


def linked(one: Request) -> Row:
    """What is kept of a link; a request that is about to get one has none."""
    return {"w365_linkhash": one.link_hash or None, "w365_linkexpireson": one.link_expires}


def moved_ops(one: Request) -> list[Update]:
    """What changes of a profile, and with a new default that no other is it: each under the version that was read.

    Shape: in the order of their ids, so that two workers who write the same rows do not lock each other out.
    """
    ops = [Update(Ref(PROFILE_TABLE, one.id), moved(one), one.etag)]
    if one.default and one.first:
        ops += [Update(Ref(PROFILE_TABLE, rival.id), {"w365_isdefault": False}, rival.etag) for rival in one.rivals]
    return sorted(ops, key=lambda op: op.ref.path)


def moved(one: Request) -> Row:
    """The columns of a profile that change."""
    row: Row = {
        "w365_customerreference": one.customer or None,
        "w365_sessionreference": one.session or None,
        "w365_isdefault": one.default,
        "w365_refusedon": one.refused_on,
        "w365_message": one.message[:MESSAGE_MAX] or None,
        **status(PROFILE_TABLE, one.status.value),
    }
    return row if one.stored is None else row | _shown(one.stored)


def _shown(stored: Stored) -> Row:
    year, month = stored.expires or (None, None)
    return {
        "w365_name": f"{stored.brand} ending {stored.last_four}".strip(),
        "w365_kind": choice_value(PROFILE_TABLE, "w365_kind", stored.kind.value),
        "w365_methodreference": stored.method,
        "w365_mandatereference": stored.mandate or None,
        "w365_brand": stored.brand[:BRAND_MAX] or None,
        "w365_lastfour": stored.last_four or None,
        "w365_expirymonth": month,
        "w365_expiryyear": year,
    }
