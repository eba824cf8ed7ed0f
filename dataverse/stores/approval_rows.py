"""What of a document's rows somebody verifies: everything that is printed, and who wrote it last. Pure: calls nobody.

The columns are those that printing reads, without those that move by themselves between draft and payment. What printing reads
besides (names of users, the parts of bundles, the words of a tax rate, the logo) belongs to no document, and is left out.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.rows import instant, maybe
from dataverse.stores import sending_rows
from work365.approving.falling_back import Edit, Verified
from work365.approving.fingerprint import Part, fingerprint
from work365.documents.template import read_template
from work365.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dataverse.rows import Row
    from dataverse.stores.inheriting import Inherited

MOVING = frozenset(
    {
        *("w365_number", "w365_amountcharged", "w365_balance", "w365_writtenoff", "statuscode", "w365_prepaidused"),
        "w365_prepaidleft",
    }
)
"""What issuing, paying and writing off write on the head."""
HEAD = (
    *(name for name in sending_rows.INVOICE if name not in MOVING),
    *("_w365_contract_value", "_transactioncurrencyid_value"),
)
LINE = (
    *("w365_key", *sending_rows.LINE, "_w365_contract_value", "_w365_product_value", "_w365_change_value"),
    *("w365_taxregistration", "w365_exchangerate", "w365_pricecurrency"),
)
WRITTEN = ("modifiedon",)
BY = "modifiedby($select=fullname)"
FOUND = {Part.CUSTOMER: "w365_Account", Part.CONTRACT: "w365_Contract", Part.SELLER: "w365_LegalEntity"}
"""The rows beside the head that a document prints, as they are expanded."""
OF = {
    Part.CUSTOMER: sending_rows.ACCOUNT,
    Part.CONTRACT: sending_rows.CONTRACT,
    Part.SELLER: tuple(name for name in sending_rows.ENTITY if name != "w365_logo"),
}


def expanded(**more: Sequence[str]) -> str:
    """The rows beside the head with who wrote them, and with more columns of some, by their names without prefix."""
    parts = []
    for part, name in FOUND.items():
        columns = dict.fromkeys((*OF[part], *WRITTEN, *more.get(name.removeprefix("w365_"), ())))
        parts.append(f"{name}($select={','.join(columns)};$expand={BY})")
    return ",".join(parts)


def own_columns(head: Row) -> tuple[str, ...]:
    """The invoice's further columns that its template prints; none for a template that cannot be read."""
    contract = head.get("w365_Contract") or {}
    try:
        template = read_template(contract.get("w365_template") or head["w365_LegalEntity"]["w365_template"] or "")
    except BadInput:
        return ()
    return tuple(one.column for one in template.fields)


def as_it_counts(head: Row, settings: Inherited) -> Row:
    """A head with its contract as it counts, or as it is where a setting cannot be used."""
    try:
        return sending_rows.inherited(head, settings)
    except BadInput:
        return head


def printed(head: Row, lines: Iterable[Row], own: Row | None = None) -> str:
    """The fingerprint of a document. Shape: `own` are the further columns that its template prints."""
    ordered = sorted(lines, key=lambda line: (line["w365_ordinal"] or 0, line["w365_key"]))
    beside = {part: [_texts(head.get(name) or {}, OF[part])] for part, name in FOUND.items()}
    mine = own or {}
    return fingerprint(
        {
            Part.HEAD: [_texts(head, HEAD), _texts(mine, [name for name in mine if "@" not in name])],
            Part.LINES: [_texts(line, LINE) for line in ordered],
            **beside,
        }
    )


def verified(head: Row, lines: Sequence[Row], now: str) -> Verified:
    """A verified document with who wrote its parts since."""
    since = maybe(instant, head["w365_verifiedon"])
    rows: Mapping[Part, Sequence[Row]] = {
        Part.HEAD: [head],
        Part.LINES: lines,
        **{part: [found] for part, name in FOUND.items() if (found := head.get(name))},
    }
    newest = {part: max(map(_edit, of), key=lambda edit: edit.at) for part, of in rows.items() if of}
    return Verified(
        id=head["w365_invoiceid"],
        version=head["@odata.etag"],
        verified=head["w365_verifiedhash"] or "",
        now=now,
        verifier=(head.get("w365_VerifiedBy") or {}).get("fullname") or "",
        edits={part: edit for part, edit in newest.items() if since is None or edit.at >= since},
    )


def _edit(row: Row) -> Edit:
    return Edit((row.get("modifiedby") or {}).get("fullname") or "somebody", instant(row["modifiedon"]))


def _texts(row: Row, columns: Iterable[str]) -> list[str]:
    return [_text(row.get(name)) for name in columns]


def _text(value: object) -> str:
    """A value as one text; an amount is the same however many zeros follow its decimals."""
    return format(value.normalize(), "f") if isinstance(value, Decimal) else "" if value is None else str(value)
