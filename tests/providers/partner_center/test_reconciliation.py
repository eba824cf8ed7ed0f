"""Reading reconciliation files: Microsoft's rows, everything that happens to files on their way, and what is refused."""

from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from providers.partner_center.column_map import read_map
from providers.partner_center.reconciliation import read_lines
from work365.errors import BadInput
from work365.findings import Finding
from work365.provisioning.days import seat_days
from work365.provisioning.lines import Charge, ChargeLine, LineKind, kind_of
from work365.provisioning.terms import Plan, terms_of

if TYPE_CHECKING:
    from collections.abc import Mapping

DATA = Path(__file__).parent / "data"
FIVE = DATA / "five_kinds_of_rows.csv"
HEADER, *ROWS = list(csv.reader(FIVE.read_text("utf-8").splitlines()))
SOUND = dict(zip(HEADER, ROWS[1], strict=True))


def as_csv(*rows: Mapping[str, str], header: list[str] | None = None, delimiter: str = ",") -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, header or list(SOUND), delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def read(folder: Path, content: bytes, name: str = "bill.csv") -> list[ChargeLine | Finding]:
    path = folder / name
    path.write_bytes(content)
    return list(read_lines(path))


def one(folder: Path, **cells: str) -> ChargeLine | Finding:
    (line,) = read(folder, as_csv(SOUND | cells))
    return line


def test_microsofts_five_kinds_of_rows_are_read() -> None:
    """A trial, a promotion, a marketplace meter, a line without references, and Azure usage."""
    lines = list(read_lines(FIVE))
    assert all(isinstance(line, ChargeLine) for line in lines)
    trial, promotion, meter, bare, azure = (line for line in lines if isinstance(line, ChargeLine))
    assert (trial.trial, trial.seats, trial.sign, terms_of(trial).term) == (True, 25, 0, "P1M")
    assert (promotion.seats, promotion.unit_price, promotion.effective_unit_price) == (50, Decimal(16), Decimal("14.4"))
    assert (promotion.start, promotion.end, promotion.commitment_end) == (date(2021, 5, 20), date(2021, 6, 20), date(2022, 5, 20))
    assert (terms_of(promotion).term, terms_of(promotion).plan) == ("P1Y", Plan.MONTHLY)
    assert (meter.charge, meter.start, kind_of(meter)) == (Charge.NEW, date(2019, 2, 4), LineKind.USAGE)
    assert (bare.reference, bare.commitment_end, bare.tenant[:4], kind_of(bare)) == ("", None, "org:", LineKind.LICENCE)
    assert (azure.currency, azure.pricing_currency, azure.exchange_rate) == ("EUR", "USD", Decimal("0.846202666"))
    assert (azure.quantity, azure.start, kind_of(azure)) == (Decimal("0.005001"), date(2020, 9, 1), LineKind.USAGE)


def test_the_series_of_march_2022_is_read_through_a_column_map() -> None:
    """A table with eleven columns and constants for the rest gives the seats of every change."""
    lines = list(read_lines(DATA / "march_2022.csv", read_map(DATA / "march_2022.map.json")))
    days = seat_days([line for line in lines if isinstance(line, ChargeLine)])
    assert [(day.day.day, day.after) for day in days] == [(5, 10), (7, 15), (10, 25), (12, 23), (14, 20), (25, 30)]


