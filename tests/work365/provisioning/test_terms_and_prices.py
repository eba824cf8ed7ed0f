"""Terms in Microsoft's prose, prices of the list, costs per cycle, and bundles that change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from local.fakes.small_partner import BACKUP, BUNDLE, HELP, STANDARD, charge_line, charges, importer, partner
from work365.catalogue.prices import places
from work365.findings import Finding
from work365.periods import ANNUAL, MONTHLY, SEMIANNUAL, TRIENNIAL, Frequency, plus_months
from work365.provisioning.catalogue import per_cycle
from work365.provisioning.intake import FINDINGS_LIMIT, sorted_in
from work365.provisioning.ledger import REFERENCE_LENGTH, joined
from work365.provisioning.lines import LineKind, kind_of
from work365.provisioning.terms import Plan, commitment_end_of, plan_of, term_of


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("One-Month commitment for trial", "P1M"),
        ("One-Month commitment for monthly billing", "P1M"),
        ("One-Year commitment for monthly/yearly billing", "P1Y"),
        ("Three-3 Years commitment for monthly/3 Years/yearly billing", "P3Y"),
        ("1 Year Subscription", "P1Y"),
        ("Data Stored (GB/Month), One-Year commitment for monthly/yearly billing", "P1Y"),
        ("", ""),
        ("forever", ""),
    ],
)
def test_terms_are_read_from_prose(text: str, term: str) -> None:
    """As Microsoft writes them."""
    assert term_of(text) == term


@pytest.mark.parametrize(
    ("frequency", "text", "last", "plan"),
    [
        ("Monthly", "One-Year commitment for monthly/yearly billing", "2026-02-04", Plan.MONTHLY),
        ("Annual", "", "2027-01-04", Plan.ANNUAL),
        ("Triennial", "", "2029-01-04", Plan.TRIENNIAL),
        ("", "One-Year commitment for yearly billing", "2026-02-04", Plan.ANNUAL),
        ("", "One-Year commitment for monthly/yearly billing", "2026-02-04", Plan.MONTHLY),
        ("Monthly, Annual", "One-Year commitment for monthly/yearly billing", "2027-01-04", Plan.ANNUAL),
        ("", "", "2029-01-04", Plan.TRIENNIAL),
    ],
)
def test_the_billing_plan_is_named_or_follows_from_the_length(frequency: str, text: str, last: str, plan: Plan) -> None:
    """BillingFrequency, then the prose, then how long the charge is."""
    line = charge_line(f"new 2026-01-05..{last} +1 @1 a", frequency_text=frequency, term_text=text)
    assert plan_of(line) is plan


def test_a_commitment_without_an_end_is_computed_from_its_start() -> None:
    """Dates come from the file; a computed one is the fallback."""
    line = charge_line("new 2026-01-31..2026-02-27 +1 @1 a", commitment_end=None, commitment_start=date(2026, 1, 31))
    assert commitment_end_of(line, "P1M") == date(2026, 2, 28)
    assert commitment_end_of(line, "P3Y") == date(2029, 1, 31)
    assert commitment_end_of(line, "") is None
    assert plus_months(date(2026, 11, 30), 3) == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ({}, LineKind.LICENCE),
        ({"commitment_end": None, "frequency_text": ""}, LineKind.LICENCE),
        ({"term_text": "", "commitment_end": None, "frequency_text": ""}, LineKind.ONE_TIME),
        ({"term_text": "3 Years Savings Plan"}, LineKind.RESERVATION),
        ({"description": "Azure plan"}, LineKind.USAGE),
        ({"meter": "Compute Hours"}, LineKind.USAGE),
        ({"quantity": Decimal("0.5")}, LineKind.USAGE),
    ],
)
def test_kinds_of_lines_follow_microsofts_heuristic(columns: dict[str, Any], kind: LineKind) -> None:
    """What is not a licence is told, not billed."""
    assert kind_of(charge_line("new 2026-01-05..2026-02-04 +1 @1 a", **columns)) is kind


@pytest.mark.parametrize(
    ("amount", "plan", "frequency", "expected"),
    [
        ("120.96", Plan.ANNUAL, MONTHLY, "10.08"),
        ("10", Plan.ANNUAL, MONTHLY, "0.8333333333"),
        ("250", Plan.TRIENNIAL, ANNUAL, "83.3333333333"),
        ("5", Plan.MONTHLY, SEMIANNUAL, "30"),
        ("0", Plan.MONTHLY, TRIENNIAL, "0"),
    ],
)
def test_prices_are_turned_into_prices_per_cycle(amount: str, plan: Plan, frequency: Frequency, expected: str) -> None:
    """Ten places, half away from zero."""
    assert str(per_cycle(Decimal(amount), plan, frequency)) == expected


def test_places_round_half_away_on_both_sides() -> None:
    """Credits mirror charges."""
    half = Fraction(1, 2 * 10**10)
    assert (places(half), places(-half)) == (Decimal("1E-10"), Decimal("-1E-10"))


def test_many_references_fit_their_column() -> None:
    """Joined while they fit, else the first and a digest that knows them all."""
    many = [f"7d71c595-4635-40d1-a9e2-b34e63b0{number:04}" for number in range(9)]
    assert joined(many[:2]) == " ".join(many[:2])
    assert len(joined(many)) <= REFERENCE_LENGTH
    assert joined(many) != joined([*many[:8], "other"])


def test_a_cost_in_our_billing_currency_is_converted_by_the_lines_own_rate() -> None:
    """Priced in pounds, billed to us in euros, sold in euros."""
    book = partner()
    importer(book)(charges("new 2026-01-05..2026-02-04 +1 @10 a", pricing_currency="GBP", exchange_rate=Decimal("1.15")))
    assert book.subscription("s-1").unit_cost == Decimal("11.5")


def test_a_sale_in_two_parts_costs_their_sum() -> None:
    """Named after the dearer one, with its seats once."""
    book = partner()
    first, second = charges("new 2026-01-05..2026-02-04 +5 @40 a\nnew 2026-01-05..2026-02-04 +5 @8 a")
    importer(book)([replace(second, product_name="Standard (telephony)"), first])
    sub = book.subscription("s-1")
    assert (sub.quantity, sub.unit_cost, sub.name) == (5, Decimal(48), "Standard / Contoso")


def test_a_bundle_that_becomes_something_else_loses_its_parts() -> None:
    """From the day of the upgrade its parts have no seats; importing again changes nothing."""
    book = partner()
    run = importer(book)
    run(charges("new 2026-01-05..2026-02-04 +5 @20 a", product=BUNDLE.number))
    old, new = charges("convert 2026-01-20..2026-02-04 -5 @20 u\nconvert 2026-01-20..2026-02-04 +5 @12 u")
    for _ in range(2):
        later = charge_line("addQuantity 2026-01-25..2026-02-04 +1 @12 v", product=STANDARD.number)
        run([replace(old, product=BUNDLE.number), replace(new, product=STANDARD.number), later], "feb")
        parts = [sub for sub, _ in book.rows.values() if sub.parent]
        assert [(sub.quantity, sub.cancelled, sub.end) for sub in parts] == [(0, True, date(2026, 1, 20))] * 2
    before = book.writes
    run([replace(old, product=BUNDLE.number), replace(new, product=STANDARD.number)], "feb")
    assert book.writes == before


def test_a_part_without_a_price_waits_for_one() -> None:
    """The bundle is sold; its part is stored without a contract until the list has a price."""
    book = partner()
    complete = book.products
    book.products = replace(complete, prices={key: some for key, some in complete.prices.items() if key[0] != BACKUP.id})
    report = importer(book)(charges("new 2026-01-05..2026-02-04 +5 @20 a", product=BUNDLE.number))
    assert [finding.code for finding in report.findings] == ["no-price"]
    parts = {sub.product: sub for sub, _ in book.rows.values() if sub.parent}
    assert (parts[BACKUP.id].contract, parts[BACKUP.id].unit_price, parts[HELP.id].contract) == (None, None, "c-1")
    book.products = complete
    assert importer(book)(charges("new 2026-01-05..2026-02-04 +5 @20 a", product=BUNDLE.number)).findings == ()
    parts = {sub.product: sub for sub, _ in book.rows.values() if sub.parent}
    assert (parts[BACKUP.id].contract, parts[BACKUP.id].unit_price) == ("c-1", Decimal(4))


def test_a_file_that_is_wrong_row_by_row_is_not_listed_without_end() -> None:
    """A thousand findings, then one that says how many there are."""
    broken = (Finding("broken-row", f"f line {number}", "…") for number in range(FINDINGS_LIMIT + 5))
    intake = sorted_in("f", broken)
    assert len(intake.notes.found) == FINDINGS_LIMIT + 1
    assert f"{FINDINGS_LIMIT + 5} rows could not be read" in intake.notes.found["broken-row:f more rows"].message
