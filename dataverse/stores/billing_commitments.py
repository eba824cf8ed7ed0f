"""Commitments of contracts' rows, and the lines that they are measured by. Pure: nothing here calls anybody."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, any_of, both, ge
from dataverse.rows import day, maybe
from work365.commitments.terms import Commitment
from work365.commitments.truing import Committed, Counted, first_day
from work365.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from dataverse.rows import Row
    from work365.contracts.contract import BillingContract

TERMS = ("w365_minimumamount", "w365_minimumcycles", "w365_maximumamount")
PRODUCT = "w365_CommitmentProduct($select=w365_productid,w365_taxcategory)"
LINE = ("w365_key", "_w365_contract_value", "w365_periodstart", "w365_amount", "w365_tax", "w365_priceincludestax")
_DAY = timedelta(days=1)


def has_commitment(row: Row) -> bool:
    """Whether a contract has a minimum or a maximum."""
    return row["w365_minimumamount"] is not None or row["w365_maximumamount"] is not None


def since(row: Row, contract: BillingContract, touched: Iterable[date]) -> date:
    """The day from which a committed contract's lines must be read; `touched` are days that its next bill is about."""
    billed = maybe(day, row["w365_billedthrough"])
    earliest = min((contract.start if billed is None else max(contract.start, billed - _DAY), *touched))
    return first_day(contract, row["w365_minimumcycles"] or 1, max(earliest, contract.start))


def lines_since(first: Mapping[str, date]) -> Get:
    """The lines of committed contracts since the earliest of their days."""
    theirs = both(any_of("_w365_contract_value", sorted(first)), ge("w365_periodstart", min(first.values())))
    return Get(Query("w365_invoiceline", LINE, filter=theirs, expand="w365_Invoice($select=statuscode)"))


def committed(row: Row, first: date, posted: Iterable[Counted]) -> Committed:
    """A contract's commitment; `posted` in terms of its prices, with tax where these include it.

    Errors: BadInput when it has no product, or contradicts itself.
    """
    product = row.get("w365_CommitmentProduct")
    if product is None:
        message = "it has a minimum or a maximum, but no commitment product; choose one, its tax category decides the tax"
        raise BadInput(message)
    terms = Commitment(
        maybe(Decimal, row["w365_minimumamount"]),
        maybe(Decimal, row["w365_maximumamount"]),
        product["w365_productid"],
        product["w365_taxcategory"],
        row["w365_minimumcycles"] or 1,
    )
    return Committed(terms, first, tuple(posted))
