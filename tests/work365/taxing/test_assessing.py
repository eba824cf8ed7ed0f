"""The tax of a document: worked figures, rounding, prices with tax, and what must hold for any basket."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.money import Currency, Money, exactly, total
from work365.taxing.assessing import Assessment, Buyer, Rounding, TableTax, TaxDocument, TaxedLine, Untaxed
from work365.taxing.rates import Exemption, TaxRate, TaxTable, Treatment

DAY = date(2026, 11, 1)
EUR, JPY, KWD = Currency("EUR"), Currency("JPY"), Currency("KWD")
LINE, DOCUMENT = Rounding.LINE, Rounding.DOCUMENT
SINCE = date(2020, 1, 1)
GERMAN = Buyer("A-1", "DE")
CATEGORIES = {"standard": "19", "reduced": "7", "books": "0", "odd": "5.3"}


def row(category: str, percent: str, place: str = "DE", treatment: Treatment = Treatment.UNSAID) -> TaxRate:
    """A rate that has long been in force."""
    return TaxRate(place, category, SINCE, Decimal(percent), treatment=treatment)


RATES = [row(category, percent) for category, percent in CATEGORIES.items()]
TABLE = TaxTable(RATES)


def basket(
    lines: list[tuple[str, str]],
    *,
    currency: Currency = EUR,
    inclusive: bool = False,
    buyer: Buyer = GERMAN,
) -> TaxDocument:
    """A document of lines, each an amount and a category."""
    taxed = [
        TaxedLine(f"k{index}", exactly(Decimal(amount), currency), category) for index, (amount, category) in enumerate(lines)
    ]
    return TaxDocument("D-1", "C-1", buyer, DAY, currency, taxed, inclusive)


def assess(document: TaxDocument, rounding: Rounding = LINE, table: TaxTable = TABLE) -> Assessment:
    """What the table says of it."""
    return TableTax(table, rounding).assess(document)


def taxes(assessed: Assessment) -> str:
    """The taxes of its lines, in order."""
    return " ".join(str(line.tax.major) for line in assessed.lines)


def whole(assessed: Assessment) -> str:
    """Net and tax of the document, as sums of its lines."""
    net = sum((line.net.major for line in assessed.lines), Decimal(0))
    return f"{net} {sum((line.tax.major for line in assessed.lines), Decimal(0))}"


@pytest.mark.parametrize(
    ("lines", "currency", "rounding", "expected", "document"),
    [
        ("33.33 33.33 33.34", EUR, LINE, "6.33 6.33 6.33", "100.00 18.99"),
        ("33.33 33.33 33.34", EUR, DOCUMENT, "6.33 6.33 6.34", "100.00 19.00"),
        ("0.13 0.13 0.13 0.13 0.13 96.72", EUR, LINE, "0.02 0.02 0.02 0.02 0.02 18.38", "97.37 18.48"),
        ("0.13 0.13 0.13 0.13 0.13 96.72", EUR, DOCUMENT, "0.03 0.03 0.02 0.02 0.02 18.38", "97.37 18.50"),
        ("0.01 0.01 0.01", EUR, LINE, "0.00 0.00 0.00", "0.03 0.00"),
        ("0.01 0.01 0.01", EUR, DOCUMENT, "0.01 0.00 0.00", "0.03 0.01"),
        ("-33.33 -33.33 -33.34", EUR, LINE, "-6.33 -6.33 -6.33", "-100.00 -18.99"),
        ("-33.33 -33.33 -33.34", EUR, DOCUMENT, "-6.33 -6.33 -6.34", "-100.00 -19.00"),
        ("100.00 -30.00", EUR, DOCUMENT, "19.00 -5.70", "70.00 13.30"),
        ("333 333 334", JPY, LINE, "63 63 63", "1000 189"),
        ("333 333 334", JPY, DOCUMENT, "63 63 64", "1000 190"),
        ("0.333 0.333 0.334", KWD, LINE, "0.063 0.063 0.063", "1.000 0.189"),
        ("0.333 0.333 0.334", KWD, DOCUMENT, "0.063 0.063 0.064", "1.000 0.190"),
    ],
)
def test_rounding(lines: str, currency: Currency, rounding: Rounding, expected: str, document: str) -> None:
    """At 19 %: each line by itself, or the document once and its cents spread; with the currency's own places."""
    assessed = assess(basket([(amount, "standard") for amount in lines.split()], currency=currency), rounding)
    assert (taxes(assessed), whole(assessed)) == (expected.strip(), document)


@pytest.mark.parametrize(
    ("gross", "rounding", "nets", "expected"),
    [
        ("119.00", LINE, "100.00", "19.00"),
        ("10.00", LINE, "8.40", "1.60"),
        ("0.01", LINE, "0.01", "0.00"),
        ("-10.00", LINE, "-8.40", "-1.60"),
        ("9.99 9.99 9.99", LINE, "8.39 8.39 8.39", "1.60 1.60 1.60"),
        ("9.99 9.99 9.99", DOCUMENT, "8.39 8.39 8.40", "1.60 1.60 1.59"),
    ],
)
def test_prices_that_include_tax(gross: str, rounding: Rounding, nets: str, expected: str) -> None:
    """The tax is taken out of the price; the customer pays what the price says."""
    assessed = assess(basket([(amount, "standard") for amount in gross.split()], inclusive=True), rounding)
    assert (" ".join(str(line.net.major) for line in assessed.lines), taxes(assessed)) == (nets, expected)


