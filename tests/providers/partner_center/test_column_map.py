"""Column maps: somebody else's file, described once."""

from __future__ import annotations

import inspect
import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from providers.partner_center.column_map import read_map
from providers.partner_center.reconciliation import read_lines
from work365.errors import BadInput
from work365.handlers.importing import FILE_CODES
from work365.provisioning import wording
from work365.provisioning.lines import Charge, ChargeLine
from work365.provisioning.terms import Plan, terms_of

MAP: dict[str, Any] = {
    "columns": {
        "CustomerId": "Kunde",
        "SubscriptionId": "Abo-Nr.",
        "ProductId": "Artikel",
        "ChargeType": "Vorgang",
        "BillableQuantity": "Menge",
        "UnitPrice": "Preis",
        "Subtotal": "Summe",
        "ChargeStartDate": "Von",
        "ChargeEndDate": "Bis",
    },
    "constants": {"Currency": "EUR", "TermAndBillingCycle": "One-Year commitment for yearly billing", "SkuId": "1"},
    "values": {"ChargeType": {"Monatsgebühr": "cycleCharge", "Kündigung": "cancelImmediate"}},
    "dates": "%d.%m.%Y",
    "decimal_mark": ",",
    "ends": "exclusive",
}
FILE = """Kunde;Abo-Nr.;Artikel;Vorgang;Menge;Preis;Summe;Von;Bis;Bemerkung
4711;A-1;M365BP;Monatsgebühr;10;1.234,50;12.345,00;01.02.2026;01.03.2026;
4711;A-2;M365BP;Kündigung;3;20,00;-60,00;09.02.2026;01.03.2026;egal
"""


def written(folder: Path, content: object, name: str = "map.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def test_a_distributors_file_is_read_through_a_map(tmp_path: Path) -> None:
    """Other names, other words, German numbers and days, exclusive ends."""
    file = written(tmp_path, FILE, "distributor.csv")
    first, second = read_lines(file, read_map(written(tmp_path, MAP)))
    assert isinstance(first, ChargeLine)
    assert isinstance(second, ChargeLine)
    assert (first.tenant, first.subscription, first.product, first.charge) == ("4711", "a-1", "M365BP:1", Charge.CYCLE)
    assert (first.seats, first.unit_price, first.effective_unit_price) == (10, Decimal("1234.50"), Decimal("1234.50"))
    assert (first.start, first.end) == (date(2026, 2, 1), date(2026, 3, 1))
    assert (terms_of(first).term, terms_of(first).plan) == ("P1Y", Plan.ANNUAL)
    assert (second.charge, second.sign) == (Charge.CANCEL, -1)


def test_a_map_may_be_toml(tmp_path: Path) -> None:
    """The same entries, easier to write by hand."""
    names = "\n".join(f'{ours} = "{theirs}"' for ours, theirs in MAP["columns"].items())
    constants = 'Currency = "EUR"\nSkuId = "1"'
    file = written(tmp_path, f'dates = "%d.%m.%Y"\n[columns]\n{names}\n[constants]\n{constants}\n', "map.toml")
    assert read_map(file).columns["customerid"] == "kunde"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"columns": None}, 'needs an object "columns"'),
        ({"columns": {"Tenant": "Kunde"}}, "Tenant, which no reconciliation file has"),
        ({"columns": {"CustomerId": "Kunde"}}, "says nothing about SubscriptionId"),
        ({"columns": {"CustomerId": 7}}, "needs an object of texts"),
        ({"values": {"ChargeType": "x"}}, "object of words"),
        ({"decimal_mark": "'"}, "decimal_mark"),
        ({"ends": "open"}, "ends"),
        ({"colour": "red"}, "unknown entries: colour"),
    ],
)
def test_a_wrong_map_is_refused_in_a_sentence(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    """The sentence names the entry."""
    with pytest.raises(BadInput, match=words):
        read_map(written(tmp_path, MAP | change))


def test_a_map_that_is_none_or_does_not_fit_is_refused(tmp_path: Path) -> None:
    """Not there, not JSON, not TOML, or naming columns that the file lacks."""
    with pytest.raises(BadInput, match="cannot be read"):
        read_map(tmp_path / "none.json")
    with pytest.raises(BadInput, match="not valid JSON"):
        read_map(written(tmp_path, "{"))
    with pytest.raises(BadInput, match="not valid TOML"):
        read_map(written(tmp_path, "=", "map.toml"))
    file = written(tmp_path, FILE.replace("Abo-Nr.", "Nummer"), "distributor.csv")
    with pytest.raises(BadInput, match=r"abo-nr\., which the file does not have"):
        list(read_lines(file, read_map(written(tmp_path, MAP))))


def test_the_page_for_finance_people_has_a_map_that_works_and_explains_every_finding(tmp_path: Path) -> None:
    """The example in the documentation is read as it stands; no code is missing from the table that it leads to."""
    docs = Path(__file__).parents[3] / "docs"
    page = (docs / "how-to" / "import-provider-lines.md").read_text("utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert read_map(written(tmp_path, example, "map.toml")).constants["currency"] == "EUR"
    codes = set(re.findall(r'Finding\("([a-z-]+)"', inspect.getsource(wording))) | set(FILE_CODES) | set(wording.MAPPING_CODES)
    table = (docs / "reference" / "findings.md").read_text("utf-8")
    assert not {code for code in codes if f"`{code}`" not in table}
