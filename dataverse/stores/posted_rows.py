"""Lines that stand on documents as what a later bill compares with: what was billed, and what people gave back of it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.rows import amount, day, maybe, status_label
from work365.invoicing.keys import parse, prefix
from work365.invoicing.lines import Posted
from work365.periods import Period

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dataverse.webapi import Row
    from work365.money import Currency, Money


def made_here(line: Row) -> bool:
    """Lines that a person wrote on an invoice by hand are not billing's to compare."""
    return str(line["w365_key"]).startswith(prefix(line["_w365_contract_value"], line["_w365_subscription_value"] or ""))


def credited(lines: Sequence[Row], code: Currency) -> dict[str, int]:
    """What people gave back of lines that billing made, by slot; neither side of it on a document that was cancelled.

    It is counted as the line that was given back is: with the tax where that line's price includes it.
    """
    standing = [line for line in lines if not cancelled(line)]
    made = {line["w365_key"]: line for line in standing if made_here(line)}
    given: dict[str, int] = {}
    for line in standing:
        of = made.get(line["w365_origin"] or "")
        if of is not None and not made_here(line):
            slot = parse(of["w365_key"])[0]
            back = as_priced({**line, "w365_priceincludestax": of["w365_priceincludestax"]}, code)
            given[slot] = given.get(slot, 0) - back.minor
    return {slot: minor for slot, minor in given.items() if minor > 0}


def cancelled(line: Row) -> bool:
    """Whether the document of a line was cancelled."""
    return status_label("w365_invoice", line["w365_Invoice"]) == "Cancelled"


def posted_of(row: Row, code: Currency, entity: str) -> Posted:
    """A line of a recurring charge that an earlier bill wrote; `entity` is the legal entity that bills now."""
    return Posted(
        key=row["w365_key"],
        subscription=row["_w365_subscription_value"],
        period=Period(day(row["w365_periodstart"]), day(row["w365_periodend"])),
        quantity=int(row["w365_quantity"]),
        unit_price=maybe(Decimal, row["w365_unitprice"]),
        amount=as_priced(row, code),
        cancelled=cancelled(row),
        fraction=_fraction(row),
        elsewhere=row["w365_Invoice"]["_w365_legalentity_value"] != entity,
        origin=row["w365_origin"],
    )


def _fraction(row: Row) -> tuple[int, int] | None:
    used, whole = row["w365_fractionnumerator"], row["w365_fractiondenominator"]
    return (used, whole) if whole else None


def as_priced(row: Row, code: Currency) -> Money:
    """What was billed in terms of the price: with the tax where the price includes it, as a later bill compares it."""
    net = amount(row["w365_amount"], code)
    return net + amount(row["w365_tax"], code) if row["w365_priceincludestax"] else net