def test_what_excel_and_exports_do_to_a_file_changes_nothing(tmp_path: Path) -> None:
    """BOM, apostrophes, ="…", 18 decimals, `0E-20`, other delimiters, other line ends, gzip in several members, JSON lines."""
    plain = read(tmp_path, as_csv(SOUND))
    excel = SOUND | {"SkuId": "'0001", "ProductId": '="CFQ7TTC0HL8W"', "UnitPrice": "16.000000000000000000", "TaxTotal": "0E-20"}
    variants = {
        "bom.csv": b"\xef\xbb\xbf" + as_csv(excel),
        "semicolon.csv": as_csv(SOUND, delimiter=";"),
        "tab.txt": as_csv(SOUND, delimiter="\t"),
        "unix.csv": as_csv(SOUND).replace(b"\r\n", b"\n"),
        "members.csv.gz": b"".join(gzip.compress(part) for part in (as_csv(SOUND)[:300], as_csv(SOUND)[300:])),
        "lines.jsonl": json.dumps(SOUND).encode() + b"\n",
        "lines.json.gz": gzip.compress(json.dumps(SOUND).encode()),
    }
    for name, content in variants.items():
        (line,) = read(tmp_path, content, name)
        assert isinstance(line, ChargeLine)
        (expected,) = plain
        assert isinstance(expected, ChargeLine)
        assert {key: getattr(line, key) for key in ChargeLine.__slots__ if key != "line"} == {
            key: getattr(expected, key) for key in ChargeLine.__slots__ if key != "line"
        }, name


def test_both_headers_and_columns_that_we_do_not_know_are_accepted(tmp_path: Path) -> None:
    """`MPNID`/`ResellerMPNID` or `MpnId`/`Tier2MpnId`, `ReferenceID` or `ReferenceId`; a new column is ignored."""
    renamed = {"MpnId": "MPNID", "Tier2MpnId": "ResellerMPNID", "ReferenceId": "ReferenceID", "PromotionId": "PromotionID"}
    row = {renamed.get(name, name): cell for name, cell in SOUND.items() if name != "ProductCategory"} | {"BrandNew": "x"}
    (line,) = read(tmp_path, as_csv(row, header=list(row)))
    assert isinstance(line, ChargeLine)
    assert line.reference == SOUND["ReferenceId"]


def test_json_lines_keep_numbers_exact_and_forgive_what_is_left_out(tmp_path: Path) -> None:
    """Numbers, lists, objects and nulls in JSON; camelCase names; keys that are missing because they are empty."""
    row = {name[0].lower() + name[1:]: cell for name, cell in SOUND.items() if cell} | {
        "mpnId": None,
        "productQualifiers": ["AddOn"],
    }
    text = json.dumps(row | {"referenceId": {"osId": "os", "id": "ab12CdefGiJ3", "v": "2.0"}})
    text = text.replace('"unitPrice": "16"', '"unitPrice": 16.123456789012345678')
    (line,) = read(tmp_path, text.encode(), "lines.json")
    assert isinstance(line, ChargeLine)
    assert (line.unit_price, line.reference) == (Decimal("16.123456789012345678"), "os/ab12CdefGiJ3")


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("7d71c595-4635-40d1-a9e2-b34e63b01764", "7d71c595-4635-40d1-a9e2-b34e63b01764"),
        ('{"id": "ab12CdefGiJ3", "v": "2.0"}', "ab12CdefGiJ3"),
        ('{"osId": "o1", "id": "ab12CdefGiJ3", "v": "2.0"}', "o1/ab12CdefGiJ3"),
        ("", ""),
    ],
)
def test_both_forms_of_a_reference_are_understood(tmp_path: Path, written: str, read_as: str) -> None:
    """A GUID until June 2026, an object after."""
    line = one(tmp_path, ReferenceId=written)
    assert isinstance(line, ChargeLine)
    assert line.reference == read_as


