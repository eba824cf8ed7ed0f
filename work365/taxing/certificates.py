"""Exemption certificates as somebody keeps them: the document behind each, and what ends soon.

A certificate frees its customer by its row alone (work365/taxing/rates.py). The document is what an auditor asks for, so a row
without one is told, and so is one that ends with nothing in its place: from that day on the customer pays tax again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from work365.errors import BadInput
from work365.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

ENDS, NO_DOCUMENT = "exemption-ends", "exemption-without-document"
NOTICE, KEPT_SAYING = timedelta(days=30), timedelta(days=30)
"""How long before and after its end a certificate is told."""

KINDS = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "tif": "image/tiff",
    "tiff": "image/tiff",
}
BYTES_MAX = 5 * 1024 * 1024
"""What Dataverse takes for a note's file unless an administrator changes it (organization, `maxuploadfilesize`: 5,120 KB)."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file that is kept with a certificate, most often its scan."""

    name: str
    content: bytes

    @property
    def kind(self) -> str:
        """Its media type; "" for one that is not taken."""
        return KINDS.get(self.name.rpartition(".")[2].lower(), "")

    def check(self) -> None:
        """Errors: BadInput for one that is not taken."""
        if not self.kind:
            message = f"'{self.name}' is no document that is kept; use one of {', '.join(KINDS)}"
            raise BadInput(message, "FILE")
        if not self.content or len(self.content) > BYTES_MAX:
            message = f"'{self.name}' has {len(self.content)} bytes; it may have 1 to {BYTES_MAX}"
            raise BadInput(message, "FILE")


@dataclass(frozen=True, slots=True)
class Certificate:
    """One row, and the names of the documents that are kept with it.

    Attributes:
        account, customer: the customer's id and name.
        category: the tax category that it is for; "" for all.
        valid_to: first day on which it holds no more; None without expiry.
    """

    id: str
    number: str
    account: str
    customer: str
    valid_from: date
    valid_to: date | None = None
    category: str = ""
    documents: tuple[str, ...] = ()

    @property
    def named(self) -> str:
        """What a finding calls it."""
        return f"{self.number} of {self.customer}"


def watched(certificates: Sequence[Certificate], today: date) -> list[Finding]:
    """What a person must look at: what ends soon or has just ended with nothing in its place, and what has no document."""
    return [finding for one in certificates for finding in _about(one, certificates, today)]


def keys(certificates: Iterable[Certificate]) -> list[str]:
    """The keys of every finding that these can have: those that are not found any more are over."""
    return [_key(code, one) for one in certificates for code in (ENDS, NO_DOCUMENT)]


def _about(one: Certificate, others: Sequence[Certificate], today: date) -> Iterator[Finding]:
    end = one.valid_to
    if end is not None and end - NOTICE <= today < end + KEPT_SAYING and not any(_follows(other, one, end) for other in others):
        ends = "ends" if today < end else "ended"
        message = (
            f"Exemption certificate {one.named} {ends} on {end}: from that day on tax is charged. Ask for a new certificate and "
            "enter it, or tell the customer."
        )
        yield Finding(ENDS, one.named, message, Severity.WARNING, _key(ENDS, one))
    if not one.documents and (end is None or today < end):
        message = (
            f"No document is kept with exemption certificate {one.named}. Add it as a note on its form, or with "
            f"`w365 certificate attach {one.number} FILE`."
        )
        yield Finding(NO_DOCUMENT, one.named, message, Severity.WARNING, _key(NO_DOCUMENT, one))


def _follows(other: Certificate, one: Certificate, end: date) -> bool:
    """It frees the same customer, of at least the same, from the end of the other on."""
    covers = other.category in ("", one.category)
    holds = other.valid_from <= end and (other.valid_to is None or other.valid_to > end)
    return other.account == one.account and other.id != one.id and covers and holds


def _key(code: str, one: Certificate) -> str:
    return f"{code}:{one.id}"
