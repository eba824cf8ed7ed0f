"""Filters, keys and options: no value can break out of its place."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import parse_qsl
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataverse.batch import Get, address, get_call
from dataverse.names import Ref, Value, guid, literal, logical, set_of
from dataverse.query import Query, any_of, both, either, eq, ge, gt, is_null, le, lt, ne, not_null
from work365.errors import BadInput, InvariantBroken

ID = "0f0e0d0c-0000-4000-8000-0a0b0c0d0e0f"
QUOTED = re.compile(r"w365_number eq '((?:[^']|'')*)'", re.DOTALL)


@settings(max_examples=300)
@given(st.text() | st.text(alphabet="' or1=()%&#;/\\"))
def test_text_stays_inside_its_quotes(text: str) -> None:
    """Whatever the text is, the filter is one comparison with one literal, and the literal says the text again."""
    match = QUOTED.fullmatch(eq("w365_number", text))
    assert match
    assert match.group(1).replace("''", "'") == text


@settings(max_examples=200)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_filter_survives_the_address(text: str) -> None:
    """After percent-encoding and decoding the server sees the same filter, and no other option."""
    query = Query("w365_invoice", ("w365_number",), filter=eq("w365_number", text))
    encoded = address(get_call(Get(query)), "/api/data/v9.2/").partition("?")[2]
    assert parse_qsl(encoded) == [("$select", "w365_number"), ("$filter", eq("w365_number", text))]
    assert encoded.isascii()


@given(st.lists(st.text()))
def test_lists_are_json(values: list[str]) -> None:
    """The values of In are a JSON list that says the same texts, each once."""
    text = any_of("w365_number", values)
    if not values:
        assert text == "w365_number eq null and w365_number ne null"
        return
    listed = text.removeprefix("Microsoft.Dynamics.CRM.In(PropertyName='w365_number',PropertyValues=").removesuffix(")")
    assert json.loads(listed) == list(dict.fromkeys(values))


@pytest.mark.parametrize(
    ("value", "name", "want"),
    [
        ("O'Brien", "name", "'O''Brien'"),
        ("", "name", "''"),
        (None, "name", "null"),
        (True, "w365_flag", "true"),
        (False, "w365_flag", "false"),
        (42, "w365_version", "42"),
        (Decimal("10.50"), "w365_total", "10.50"),
        (Decimal("1E+3"), "w365_total", "1000"),
        (date(2026, 3, 1), "w365_duedate", "2026-03-01"),
        (datetime(2026, 3, 1, 1, tzinfo=timezone(timedelta(hours=1))), "createdon", "2026-03-01T00:00:00Z"),
        (datetime(2026, 3, 1, tzinfo=UTC), "createdon", "2026-03-01T00:00:00Z"),
        (ID.upper(), "_w365_contract_value", ID),
        (ID, "w365_invoiceid", ID),
        (ID, "w365_externalid", f"'{ID}'"),
        (UUID(ID), "", ID),
    ],
)
def test_literals(value: Value, name: str, want: str) -> None:
    """Each kind of value has one form; ids stand bare only where a property holds ids."""
    assert literal(value, name) == want


@pytest.mark.parametrize("text", ["", "x", "0f0e0d0c", f"{ID} or 1 eq 1", f"{ID}\n", f"{{{ID}}}"])
def test_only_ids_pass_for_ids(text: str) -> None:
    """Where an id stands bare, nothing else gets in."""
    with pytest.raises(BadInput):
        guid(text)
    with pytest.raises(BadInput):
        eq("_w365_contract_value", text)
    with pytest.raises(BadInput):
        any_of("w365_invoiceid", [text])


@pytest.mark.parametrize("value", [0.5, datetime(2026, 1, 1), [1]])  # noqa: DTZ001  the naive one
def test_what_is_not_exact_cannot_stand_in_a_filter(value: object) -> None:
    """A float or a naive moment is a mistake of ours."""
    with pytest.raises(InvariantBroken):
        literal(value)  # type: ignore[arg-type]  # the mistake


def test_comparisons_and_their_joints() -> None:
    """Filters are built from small pieces; empty ones say nothing."""
    assert [ne("a", 1), lt("a", 1), le("a", 1), gt("a", 1), ge("a", 1)] == ["a ne 1", "a lt 1", "a le 1", "a gt 1", "a ge 1"]
    assert (is_null("a"), not_null("a"), eq("a", None)) == ("a eq null", "a ne null", "a eq null")
    assert both("", "a eq 1") == "a eq 1"
    assert both() == ""
    assert both("a eq 1", either("b eq 2", "c eq 3"), "") == "(a eq 1) and ((b eq 2) or (c eq 3))"


def test_in_names_the_column_of_a_lookup() -> None:
    """Dataverse's functions want the logical name, not the property: `_x_value` is an error there."""
    assert (
        any_of("_w365_contract_value", [ID])
        == f"Microsoft.Dynamics.CRM.In(PropertyName='w365_contract',PropertyValues=[\"{ID}\"])"
    )
    assert any_of("w365_version", [1, 2]) == 'Microsoft.Dynamics.CRM.In(PropertyName=\'w365_version\',PropertyValues=["1","2"])'
    assert (logical("_a_value"), logical("a_value")) == ("a", "a_value")


