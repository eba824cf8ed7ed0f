"""Columns that Dataverse fills or insists on: auto-numbers, required columns, amounts with the places of their currency."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from local.dataverse import seed
from tests.local.dataverse.bodies_of_definitions import column, made, of

if TYPE_CHECKING:
    from local.dataverse.trial import Api


def numbered(api: Api, pattern: str) -> list[str]:
    """A table with an auto-number; the values of three rows."""
    made(api, "csp_Bill", column("String", "csp_Number", MaxLength=60, AutoNumberFormat=pattern))
    ids = [api.create("csp_bills", csp_xbill_name=name) for name in "abc"]
    return [api.row(f"csp_bills({one})")["csp_number"] for one in ids]


@pytest.mark.parametrize(
    ("pattern", "shape"),
    [
        ("INV-{SEQNUM:5}", r"INV-0100[012]"),
        ("{SEQNUM:1}", r"100[012]"),
        ("INV-{SEQNUM:5}-{RANDSTRING:6}-{DATETIMEUTC:yyyyMMdd}", r"INV-0100[012]-[A-Z0-9]{6}-20261101"),
        ("{DATETIMEUTC:yyyy-MM-dd HH:mm}", r"2026-11-01 08:30"),
    ],
)
def test_a_pattern_makes_numbers(api: Api, pattern: str, shape: str) -> None:
    """Running from 1000, random, and of the moment."""
    assert all(re.fullmatch(shape, number) for number in numbered(api, pattern))


def test_numbers_run_and_can_be_given(api: Api) -> None:
    """A caller's own value stands and uses up no number; the seed can be asked for and set."""
    assert numbered(api, "{SEQNUM:4}") == ["1000", "1001", "1002"]
    own = api.create("csp_bills", csp_number="mine")
    assert api.row(f"csp_bills({own})")["csp_number"] == "mine"
    asked = "GetAutoNumberSeed(EntityName='csp_bill',AttributeName='csp_number')"
    assert api.row(asked)["AutoNumberSeedValue"] == 1003
    body = {"EntityName": "csp_bill", "AttributeName": "csp_number", "Value": 20000}
    assert api("POST", "SetAutoNumberSeed", body).status == 204
    assert api.row(f"csp_bills({api.create('csp_bills')})")["csp_number"] == "20000"
    assert api("POST", "SetAutoNumberSeed", body | {"AttributeName": "csp_xbill_name"}).error == (400, "0x80040203")
    api("PATCH", f"csp_bills({own})", {"csp_xbill_name": "x"})
    assert api.row(f"csp_bills({own})")["csp_number"] == "mine"


def test_many_at_once_get_different_numbers(api: Api) -> None:
    """CreateMultiple; and one that fails takes none."""
    made(api, "csp_Bill", column("String", "csp_Number", AutoNumberFormat="{SEQNUM:4}"))
    kind = {"@odata.type": "Microsoft.Dynamics.CRM.csp_bill"}
    assert api("POST", "csp_bills", {"nonsense": 1}).status == 400
    assert api("POST", "csp_bills/Microsoft.Dynamics.CRM.CreateMultiple", {"Targets": [kind, kind, kind]}).status == 200
    assert sorted(row["csp_number"] for row in api.rows("csp_bills")) == ["1000", "1001", "1002"]


@pytest.mark.parametrize(
    "pattern", ["{SEQNUM:0}", "{SEQNUM:x}", "{RANDSTRING:7}", "{SEQ:3}", "{SEQNUM}", "a{", "{DATETIMEUTC:eee}"]
)
def test_patterns_that_are_none(api: Api, pattern: str) -> None:
    """Refused when the column is made."""
    made(api, "csp_Bill")
    answer = api("POST", f"{of('csp_bill')}/Attributes", column("String", "csp_Number", AutoNumberFormat=pattern))
    assert answer.error == (400, "0x80048403")
    assert pattern in answer.message


def test_what_the_system_requires(api: Api) -> None:
    """It must be given and cannot be emptied; what forms require may be left empty."""
    made(
        api,
        "csp_Bill",
        column("String", "csp_Must", RequiredLevel={"Value": "SystemRequired"}),
        column("String", "csp_Should", RequiredLevel={"Value": "ApplicationRequired"}),
    )
    refused = api("POST", "csp_bills", {"csp_should": "x"})
    assert (refused.error, "'csp_must'" in refused.message) == ((400, "0x80040203"), True)
    path = f"csp_bills({api.create('csp_bills', csp_must='x')})"
    assert api("PATCH", path, {"csp_must": None}).error == (400, "0x80040203")
    assert api("PATCH", path, {"csp_should": None}).status == 204


@pytest.mark.parametrize(
    ("source", "code", "kept"), [(2, "JPY", "10.0000"), (2, "USD", "10.4600"), (0, "JPY", "10.4560"), (2, "EUR", "10.4600")]
)
def test_the_places_of_an_amount(api: Api, source: int, code: str, kept: str) -> None:
    """By the currency of the row, or by the column."""
    money: dict[str, Any] = column("Money", "csp_Sum", Precision=3, PrecisionSource=source)
    made(api, "csp_Bill", money)
    bind = f"transactioncurrencies({seed.currency_id(code)})"
    row = api.create("csp_bills", csp_sum=10.4562, transactioncurrencyid__bind=bind)
    assert f'"csp_sum":{kept}' in api("GET", f"csp_bills({row})?$select=csp_sum").text
