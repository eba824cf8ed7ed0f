"""Documents on their way to a number, over Dataverse: one request to load, one to number."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dataverse.batch import ChangeSet, Failed, Get
from dataverse.query import Query, any_of, both, eq, le
from dataverse.rows import amount, bind, choice_label, status, status_label
from dataverse.stores import billing_ops as ops
from dataverse.stores import billing_rows as rows
from dataverse.stores.currencies import Currencies
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.stores.prepaid_rows import balances, moved_ops, open_balances
from dataverse.webapi import Ref
from work365.approving.deciding import Candidate, DocumentState, fingerprint
from work365.approving.turns import Unnumbered
from work365.money import currency
from work365.ports.issuing import ToIssue

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from dataverse.webapi import Row, WebApi
    from work365.ports.billing import Numbered, Series
    from work365.prepaid.balance import Balance, Moved

INVOICE, LINE, SERIES = "w365_invoice", "w365_invoiceline", "w365_numberseries"
HEAD = (
    *rows.DRAFT,
    *("w365_number", "w365_net", "w365_tax", "w365_verifiedhash", "_w365_verifiedby_value", "statuscode"),
)
HEAD_EXPAND = (
    "w365_Contract($select=w365_paymenttermsdays,w365_autosend,w365_autosync,w365_autocharge,_w365_account_value),"
    "w365_LegalEntity($select=w365_paymenttermsdays,w365_approvalfrom,w365_twopeople,w365_timezone,w365_code),"
    "transactioncurrencyid($select=isocurrencycode)"
)
SAID = ("w365_key", "w365_description", "w365_quantity", "w365_unitprice", "w365_amount", "w365_taxpercent", "w365_tax")
TOTALS = ("w365_net", "w365_tax", "w365_total")
UNNUMBERED = (
    *("w365_invoiceid", "w365_kind", "w365_number", *TOTALS, "w365_verifiedhash", "_w365_verifiedby_value", "_w365_run_value"),
    "statuscode",
)
UNNUMBERED_EXPAND = (
    "w365_Account($select=name),w365_Contract($select=w365_number),w365_VerifiedBy($select=fullname),"
    "w365_LegalEntity($select=w365_approvalfrom,w365_twopeople),transactioncurrencyid($select=isocurrencycode)"
)
IDS_AT_ONCE = 200


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
            Get(Ref(INVOICE, invoice), HEAD, HEAD_EXPAND), Get(Query(LINE, SAID, filter=its, order="w365_ordinal")), SETTINGS
        )
        row = head[0]
        entity = row["w365_LegalEntity"]
        draft = rows.draft_row(row, Inherited(said))
        return ToIssue(_candidate(row, lines), draft, row["_w365_legalentity_value"], entity["w365_timezone"])

    def unnumbered(self) -> list[Unnumbered]:
        """Every document without a number, the oldest first; two requests up to 200 verified ones."""
        states = [status(INVOICE, one.value)["statuscode"] for one in (DocumentState.DRAFT, DocumentState.VERIFIED)]
        which = any_of("statuscode", states)
        found = list(
            self._api.find(Query(INVOICE, UNNUMBERED, filter=which, expand=UNNUMBERED_EXPAND, order="createdon,w365_key"))
        )
        lines = self._lines([row["w365_invoiceid"] for row in found if row["w365_verifiedhash"]])
        return [_unnumbered(row, lines[row["w365_invoiceid"]]) for row in found]

    def _lines(self, invoices: Sequence[str]) -> dict[str, list[Row]]:
        """What the lines of some documents say, in their order."""
        lines: dict[str, list[Row]] = defaultdict(list)
        for start in range(0, len(invoices), IDS_AT_ONCE):
            theirs = any_of("_w365_invoice_value", invoices[start : start + IDS_AT_ONCE])
            for line in self._api.find(Query(LINE, (*SAID, "_w365_invoice_value"), filter=theirs, order="w365_ordinal")):
                lines[line["_w365_invoice_value"]].append(line)
        return lines

    def verify(self, one: ToIssue, *, person: str, now: datetime) -> None:
        """Who, when and what."""
        row = {
            **status(INVOICE, DocumentState.VERIFIED.value),
            "w365_verifiedon": now,
            "w365_verifiedhash": one.candidate.fingerprint,
            **bind("w365_VerifiedBy", "systemuser", person),
        }
        self._api.update(Ref(INVOICE, one.draft.id), row, etag=one.draft.etag)

    def fall_back(self, one: ToIssue) -> None:
        """Nobody has verified what it says now."""
        row = {
            **status(INVOICE, DocumentState.DRAFT.value),
            "w365_verifiedon": None,
            "w365_verifiedhash": None,
            **bind("w365_VerifiedBy", "systemuser", None),
        }
        self._api.update(Ref(INVOICE, one.draft.id), row, etag=one.draft.etag)

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


def _candidate(row: Row, lines: Iterable[Row]) -> Candidate:
    entity = row["w365_LegalEntity"]
    return Candidate(
        state=DocumentState(status_label(INVOICE, row)),
        number=row["w365_number"] or "",
        total=amount(row["w365_total"], currency(row["transactioncurrencyid"]["isocurrencycode"])),
        fingerprint=fingerprint([tuple(str(line[name]) for name in SAID) for line in lines], [str(row[name]) for name in TOTALS]),
        verified=row["w365_verifiedhash"] or "",
        verified_by=row["_w365_verifiedby_value"] or "",
        rule=rows.approval_rule(entity),
    )


def _unnumbered(row: Row, lines: Iterable[Row]) -> Unnumbered:
    return Unnumbered(
        id=row["w365_invoiceid"],
        kind=choice_label(INVOICE, "w365_kind", row["w365_kind"]),
        customer=row["w365_Account"]["name"],
        contract=(row.get("w365_Contract") or {}).get("w365_number") or "",
        candidate=_candidate(row, lines),
        verifier=(row.get("w365_VerifiedBy") or {}).get("fullname") or "",
        of_a_run=row["_w365_run_value"] is not None,
    )
