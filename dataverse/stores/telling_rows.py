"""Rows of contracts into addressees, and notices into rows and back. Pure: nothing here calls anybody."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from dataverse.query import both, eq
from dataverse.rows import bind, choice_label, choice_value, etag, instant, maybe, status, status_label
from dataverse.stores import sending_rows
from dataverse.stores.inheriting import ON_CONTRACT, RECIPIENTS, Above, text_of
from work365.documents.deliveries import DeliveryState
from work365.documents.recipients import Addresses
from work365.documents.template import read_template
from work365.errors import BadInput, Refused
from work365.ids import derived
from work365.telling.choosing import SETTINGS
from work365.telling.notice import Addressee, Audience, Enclosure, Notice, NoticeKind

if TYPE_CHECKING:
    from collections.abc import Container

    from dataverse.rows import Row
    from dataverse.stores.inheriting import Inherited

NOTE, FILE = "annotation", ("annotationid", "filename", "documentbody")
NOTICE, CONTRACT, SUBSCRIPTION = "w365_notice", "w365_billingcontract", "w365_subscription"
CHOSEN = {kind: ON_CONTRACT[setting] for kind, setting in SETTINGS.items()}
ADDRESSEE = (
    *("w365_billingcontractid", "w365_number", "_w365_account_value", "_w365_legalentity_value", "_ownerid_value"),
    *(*RECIPIENTS, "w365_noticeemail", "w365_template", *CHOSEN.values()),
)
ADDRESSEE_EXPAND = (
    "w365_Account($select=name,emailaddress1,w365_language,w365_declinesnotices),"
    "w365_LegalEntity($select=w365_code,w365_companyname,w365_email,w365_phone,w365_timezone,w365_template)"
)
COLUMNS = (
    *("w365_noticeid", "w365_name", "w365_key", "w365_kind", "w365_audience", "w365_recipient", "w365_body", "w365_language"),
    *("w365_why", "w365_events", "w365_until", "w365_begunon", "w365_senton", "w365_messagereference", "w365_message"),
    *("statuscode", "_w365_contract_value", "_w365_account_value", "_w365_subscription_value", "w365_payinvoices"),
)
BODY_MAX = 100_000
TO_READ = "To read"
"""Where a notice to staff stands until its owner closes it."""
READ = "Read"
APPROVALS_UNREAD = both(
    eq("w365_kind", choice_value(NOTICE, "w365_kind", NoticeKind.APPROVAL.value)),
    eq("statuscode", status(NOTICE, TO_READ)["statuscode"]),
)


def addressee(row: Row, said: Inherited, users: Container[str]) -> Addressee:
    """Who is told about a contract. Shape: an owner who is none of the users is a team."""
    account, entity, owner = row["w365_Account"], row["w365_LegalEntity"], row["_ownerid_value"]
    above = Above(row["_w365_account_value"], row["_w365_legalentity_value"], entity, account["emailaddress1"] or "")
    problem, whole = "", row
    try:
        whole = said.filled(row, above)
    except BadInput as error:
        problem = str(error)
    return Addressee(
        contract=row["w365_billingcontractid"],
        number=row["w365_number"],
        account=row["_w365_account_value"],
        customer=account["name"],
        addresses=_addresses(whole, account),
        chosen={} if problem else {kind: text_of(SETTINGS[kind], whole[column]) for kind, column in CHOSEN.items()},
        problem=problem,
        declines=bool(account["w365_declinesnotices"]),
        owner=("systemuser" if owner in users else "team", owner),
        sender=(entity["w365_companyname"], entity["w365_email"] or "", entity["w365_phone"] or ""),
        languages=(account["w365_language"] or "", template_language(whole["w365_template"] or "")),
        zone=entity["w365_timezone"],
    )


def _addresses(contract: Row, account: Row) -> Addresses:
    """The address for notices, else whoever gets the invoices."""
    if contract["w365_noticeemail"]:
        return Addresses(contract["w365_noticeemail"], place="notice e-mail")
    return sending_rows.addresses({"w365_Contract": contract, "w365_Account": account})


def template_language(template: str) -> str:
    """The company's language; none when its template is broken, which every document says."""
    try:
        return read_template(template).language
    except Refused:
        return ""


def new_row(one: Notice) -> Row:
    """A notice that nobody has written yet."""
    return {
        "w365_name": one.subject[:200],
        "w365_key": one.key,
        "w365_events": "\n".join(one.events),
        "w365_kind": choice_value(NOTICE, "w365_kind", one.kind.value),
        "w365_audience": choice_value(NOTICE, "w365_audience", one.audience.value),
        "w365_recipient": one.recipient or None,
        "w365_body": one.body[:BODY_MAX],
        "w365_language": one.language,
        "w365_why": one.why[:300],
        "w365_until": one.until,
        "w365_payinvoices": "\n".join(one.pay) or None,
        **moved(one),
        **(bind("w365_Contract", CONTRACT, one.contract) if one.contract else {}),
        **(bind("w365_Account", "account", one.account) if one.account else {}),
        **(bind("w365_Subscription", SUBSCRIPTION, one.subscription) if one.subscription else {}),
        **(bind("ownerid", *one.owner) if one.owner else {}),
    }


def note_id(notice: str) -> str:
    """The id of the note that holds a notice's file."""
    return derived("notice-file", notice)


def note(one: Notice, file: Enclosure) -> Row:
    """A notice's file as a note of it."""
    return {
        "subject": file.file_name,
        "filename": file.file_name,
        "mimetype": "application/pdf",
        "documentbody": base64.b64encode(file.content).decode("ascii"),
        **bind("objectid_w365_notice", NOTICE, one.id),
    }


def enclosure(row: Row) -> Enclosure:
    """The file that a note holds."""
    return Enclosure(row["filename"], base64.b64decode(row["documentbody"], validate=True))


def moved(one: Notice) -> Row:
    """The columns of a notice that change."""
    to_read = one.audience is Audience.STAFF and not one.recipient and one.state is DeliveryState.QUEUED
    return {
        **status(NOTICE, TO_READ if to_read else one.state.value),
        "w365_begunon": one.begun,
        "w365_senton": one.sent,
        "w365_messagereference": one.reference[:200] or None,
        "w365_message": one.message[:2000] or None,
        **({"w365_body": one.body[:BODY_MAX]} if one.pay else {}),
    }


def notice(row: Row) -> Notice:
    """A notice that is to be mailed."""
    return Notice(
        id=row["w365_noticeid"],
        recipient=row["w365_recipient"] or "",
        state=DeliveryState(status_label(NOTICE, row)),
        begun=maybe(instant, row["w365_begunon"]),
        sent=maybe(instant, row["w365_senton"]),
        reference=row["w365_messagereference"] or "",
        message=row["w365_message"] or "",
        etag=etag(row),
        key=row["w365_key"],
        events=tuple((row["w365_events"] or "").splitlines()),
        kind=NoticeKind(choice_label(NOTICE, "w365_kind", row["w365_kind"])),
        audience=Audience(choice_label(NOTICE, "w365_audience", row["w365_audience"])),
        subject=row["w365_name"],
        body=row["w365_body"] or "",
        language=row["w365_language"] or "",
        why=row["w365_why"] or "",
        until=instant(row["w365_until"]),
        contract=row["_w365_contract_value"] or "",
        account=row["_w365_account_value"] or "",
        subscription=row["_w365_subscription_value"] or "",
        pay=tuple((row["w365_payinvoices"] or "").splitlines()),
    )
