"""What an explanation needs: an issued document with its lines, what stands behind each, and how its contracts were billed.

One request to find the document, one for its lines, one batch for what these name, two for the past of its contracts.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dataverse.batch import Get
from dataverse.query import Query, any_of, both, eq, not_null, typed
from dataverse.rows import amount, choice_label, day, instant
from dataverse.stores import billing_rows
from dataverse.stores.contract_rows import contract_of
from dataverse.stores.costs import costs_behind
from dataverse.stores.currencies import Currencies
from dataverse.stores.explained_history import billed_subscriptions, decided_behind, history
from dataverse.stores.explained_lines import LINE, LINES, LINES_EXPAND, Besides, line_behind, with_cost
from dataverse.stores.explained_past import BUYS_BY, CONTRACT, is_cancelled, past_of
from dataverse.stores.explained_prices import priced
from dataverse.stores.explained_rows import rows_behind
from dataverse.stores.inheriting import SETTINGS_NAMED, Inherited
from dataverse.stores.part_notes import shares_behind
from dataverse.stores.payers import by_name, named_payers
from work365.errors import BadInput
from work365.explaining.completing import completed
from work365.explaining.discounts import with_bases
from work365.explaining.explained import Explained
from work365.explaining.subject import Origin
from work365.money import currency
from work365.simulating.taxes import RoundedOn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from dataverse.stores.explained_past import Past
    from dataverse.webapi import Row, WebApi
    from work365.explaining.rerun import History
    from work365.explaining.subject import LineBehind
    from work365.money import Currency
    from work365.subscriptions.change_log import Subscription

INVOICE = "w365_invoice"
HEAD = (
    *("w365_invoiceid", "w365_number", "w365_total", "w365_reason", "w365_invoicedate", "createdon", "_w365_original_value"),
    *("_w365_contract_value", "statuscode"),
)
HEAD_EXPAND = (
    "w365_Account($select=name),transactioncurrencyid($select=isocurrencycode),"
    "w365_LegalEntity($select=w365_timezone,w365_taxrounding),w365_Original($select=w365_number,w365_reason,statuscode)"
)
ORIGINS = ("w365_key", "w365_ordinal", "w365_amount", "_w365_invoice_value")


class Explanations:
    """Documents and what stands behind them, over Dataverse."""

    def __init__(self, api: WebApi) -> None:
        self._api = api
        self._currencies = Currencies(api)

    def document(self, number: str) -> Explained | None:
        """An issued document by its number; None when there is none."""
        return self._found(typed("w365_number", number))

    def of(self, invoice: str) -> Explained | None:
        """The same by its id; None also for one that is not issued yet."""
        return self._found(both(eq("w365_invoiceid", invoice), not_null("w365_number")))

    def _found(self, which: str) -> Explained | None:
        head = self._api.first(Query(INVOICE, HEAD, filter=which, expand=HEAD_EXPAND))
        if head is None:
            return None
        code = currency(head["transactioncurrencyid"]["isocurrencycode"])
        its = eq("_w365_invoice_value", head["w365_invoiceid"])
        rows, said = self._api.rows(
            Get(Query(LINE, LINES, filter=its, expand=LINES_EXPAND, order="w365_ordinal")), SETTINGS_NAMED
        )
        inherited, besides = Inherited(said), self._besides(rows, code, head)
        lines = with_bases([line_behind(row, code, inherited, besides) for row in rows])
        explained = Explained(
            number=head["w365_number"],
            customer=head["w365_Account"]["name"],
            total=str(amount(head["w365_total"], code)),
            on=_day(head),
            rounded_on=_rounding(head),
            lines=lines,
            cancelled=(head["w365_reason"] or "no reason was given") if is_cancelled(head) else "",
        )
        contracts = self._contracts(head, rows)
        if not contracts:
            return explained
        counting = {one["w365_billingcontractid"]: inherited.terms(one) for one in contracts}
        past = past_of(self._api, self._currencies, counting)
        read = {row["w365_number"]: self._subscriptions(past, contract, head) for contract, row in counting.items()}
        lines = tuple(priced(line, past, read.get(line.contract, ()), self._currencies) for line in lines)
        histories = (self._history(past, contract, head, read[row["w365_number"]]) for contract, row in counting.items())
        return replace(
            explained,
            lines=lines,
            histories=tuple(_completed((one for one in histories if one is not None), lines, explained.rounded_on)),
            inherited=tuple(_inherited(contracts, inherited)),
            skipped=tuple(one for contract in counting for one in decided_behind(past, contract, (), _zone(head)).words()),
            payers=_payers(next(iter(counting.values())), code) if len(counting) == 1 else (),
        )

    def _contracts(self, head: Row, lines: Sequence[Row]) -> list[Row]:
        """The contracts on a document, in the order of its lines."""
        named = dict.fromkeys(own["w365_billingcontractid"] for line in lines if (own := line.get("w365_Contract")))
        wanted = list(named) or [one for one in (head["_w365_contract_value"],) if one]
        if not wanted:
            return []
        which = any_of("w365_billingcontractid", wanted)
        found = self._api.find(Query(CONTRACT, billing_rows.CONTRACT, filter=which, expand=BUYS_BY))
        return sorted(found, key=lambda row: wanted.index(row["w365_billingcontractid"]))

    def _subscriptions(self, past: Past, contract: str, head: Row) -> tuple[Subscription, ...]:
        """Those of a contract; none where its rows contradict each other today, so that no run could bill it."""
        try:
            return tuple(billed_subscriptions(past, contract, _zone(head), self._currencies))
        except BadInput:
            return ()

    def _history(self, past: Past, contract: str, head: Row, read: Sequence[Subscription]) -> History | None:
        try:
            its = head["w365_invoiceid"]
            return history(past, contract, read, explained=its, currencies=self._currencies, zone=_zone(head))
        except BadInput:
            return None

    def _besides(self, lines: Sequence[Row], code: Currency, head: Row) -> Besides:
        rows = rows_behind(self._api, head["w365_invoiceid"], lines)
        shares, costs = shares_behind(self._api, lines), costs_behind(self._api, with_cost(lines))
        return Besides(self._origins(lines, code), rows, shares, costs, _reason(head), _undoes(head))

    def _origins(self, lines: Sequence[Row], code: Currency) -> dict[str, Origin]:
        """The lines that these refer to, by their keys."""
        keys = sorted({line["w365_origin"] for line in lines if line["w365_origin"]})
        if not keys:
            return {}
        named = "w365_Invoice($select=w365_number)"
        found = self._api.find(Query(LINE, ORIGINS, filter=any_of("w365_key", keys), expand=named))
        return {
            row["w365_key"]: Origin(
                row["w365_Invoice"]["w365_number"] or "a draft", row["w365_ordinal"] + 1, amount(row["w365_amount"], code)
            )
            for row in found
        }


def _completed(histories: Iterable[History], lines: Sequence[LineBehind], rounded_on: RoundedOn) -> Iterator[History]:
    for one in histories:
        mine = [line for line in lines if line.contract == one.number]
        if mine:
            yield completed(one, mine, rounded_on)


def _reason(head: Row) -> str:
    """Why a person wrote a note; the reason on a document that was cancelled itself explains none of its lines."""
    return (head["w365_reason"] or "") if head["_w365_original_value"] else ""


def _undoes(head: Row) -> bool:
    """Whether a note is there because its original was cancelled: that carries the same reason."""
    original = head.get("w365_Original")
    return original is not None and is_cancelled(original) and original["w365_reason"] == head["w365_reason"]


def _payers(contract: Row, code: Currency) -> tuple[tuple[date, str], ...]:
    """Who pays, each by name from a day on; nobody where it is the customer on all days."""
    paid = by_name(contract_of(contract, code), contract).pays_from() if named_payers(contract) else []
    return tuple(paid) if len(paid) > 1 else ()


def _zone(head: Row) -> ZoneInfo:
    return ZoneInfo(head["w365_LegalEntity"]["w365_timezone"])


def _day(head: Row) -> date:
    """The day of a document; of a draft the day on which it was written."""
    return (
        day(head["w365_invoicedate"]) if head["w365_invoicedate"] else instant(head["createdon"]).astimezone(_zone(head)).date()
    )


def _rounding(head: Row) -> RoundedOn:
    chosen = head["w365_LegalEntity"]["w365_taxrounding"]
    return RoundedOn.LINE if chosen is None else RoundedOn(choice_label("w365_legalentity", "w365_taxrounding", chosen).lower())


def _inherited(contracts: Sequence[Row], inherited: Inherited) -> Iterator[str]:
    """Of several contracts each says which it is."""
    for own in contracts:
        name = f"{own['w365_number']}: " if len(contracts) > 1 else ""
        yield from (f"{name}{one}" for one in inherited.inherits(own))
