"""Files with prices: Microsoft's price sheet, or a CSV of our own.

    Product,Term,BillingPlan,TierFrom,ValidFrom,UnitPrice,UnitCost,ValidTo
    CFQ7TTC0LCHC:0002,P1Y,Monthly,1,2026-07-01,22.00,17.60,

`TierFrom`, `UnitCost`, `ValidTo` and `Currency` may be missing or empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from providers.partner_center.cells import clean, day
from providers.partner_center.price_sheet import PLANS, TERMS, price, read_sheet, whole
from providers.partner_center.records import records
from work365.catalogue.list_changes import SheetRow
from work365.errors import BadInput
from work365.provisioning.terms import Terms
from work365.provisioning.wording import broken_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from work365.findings import Finding

OWN = ("product", "term", "billingplan", "validfrom", "unitprice")


def read_prices(path: Path) -> tuple[Iterable[SheetRow | Finding], bool]:
    """The prices of a file, and whether it is a supplier's sheet. Errors: BadInput for a file that is neither."""
    header = next(iter(records(path)))
    names = set(header.cells)
    if "skuid" in names:
        return read_sheet(path), True
    lacking = [name for name in OWN if name not in names]
    if lacking:
        message = f"The file lacks the column(s) {', '.join(lacking)}; give those, or a price sheet of Microsoft"
        raise BadInput(message, path.name)
    return _own(path), False


def _own(path: Path) -> Iterator[SheetRow | Finding]:
    for record in records(path):
        if record.header:
            continue
        try:
            if record.problem:
                raise BadInput(record.problem)  # noqa: TRY301  one way out for every row that cannot be read
            yield _row(record.cells, record.line)
        except BadInput as error:
            yield broken_row(path.name, record.line, error.path, error.message)


def _row(cells: Mapping[str, str], line: int) -> SheetRow:
    def cell(name: str) -> str:
        return clean(cells.get(name, ""))

    term, plan = cell("term").upper(), PLANS.get(cell("billingplan").lower())
    if term not in TERMS:
        message = f"'{term}' is not a term; write {', '.join(TERMS)}"
        raise BadInput(message, "Term")
    if plan is None:
        message = f"'{cell('billingplan')}' is not a billing plan; write Monthly, Annual or Triennial"
        raise BadInput(message, "BillingPlan")
    return SheetRow(
        number=cell("product"),
        terms=Terms(term, plan),
        tier_from=whole(cell("tierfrom")) if cell("tierfrom") else 1,
        valid_from=day(cell("validfrom")),
        amount=price(cell("unitprice")),
        currency=cell("currency").upper(),
        cost=price(cell("unitcost")) if cell("unitcost") else None,
        valid_to=day(cell("validto")) if cell("validto") else None,
        line=line,
    )
