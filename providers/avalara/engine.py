"""The `TaxEngine` port over AvaTax.

A transaction is created uncommitted under the code of our document. Created again with the same code it replaces the one before,
until it is committed; so `calculate` may be repeated, and nothing counts before `commit`. It is therefore sent as a request that
changes nothing that matters, and repeated a few times by the transport; commit, void and what is told are sent once.

Source: developer.avalara.com, "Lifecycle of a transaction", "What's a DocStatusError?" (same code replaces while Saved; error 300
once Committed or Cancelled), "Voiding documents", "RefundTransaction vs ReturnInvoice" (parts of lines are created as a
ReturnInvoice); paths from AvaTax REST v2. Sign-in: Basic, account id and licence key.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from providers.avalara.wire import STATES, SYSTEM, assessment, kind_and_code, kind_of, reference_of, told, transaction
from transport.client import Timeouts, body_of, status_of
from work365.errors import Conflict, External, NotFound, Rejected
from work365.masking import masked, without
from work365.ports.taxing import EngineState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from transport.client import Answer, Http
    from work365.ports.taxing import EngineChoice, ToldNote
    from work365.taxing.assessing import Assessment, TaxDocument

TIMEOUTS = Timeouts(read_s=15.0, write_s=10.0, whole_s=20.0)
SIGN_IN = (401, 403)
STATUS_FAULTS = frozenset({"TransactionIsCommitted", "InvalidDocumentStatusForCommit", "TransactionAlreadyCancelled"})
WORDS_MAX = 400


class AvalaraTax:
    """One company at AvaTax.

    Shape: `credentials` are the account id and the licence key with a colon between them, as they stand in the vault.
    """

    def __init__(self, http: Http, choice: EngineChoice, credentials: str) -> None:
        self._http, self._choice = http, choice
        token = base64.b64encode(credentials.strip().encode()).decode("ascii")
        self._secrets = (token, credentials.strip(), credentials.strip().partition(":")[2])
        self._headers = {"authorization": f"Basic {token}", "accept": "application/json", "x-avalara-client": "Work365; 1.0"}

    def calculate(self, document: TaxDocument, *, recorded: bool = True) -> Assessment:
        """The tax per line; the transaction stays uncommitted, or is an estimate that AvaTax does not keep."""
        body = transaction(document, self._choice, recorded=recorded)
        answer = self._sent("POST", "api/v2/transactions/create", query={"$include": "Lines"}, json=body, read=True)
        return assessment(document, answer.json() or {})

    def state(self, reference: str) -> EngineState:
        """Where the transaction stands."""
        try:
            answer = self._sent("GET", self._path(reference), query=_type(reference)).json() or {}
        except NotFound:
            return EngineState.ABSENT
        status = str(answer.get("status"))
        if status not in STATES:
            message = f"{SYSTEM} has {reference} in the status '{status}', which this version does not know"
            raise Rejected(message, system=SYSTEM)
        return STATES[status]

    def commit(self, reference: str) -> None:
        """Report it."""
        self._sent("POST", f"{self._path(reference)}/commit", query=_type(reference), json={"commit": True})

    def void(self, reference: str) -> None:
        """Take it back."""
        self._sent("POST", f"{self._path(reference)}/void", query=_type(reference), json={"code": "DocVoided"})

    def reference(self, note: ToldNote) -> str:
        """Its type and code."""
        return reference_of(kind_of(note), note.key)

    def tell(self, note: ToldNote) -> None:
        """Create it committed, its taxes as we say."""
        self._sent("POST", "api/v2/transactions/create", json=told(note, self._choice))

    def _path(self, reference: str) -> str:
        _, code = kind_and_code(reference)
        return f"api/v2/companies/{quote(self._choice.company, safe='')}/transactions/{quote(code, safe='')}"

    def _sent(self, method: str, path: str, **how: Any) -> Answer:  # noqa: ANN401  members of a request
        try:
            return self._http.send(method, path, headers=self._headers, **how)
        except (Rejected, Conflict) as error:
            raise _worded(error, self._secrets) from error


def _type(reference: str) -> dict[str, str]:
    return {"documentType": kind_and_code(reference)[0]}


def _worded(error: External, secrets: Iterable[str]) -> External:
    """AvaTax's refusal as one of our errors, in its own words where it has some; what it was signed in with is left out."""
    said = body_of(error)
    fault = said.get("error") if isinstance(said, dict) else None
    fault = fault if isinstance(fault, dict) else {}
    details = [one for one in fault.get("details") or () if isinstance(one, dict)]
    code = str(fault.get("code") or status_of(error))
    words = masked(without(_sentence(fault, details), secrets))  # before it is cut off: half a secret is not known as one
    text = f"{words[:WORDS_MAX] or error} ({code})"
    if status_of(error) in SIGN_IN:
        message = f"{SYSTEM} does not let us in: {text}. Check the secret that the legal entity's form names"
        return Rejected(message, system=SYSTEM, code=code)
    if isinstance(error, NotFound):
        return NotFound(text, system=SYSTEM, code=code)
    if code in STATUS_FAULTS or any(one.get("refersTo") == "DocStatus" for one in details):
        return Conflict(text, system=SYSTEM, code=code)
    return Rejected(text, system=SYSTEM, code=code)


def _sentence(fault: dict[str, Any], details: list[dict[str, Any]]) -> str:
    parts = [str(one.get(name)) for one in details for name in ("message", "description") if one.get(name)]
    return " ".join(dict.fromkeys(parts or [str(fault.get("message") or "")]))
