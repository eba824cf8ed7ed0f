"""Rows of splits, shares, users and parts into values, and a division into writes. Pure: nothing here calls anybody."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from dataverse.batch import Create, Op, Update
from dataverse.rows import bind, choice_label, day, etag, maybe, status, status_label
from dataverse.stores import billing_rows
from dataverse.stores.billing_conditions import unpriced
from dataverse.stores.billing_source import complete
from dataverse.stores.changing_rows import CONTRACT_COLUMNS, CONTRACT_EXPAND, PRODUCT_EXPAND, called
from dataverse.stores.contract_rows import CONTRACT as CONTRACT_NEEDS
from dataverse.stores.contract_rows import contract_of, end_of_contract
from dataverse.stores.counted_changes import counting
from dataverse.stores.log_entries import log_entry
from dataverse.stores.subscription_rows import change_of, end_of, item_terms
from dataverse.stores.supply_rows import log_row
from dataverse.webapi import Ref
from work365.errors import BadInput, Work365Error
from work365.findings import Finding
from work365.ports.splitting import PartSeen, Payer, Sold, SplitSeen
from work365.provisioning.holding import log_row_id
from work365.splitting.terms import FoundBy, Rest, Share, Split, SplitTerms
from work365.splitting.users import User
from work365.splitting.wording import UNREADABLE
from work365.subscriptions.held import Status
from work365.subscriptions.ledger import Source, in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from dataverse.rows import Row
    from dataverse.stores.inheriting import Inherited
    from work365.money import Currency
    from work365.ports.splitting import PartChange, SplitChange
    from work365.subscriptions.ledger import LogRow

SPLIT, SHARE, USER = "w365_seatsplit", "w365_seatshare", "w365_tenantuser"
SUBSCRIPTION, CHANGE, CONTRACT, DISCOUNT = "w365_subscription", "w365_changelog", "w365_billingcontract", "w365_discount"
TENANT, CURRENCY = "_w365_provideraccount_value", "_transactioncurrencyid_value"
OWNER = ("w365_subscriptionid", TENANT)
PAYER = ",".join(CONTRACT_COLUMNS)
PAYER_EXPAND = f"w365_Contract($select={PAYER})"
SPLIT_COLUMNS = ("w365_seatsplitid", "_w365_subscription_value", "w365_validfrom", "w365_rest", "w365_licence")
SPLIT_EXPAND = f"w365_Subscription($select={','.join(OWNER)}),w365_RestTo($select={PAYER})"
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
PART_COLUMNS = ("w365_subscriptionid", "_w365_splitof_value", "w365_startdate", "w365_enddate", "w365_heldback", "statuscode")
LOG_COLUMNS = (*billing_rows.CHANGE, "w365_reference")
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
    counted = counting(log, terms, zone)
    tenant = row.get("w365_ProviderAccount") or {}
    return SplitSeen(
        id=row["w365_subscriptionid"],
        name=str(row["w365_externalid"] or called(row)),
        main=contract["w365_billingcontractid"],
        rows=tuple(map(log_row, log)),
        changes=tuple(change_of(change, since, zone) for change, since in counted),
        price=Decimal(row["w365_unitprice"] or 0),
        frequency=terms.on(today).frequency,
        listed=unpriced(row),
        sold=_sold(row, contract),
        split=split_of(read.terms, read.shares, contract["w365_billingcontractid"]) if read.terms else None,
        payers={payer.id: payer for payer in _payers(read, code_of, today)},
        users=tuple(user(one) for one in read.users),
        tenant=tenant.get("w365_domain") or tenant.get("w365_externalid") or "",
        parts=tuple(_part(part, read.logs) for part in read.parts),
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


def _sold(row: Row, contract: Row) -> Sold:
    return Sold(
        row["_w365_product_value"],
        row["w365_printedname"],
        row[CURRENCY] or contract[CURRENCY],
        row["w365_term"],
        row["w365_billingplan"],
        maybe(day, row["w365_pricedon"]),
        maybe(Decimal, row["w365_listprice"]),
    )


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
            yield Payer(
                one["w365_billingcontractid"],
                one["w365_number"],
                one["_w365_account_value"],
                contract_of(one, code_of(one[CURRENCY])).on(today).frequency,
                day(one["w365_startdate"]),
                end_of_contract(one),
                bool(one["w365_pricesincludetax"]),
                one["statecode"] != 0,
            )


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


def _part(row: Row, logs: Mapping[str, Sequence[Row]]) -> PartSeen:
    return PartSeen(
        row["w365_subscriptionid"],
        row["w365_Contract"]["w365_billingcontractid"],
        day(row["w365_startdate"]),
        maybe(day, row["w365_enddate"]),
        Status(status_label(SUBSCRIPTION, row)),
        tuple(map(log_row, logs.get(row["w365_subscriptionid"], ()))),
        row["w365_heldback"] or "",
        etag(row),
    )


def writes(change: SplitChange, now: datetime) -> list[Op]:
    """Everything that one division writes; the versions of the subscriptions guard their logs."""
    seen_one, written = change.seen, {part.id for part in change.parts}
    own: Row = {"w365_splitfrom": change.split_from, "w365_heldback": change.held_back or None}
    if change.rows:
        own["w365_lastsequence"] = change.rows[-1].sequence
    ops: list[Op] = [Update(Ref(SUBSCRIPTION, seen_one.id), own, seen_one.version)]
    ops += (
        _logged(row, seen_one, seen_one.id, seen_one.main, now, "The seats are split over several payers.") for row in change.rows
    )
    held: Row = {"w365_heldback": change.held_back or None}
    for part in seen_one.parts:
        if part.id not in written and part.held_back != change.held_back:
            ops.append(Update(Ref(SUBSCRIPTION, part.id), held, part.version))
    for part_change in change.parts:
        ops += _part_writes(part_change, seen_one, held, now)
    return ops


def _part_writes(part: PartChange, whole: SplitSeen, held: Row, now: datetime) -> list[Op]:
    log = in_order([*(part.seen.rows if part.seen else ()), *part.rows])
    row: Row = {
        "w365_startdate": part.start,
        "w365_enddate": whole.end,
        "w365_quantity": log[-1].quantity,
        "w365_unitprice": None if whole.listed else log[-1].unit_price,
        "w365_lastsequence": max(one.sequence for one in log),
        **held,
    }
    standing = status(SUBSCRIPTION, whole.status.value)
    entries = [_logged(one, whole, part.id, part.payer.id, now, reason) for one, reason in zip(part.rows, part.why, strict=True)]
    if part.seen is not None:
        return [Update(Ref(SUBSCRIPTION, part.id), {**row, **standing}, part.seen.version), *entries]
    fresh = {**row, **_taken_over(part, whole)}
    return [Create(SUBSCRIPTION, fresh, part.id), Update(Ref(SUBSCRIPTION, part.id), standing), *entries]


def _taken_over(part: PartChange, whole: SplitSeen) -> Row:
    sold = whole.sold
    return {
        "w365_name": f"{whole.name}, part of {part.payer.number}"[:200],
        "w365_billable": True,
        "w365_printedname": sold.printed_name,
        "w365_term": sold.term,
        "w365_billingplan": sold.plan,
        "w365_pricedon": sold.priced_on,
        "w365_listprice": sold.list_price,
        **bind("w365_SplitOf", SUBSCRIPTION, whole.id),
        **bind("w365_Contract", CONTRACT, part.payer.id),
        **bind("w365_Account", "account", part.payer.account),
        **(bind("w365_Product", "w365_product", sold.product) if sold.product else {}),
        **(bind("transactioncurrencyid", "transactioncurrency", sold.currency) if sold.currency else {}),
    }


def _logged(row: LogRow, whole: SplitSeen, subscription: str, contract: str, now: datetime, note: str) -> Create:
    entry = log_entry(row, subscription, contract, source=Source.SCHEDULE, now=now, billable=True, note=note)
    return Create(CHANGE, {**entry, "w365_unitprice": None} if whole.listed else entry, log_row_id(subscription, row.sequence))
