"""The `Mailer` port over Microsoft Graph.

Graph has no idempotency key for sendMail, answers 504 to mails that go out all the same, and may add Retry-After to a 202. So a
mail is handed over once, every unclear answer is OutcomeUnknown, and the mail is searched for by the delivery id that it carries.
Graph accepts a mail by saving it as a draft, so a lost answer is cleared up at once by searching the whole mailbox.

Needs: application permissions Mail.Send and, for the search, Mail.Read; both can be limited to the billing mailbox.
Source: learn.microsoft.com, "Send mail by using the Microsoft Graph API"; msgraph-sdk-java issue 1487 (Retry-After on 202).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from providers.graph_mail.wire import search_path, search_query, send_body, send_path
from transport.client import body_of, status_of
from work365.errors import Conflict, NotFound, Refused, Rejected
from work365.ports.mail import Found

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from transport.client import Http
    from work365.errors import External
    from work365.ports.mail import Mail

ATTACHMENT_LIMIT = 3_000_000
"""Bytes that fit into one sendMail request. Source: learn.microsoft.com, "Attach large files to Outlook messages" (3 MB)."""

NO_DELIVERY = "00000000-0000-0000-0000-000000000000"
"""No mail carries this."""

SENTENCES = {
    "ErrorAccessDenied": "the app may not send from {mailbox}; give it the permission Mail.Send for that mailbox",
    "ErrorSendAsDenied": "the app may not send as {mailbox}; check the address and the permissions of the billing mailbox",
    "ErrorInvalidUser": "there is no mailbox {mailbox}; correct the billing mailbox in the settings",
    "ErrorInvalidRecipients": "the mail system does not accept the address; correct it on the contract",
    "ErrorMessageSizeExceeded": "the mail is too large for the mail system",
    "MailboxNotEnabledForRESTAPI": "{mailbox} is not an Exchange Online mailbox; choose another billing mailbox in the settings",
    "InvalidAuthenticationToken": "the app's sign-in was not accepted; an administrator should run w365 doctor",
}


class GraphMailer:
    """Sends from one mailbox.

    Shape: `token` answers a valid access token for Graph each time it is called.
    """

    def __init__(self, http: Http, token: Callable[[], str], *, mailbox: str) -> None:
        self._http = http
        self._token = token
        self._mailbox = mailbox

    def send(self, mail: Mail) -> str:
        """Hand one mail over; answers the reference under which Microsoft's support finds the request."""
        if len(mail.content) >= ATTACHMENT_LIMIT:
            message = (
                f"{mail.file_name} is {len(mail.content) / 1_000_000:.1f} MB and mails carry less than 3 MB;"
                " send it to the customer by hand, or bill the contract in smaller parts"
            )
            raise Refused(message)
        try:
            answer = self._http.send("POST", send_path(self._mailbox), json=send_body(mail), headers=self._headers(mail.delivery))
        except (Rejected, Conflict) as error:
            raise self._worded(error) from error
        return answer.headers.get("request-id", mail.delivery)

    def find(self, delivery: str) -> Found | None:
        """The mail of one delivery, wherever it lies in the mailbox."""
        query, headers = search_query(delivery), self._headers(delivery)
        try:
            answer = self._http.send("GET", search_path(self._mailbox), query=query, headers=headers)
        except Rejected as error:
            raise self._worded(error) from error
        found = (answer.json() or {}).get("value") or []
        return _found(found[0]) if found else None

    def open(self) -> None:
        """Read something of the mailbox, as `find` would. Errors: External, with words for a person."""
        self.find(NO_DELIVERY)

    def _headers(self, request: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self._token()}", "client-request-id": request, "accept": "application/json"}

    def _worded(self, error: External) -> Rejected:
        """Graph's refusal as a sentence; its own words are kept when we have none."""
        said = body_of(error)
        fault = said.get("error") if isinstance(said, dict) else None
        fault = fault if isinstance(fault, dict) else {}
        code = str(fault.get("code") or status_of(error))
        own = str(fault.get("message") or error)[:300]
        sentence = SENTENCES.get(code, own).format(mailbox=self._mailbox) if code in SENTENCES else own
        kind = NotFound if isinstance(error, NotFound) else Rejected
        return kind(f"{sentence} ({code})", system=self._http.system, code=code)


def _found(message: Mapping[str, str]) -> Found:
    when = message.get("sentDateTime") or message["createdDateTime"]
    return Found(message.get("internetMessageId") or message["id"], datetime.fromisoformat(when).astimezone(UTC))
