"""Documents on their way to a number, over Dataverse: one request to load, one to number."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dataverse.batch import ChangeSet, Failed, Get, in_parts
from dataverse.query import Query, any_of, both, eq, le
from dataverse.rows import amount, bind, choice_label, status, status_label
from dataverse.stores import approval_rows as approvals
from dataverse.stores import billing_ops as ops
from dataverse.stores import billing_rows as rows
from dataverse.stores.currencies import Currencies
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.stores.prepaid_rows import balances, moved_ops, open_balances
from dataverse.webapi import Ref
from work365.approving.deciding import Candidate, DocumentState
from work365.approving.turns import Unnumbered
from work365.money import currency
from work365.ports.issuing import ToIssue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from dataverse.webapi import Row, WebApi
    from work365.approving.falling_back import Verified
    from work365.ports.billing import Numbered, Series
    from work365.prepaid.balance import Balance, Moved

INVOICE, LINE, SERIES = "w365_invoice", "w365_invoiceline", "w365_numberseries"
CANDIDATE = (*rows.DRAFT, *approvals.HEAD, "w365_number", "w365_verifiedhash", "_w365_verifiedby_value", "statuscode")
HEAD = tuple(dict.fromkeys(CANDIDATE))
CURRENCY = "transactioncurrencyid($select=isocurrencycode)"
FOLLOW_UP = ("w365_autosend", "w365_autosync", "w365_autocharge", "w365_paymenttermsdays", "_w365_account_value")
RULE = ("w365_approvalfrom", "w365_twopeople", "w365_timezone", "w365_code")
HEAD_EXPAND = f"{approvals.expanded(Contract=FOLLOW_UP, LegalEntity=RULE)},{CURRENCY}"
QUEUED = (*HEAD, "w365_approvalnote", "_w365_run_value")
QUEUED_EXPAND = f"{HEAD_EXPAND},w365_VerifiedBy($select=fullname)"
LOOKED_AT = (*HEAD, *approvals.WRITTEN, "w365_verifiedon")
LOOKED_AT_EXPAND = f"{QUEUED_EXPAND},{approvals.BY}"
IDS_AT_ONCE, NOTE_MAX = 200, 1000


class Issuing:
    """The issuing book over Dataverse."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def load(self, invoice: str) -> ToIssue:
        """The document, its legal entity's rule and its lines, in one request.

        Errors: BadInput when a setting that counts for its contract cannot be used.
        """
        its = eq("_w365_invoice_value", invoice)
        head, lines, said = self._api.rows(
            Get(Ref(INVOICE, invoice), HEAD, HEAD_EXPAND), Get(Query(LINE, approvals.LINE, filter=its)), SETTINGS
        )
        (row,), settings = head, Inherited(said)
        draft = rows.draft_row(row, settings)
        (now,) = self._printed([row], {invoice: lines}, settings)
        return ToIssue(_candidate(row, now), draft, row["_w365_legalentity_value"], row["w365_LegalEntity"]["w365_timezone"])

    def unnumbered(self) -> list[Unnumbered]:
        """Every document without a number, the oldest first; two requests up to 200 verified ones."""
        states = [status(INVOICE, one.value)["statuscode"] for one in (DocumentState.DRAFT, DocumentState.VERIFIED)]
        which = any_of("statuscode", states)
        found, said = self._api.rows(
            Get(Query(INVOICE, QUEUED, filter=which, expand=QUEUED_EXPAND, order="createdon,w365_key")), SETTINGS
        )
        looked_at = [row for row in found if row["w365_verifiedhash"]]
        ids = [row["w365_invoiceid"] for row in looked_at]
        now = dict(zip(ids, self._printed(looked_at, self._lines(ids), Inherited(said)), strict=True))
        return [_unnumbered(row, now.get(row["w365_invoiceid"], "")) for row in found]

    def verified(self, documents: Sequence[str] = ()) -> list[Verified]:
        """Those of these documents that are verified, or all that are, the longest first; two requests up to 200."""
        verified = eq("statuscode", status(INVOICE, DocumentState.VERIFIED.value)["statuscode"])
        which = both(verified, any_of("w365_invoiceid", documents) if documents else "")
        found, said = self._api.rows(
            Get(Query(INVOICE, LOOKED_AT, filter=which, expand=LOOKED_AT_EXPAND, order="w365_verifiedon")), SETTINGS
        )
        lines = self._lines([row["w365_invoiceid"] for row in found])
        now = self._printed(found, lines, Inherited(said))
        return [approvals.verified(row, lines[row["w365_invoiceid"]], printed) for row, printed in zip(found, now, strict=True)]

    def document_of(self, line: str) -> str | None:
        """The document of a line, asked for by its id."""
        row = self._api.first(Query(LINE, ("_w365_invoice_value",), filter=eq("w365_invoicelineid", line)))
        return None if row is None else str(row["_w365_invoice_value"])

    def _lines(self, invoices: Sequence[str]) -> dict[str, list[Row]]:
        """The lines of some documents, and who wrote them."""
        lines: dict[str, list[Row]] = defaultdict(list)
        columns = (*approvals.LINE, *approvals.WRITTEN, "_w365_invoice_value")
        for part in in_parts(invoices, IDS_AT_ONCE):
            theirs = any_of("_w365_invoice_value", part)
            for line in self._api.find(Query(LINE, columns, filter=theirs, expand=approvals.BY)):
                lines[line["_w365_invoice_value"]].append(line)
        return lines

    def _printed(self, heads: Sequence[Row], lines: Mapping[str, Sequence[Row]], settings: Inherited) -> list[str]:
        """What these documents say now; a request more for each template with columns of its own."""
        counting = [approvals.as_it_counts(head, settings) for head in heads]
        own: dict[str, Row] = {}
        for columns, ids in _by_own_columns(counting).items():
            for part in in_parts(ids, IDS_AT_ONCE):
                those = any_of("w365_invoiceid", part)
                for row in self._api.find(Query(INVOICE, columns, filter=those)):
                    own[row["w365_invoiceid"]] = {name: row[name] for name in columns}
        return [
            approvals.printed(head, lines.get(head["w365_invoiceid"], ()), own.get(head["w365_invoiceid"])) for head in counting
        ]

    def verify(self, one: ToIssue, *, person: str, now: datetime) -> None:
        """Who, when and what."""
        row = {
            **status(INVOICE, DocumentState.VERIFIED.value),
            "w365_verifiedon": now,
            "w365_verifiedhash": one.candidate.fingerprint,
            "w365_approvalnote": None,
            **bind("w365_VerifiedBy", "systemuser", person),
        }
        self._api.update(Ref(INVOICE, one.draft.id), row, etag=one.draft.etag)

    def fall_back(self, one: Verified, why: str) -> None:
        """Nobody has verified what it says now; the note says what was changed."""
        row = {
            **status(INVOICE, DocumentState.DRAFT.value),
            "w365_verifiedon": None,
            "w365_verifiedhash": None,
            "w365_approvalnote": why[:NOTE_MAX],
            **bind("w365_VerifiedBy", "systemuser", None),
        }
        self._api.update(Ref(INVOICE, one.id), row, etag=one.version)

    def numbering(self, one: ToIssue, today: date) -> tuple[tuple[Series, ...], tuple[Balance, ...]]:
        """Those of the year, or what they go on from; and what the customer has prepaid."""
        mine = both(eq("_w365_legalentity_value", one.entity), le("w365_year", today.year))
        found, entity, prepaid = self._api.rows(
            Get(Query(SERIES, rows.SERIES, filter=mine, order="w365_year")),
            Get(Ref("w365_legalentity", one.entity), ("w365_code",)),
            open_balances(one.entity, one.draft.account),
        )
        return rows.series_of(found, one.entity, today.year, entity[0]["w365_code"]), balances(prepaid)

    def issue(self, series: Series, numbered: Numbered, moved: Sequence[Moved]) -> None:
        """Number, series, balances and what follows in one change set."""
        currencies = Currencies(self._api)
        taken = [op for one in moved for op in moved_ops(one, currencies.bind(one.balance.currency))]
        (outcome,) = self._api.batch([ChangeSet([ops.series_op(series), *ops.issue_ops(numbered, currencies), *taken])])
        if isinstance(outcome, Failed):
            raise outcome.error


