"""Writing rows: what is accepted, what is refused, and what Dataverse adds by itself."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from local.dataverse import seed

if TYPE_CHECKING:
    from local.dataverse.trial import Api, Clock

PAYLOAD = "0x80048d19"


def test_a_created_row_has_what_dataverse_adds(api: Api) -> None:
    """Owner, unit, state, status reason, times, version and currency come by themselves."""
    row = api.row(f"w365_invoices({api.create('w365_invoices', w365_key='a', w365_total=10)})")
    assert row["_ownerid_value"] == row["_createdby_value"] == row["_modifiedby_value"] == seed.APPLICATION_USER_ID
    assert row["_owningbusinessunit_value"] == seed.UNIT_ID
    assert (row["statecode"], row["statuscode"]) == (0, 1)
    assert row["createdon"] == row["modifiedon"] == "2026-11-01T08:30:00Z"
    assert row["_transactioncurrencyid_value"] == seed.currency_id("USD")
    assert row["@odata.etag"] == f'W/"{row["versionnumber"]}"'


@pytest.mark.parametrize(
    ("column", "value", "error"),
    [
        ("nonsense", 1, (400, PAYLOAD)),
        ("w365_Key", "a", (400, PAYLOAD)),
        ("w365_contract", None, (400, PAYLOAD)),
        ("_w365_contract_value", seed.UNIT_ID, (400, PAYLOAD)),
        ("w365_contract@odata.bind", "w365_billingcontracts(00000000-0000-0000-0000-000000000001)", (400, PAYLOAD)),
        ("w365_Contract@odata.bind", "w365_billingcontracts(00000000-0000-0000-0000-000000000001)", (404, "0x80040217")),
        ("w365_Contract@odata.bind", "w365_billingcontracts(w365_number='none')", (404, "0x80060891")),
        ("w365_Contract@odata.bind", f"systemusers({seed.ADMIN_USER_ID})", (400, PAYLOAD)),
        ("w365_Contract@odata.bind", "nowhere(00000000-0000-0000-0000-000000000001)", (404, "0x8006088a")),
        ("w365_Contract@odata.bind", 5, (400, PAYLOAD)),
        ("w365_Contract@odata.bind", "", (400, PAYLOAD)),
        ("w365_key", 5, (400, PAYLOAD)),
        ("w365_key", "x" * 121, (400, "0x80044331")),
        ("w365_key", "\ud800", (400, PAYLOAD)),
        ("w365_kind", "Invoice", (400, PAYLOAD)),
        ("w365_kind", 7, (400, "0x8004431A")),
        ("w365_kind", True, (400, PAYLOAD)),
        ("w365_total", "10.00", (400, PAYLOAD)),
        ("w365_total", 10**15, (400, "0x80044330")),
        ("w365_invoicedate", "2026-02-30", (400, PAYLOAD)),
        ("w365_invoicedate", "2026-02-01T00:00:00Z", (400, PAYLOAD)),
        ("w365_invoicedate", "1752-12-31", (400, "0x80040239")),
        ("w365_senton", "yesterday", (400, PAYLOAD)),
        ("w365_senton", 20261101, (400, PAYLOAD)),
        ("createdon", "2026-02-01T00:00:00Z", (400, "0x80040203")),
        ("w365_total_base", 5, (400, "0x80040203")),
        ("statecode", 2, (400, "0x8004431A")),
        ("statuscode", 2, (400, "0x80048408")),
    ],
)
def test_a_wrong_value_is_refused_with_dataverses_code(api: Api, column: str, value: object, error: tuple[int, str]) -> None:
    """Nothing is coerced, guessed or ignored, and nothing is written."""
    assert api("POST", "w365_invoices", {"w365_name": "x", column: value}).error == error
    assert api.rows("w365_invoices") == []


@pytest.mark.parametrize(
    ("column", "value", "error"),
    [
        ("w365_quantity", -1, (400, "0x8004432f")),
        ("w365_quantity", 2**31, (400, PAYLOAD)),
        ("w365_quantity", Decimal("1.5"), (400, PAYLOAD)),
    ],
)
def test_a_whole_number_stays_within_its_bounds(api: Api, column: str, value: Any, error: tuple[int, str]) -> None:  # noqa: ANN401  JSON
    """Out of the column's bounds and out of 32 bits are two different refusals."""
    body = f'{{"{column}": {value}}}'.encode()
    assert api("POST", "w365_subscriptions", body).error == error


