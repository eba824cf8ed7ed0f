"""Look after exemption certificates: by the daily timer, and by a person with a document in hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.errors import BadInput
from work365.taxing.certificates import keys, watched

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from work365.findings import Finding
    from work365.ports.certificates import CertificateBook
    from work365.taxing.certificates import Certificate


def watch(*, book: CertificateBook, today: date) -> list[Finding]:
    """Say what ends and what has no document, and close what is mended."""
    certificates = book.all()
    found = watched(certificates, today)
    mended = set(keys(certificates)) - {finding.identity for finding in found}
    book.report(found, sorted(mended))
    return found


def meant(certificates: Sequence[Certificate], text: str) -> Certificate:
    """The certificate that was typed, by its number or id. Errors: BadInput when there is none, or several."""
    found = [one for one in certificates if text in (one.number, one.id)]
    if len(found) == 1:
        return found[0]
    if not found:
        message = f"no active exemption certificate has the number '{text}'; look it up with `w365 certificate list`"
        raise BadInput(message, "CERTIFICATE")
    named = ", ".join(f"{one.id} ({one.customer}, from {one.valid_from})" for one in found)
    message = f"several certificates have the number '{text}': {named}; give the id of one"
    raise BadInput(message, "CERTIFICATE")
