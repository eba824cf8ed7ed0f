"""The posted lines of a document with what stands behind each, from their rows. Pure: nothing here calls anybody."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.rows import amount, choice_label, choice_value, day, decimal, instant, maybe
from dataverse.stores.explained_rows import NO_ROWS
from dataverse.stores.log_entries import refund_of
from dataverse.stores.terms_behind import CONTRACT_TERMS, ITEM_TERMS, terms_behind
from work365.explaining.subject import ChangeBehind, LineBehind, Origin, ShareBehind
from work365.invoicing.lines import Kind
from work365.periods import Period

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dataverse.stores.explained_rows import RowsBehind
    from dataverse.stores.inheriting import Inherited
    from dataverse.webapi import Row
    from work365.explaining.subject import TermsBehind
    from work365.money import Currency
    from work365.supplied.costing import CostShare

LINE, CHANGE = "w365_invoiceline", "w365_changelog"
LINES = (
    *("w365_key", "w365_ordinal", "w365_kind", "w365_description", "w365_periodstart", "w365_periodend", "w365_quantity"),
    *("w365_unitprice", "w365_listprice", "w365_fractionnumerator", "w365_fractiondenominator", "w365_amount", "w365_tax"),
    *("w365_taxpercent", "w365_taxcode", "w365_priceincludestax", "w365_pricecurrency", "w365_exchangerate", "w365_origin"),
    *("_w365_subscription_value", "_w365_product_value"),
)
LINES_EXPAND = (
    "w365_Change($select=w365_changelogid,w365_sequence,w365_event,w365_effective,w365_recordedon,w365_quantity,w365_quantitydelta,w365_source,"
    "w365_reference,w365_refund;$expand=createdby($select=fullname)),"
    f"w365_Contract($select={','.join(CONTRACT_TERMS)},_w365_account_value,_w365_legalentity_value),"
    f"w365_Subscription($select={','.join(ITEM_TERMS)},_w365_splitof_value,_w365_tierof_value,"
    "_w365_parent_value,w365_externalid;$expand=w365_Parent($select=w365_printedname;"
    "$expand=w365_Product($select=w365_printedname)))"
)

COSTING = frozenset({Kind.CYCLE, Kind.STUB, Kind.CREDIT, Kind.CHARGE, Kind.CORRECTION, Kind.SUPPLIER})
"""Kinds of lines that a supplier's charge may stand behind; metered usage has its cost in its own records."""


@dataclass(frozen=True, slots=True)
class Besides:
    """What stands behind lines besides their contract: earlier lines, shares and costs by key, rows, and a reason.

    Shape: `undone` says that the reason is why the original was cancelled.
    """

    origins: Mapping[str, Origin]
    rows: RowsBehind = NO_ROWS
    shares: Mapping[str, ShareBehind] = field(default_factory=dict)
    costs: Mapping[str, tuple[CostShare, ...]] = field(default_factory=dict)
    reason: str = ""
    undone: bool = False


def line_behind(row: Row, code: Currency, inherited: Inherited, besides: Besides) -> LineBehind:
    """One line. Errors: BadInput when the terms of its contract contradict each other."""
    own = row.get("w365_Contract")
    contract, key = (inherited.terms(own) if own else None), row["w365_key"]
    return LineBehind(
        ordinal=row["w365_ordinal"] + 1,
        kind=Kind(choice_label(LINE, "w365_kind", row["w365_kind"]).lower()),
        description=row["w365_description"],
        period=Period(day(row["w365_periodstart"]), day(row["w365_periodend"])),
        quantity=decimal(row["w365_quantity"]),
        unit_price=maybe(decimal, row["w365_unitprice"]),
        used=row["w365_fractionnumerator"] or 1,
        whole=row["w365_fractiondenominator"] or 1,
        amount=amount(row["w365_amount"], code),
        tax=amount(row["w365_tax"], code),
        tax_percent=maybe(decimal, row["w365_taxpercent"]),
        tax_code=row["w365_taxcode"] or "",
        terms=_terms(row, contract, code),
        price_currency=row["w365_pricecurrency"] or "",
        exchange_rate=maybe(decimal, row["w365_exchangerate"]),
        price_includes_tax=bool(row["w365_priceincludestax"]),
        change=maybe(_change, row.get("w365_Change")),
        origin=besides.origins.get(row["w365_origin"] or ""),
        reason=besides.reason,
        undone=besides.undone,
        source=besides.rows.sentences.get(key, ""),
        list_price=maybe(decimal, row["w365_listprice"]),
        share=besides.shares.get(key),
        costs=besides.costs.get(key),
        bundle=_bundle((row.get("w365_Subscription") or {}).get("w365_Parent") or {}),
        key=key,
        contract=own["w365_number"] if own else "",
        subscription=row["_w365_subscription_value"] or "",
        rows=besides.rows.rows.get(key, ()),
        discount_percent=besides.rows.discounts.get(key, Decimal(0)),
    )


def with_cost(lines: Sequence[Row]) -> list[Row]:
    """The lines that a supplier's charges may stand behind."""
    kinds = {choice_value(LINE, "w365_kind", kind.value.capitalize()) for kind in COSTING}
    return [line for line in lines if line["w365_kind"] in kinds]


def _bundle(parent: Row) -> str:
    """What a bundle is called, as it is printed; "" for none."""
    return parent.get("w365_printedname") or (parent.get("w365_Product") or {}).get("w365_printedname") or ""


def _terms(line: Row, own: Row | None, code: Currency) -> TermsBehind | None:
    """The terms of a subscription's line, by its own contract: a document may be for several."""
    if own is None or not line["_w365_subscription_value"]:
        return None
    return terms_behind(own, line.get("w365_Subscription"), line, code)


def _change(row: Row) -> ChangeBehind:
    recorded = maybe(instant, row["w365_recordedon"])
    return ChangeBehind(
        sequence=row["w365_sequence"],
        event=choice_label(CHANGE, "w365_event", row["w365_event"]),
        effective=day(row["w365_effective"]),
        quantity=row["w365_quantity"],
        delta=row["w365_quantitydelta"],
        source=choice_label(CHANGE, "w365_source", row["w365_source"]),
        by=(row.get("createdby") or {}).get("fullname") or "",
        recorded=None if recorded is None else recorded.date(),
        reference=row["w365_reference"] or "",
        id=row["w365_changelogid"],
        refund=refund_of(CHANGE, row),
    )