def test_the_sentence_of_a_wrong_property_names_it(api: Api) -> None:
    """A person finds the misspelt column in the message."""
    assert (
        "Invalid property 'nonsense' was found in entity 'Microsoft.Dynamics.CRM.account'"
        in api("POST", "accounts", {"nonsense": 1}).message
    )


def test_the_sentence_of_a_bind_in_the_wrong_case_names_it(api: Api) -> None:
    """Navigation properties are case-sensitive before @odata.bind."""
    answer = api("POST", "w365_jobs", {"w365_invoice@odata.bind": "w365_invoices(00000000-0000-0000-0000-000000000001)"})
    assert "An undeclared property 'w365_invoice' which only has property annotations" in answer.message


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("7.99", "7.9900000000"),
        ("0.12345678905", "0.1234567891"),
        ("-0.00000000005", "-0.0000000001"),
        ("99999999999.5", "99999999999.5000000000"),
    ],
)
def test_decimals_keep_their_precision(api: Api, sent: str, kept: str) -> None:
    """A unit price with ten places comes back exactly; more places are rounded half away from zero."""
    answer = api("POST", "w365_subscriptions", f'{{"w365_unitprice": {sent}}}'.encode())
    text = api("GET", f"w365_subscriptions({answer.id})?$select=w365_unitprice").text
    assert f'"w365_unitprice":{kept}' in text


@pytest.mark.parametrize(
    ("sent", "kept"), [("20000", "20000.0000"), ("-0.005", "-0.0050"), ("922337203685477", "922337203685477.0000")]
)
def test_money_comes_back_with_four_places(api: Api, sent: str, kept: str) -> None:
    """The wire form keeps the scale."""
    answer = api("POST", "w365_invoices", f'{{"w365_total": {sent}}}'.encode())
    assert f'"w365_total":{kept}' in api("GET", f"w365_invoices({answer.id})").text


def test_base_amounts_follow_the_exchange_rate(api: Api) -> None:
    """Base = amount / rate, in the organisation's currency; a new currency brings its own rate."""
    euro = f"transactioncurrencies({seed.currency_id('EUR')})"
    row_id = api.create("w365_invoices", w365_total=92, transactioncurrencyid__bind=euro)
    row = api.row(f"w365_invoices({row_id})")
    assert (row["w365_total_base"], row["exchangerate"]) == (Decimal("100.0000"), Decimal("0.9200000000"))
    api(
        "PATCH",
        f"w365_invoices({row_id})",
        {"transactioncurrencyid@odata.bind": f"transactioncurrencies({seed.currency_id('GBP')})"},
    )
    assert api.row(f"w365_invoices({row_id})")["w365_total_base"] == Decimal("116.4557")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"statecode": 1}, (1, 2)),
        ({"statuscode": 365000002}, (0, 365000002)),
        ({"statecode": 1, "statuscode": 365001001}, (1, 365001001)),
        ({"statecode": 1, "statuscode": 365000002}, "0x80048408"),
        ({"statuscode": 365001001}, "0x80048408"),
    ],
)
def test_state_and_status_reason_agree(api: Api, changes: dict[str, int], expected: object) -> None:
    """A state alone takes its first reason; a reason must belong to the state."""
    row_id = api.create("w365_invoices", w365_key="a")
    answer = api("PATCH", f"w365_invoices({row_id})", changes)
    if isinstance(expected, str):
        assert answer.error == (400, expected)
        return
    row = api.row(f"w365_invoices({row_id})")
    assert (row["statecode"], row["statuscode"]) == expected


