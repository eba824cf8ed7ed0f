"""A small partner, and a reader for charge lines that a billing person can write."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from local.fakes.supply import FakeSupply
from work365.catalogue.prices import Price
from work365.handlers.importing import Import, ImportReport, import_lines
from work365.periods import MONTHLY
from work365.provisioning.catalogue import Catalogue, Component, Product
from work365.provisioning.holding import Contract, Tenant
from work365.provisioning.lines import ChargeLine, charge_of
from work365.provisioning.terms import Plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.findings import Finding

NOW = datetime(2026, 2, 7, 9, 0, tzinfo=UTC)
STANDARD, PREMIUM, BUNDLE = (
    Product("pr-1", "STD:1", "Standard"),
    Product("pr-2", "PRE:1", "Premium"),
    Product("pr-3", "BUN:1", "Workplace"),
)
BACKUP, HELP = Product("pr-4", "BACKUP", "Backup"), Product("pr-5", "HELP", "Help desk")
MONTHLY_TEXT, ANNUAL_TEXT = "One-Month commitment for monthly billing", "One-Year commitment for monthly/yearly billing"


def price(
    product: Product, amount: str, *, term: str = "P1M", plan: Plan = Plan.MONTHLY, tier: int = 1, since: str = "2022-01-01"
) -> Price:
    """One price of the list in euros."""
    return Price(product.id, "list-eur", term, plan, tier, date.fromisoformat(since), Decimal(amount))


def catalogue(*more: Price) -> Catalogue:
    """Standard and Premium, and a bundle with a backup per seat and two free help-desk places."""
    prices = (
        *(price(STANDARD, "12.50"), price(STANDARD, "11.00", tier=50), price(STANDARD, "10.50", term="P1Y")),
        *(
            price(PREMIUM, "22.00"),
            price(PREMIUM, "240.00", term="P1Y", plan=Plan.ANNUAL),
            price(BUNDLE, "30.00"),
            price(BACKUP, "4.00"),
        ),
        *more,
    )
    known = (STANDARD, PREMIUM, BUNDLE, BACKUP, HELP)
    return Catalogue(
        {product.number.lower(): product for product in known},
        {BUNDLE.id: (Component(BACKUP, 1, billable=True), Component(HELP, 2, billable=False))},
        {(product.id, "list-eur"): tuple(p for p in prices if p.product == product.id) for product in known},
        frozenset({"EUR", "USD"}),
    )


def partner() -> FakeSupply:
    """One customer with a monthly contract in euros."""
    return FakeSupply(
        known_tenants={"t-1": Tenant("pa-1", "t-1", "Contoso", account="acc-1")},
        known_contracts=[Contract("c-1", "C-001", "acc-1", "EUR", MONTHLY, "list-eur")],
        products=catalogue(),
    )


def charge_line(text: str, number: int = 1, **columns: object) -> ChargeLine:
    """`new 2026-01-05..2026-02-04 +10 @12 ref`: type, inclusive period, sign and seats, unit price, reference ("-" for none)."""
    word, period, seats, unit, reference = text.split()
    start, last = (date.fromisoformat(day) for day in period.split(".."))
    sign, quantity, price_ = (-1 if seats[0] == "-" else 1), Decimal(seats[1:]), Decimal(unit[1:])
    end = last + timedelta(days=1)
    line = ChargeLine(
        *(number, "t-1", "Contoso", "contoso.example.com", "DE", "s-1", STANDARD.number, STANDARD.name, charge_of(word), word),
        *(start, end, quantity, price_, sign * price_, sign * quantity * price_, "EUR", "EUR", Decimal(1), MONTHLY_TEXT),
        frequency_text="Monthly",
        commitment_end=end,
        reference="" if reference == "-" else reference,
    )
    return replace(line, **columns)  # type: ignore[arg-type]  # columns by name


def charges(text: str, **columns: object) -> list[ChargeLine]:
    """Several charge lines, one per line of text."""
    rows = [row.strip() for row in text.strip().splitlines() if row.strip()]
    return [charge_line(row, number, **columns) for number, row in enumerate(rows, start=2)]


def importer(book: FakeSupply, *, now: datetime = NOW, dry_run: bool = False) -> Callable[..., ImportReport]:
    """Import lines into a book, under a file name."""

    def run(items: list[ChargeLine | Finding] | list[ChargeLine], file: str = "january.csv") -> ImportReport:
        return import_lines(items, file, provider=None, run=Import(book, now, pause=lambda _: None, dry_run=dry_run))

    return run
