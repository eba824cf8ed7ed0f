"""Rows of splits, shares, users and parts into values, and a division into writes. Pure: nothing here calls anybody."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from dataverse.batch import Op, Update
from dataverse.rows import choice_label, day, etag, maybe, status_label
from dataverse.stores import billing_rows, part_rows
from dataverse.stores.billing_conditions import unpriced
from dataverse.stores.billing_source import complete
from dataverse.stores.changing_rows import CONTRACT_COLUMNS, CONTRACT_ENTITY, CONTRACT_EXPAND, PRODUCT_EXPAND, called
from dataverse.stores.contract_rows import CONTRACT as CONTRACT_NEEDS
from dataverse.stores.contract_rows import contract_of
from dataverse.stores.counted_changes import counting
from dataverse.stores.part_rows import (
    SUBSCRIPTION,
    ledger,
    logged,
    part_of,
    part_writes,
    payer_of,
    sold_of,
)
from dataverse.stores.subscription_rows import change_of, end_of, item_terms
from dataverse.webapi import Ref
from work365.errors import BadInput, Work365Error
from work365.findings import Finding
from work365.ports.splitting import SplitSeen
from work365.splitting.terms import FoundBy, Rest, Share, Split, SplitTerms
from work365.splitting.users import User
from work365.splitting.wording import UNREADABLE
from work365.subscriptions.counting import counted
from work365.subscriptions.held import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from dataverse.rows import Row
    from dataverse.stores.inheriting import Inherited
    from work365.money import Currency
    from work365.ports.parts import Payer
    from work365.ports.splitting import SplitChange

SPLIT, SHARE, USER = "w365_seatsplit", "w365_seatshare", "w365_tenantuser"
DISCOUNT = "w365_discount"
SPLIT_OF, SPLIT_NOTE = "w365_SplitOf", "The seats are split over several payers."
TENANT, CURRENCY = "_w365_provideraccount_value", "_transactioncurrencyid_value"
OWNER = ("w365_subscriptionid", TENANT)
PAYER = f"$select={','.join(CONTRACT_COLUMNS)};$expand={CONTRACT_ENTITY}"
PAYER_EXPAND = f"w365_Contract({PAYER})"
SPLIT_COLUMNS = ("w365_seatsplitid", "_w365_subscription_value", "w365_validfrom", "w365_rest", "w365_licence")
SPLIT_EXPAND = f"w365_Subscription($select={','.join(OWNER)}),w365_RestTo({PAYER})"
SPLIT_NEEDS = {"w365_validfrom": "first day", "w365_rest": "rule for the rest"}
SHARE_NEEDS = {"w365_foundby": "way in which its seats are found"}
SHARE_COLUMNS = (
    *("_w365_split_value", "w365_ordinal", "w365_foundby", "w365_attribute", "w365_values", "w365_seats", "w365_included"),
    "w365_minimum",
)
COLUMNS = (
    *(*billing_rows.SUBSCRIPTION, TENANT, "w365_name", "_w365_product_value", "statuscode"),
    *("_w365_account_value", "w365_externalid"),
)
EXPAND = f"{CONTRACT_EXPAND},{PRODUCT_EXPAND},w365_ProviderAccount($select=w365_domain,w365_externalid)"
PART_COLUMNS = (*part_rows.PART_COLUMNS, "_w365_splitof_value")
DISCOUNT_COLUMNS = ("_w365_subscription_value", "w365_printedname", "w365_enddate")
USER_COLUMNS = (
    *(TENANT, "w365_userid", "w365_name", "w365_attributes", "w365_groups", "w365_licences", "w365_validfrom", "w365_validto"),
)


class Read(NamedTuple):
    """The rows behind one split subscription, and what is said above its contracts.

    Shape: `shares` by their split, `logs` by their subscription, in order.
    """

    row: Row
    terms: Sequence[Row]
    shares: Mapping[str, Sequence[Row]]
    parts: Sequence[Row]
    logs: Mapping[str, Sequence[Row]]
    users: Sequence[Row]
    inherited: Inherited
    discounts: Sequence[Row]


def seen(read: Read, code_of: Callable[[str], Currency], today: date) -> SplitSeen:
    """A split subscription. Errors: BadInput when its rows say too little or contradict each other."""
    row = read.row
    if row.get("w365_Contract") is None:
        message = "it is on no contract; choose the one that pays for what nobody else does"
        raise BadInput(message)
    contract = _filled(row["w365_Contract"], read)
    terms = item_terms(contract_of(contract, code_of(contract[CURRENCY])), row)
    log = read.logs.get(row["w365_subscriptionid"], [])
    zone = ZoneInfo(contract["w365_LegalEntity"]["w365_timezone"])
    changes = [change_of(change, since, zone) for change, since in counting(log, terms)]
    tenant = row.get("w365_ProviderAccount") or {}
    return SplitSeen(
        id=row["w365_subscriptionid"],
        name=str(row["w365_externalid"] or called(row)),
        main=contract["w365_billingcontractid"],
        rows=ledger(log),
        changes=tuple(counted(changes, terms)),
        price=Decimal(row["w365_unitprice"] or 0),
        frequency=terms.on(today).frequency,
        listed=unpriced(row),
        sold=sold_of(row, contract),
        split=split_of(read.terms, read.shares, contract["w365_billingcontractid"]) if read.terms else None,
        payers={payer.id: payer for payer in _payers(read, code_of, today)},
        users=tuple(user(one) for one in read.users),
        tenant=tenant.get("w365_domain") or tenant.get("w365_externalid") or "",
        parts=tuple(part_of(part, part["w365_Contract"]["w365_billingcontractid"], read.logs) for part in read.parts),
        split_from=maybe(day, row["w365_splitfrom"]),
        end=end_of(row),
        status=Status(status_label(SUBSCRIPTION, row)),
        held_back=row["w365_heldback"] or "",
        version=etag(row),
        discounts=tuple((one["w365_printedname"], maybe(day, one["w365_enddate"])) for one in read.discounts),
    )


def _filled(contract: Row, read: Read) -> Row:
    """A contract's row with what it inherits. Errors: BadInput when it says too little."""
    filled = read.inherited.terms(contract)
    complete(filled, CONTRACT_NEEDS, f"contract {contract['w365_number']}")
    return filled