def test_an_instant_without_offset_is_utc_and_loses_its_fraction(api: Api) -> None:
    """Dataverse stores whole seconds."""
    row_id = api.create("w365_invoices", w365_senton="2026-10-01T12:00:00.75")
    other = api.create("w365_invoices", w365_senton="2026-10-01T12:00:00+02:00")
    assert api.row(f"w365_invoices({row_id})")["w365_senton"] == "2026-10-01T12:00:00Z"
    assert api.row(f"w365_invoices({other})")["w365_senton"] == "2026-10-01T10:00:00Z"


def test_an_empty_text_is_no_text(api: Api) -> None:
    """Dataverse keeps "" as null."""
    row_id = api.create("accounts", name="A", fax="")
    assert api.row(f"accounts({row_id})")["fax"] is None


def test_a_nested_row_is_created_along(api: Api) -> None:
    """Deep insert: a single related row, a list, and a list below that."""
    body = {
        "name": "Sample Account",
        "primarycontactid": {"firstname": "John", "lastname": "Smith"},
        "opportunity_customer_accounts": [{"name": "Opportunity", "Opportunity_Tasks": [{"subject": "Task"}]}],
    }
    account = api("POST", "accounts", body).id
    row = api.row(
        f"accounts({account})?$select=name&$expand=primarycontactid($select=fullname),opportunity_customer_accounts($select=name)"
    )
    assert row["primarycontactid"]["fullname"] == "John Smith"
    assert [child["name"] for child in row["opportunity_customer_accounts"]] == ["Opportunity"]
    assert [task["subject"] for task in api.rows("tasks?$select=subject")] == ["Task"]


def test_a_nested_row_that_is_wrong_takes_everything_back(api: Api) -> None:
    """A deep insert is one transaction."""
    body = {"name": "A", "primarycontactid": {"firstname": "John"}, "Account_Tasks": [{"subject": "x" * 201}]}
    assert api("POST", "accounts", body).error == (400, "0x80044331")
    assert api.rows("accounts") == api.rows("contacts") == []


def test_a_body_that_was_encoded_twice_is_read(api: Api) -> None:
    """Some clients send a JSON string that holds JSON."""
    assert api("POST", "accounts", '{"name": "A"}').status == 204
    assert api.rows("accounts?$select=name")[0]["name"] == "A"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"5", b'{"name": NaN}', b"\xff\xfe", b"[" * 100_000, b'{"revenue": 1e999999999}']
)
def test_a_body_that_is_no_object_is_refused(api: Api, body: bytes) -> None:
    """Malformed JSON is the caller's mistake, never ours."""
    assert api("POST", "accounts", body).status == 400


def test_representation_is_returned_when_asked_for(api: Api) -> None:
    """201 and the row, without OData-EntityId."""
    answer = api("POST", "accounts?$select=name", {"name": "A"}, Prefer="return=representation")
    assert (answer.status, answer.headers["preference-applied"], answer.json["name"]) == (201, "return=representation", "A")
    assert "odata-entityid" not in answer.headers
    again = api("PATCH", f"accounts({answer.json['accountid']})?$select=name", {"name": "B"}, Prefer="return=representation")
    assert (again.status, again.json["name"], again.headers["etag"]) == (200, "B", again.json["@odata.etag"])


def test_one_property_is_read_written_and_cleared(api: Api) -> None:
    """GET, PUT and DELETE on set(id)/property."""
    path = f"accounts({api.create('accounts', name='A')})/name"
    assert api("GET", path).json["value"] == "A"
    assert api("PUT", path, {"value": "B"}).status == 204
    assert api("GET", f"{path}/$value").text == "B"
    assert api("DELETE", path).status == 204
    assert api("GET", path).status == 204


