"""Exemption certificates over Dataverse; their documents are notes of their rows."""

from __future__ import annotations

import base64
from collections import defaultdict
from hashlib import sha256
from typing import TYPE_CHECKING

from dataverse.batch import ChangeSet, Failed, Get, in_parts
from dataverse.errors import DuplicateKey
from dataverse.query import Query, any_of, both, eq, not_null
from dataverse.rows import bind, day, maybe
from dataverse.stores.findings import TABLE as FINDING
from dataverse.stores.findings import keep, resolve
from work365.ids import derived
from work365.taxing.certificates import ENDS, NO_DOCUMENT, Certificate, Document

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dataverse.batch import Op
    from dataverse.rows import Row
    from dataverse.webapi import WebApi
    from work365.findings import Finding

EXEMPTION, NOTE = "w365_taxexemption", "annotation"
COLUMNS = (
    *("w365_taxexemptionid", "w365_certificate", "w365_category", "w365_validfrom", "w365_validto", "_w365_account_value"),
)
ACTIVE = Query(
    EXEMPTION, COLUMNS, eq("statecode", 0), expand="w365_Account($select=name)", order="_w365_account_value,w365_validfrom"
)
SOURCE = "exemption certificates"
IDS_AT_ONCE, SETS_AT_ONCE = 200, 900


class Certificates:
    """The book of certificates over Dataverse."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def all(self) -> list[Certificate]:
        """Rows and the names of their files; the files themselves stay where they are."""
        rows = list(self._api.find(ACTIVE))
        names: dict[str, list[str]] = defaultdict(list)
        for part in in_parts([row["w365_taxexemptionid"] for row in rows], IDS_AT_ONCE):
            files = both(any_of("_objectid_value", part), not_null("filename"))
            for note in self._api.find(Query(NOTE, ("filename", "_objectid_value"), files, order="createdon")):
                names[note["_objectid_value"]].append(note["filename"])
        return [_certificate(row, names[row["w365_taxexemptionid"]]) for row in rows]

    def attach(self, certificate: Certificate, document: Document) -> bool:
        """A note whose id comes from the content: the same document is kept once."""
        identity = derived("certificate document", certificate.id, sha256(document.content).hexdigest())
        try:
            self._api.create(NOTE, _note(certificate, document), id=identity)
        except DuplicateKey:
            return False
        return True

    def documents(self, certificate: Certificate) -> list[Document]:
        """What is kept; notes without a file are no documents."""
        mine = both(eq("_objectid_value", certificate.id), not_null("filename"))
        found = self._api.find(Query(NOTE, ("filename", "documentbody"), mine, order="createdon"))
        return [Document(one["filename"], base64.b64decode(one["documentbody"] or "", validate=True)) for one in found]

    def report(self, found: Sequence[Finding], mended: Iterable[str]) -> None:
        """One question for what is open, then writes that hold up none of each other."""
        open_ = both(eq("statecode", 0), any_of("w365_code", (ENDS, NO_DOCUMENT)))
        (rows,) = self._api.rows(Get(Query(FINDING, ("w365_key",), open_)))
        over = set(mended)
        writes: list[Op] = [keep(finding, SOURCE) for finding in found]
        writes += [resolve(row["w365_findingid"]) for row in rows if row["w365_key"] in over]
        for part in in_parts(writes, SETS_AT_ONCE):
            for outcome in self._api.batch([ChangeSet([write]) for write in part]):
                if isinstance(outcome, Failed):
                    raise outcome.error


def _certificate(row: Row, documents: Iterable[str]) -> Certificate:
    return Certificate(
        row["w365_taxexemptionid"],
        row["w365_certificate"],
        row["_w365_account_value"],
        (row["w365_Account"] or {}).get("name") or "",
        day(row["w365_validfrom"]),
        maybe(day, row["w365_validto"]),
        row["w365_category"] or "",
        tuple(documents),
    )


def _note(certificate: Certificate, document: Document) -> Row:
    return {
        "subject": f"Certificate {certificate.number}",
        "filename": document.name,
        "mimetype": document.kind,
        "documentbody": base64.b64encode(document.content).decode("ascii"),
        **bind("objectid_w365_taxexemption", EXEMPTION, certificate.id),
    }
