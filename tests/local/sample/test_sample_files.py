"""The sample partner's files: made by a script, committed, and true to how Microsoft bills."""

from __future__ import annotations

import gzip
import re
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from local.sample import partner
from local.sample.charges import BY_LINE, Life, charges, effective, truncated
from local.sample.load import DATA, month_files
from local.sample.make import files
from local.sample.story import FIRST, lives
from providers.partner_center.reconciliation import read_lines
from work365.provisioning.lines import Charge, ChargeLine, LineKind, kind_of

UNTIL = date(2026, 5, 1)
LINES = {path.name: list(read_lines(path)) for _, path in month_files()}


def test_making_the_files_again_gives_the_committed_bytes() -> None:
    """Every file, and no other; of compressed ones the content counts, as compressors differ."""
    made = files()
    assert sorted(made) == sorted(str(path.relative_to(DATA)) for path in DATA.rglob("*") if path.is_file())
    for name, content in made.items():
        committed = (DATA / name).read_bytes()
        if name.endswith(".gz"):
            assert gzip.decompress(content) == gzip.decompress(committed), name
        else:
            assert content == committed, name


def test_the_partner_is_as_large_as_promised() -> None:
    """25 customers and one unknown tenant, 60 to 100 subscriptions, three currencies, four months of two files."""
    assert len(partner.table(partner.CUSTOMERS)) == 25
    assert 60 <= len(lives()) <= 100
    everything = [line for lines in LINES.values() for line in lines]
    assert all(isinstance(line, ChargeLine) for line in everything)
    assert {line.pricing_currency for line in everything if isinstance(line, ChargeLine)} == {"EUR", "GBP", "USD"}
    assert [month for month, _ in month_files()] == [date(2026, month, 1) for month in (1, 1, 2, 2, 3, 3, 4, 4)]


def test_the_story_has_every_kind_of_event() -> None:
    """Adds, reductions, cancellations, renewals, an upgrade, a trial, a promotion, annual terms, usage and a credit."""
    lines = [line for some in LINES.values() for line in some if isinstance(line, ChargeLine)]
    words = {line.charge_text[0].lower() + line.charge_text[1:] for line in lines}
    assert words == {
        *("new", "renew", "cycleCharge", "addQuantity", "removeQuantity", "cancelImmediate", "convert", "customerCredit"),
    }
    assert {kind_of(line) for line in lines if line.charge is not Charge.CREDIT} == {LineKind.LICENCE, LineKind.USAGE}
    assert any(line.trial for line in lines)
    assert any(line.effective_unit_price < line.unit_price and line.charge_text.lower() == "new" for line in lines)
    assert any((line.end - line.start).days == 365 for line in lines)


def test_nobody_real_is_in_the_files() -> None:
    """Every mail address and domain ends in example.com."""
    for name, content in files().items():
        text = (gzip.decompress(content) if name.endswith(".gz") else content).decode("utf-8-sig")
        for domain in re.findall(r"@([\w.-]+)", text) + re.findall(r"\b[\w-]+(?:\.[\w-]+)+\.com\b", text):
            assert domain.endswith("example.com"), (name, domain)


def test_seats_are_taken_back_only_within_seven_days() -> None:
    """Of a purchase, a renewal or a seat add, as Microsoft allows."""
    for life in lives():
        opened = [
            row.start for row in charges(life, "EUR", date(2020, 1, 1), UNTIL) if row.charge in ("new", "renew", "addQuantity")
        ]
        for event in life.events:
            if event.charge in ("removeQuantity", "cancelImmediate"):
                assert any(timedelta(0) <= event.day - day <= timedelta(7) for day in opened), (life.name, event)


@pytest.mark.parametrize(
    ("price", "seats", "cycle", "start", "charge", "printed"),
    [
        ("10.08", 10, ("2021-06-18", "2021-07-17"), "2021-06-18", "new", "100.80"),
        ("10.08", 10, ("2021-06-18", "2021-07-17"), "2021-06-20", "addQuantity", "94.08"),
        ("10.08", 12, ("2021-06-18", "2021-07-17"), "2021-06-20", "addQuantity", "112.89"),
        ("12", 10, ("2022-03-05", "2022-04-04"), "2022-03-07", "addQuantity", "112.25"),
        ("12", 15, ("2022-03-05", "2022-04-04"), "2022-03-07", "addQuantity", "168.38"),
        ("12", 25, ("2022-03-05", "2022-04-04"), "2022-03-12", "removeQuantity", "232.25"),
        ("12", 30, ("2022-03-05", "2022-04-04"), "2022-03-25", "addQuantity", "127.74"),
        ("10.08", 10, ("2021-07-15", "2021-08-14"), "2021-07-17", "cancelImmediate", "94.20"),
    ],
)
def test_amounts_are_microsofts_printed_ones(
    price: str, seats: int, cycle: tuple[str, str], start: str, charge: str, printed: str
) -> None:
    """Published examples: seat changes truncate the line, the others the unit."""
    first, last = (date.fromisoformat(day) for day in cycle)
    unit = effective(Decimal(price), date.fromisoformat(start), first, last, "Monthly")
    amount = truncated(unit * seats) if charge in BY_LINE else truncated(unit) * seats
    assert amount == Decimal(printed)


def test_a_year_is_365_days_and_cycles_keep_their_day() -> None:
    """An annual term bought on 31 January is charged on the last days of short months and comes back to the 31st."""
    life = Life("x", "x", "BS", "P1Y", "Monthly", date(2026, 1, 31), 5)
    assert [row.start.isoformat()[5:] for row in charges(life, "EUR", FIRST, UNTIL)] == ["01-31", "02-28", "03-31", "04-30"]
    monthly = Life("x", "x", "BS", "P1M", "Monthly", date(2026, 1, 31), 5)
    assert [row.start.isoformat()[5:] for row in charges(monthly, "EUR", FIRST, UNTIL)] == ["01-31", "02-28", "03-28", "04-28"]
    half = effective(Decimal(365), date(2026, 7, 2), date(2026, 1, 1), date(2026, 12, 31), "Annual")
    assert half == Fraction(183)