@pytest.mark.parametrize(
    ("start", "last", "first_day", "end"),
    [
        ("2021-05-20T00:00:00Z", "2021-06-19T00:00:00Z", date(2021, 5, 20), date(2021, 6, 20)),
        ("2021-05-20", "2021-06-19", date(2021, 5, 20), date(2021, 6, 20)),
        ("5/20/2021", "6/19/2021 23:59", date(2021, 5, 20), date(2021, 6, 20)),
        ("5/20/2021 12:00:00 AM", "6/19/2021 11:59:59 PM", date(2021, 5, 20), date(2021, 6, 20)),
        ("2021-05-20T23:30:00-08:00", "2021-06-19T23:59:59.9999999Z", date(2021, 5, 21), date(2021, 6, 20)),
        ("2021-05-20T00:30:00.1234567+02:00", "2021-06-19T23:59:59", date(2021, 5, 19), date(2021, 6, 20)),
    ],
)
def test_days_are_utc_and_ends_are_the_day_after(tmp_path: Path, start: str, last: str, first_day: date, end: date) -> None:
    """With offset, without offset, with seven decimals, or in American order."""
    line = one(tmp_path, ChargeStartDate=start, ChargeEndDate=last)
    assert isinstance(line, ChargeLine)
    assert (line.start, line.end) == (first_day, end)


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"BillableQuantity": "ten"}, "BillableQuantity", "'ten' is not a number"),
        ({"BillableQuantity": ""}, "BillableQuantity", "The cell is empty"),
        ({"BillableQuantity": "12,5"}, "BillableQuantity", "without thousands separators"),
        ({"BillableQuantity": "99999999999"}, "BillableQuantity", "more than any customer has"),
        ({"UnitPrice": "$16"}, "UnitPrice", "is not a number"),
        ({"UnitPrice": "NaN"}, "UnitPrice", "is not a number"),
        ({"Subtotal": "1E999999"}, "Subtotal", "is not a number"),
        ({"ChargeStartDate": "31/12/2021"}, "ChargeStartDate", "is not a date"),
        ({"ChargeStartDate": "0001-01-01T00:00:00"}, "ChargeStartDate", "is not a date"),
        ({"ChargeEndDate": "2021-05-01"}, "ChargeEndDate", "before it starts"),
        ({"ChargeEndDate": "9999-12-31"}, "ChargeEndDate", "is not a date of a bill"),
        ({"Currency": "EURO"}, "Currency", "is not a currency"),
        ({"CustomerId": ""}, "CustomerId", "The cell is empty"),
        ({"SubscriptionId": "x" * 101}, "SubscriptionId", "at most 100"),
        ({"ReferenceId": "{broken"}, "ReferenceId", "is not a reference"),
        ({"ReferenceId": "{}"}, "ReferenceId", "is not a reference"),
    ],
)
def test_a_broken_cell_is_a_finding_that_says_where_what_and_what_to_do(
    tmp_path: Path, cells: dict[str, str], column: str, words: str
) -> None:
    """Line, column, the cell's content and the next step; the other rows are read."""
    before, broken, after = read(tmp_path, as_csv(SOUND, SOUND | cells, SOUND))
    assert isinstance(before, ChargeLine)
    assert isinstance(after, ChargeLine)
    assert isinstance(broken, Finding)
    assert broken.subject == f"bill.csv line 3, column {column}"
    assert words in broken.message
    assert "import the file again" in broken.message


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (b"a,b,c\r\n", "only 3 of 47 cells"),
        (b"x," * 60 + b"x\r\n", "61 cells"),
        (b'a,"b' + b"," * 60 + b"\r\n", "quotation mark"),
        (b"\xff\xfe broken," + b"," * 45 + b"\r\n", "not UTF-8"),
        (b"x" * (1 << 20) + b"," * 46 + b"\r\n", "longer than any row"),
    ],
)
def test_a_row_that_is_no_row_costs_only_itself(tmp_path: Path, row: bytes, words: str) -> None:
    """Too few or too many cells, an open quote, foreign bytes, endless lines."""
    head, sound = as_csv(SOUND).split(b"\r\n", 1)
    items = read(tmp_path, head + b"\r\n" + row + sound * 25)
    assert isinstance(items[0], Finding)
    assert words in items[0].message
    assert len([item for item in items if isinstance(item, ChargeLine)]) >= 24