def broken(row: Row, error: Exception) -> Finding:
    """What a person reads when the rows of a split say too little."""
    name = str(row["w365_externalid"] or called(row))
    why = str(error).rstrip(".") if isinstance(error, Work365Error) else f"the rules broke on it ({error!r}); report this"
    message = f"The split of subscription {name} cannot be read: {why}. Its payers go on as they were."
    return Finding(UNREADABLE, name, message, contract=row["_w365_contract_value"] or "")


def _payers(read: Read, code_of: Callable[[str], Currency], today: date) -> Iterator[Payer]:
    shares = (share for terms in read.terms for share in read.shares.get(terms["w365_seatsplitid"], ()))
    found = (
        read.row["w365_Contract"],
        *(share["w365_Contract"] for share in shares),
        *(terms["w365_RestTo"] for terms in read.terms),
        *(part["w365_Contract"] for part in read.parts),
    )
    for contract in found:
        if contract is not None:
            one = _filled(contract, read)
            yield payer_of(one, contract_of(one, code_of(one[CURRENCY])).on(today).frequency)


def split_of(terms: Iterable[Row], shares: Mapping[str, Sequence[Row]], main: str) -> Split:
    """The split of a subscription, from its terms in order. Errors: BadInput when they contradict themselves."""
    return Split(main, tuple(_terms(row, shares.get(row["w365_seatsplitid"], ())) for row in terms))


def _terms(row: Row, shares: Sequence[Row]) -> SplitTerms:
    complete(row, SPLIT_NEEDS, "a split")
    to = row["w365_RestTo"] or {}
    rest = Rest(choice_label(SPLIT, "w365_rest", row["w365_rest"]))
    return SplitTerms(
        day(row["w365_validfrom"]),
        tuple(_share(one) for one in shares),
        rest,
        to.get("w365_billingcontractid", "") if rest is Rest.PAYER else "",
        row["w365_licence"] or "",
    )


def _share(row: Row) -> Share:
    complete(row, SHARE_NEEDS, f"share {row['w365_ordinal']}")
    return Share(
        payer=row["w365_Contract"]["w365_billingcontractid"],
        found_by=FoundBy(choice_label(SHARE, "w365_foundby", row["w365_foundby"])),
        values=tuple(lines(row["w365_values"])),
        attribute=row["w365_attribute"] or "",
        seats=row["w365_seats"] or 0,
        included=row["w365_included"] or 0,
        minimum=row["w365_minimum"] or 0,
    )


def lines(written: str | None) -> list[str]:
    """What stands in the lines of a text, without those that say nothing."""
    return [line.strip() for line in (written or "").splitlines() if line.strip()]


def user(row: Row) -> User:
    """A user for some days. Errors: BadInput when its attributes are no JSON object."""
    try:
        attributes = json.loads(row["w365_attributes"] or "{}")
        compared = {str(name).casefold(): str(value) for name, value in attributes.items()}
    except (ValueError, AttributeError):
        message = f"the attributes of user {row['w365_userid']} are not a JSON object; import its list again"
        raise BadInput(message) from None
    return User(
        row["w365_userid"],
        day(row["w365_validfrom"]),
        maybe(day, row["w365_validto"]),
        row["w365_name"] or "",
        compared,
        frozenset(one.casefold() for one in lines(row["w365_groups"])),
        frozenset(one.casefold() for one in lines(row["w365_licences"])),
    )


def writes(change: SplitChange, now: datetime) -> list[Op]:
    """Everything that one division writes; the versions of the subscriptions guard their logs."""
    seen_one, written = change.seen, {part.id for part in change.parts}
    own: Row = {"w365_splitfrom": change.split_from, "w365_heldback": change.held_back or None}
    if change.rows:
        own["w365_lastsequence"] = change.rows[-1].sequence
    ops: list[Op] = [Update(Ref(SUBSCRIPTION, seen_one.id), own, seen_one.version)]
    ops += (logged(row, seen_one.id, seen_one.main, now, note=SPLIT_NOTE, listed=seen_one.listed) for row in change.rows)
    held: Row = {"w365_heldback": change.held_back or None}
    for part in seen_one.parts:
        if part.id not in written and part.held_back != change.held_back:
            ops.append(Update(Ref(SUBSCRIPTION, part.id), held, part.version))
    for part_change in change.parts:
        ops += part_writes(part_change, SPLIT_OF, now)
    return ops
