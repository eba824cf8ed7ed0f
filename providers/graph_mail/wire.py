"""What is said to Microsoft Graph.

Source: learn.microsoft.com, Graph v1.0: "user: sendMail", "fileAttachment", "Get singleValueLegacyExtendedProperty", "Outlook
extended properties overview" (the form of the property's id).
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from work365.ports.mail import Mail

DELIVERY_PROPERTY = "String {8d5b1c0e-36f5-4a4e-9a3b-365036503650} Name w365-delivery"
DELIVERY_HEADER = "x-w365-delivery"


def send_path(mailbox: str) -> str:
    """Where a mailbox sends."""
    return f"v1.0/users/{quote(mailbox, safe='@')}/sendMail"


def search_path(mailbox: str) -> str:
    """All messages of a mailbox: an accepted mail is a draft first and moves to the sent items when it has been handed over."""
    return f"v1.0/users/{quote(mailbox, safe='@')}/messages"


def search_query(delivery: str) -> dict[str, str]:
    """The mail that carries a delivery's id."""
    wanted = delivery.replace("'", "''")
    return {
        "$filter": f"singleValueExtendedProperties/Any(ep: ep/id eq '{DELIVERY_PROPERTY}' and ep/value eq '{wanted}')",
        "$select": "id,internetMessageId,createdDateTime,sentDateTime",
        "$top": "1",
    }


def send_body(mail: Mail) -> dict[str, Any]:
    """One mail, marked with the delivery: once for us to search by, once for the readers of mail headers."""
    return {
        "message": {
            "subject": mail.subject,
            "body": {"contentType": "Text", "content": mail.body},
            "toRecipients": [{"emailAddress": {"address": mail.recipient}}],
            "attachments": _attachments(mail),
            "internetMessageHeaders": [{"name": DELIVERY_HEADER, "value": mail.delivery}],
            "singleValueExtendedProperties": [{"id": DELIVERY_PROPERTY, "value": mail.delivery}],
        },
        "saveToSentItems": True,
    }


def _attachments(mail: Mail) -> list[dict[str, str]]:
    if not mail.file_name:
        return []
    attachment = {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "name": mail.file_name,
        "contentType": mail.content_type,
        "contentBytes": base64.b64encode(mail.content).decode("ascii"),
    }
    return [attachment]