@pytest.mark.parametrize("rounding", [LINE, DOCUMENT])
def test_the_rows_of_a_summary_sum_to_the_document(rounding: Rounding) -> None:
    """One row per rate, in the order in which the document meets them."""
    assessed = assess(basket([("33.33", "standard"), ("10.05", "reduced"), ("33.33", "standard"), ("5.00", "books")]), rounding)
    assert [(str(one.rate.percent), str(one.net.major)) for one in assessed.rows] == [
        ("19", "66.66"),
        ("7", "10.05"),
        ("0", "5.00"),
    ]
    assert total((one.tax for one in assessed.rows), EUR) == total((line.tax for line in assessed.lines), EUR)


def test_an_exempt_customer_pays_no_tax_and_reads_why() -> None:
    """The certificate stands beside the line."""
    table = TaxTable(RATES, [Exemption("A-1", "C-9", SINCE)])
    (line,) = assess(basket([("100.00", "standard")]), table=table).lines
    assert (line.tax.minor, line.rate.meaning, line.rate.note) == (0, Treatment.EXEMPT, "Exemption certificate C-9")


ABROAD = TaxTable([row("standard", "0", "AT", Treatment.REVERSE_CHARGE), row("wrong", "20", "AT", Treatment.REVERSE_CHARGE)])


@pytest.mark.parametrize(
    ("place", "category", "tax_number", "code", "words"),
    [
        ("FR", "standard", "FR1", "no-tax-rate", "no tax rate for category 'standard' in FR on 2026-11-01"),
        ("AT", "books", "ATU1", "no-tax-rate", "no tax rate for category 'books' in AT"),
        ("AT", "wrong", "ATU1", "tax-rate-unclear", "VAT category AE does not go with 20 %"),
        ("AT", "standard", "", "no-tax-number", "is AE, for which the customer needs a tax number"),
    ],
)
def test_what_cannot_be_taxed_says_what_to_enter(place: str, category: str, tax_number: str, code: str, words: str) -> None:
    """Nothing is guessed: the document is refused with one finding for each thing that is missing."""
    with pytest.raises(Untaxed) as refused:
        assess(basket([("10.00", category), ("5.00", category)], buyer=Buyer("A-1", place, tax_number)), table=ABROAD)
    (finding,) = refused.value.findings
    assert (finding.code, finding.subject) == (code, f"C-1 {place} {category}")
    assert words in finding.message
    assert finding.message in str(refused.value)


def test_a_business_abroad_accounts_for_the_tax_itself() -> None:
    """Reverse charge: no tax, and the note."""
    (line,) = assess(basket([("10.00", "standard")], buyer=Buyer("A-1", "AT", "ATU12345678")), table=ABROAD).lines
    assert (line.tax.minor, line.rate.meaning.value, line.rate.note) == (0, "AE", "Reverse charge")


money = st.integers(-10_000_000, 10_000_000)
baskets = st.lists(st.tuples(money, st.sampled_from(sorted(CATEGORIES))), min_size=1, max_size=12)
roundings = st.sampled_from(Rounding)


def of(lines: list[tuple[int, str]], currency: Currency, *, inclusive: bool) -> TaxDocument:
    """A document of lines in minor units, with keys that stay with their lines."""
    taxed = [TaxedLine(f"{index:02}", Money(minor, currency), category) for index, (minor, category) in enumerate(lines)]
    return TaxDocument("D-1", "C-1", Buyer("A-1", "DE"), DAY, currency, taxed, inclusive)


@given(baskets, roundings, st.sampled_from([EUR, JPY, KWD]), st.booleans())
def test_any_basket(lines: list[tuple[int, str]], rounding: Rounding, currency: Currency, inclusive: bool) -> None:
    """Scenario F2: rows sum to lines; an inclusive price is net + tax; each rate's tax per document is within half a unit."""
    document = of(lines, currency, inclusive=inclusive)
    assessed = assess(document, rounding)
    assert sum(one.tax.minor for one in assessed.rows) == sum(line.tax.minor for line in assessed.lines)
    assert sum(one.net.minor for one in assessed.rows) == sum(line.net.minor for line in assessed.lines)
    for line, taxed in zip(document.lines, assessed.lines, strict=True):
        assert (taxed.net + taxed.tax if inclusive else taxed.net) == line.amount
        base = line.amount.minor * taxed.rate.percent / (100 + taxed.rate.percent if inclusive else 100)
        assert abs(taxed.tax.minor - base) < 1
    if rounding is DOCUMENT and not inclusive:
        for one in assessed.rows:
            assert abs(one.tax.minor - one.net.minor * one.rate.percent / 100) <= Decimal("0.5")


@given(st.permutations(range(6)), st.lists(money, min_size=6, max_size=6), roundings, st.booleans())
def test_the_order_of_lines_changes_nothing(order: list[int], minors: list[int], rounding: Rounding, inclusive: bool) -> None:
    """Each line keeps its tax wherever it stands, and so does the document."""
    document = of([(minor, "standard" if index % 2 else "odd") for index, minor in enumerate(minors)], EUR, inclusive=inclusive)
    turned = TaxDocument("D-1", "C-1", document.buyer, DAY, EUR, [document.lines[index] for index in order], inclusive)
    straight, other = assess(document, rounding).lines, assess(turned, rounding).lines
    assert [straight[index] for index in order] == list(other)


@given(st.sampled_from(["FR", "US-CA", "AT"]), st.sampled_from(sorted(CATEGORIES)), st.dates(SINCE, date(2100, 1, 1)))
def test_no_rate_is_never_zero(place: str, category: str, day: date) -> None:
    """A place without rates is refused on every day and in every category."""
    document = TaxDocument("D-1", "C-1", Buyer("A-1", place, "X"), day, EUR, [TaxedLine("k", Money(1, EUR), category)])
    with pytest.raises(Untaxed):
        assess(document)