def _by_own_columns(heads: Iterable[Row]) -> dict[tuple[str, ...], list[str]]:
    """The documents whose templates print further columns of theirs, by these columns."""
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for head in heads:
        if own := approvals.own_columns(head):
            found[own].append(head["w365_invoiceid"])
    return found


def _candidate(row: Row, now: str) -> Candidate:
    return Candidate(
        state=DocumentState(status_label(INVOICE, row)),
        number=row["w365_number"] or "",
        total=amount(row["w365_total"], currency(row["transactioncurrencyid"]["isocurrencycode"])),
        fingerprint=now,
        verified=row["w365_verifiedhash"] or "",
        verified_by=row["_w365_verifiedby_value"] or "",
        rule=rows.approval_rule(row["w365_LegalEntity"]),
    )


def _unnumbered(row: Row, now: str) -> Unnumbered:
    return Unnumbered(
        id=row["w365_invoiceid"],
        kind=choice_label(INVOICE, "w365_kind", row["w365_kind"]),
        customer=row["w365_Account"]["name"],
        contract=(row.get("w365_Contract") or {}).get("w365_number") or "",
        candidate=_candidate(row, now),
        verifier=(row.get("w365_VerifiedBy") or {}).get("fullname") or "",
        of_a_run=row["_w365_run_value"] is not None,
        note=row["w365_approvalnote"] or "",
    )
