"""What the supplier billed is billed once, whatever request an import or a run dies at."""

from __future__ import annotations

import contextlib
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

from local.desks.supplier import SupplierDesk
from local.faults import CRASHES, Died, Fault
from work365.errors import External

if TYPE_CHECKING:
    from tests.points import Tried

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
BILL = "new 2026-01-05..2026-02-04 +10 @12 r-1\naddQuantity 2026-01-20..2026-02-04 +2 @6 r-2"
AMOUNTS = [["138.00", "13.80"]]
KEPT = [("r-1", "120.00", "Billed"), ("r-2", "12.00", "Billed")]


def desk() -> SupplierDesk:
    return SupplierDesk(JANUARY, supplierlinesfrom=JANUARY, suppliermarkuppercent=Decimal(15))


def test_an_import_that_dies_is_finished_by_importing_again(tried: Tried) -> None:
    clean = desk()
    clean.imports(BILL, clean.fuse)
    for at, fault in tried("supplier's lines imported", product(range(1, clean.fuse.count + 1), CRASHES)):
        one = desk()
        one.fuse.arm(at=at, fault=fault)
        with contextlib.suppress(Died, External):
            one.imports(BILL, one.fuse)
        one.fuse.reset()
        one.imports(BILL)
        one.run(FEBRUARY)
        assert [invoice.amounts for invoice in one.invoices()] == AMOUNTS, f"{fault.value} at {at}"
        assert one.lines() == KEPT


def test_a_run_that_dies_bills_each_line_once(tried: Tried) -> None:
    clean = desk()
    clean.imports(BILL)
    clean.fuse.reset()
    clean.run(FEBRUARY)
    for at, fault in tried("supplier's lines billed", product(range(1, clean.fuse.count + 1), CRASHES)):
        one = desk()
        one.imports(BILL)
        one.fuse.arm(at=at, fault=fault)
        with contextlib.suppress(Died, External):
            one.run(FEBRUARY)
        one.fuse.reset()
        for _ in range(3):
            one.sweep_after(20)
            one.work()
        one.run(FEBRUARY)
        assert [invoice.amounts for invoice in one.invoices()] == AMOUNTS, f"{fault.value} at {at}"
        assert one.lines() == KEPT


def test_a_line_that_the_supplier_restates_while_it_is_billed_is_billed_as_it_is_then(tried: Tried) -> None:
    """The import writes between reading and posting: the change set holds for the version that was read only."""
    clean = desk()
    clean.imports(BILL)
    clean.fuse.reset()
    clean.run(FEBRUARY)
    for at in tried("supplier's lines, two", range(1, clean.fuse.count + 1)):
        one = desk()
        one.imports(BILL)
        one.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=partial(one.imports, BILL.replace("@12", "@11")))
        one.run(FEBRUARY)
        one.fuse.reset()
        one.run(date(2026, 3, 1))
        total = sum(invoice.net for invoice in one.invoices())
        assert total == Decimal("140.30"), f"at {at}"