def test_options_in_full() -> None:
    """Only what is asked for is sent; pages have a size unless `top` bounds the answer."""
    query = Query(
        "w365_invoice", ("a", "b"), "a eq 1", "a desc", "w365_Contract($select=w365_number)", page_size=50, annotations=True
    )
    call = get_call(Get(query))
    assert (call.path, call.query) == (
        "w365_invoices",
        [("$select", "a,b"), ("$filter", "a eq 1"), ("$orderby", "a desc"), ("$expand", "w365_Contract($select=w365_number)")],
    )
    assert call.headers["prefer"] == 'odata.maxpagesize=50,odata.include-annotations="OData.Community.Display.V1.FormattedValue"'
    assert get_call(Get(Query("w365_invoice", ("a",), top=1))).headers == {}


class TestRef:
    """Where a row is."""

    def test_by_id_by_key_and_by_content_id(self) -> None:
        """Strings are quoted, lookups in a key are ids under the name of their value."""
        assert Ref("w365_invoice", id=ID.upper()).path == f"w365_invoices({ID})"
        assert (
            Ref("w365_billingcontract", key={"w365_number": "C-1 O'Neil"}).path
            == "w365_billingcontracts(w365_number='C-1 O''Neil')"
        )
        key: dict[str, Value] = {"w365_invoice": ID, "w365_attempt": 2}
        assert Ref("w365_payment", key=key).path == f"w365_payments(_w365_invoice_value={ID},w365_attempt=2)"
        assert Ref("w365_invoice", content_id=3).path == "$3"

    @pytest.mark.parametrize("ways", [{}, {"id": ID, "content_id": 1}, {"id": ID, "key": {}}])
    def test_exactly_one_way(self, ways: dict[str, object]) -> None:
        """None or two is a mistake of ours."""
        with pytest.raises(InvariantBroken, match="exactly one"):
            Ref("w365_invoice", **ways)  # type: ignore[arg-type]  # the mistake

    @pytest.mark.parametrize("number", ["C/1", "a:b", "50%", "a&b", "a#b", "who?", "1+1", "a\\b", "<a>", "a*"])
    def test_characters_that_no_key_can_be_addressed_with(self, number: str) -> None:
        """Dataverse cannot find a row by such a key; a filter, or an id derived from the key, can."""
        with pytest.raises(BadInput, match="cannot find a row by"):
            _ = Ref("w365_billingcontract", key={"w365_number": number}).path

    def test_mistakes_of_ours(self) -> None:
        """A table or column that the model does not have."""
        with pytest.raises(InvariantBroken, match="no table"):
            set_of("w365_nonsense")
        with pytest.raises(InvariantBroken, match="no column"):
            _ = Ref("w365_invoice", key={"w365_nonsense": "x"}).path