def test_a_name_may_span_lines(tmp_path: Path) -> None:
    """A line break inside quotes belongs to the cell; lines are counted as an editor counts them."""
    items = read(tmp_path, as_csv(SOUND | {"CustomerName": "Contoso\nLtd"}, SOUND | {"UnitPrice": "x"}))
    assert isinstance(items[0], ChargeLine)
    assert items[0].customer == "Contoso Ltd"
    assert isinstance(items[1], Finding)
    assert items[1].subject.startswith("bill.csv line 4")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\r\n  \r\n", "is empty"),
        (b"\x00\x01\x02", "not text"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"%PDF-1.7", "a PDF"),
        ("Currency;Ä".encode("utf-16"), "UTF-16"),
        (b"\xe4\xf6\xfc,\xdf\n1,2\n", "UTF-8"),
        (b"hello world\n", "not a CSV file with a header"),
        (b"a,b,c\n1,2,3\n", "none of its columns is known"),
        (b"CustomerId,Currency,UnitPrice\n1,2,3\n", "are missing"),
        (b"CustomerId,CustomerId\n1,2\n", "twice"),
        (as_csv(), "no charge lines"),
        (b'[\n {"a": 1}\n]\n', "one object per line"),
        (b'{"a": 1}\n', "none of its columns is known"),
        (b'{"meterId": 1, "usageDate": 2}\n', "daily usage file"),
        (gzip.compress(as_csv(SOUND))[:-20], "cut off"),
        (gzip.compress(as_csv(SOUND)) + b"rubbish", "damaged"),
        (b"\x1f\x8b", "cut off"),
    ],
)
def test_a_wrong_file_is_refused_in_a_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    """The sentence says what the file seems to be and what to do."""
    with pytest.raises(BadInput, match=words):
        read(tmp_path, content)


def test_legacy_files_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    """Each with its own sentence."""
    with pytest.raises(BadInput, match="legacy"):
        list(read_lines(DATA / "legacy_licences.csv"))
    with pytest.raises(BadInput, match="cannot be read"):
        list(read_lines(tmp_path / "nothing.csv"))
    with pytest.raises(BadInput, match="cannot be read"):
        list(read_lines(tmp_path))


def test_reading_is_lazy(tmp_path: Path) -> None:
    """The first line comes before the last was read: memory does not grow with the file."""
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(gzip.compress(as_csv(*[SOUND] * 5000))[:-30])
    lines = read_lines(path)
    assert isinstance(next(lines), ChargeLine)
    with pytest.raises(BadInput, match="cut off"):
        list(lines)


@settings(max_examples=150)
@given(
    content=st.one_of(
        st.binary(max_size=200),
        st.binary(max_size=60).map(lambda tail: as_csv(SOUND) + tail),
        st.binary(max_size=60).map(gzip.compress),
    )
)
@example(content=b'{"a":' * 3000)
@example(content=b'{"CustomerId": ' + b"9" * 5000 + b"}")
@example(content=json.dumps(SOUND).encode() + b"\n" + b"[" * 100000)
def test_any_bytes_give_lines_findings_or_a_refusal(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Never a traceback."""
    path = tmp_path_factory.getbasetemp() / "fuzz.bin"
    path.write_bytes(content)
    try:
        items = list(read_lines(path))
    except BadInput:
        return
    assert all(isinstance(item, ChargeLine | Finding) for item in items)


@settings(max_examples=150)
@given(column=st.sampled_from(HEADER), cell=st.text(max_size=30))
def test_any_cell_gives_a_line_or_a_finding(tmp_path_factory: pytest.TempPathFactory, column: str, cell: str) -> None:
    """Whatever a person typed into one cell."""
    path = tmp_path_factory.getbasetemp() / "cell.jsonl"
    path.write_text(json.dumps(SOUND | {column: cell}) + "\n", "utf-8")
    (item,) = read_lines(path)
    assert isinstance(item, ChargeLine | Finding)


@settings(max_examples=100)
@given(value=st.decimals(min_value=-(10**9), max_value=10**9, places=18))
def test_any_number_with_eighteen_decimals_is_read_exactly(tmp_path_factory: pytest.TempPathFactory, value: Decimal) -> None:
    """In plain and in exponent notation."""
    path = tmp_path_factory.getbasetemp() / "number.jsonl"
    rows = [SOUND | {"UnitPrice": format(value, "f")}, SOUND | {"UnitPrice": str(value)}]
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    for line in read_lines(path):
        assert isinstance(line, ChargeLine)
        assert line.unit_price == value
