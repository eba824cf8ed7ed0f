"""Files of exchange rates: the bank's three shapes say the same, a plain CSV says more, anything else is refused."""

from __future__ import annotations

import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from providers.exchange_rates.files import read_rates
from work365.currencies.rates import ExchangeRate
from work365.errors import BadInput
from work365.findings import Finding
from work365.money import Currency

DATA = Path(__file__).parent / "data"
NOVEMBER = [
    ExchangeRate(Currency("EUR"), Currency(code), date(2026, 11, 2), Decimal(rate), "ECB")
    for code, rate in (("USD", "1.1523"), ("JPY", "177.64"), ("GBP", "0.87745"))
]


@pytest.mark.parametrize("name", ["eurofxref-daily.xml", "eurofxref.csv", "eurofxref-hist.csv"])
def test_the_banks_files(name: str) -> None:
    """One euro in other currencies, with the bank as source; the series skips what has no rate."""
    found = list(read_rates(DATA / name))
    assert found[:3] == NOVEMBER
    assert len(found) == (6 if "hist" in name else 3)


def test_a_zip_as_the_bank_publishes_it(tmp_path: Path) -> None:
    """One CSV inside."""
    packed = tmp_path / "eurofxref.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(DATA / "eurofxref.csv", "eurofxref.csv")
    assert list(read_rates(packed)) == NOVEMBER


def test_a_plain_csv() -> None:
    """Source and reason come along; each row that cannot be read is a finding with its line."""
    found = list(read_rates(DATA / "own.csv"))
    rates = [one for one in found if isinstance(one, ExchangeRate)]
    findings = [one for one in found if isinstance(one, Finding)]
    assert [(one.base, str(one.rate), one.source, one.reason) for one in rates] == [
        ("USD", "0.8678", "manual", "agreed with the customer"),
        ("USD", "0.8690", "manual", ""),
        ("GBP", "1.1393", "bank", ""),
    ]
    assert [one.subject for one in findings] == ["own.csv line 4", "own.csv line 5", "own.csv line 6"]
    assert "'03.11.2026' and '0.8690' are no date and rate" in findings[0].message
    assert "'USX' is not a currency we know" in findings[1].message


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no file of exchange rates"),
        (b"name,amount\n", "no file of exchange rates"),
        (b"<Envelope><Cube/></Envelope>", "no euro reference rates"),
        (b"<Envelope>", "the XML cannot be read"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "document type of its own"),
        (b"PK\x03\x04rubbish", "a zip file must hold one file"),
        (b"\xff\xfe", "not text in UTF-8"),
    ],
)
def test_what_is_no_such_file_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    """In words, before anything is written."""
    file = tmp_path / "rates"
    file.write_bytes(content)
    with pytest.raises(BadInput, match=why):
        list(read_rates(file))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """With what to check."""
    with pytest.raises(BadInput, match="check its name and its rights"):
        list(read_rates(tmp_path / "nothing.csv"))