def test_lookups_are_set_and_cleared_by_reference(api: Api) -> None:
    """PUT and DELETE on nav/$ref; null in a body; POST and DELETE on the collection's side."""
    account, contact = api.create("accounts", name="A"), api.create("contacts", firstname="C")
    one, many = f"accounts({account})/primarycontactid/$ref", f"contacts({contact})/account_primary_contact"

    def linked() -> bool:
        return bool(api.row(f"accounts({account})")["_primarycontactid_value"] == contact)

    steps = [
        ("PUT", one, {"@odata.id": f"contacts({contact})"}, True),
        ("DELETE", one, None, False),
        ("POST", f"{many}/$ref", {"@odata.id": f"https://org.crm.dynamics.com/api/data/v9.2/accounts({account})"}, True),
        ("DELETE", f"{many}({account})/$ref", None, False),
        ("PATCH", f"accounts({account})", {"primarycontactid@odata.bind": f"/contacts({contact})"}, True),
        ("DELETE", f"{many}/$ref?$id=accounts({account})", None, False),
        ("PATCH", f"accounts({account})", {"primarycontactid@odata.bind": f"contacts({contact})"}, True),
        ("PATCH", f"accounts({account})", {"primarycontactid": None}, False),
    ]
    for method, path, body, expected in steps:
        assert api(method, path, body).status == 204, (method, path)
        assert linked() is expected, (method, path)


def test_deleting_a_row_clears_lookups_to_it_and_deletes_its_tasks(api: Api) -> None:
    """Referential lookups are emptied; a regarding goes with its row."""
    account = api.create("accounts", name="A")
    contact = api.create("contacts", parentcustomerid_account__bind=f"accounts({account})")
    api.create("tasks", subject="T", regardingobjectid_account_task__bind=f"accounts({account})")
    assert api("DELETE", f"accounts({account})").status == 204
    assert api("GET", f"accounts({account})").error == (404, "0x80040217")
    assert api.row(f"contacts({contact})")["_parentcustomerid_value"] is None
    assert api.rows("tasks") == []


def test_modified_moves_with_the_clock(api: Api, clock: Clock) -> None:
    """An update changes modifiedon and the version, and leaves createdon."""
    row_id = api.create("accounts", name="A")
    before = api.row(f"accounts({row_id})")
    clock.pass_by(hours=1)
    api("PATCH", f"accounts({row_id})", {"name": "A"})
    after = api.row(f"accounts({row_id})")
    assert (after["createdon"], after["modifiedon"]) == (before["createdon"], "2026-11-01T09:30:00Z")
    assert after["versionnumber"] > before["versionnumber"]


@pytest.mark.parametrize(
    ("method", "path"), [("PATCH", "accounts"), ("DELETE", "accounts"), ("PUT", "accounts"), ("POST", "accounts({id})")]
)
def test_methods_that_an_address_does_not_take(api: Api, method: str, path: str) -> None:
    """405, not a guess."""
    row_id = api.create("accounts", name="A")
    assert api(method, path.format(id=row_id), {"name": "B"}).status == 405


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("tail", ["nothing", "nothing/$ref", "nothing/$value"])
def test_what_is_below_a_row_and_is_nothing(api: Api, method: str, tail: str) -> None:
    """404 that names it, whatever the method."""
    answer = api(method, f"accounts({api.create('accounts', name='A')})/{tail}", {} if method != "GET" else None)
    assert (answer.error, "'nothing'" in answer.message) == ((404, "0x8006088a"), True)


def test_a_write_only_column_is_never_shown(api: Api) -> None:
    """The secret of a webhook can be set, not read."""
    row_id = api.create("serviceendpoints", name="W", contract=8, authtype=4, url="https://x", authvalue="secret")
    assert "authvalue" not in api.row(f"serviceendpoints({row_id})")
    assert api("GET", f"serviceendpoints({row_id})?$select=authvalue").status == 400
    assert api("GET", f"serviceendpoints({row_id})/authvalue").status == 404
