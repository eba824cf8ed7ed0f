"""What the sample partner sells, what it costs and for how much.

Costs follow Microsoft's structure: a monthly term costs 20 % more than an annual one, an annual term that is billed monthly 5 %
more than one that is paid up front (since April 2025). Selling prices are a quarter above cost, to ten cents.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT, TEN_CENTS = Decimal("0.01"), Decimal("0.1")
RATES = {"USD": Decimal(1), "EUR": Decimal("0.95"), "GBP": Decimal("0.82")}
"""Price levels of the markets, not exchange rates."""
VALID_FROM = "2025-01-01"


@dataclass(frozen=True, slots=True)
class Article:
    """One product. `base` is its annual-term price per month in dollars, None for what Microsoft does not sell."""

    code: str
    number: str
    name: str
    base: Decimal | None
    kind: str = "License"
    sort: str = "Resale"
    bundle: bool = False


_MICROSOFT = tuple(
    Article(code, number, name, Decimal(base))
    for code, number, name, base in (
        ("BB", "CFQ7TTC0LH18:0001", "Microsoft 365 Business Basic", "4.80"),
        ("BS", "CFQ7TTC0LDPB:0001", "Microsoft 365 Business Standard", "10.00"),
        ("BP", "CFQ7TTC0LCHC:0002", "Microsoft 365 Business Premium", "17.60"),
        ("E1", "CFQ7TTC0LF8Q:0001", "Office 365 E1", "8.00"),
        ("E3", "CFQ7TTC0LF8R:0001", "Office 365 E3", "18.40"),
        ("E5", "CFQ7TTC0LF8S:0002", "Microsoft 365 E5", "45.60"),
        ("F1", "CFQ7TTC0MBMD:0001", "Microsoft 365 F1", "1.80"),
        ("EXO", "CFQ7TTC0LH16:0001", "Exchange Online (Plan 1)", "3.20"),
        ("PBI", "CFQ7TTC0HL8W:0001", "Power BI Premium Per User", "16.00"),
        ("TRM", "CFQ7TTC0LHSL:0001", "Microsoft Teams Rooms Pro", "32.00"),
        ("VU", "CFQ7TTC0LH0R:0002", "Microsoft 365 Phone System - Virtual User", "0"),
    )
)
ARTICLES = (
    *_MICROSOFT,
    Article("MW", "CFQ7TTC0LFLX:0001", "Managed Workplace E3", Decimal("28.80"), bundle=True),
    Article("BAK", "WG-BACKUP", "Woodgrove Cloud Backup", None, sort="Own IP"),
    Article("HLP", "WG-HELPDESK", "Woodgrove Help Desk", None, kind="Service", sort="Service"),
)
"""MW is Microsoft's SKU of Microsoft 365 E3, sold as a bundle with backup (billed) and help desk (free)."""

MISSING = Article("VIS", "CFQ7TTC0HD33:0001", "Visio Plan 2", Decimal("12.00"))
"""A SKU that Microsoft bills and that the catalogue does not have yet."""

COMPONENTS = (("MW", "BAK", 1, True), ("MW", "HLP", 1, False))
OWN_PRICES = {"BAK": Decimal("3.50"), "HLP": Decimal("0.00")}
TIER_FROM, TIER_FACTOR = 50, Decimal("0.96")
PLANS = (("P1M", "Monthly"), ("P1Y", "Monthly"), ("P1Y", "Annual"))
BY_CODE = {article.code: article for article in (*ARTICLES, MISSING)}


def cost(code: str, currency: str, term: str, plan: str) -> Decimal:
    """What Microsoft charges the partner per seat and billing-plan period."""
    base = BY_CODE[code].base or Decimal(0)
    factor = {("P1M", "Monthly"): Decimal("1.20"), ("P1Y", "Monthly"): Decimal("1.05"), ("P1Y", "Annual"): Decimal(12)}[
        term, plan
    ]
    return (base * RATES[currency] * factor).quantize(CENT, ROUND_HALF_UP)


def price(code: str, currency: str, term: str, plan: str) -> Decimal:
    """What the partner charges per seat and billing-plan period."""
    if code in OWN_PRICES:
        months = 12 if plan == "Annual" else 1
        return (OWN_PRICES[code] * RATES[currency]).quantize(TEN_CENTS, ROUND_HALF_UP).quantize(CENT) * months
    return (cost(code, currency, term, plan) * Decimal("1.25")).quantize(TEN_CENTS, ROUND_HALF_UP).quantize(CENT)
