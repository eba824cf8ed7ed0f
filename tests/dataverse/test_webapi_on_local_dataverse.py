"""The client against the local Dataverse, as strict as the real one: every verb that the product uses, end to end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataverse.batch import ChangeSet, Create, Delete, Done, Failed, Get, Op, Rows, Update, Upsert
from dataverse.errors import DuplicateKey, NotTried, RowChanged
from dataverse.names import Ref
from dataverse.query import Query, any_of, both, either, eq, ge, is_null, lt, ne, not_null
from dataverse.rows import amount, bind, choice_value, day, etag, formatted, instant, status, status_label
from dataverse.stores.currencies import Currencies
from dataverse.webapi import WebApi
from local.dataverse import DataverseApp
from local.dataverse.faults import Kind, Planned
from local.dataverse.seed import ADMIN_OBJECT_ID, APPLICATION_ID, APPLICATION_OBJECT_ID
from local.entra import Application, Directory, Entra, Principal, Signer
from local.entra.callers import callers
from local.http import Server, httpx_transport
from transport.client import Http
from work365.errors import NotFound, OutcomeUnknown, Rejected, Throttled, Unavailable
from work365.ids import derived
from work365.money import Currency, Money

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dataverse.rows import Row

ORG = "https://org.crm.dynamics.com/api/data/v9.2/"
ENTITY, SERIES, ACCOUNT, PRODUCT = "w365_legalentity", "w365_numberseries", "account", "w365_product"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def entity(code: str, **more: object) -> Row:
    """A legal entity."""
    return {"w365_code": code, "w365_companyname": f"{code} Ltd", "w365_country": "GB", "w365_timezone": "Europe/London"} | more


def series(entity_id: str, year: int = 2026) -> Row:
    """A number series."""
    kind = choice_value(SERIES, "w365_kind", "Invoice")
    return {"w365_kind": kind, "w365_year": year, "w365_nextnumber": 1} | bind("w365_LegalEntity", ENTITY, entity_id)


class Tenant:
    """A tenant and its client."""

    def __init__(self) -> None:
        self.now = NOW
        self.app = DataverseApp(any_token=True, clock=lambda: self.now, deliver=lambda _: 200)
        self.slept: list[float] = []
        self.http = Http("dataverse", ORG, transport=httpx_transport(self.app), sleep=self.slept.append, jitter=lambda: 0.0)
        self.api = WebApi(self.http, lambda: "app")


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    """An empty tenant with our tables."""
    tenant = Tenant()
    yield tenant
    tenant.app.close()


@pytest.fixture
def api(tenant: Tenant) -> WebApi:
    """Its client."""
    return tenant.api


class TestRows:
    """One row at a time."""

    def test_a_row_lives_and_dies(self, api: WebApi) -> None:
        """Create, read, update, read, delete, not found."""
        made = api.create(ENTITY, entity("UK"))
        ref = Ref(ENTITY, id=made)
        assert api.read(ref, select=("w365_code",))["w365_code"] == "UK"
        api.update(ref, {"w365_companyname": "New"})
        assert api.read(Ref(ENTITY, key={"w365_code": "UK"}), select=("w365_companyname",))["w365_companyname"] == "New"
        api.delete(ref)
        for again in (lambda: api.read(ref, select=("w365_code",)), lambda: api.update(ref, {}), lambda: api.delete(ref)):
            with pytest.raises(NotFound):
                again()

    def test_derived_ids_meet_the_first(self, api: WebApi) -> None:
        """A retry with the same derived id finds the row; so does another id with the same alternate key."""
        key = derived("entity", "UK")
        assert api.create(ENTITY, entity("UK"), id=key) == key
        with pytest.raises(DuplicateKey) as by_id:
            api.create(ENTITY, entity("FR"), id=key)
        with pytest.raises(DuplicateKey) as by_key:
            api.create(ENTITY, entity("UK"))
        assert (by_id.value.code, by_key.value.code) == ("0x80040237", "0x80060892")

    def test_versions(self, api: WebApi) -> None:
        """Who writes with an old version is told so, and nothing is written."""
        ref = Ref(ENTITY, id=api.create(ENTITY, entity("UK")))
        seen = etag(api.read(ref, select=("w365_code",)))
        api.update(ref, {"w365_phone": "1"}, etag=seen)
        with pytest.raises(RowChanged):
            api.update(ref, {"w365_phone": "2"}, etag=seen)
        with pytest.raises(RowChanged):
            api.delete(ref, etag=seen)
        assert api.read(ref, select=("w365_phone",))["w365_phone"] == "1"

    def test_upserts(self, api: WebApi) -> None:
        """By key and by id: create, then update; insert-only leaves what is there."""
        ref = Ref(ENTITY, key={"w365_code": "UK"})
        row = {name: value for name, value in entity("UK").items() if name != "w365_code"}
        api.upsert(ref, row)
        api.upsert(ref, {"w365_phone": "1"})
        assert api.insert_only(ref, row | {"w365_phone": "2"}) is False
        by_id = Ref(ENTITY, id=derived("entity", "FR"))
        assert api.insert_only(by_id, entity("FR")) is True
        api.update(Ref(ENTITY, id=derived("entity", "DE")), entity("DE"), create=True)
        found = {row["w365_code"]: row["w365_phone"] for row in api.find(Query(ENTITY, ("w365_code", "w365_phone")))}
        assert found == {"UK": "1", "FR": None, "DE": None}

    def test_a_key_with_a_lookup(self, api: WebApi) -> None:
        """The series of a legal entity, kind and year."""
        owner = api.create(ENTITY, entity("UK", w365_name="UK"))
        api.create(SERIES, series(owner))
        kind = choice_value(SERIES, "w365_kind", "Invoice")
        ref = Ref(SERIES, key={"w365_legalentity": owner, "w365_kind": kind, "w365_year": 2026})
        row = api.read(ref, select=("w365_nextnumber", "_w365_legalentity_value"), annotations=True)
        assert (row["w365_nextnumber"], row["_w365_legalentity_value"]) == (1, owner)
        assert formatted(row, "_w365_legalentity_value") == "UK"

    def test_a_value_for_each_kind_of_column(self, api: WebApi) -> None:
        """Prices keep ten places, amounts the currency's, days and moments their form, states their label."""
        currencies = Currencies(api)
        ref = Ref(ACCOUNT, id=api.create(ACCOUNT, {"name": "A", "creditlimit": Decimal("1234.50"), **currencies.bind("EUR")}))
        row = api.read(ref, select=("creditlimit", "_transactioncurrencyid_value", "createdon", "statuscode"))
        code = currencies.code(row["_transactioncurrencyid_value"])
        assert amount(row["creditlimit"], code) == Money(123_450, Currency("EUR"))
        assert instant(row["createdon"]) == NOW
        assert status_label(ACCOUNT, row) == "Active"
        api.update(ref, status(ACCOUNT, "Inactive"))
        assert status_label(ACCOUNT, api.read(ref, select=("statuscode",))) == "Inactive"
        owner = api.create(ENTITY, entity("UK"))
        rate = {"w365_place": "GB", "w365_category": "standard", "w365_validfrom": NOW.date(), "w365_percent": Decimal("20.1234")}
        made = api.create("w365_taxrate", rate | bind("w365_LegalEntity", ENTITY, owner))
        read = api.read(Ref("w365_taxrate", id=made), select=("w365_percent", "w365_validfrom"))
        assert (read["w365_percent"], day(read["w365_validfrom"])) == (Decimal("20.1234"), NOW.date())

    def test_mistakes_are_rejected(self, api: WebApi) -> None:
        """An unknown column, a wrong type, a wrong navigation name: Dataverse says what is wrong, and nothing is written."""
        for row in ({"w365_nonsense": 1}, {"w365_code": 1}, bind("w365_legalentity", ENTITY, derived("x"))):
            with pytest.raises(Rejected):
                api.create(SERIES, row)
        assert api.first(Query(SERIES, ("w365_year",))) is None


class TestQuestions:
    """Filters and pages."""

    def test_filters(self, api: WebApi) -> None:
        """Each comparison finds what it says, and combinations too."""
        codes = ["A", "B'", "C & D", "E%"]
        for number, code in enumerate(codes):
            api.create(ENTITY, entity(code, w365_paymenttermsdays=number * 10 or None))

        def found(filter: str) -> set[str]:  # noqa: A002  the word of the API
            return {row["w365_code"] for row in api.find(Query(ENTITY, ("w365_code",), filter))}

        for code in codes:
            assert found(eq("w365_code", code)) == {code}
        assert found(any_of("w365_code", codes[:3])) == set(codes[:3])
        assert found(any_of("w365_code", [])) == set()
        assert found(both(ne("w365_code", "A"), ge("w365_paymenttermsdays", 20))) == {"C & D", "E%"}
        assert found(either(is_null("w365_paymenttermsdays"), lt("w365_paymenttermsdays", 20))) == {"A", "B'"}
        assert found(both(not_null("w365_paymenttermsdays"), lt("createdon", NOW + timedelta(days=1)))) == {"B'", "C & D", "E%"}

    def test_lookups_in_filters(self, api: WebApi) -> None:
        """By id, one or several."""
        one, other = (api.create(ENTITY, entity(code)) for code in ("UK", "FR"))
        for owner in (one, other):
            api.create(SERIES, series(owner))
        by_one = Query(SERIES, ("w365_year",), eq("_w365_legalentity_value", one), expand="w365_LegalEntity($select=w365_code)")
        assert [row["w365_LegalEntity"]["w365_code"] for row in api.find(by_one)] == ["UK"]
        by_both = Query(SERIES, ("_w365_legalentity_value",), any_of("_w365_legalentity_value", [one, other]))
        assert {row["_w365_legalentity_value"] for row in api.find(by_both)} == {one, other}

    def test_pages(self, tenant: Tenant) -> None:
        """Every row once, in order, however small the pages; one request per page."""
        tenant.api.create_multiple(ENTITY, [entity(f"E{number:02}") for number in range(25)])
        before = tenant.http.sent
        rows = list(tenant.api.find(Query(ENTITY, ("w365_code",), order="w365_code", page_size=10)))
        assert [row["w365_code"] for row in rows] == [f"E{number:02}" for number in range(25)]
        assert tenant.http.sent - before == 3
        top = list(tenant.api.find(Query(ENTITY, ("w365_code",), order="w365_code desc", top=2)))
        assert [row["w365_code"] for row in top] == ["E24", "E23"]

    def test_a_question_too_long_for_an_address(self, api: WebApi) -> None:
        """1000 ids in one filter."""
        made = api.create(ENTITY, entity("UK"))
        ids = [derived("x", str(number)) for number in range(999)]
        assert [
            row["w365_code"] for row in api.find(Query(ENTITY, ("w365_code",), any_of("w365_legalentityid", [*ids, made])))
        ] == ["UK"]


SHARED = Tenant()


@settings(max_examples=40)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), min_size=1, max_size=20))
def test_any_text_is_found_again(text: str) -> None:
    """Whatever characters a phone number has, the row with exactly that text is found by a filter."""
    key = derived("fuzz", text)
    SHARED.api.upsert(Ref(ENTITY, id=key), entity(key[:20], w365_phone=text))
    found = {row["w365_phone"] for row in SHARED.api.find(Query(ENTITY, ("w365_phone",), eq("w365_phone", text)))}
    assert text in found
    assert SHARED.api.read(Ref(ENTITY, id=key), select=("w365_phone",))["w365_phone"] == text


class TestBatches:
    """Several things in one request."""

    def test_parent_and_child_in_one_change_set(self, tenant: Tenant) -> None:
        """The child names the parent by its content id; one request in all."""
        child = series("00000000-0000-0000-0000-000000000000") | bind("w365_LegalEntity", ENTITY, Ref(ENTITY, content_id=1))
        ops: list[Op] = [
            Create(ENTITY, entity("UK"), content_id=1),
            Create(SERIES, child),
            Update(Ref(ENTITY, content_id=1), {"w365_phone": "1"}),
        ]
        before = tenant.http.sent
        done, found = tenant.api.batch([ChangeSet(ops), Get(Query(SERIES, ("_w365_legalentity_value",)))])
        assert isinstance(done, Done)
        assert isinstance(found, Rows)
        assert (found.rows[0]["_w365_legalentity_value"], tenant.http.sent - before) == (done.ids[0], 1)
        assert tenant.api.read(Ref(ENTITY, id=done.ids[0]), select=("w365_phone",))["w365_phone"] == "1"

    def test_a_change_set_happens_wholly_or_not_at_all(self, api: WebApi) -> None:
        """The second operation fails: the first did not happen; the next change set does, when going on."""
        api.create(ENTITY, entity("UK"))
        broken = ChangeSet([Create(ENTITY, entity("FR")), Create(ENTITY, entity("UK"))])
        good = ChangeSet([Create(ENTITY, entity("DE"))])
        failed, done = api.batch([broken, good])
        assert isinstance(failed, Failed)
        assert isinstance(failed.error, DuplicateKey)
        assert isinstance(done, Done)
        assert {row["w365_code"] for row in api.find(Query(ENTITY, ("w365_code",)))} == {"UK", "DE"}

    def test_stopping_at_the_first_failure(self, api: WebApi) -> None:
        """What follows was not begun, and says so."""
        missing = ChangeSet([Update(Ref(ENTITY, id=derived("x")), {"w365_phone": "1"})])
        first, second, third = api.batch(
            [Get(Query(ENTITY, ("w365_code",))), missing, ChangeSet([Create(ENTITY, entity("UK"))])], go_on=False
        )
        assert isinstance(first, Rows)
        assert isinstance(second, Failed)
        assert isinstance(second.error, NotFound)
        assert isinstance(third, Failed)
        assert isinstance(third.error, NotTried)
        assert api.first(Query(ENTITY, ("w365_code",))) is None

    def test_every_operation_and_pages(self, api: WebApi) -> None:
        """Upsert by key, delete by id, a read of one row, and a query of several pages."""
        made = api.create(ENTITY, entity("UK"))
        api.create_multiple(ENTITY, [entity(f"E{number}") for number in range(7)])
        row = {name: value for name, value in entity("FR").items() if name != "w365_code"}
        outcomes = api.batch(
            [
                Get(Ref(ENTITY, id=made), ("w365_code",)),
                ChangeSet([Upsert(Ref(ENTITY, key={"w365_code": "FR"}), row), Delete(Ref(ENTITY, id=made))]),
                Get(Query(ENTITY, ("w365_code",), page_size=3)),
                Get(Ref(ENTITY, id=made), ("w365_code",)),
            ]
        )
        one, done, many, gone = outcomes
        assert isinstance(one, Rows)
        assert one.rows[0]["w365_code"] == "UK"
        assert done == Done(["", made])
        assert isinstance(many, Rows)
        assert {row["w365_code"] for row in many.rows} == {"FR", *(f"E{number}" for number in range(7))}
        assert isinstance(gone, Failed)
        assert isinstance(gone.error, NotFound)

    def test_lists(self, api: WebApi) -> None:
        """CreateMultiple and UpsertMultiple, all or none."""
        ids = api.create_multiple(ENTITY, [entity("UK"), entity("FR")])
        assert api.read(Ref(ENTITY, id=ids[1]), select=("w365_code",))["w365_code"] == "FR"
        with pytest.raises(DuplicateKey):
            api.create_multiple(ENTITY, [entity("DE"), entity("FR")])
        api.upsert_multiple(
            ENTITY, [(Ref(ENTITY, key={"w365_code": "FR"}), {"w365_phone": "1"}), (Ref(ENTITY, id=ids[0]), {"w365_phone": "2"})]
        )
        assert {row["w365_code"]: row["w365_phone"] for row in api.find(Query(ENTITY, ("w365_code", "w365_phone")))} == {
            "UK": "2",
            "FR": "1",
        }


class TestChanges:
    """Delta links."""

    def test_what_changed(self, tenant: Tenant) -> None:
        """Created, changed and deleted rows since the last link; a link older than seven days is answered with everything."""
        api = tenant.api
        kept, gone = api.create(ENTITY, entity("UK")), api.create(ENTITY, entity("FR"))
        first = api.changes(ENTITY, ("w365_code",), None)
        assert (len(first.rows), first.full) == (2, True)
        api.update(Ref(ENTITY, id=kept), {"w365_phone": "1"})
        api.delete(Ref(ENTITY, id=gone))
        api.create(ENTITY, entity("DE"))
        second = api.changes(ENTITY, ("w365_code",), first.link)
        assert ({row["w365_code"] for row in second.rows}, second.deleted, second.full) == ({"UK", "DE"}, [gone], False)
        assert api.changes(ENTITY, ("w365_code",), second.link).rows == []
        tenant.now += timedelta(days=8)
        again = api.changes(ENTITY, ("w365_code",), second.link)
        assert ({row["w365_code"] for row in again.rows}, again.full) == ({"UK", "DE"}, True)


class TestTrouble:
    """Throttling, lost answers, strangers."""

    @pytest.mark.parametrize(
        ("kind", "code"), [(Kind.REQUESTS, "0x80072322"), (Kind.TIME, "0x80072321"), (Kind.CONCURRENCY, "0x80072326")]
    )
    def test_throttling(self, tenant: Tenant, kind: Kind, code: str) -> None:
        """A read waits as told and works; a write says when to come back, and wrote nothing."""
        tenant.app.faults.add(Planned(kind, retry_after_s=4))
        assert tenant.api.first(Query(ENTITY, ("w365_code",))) is None
        assert tenant.slept == [4.0]
        for write in (
            lambda: tenant.api.create(ENTITY, entity("UK")),
            lambda: tenant.api.batch([ChangeSet([Create(ENTITY, entity("UK"))])]),
        ):
            tenant.app.faults.add(Planned(kind, retry_after_s=4))
            with pytest.raises(Throttled) as caught:
                write()
            assert (caught.value.after_s, caught.value.code) == (4.0, code)
        assert tenant.api.first(Query(ENTITY, ("w365_code",))) is None

    @pytest.mark.parametrize(
        ("kind", "written"), [(Kind.DROP_BEFORE, False), (Kind.DROP_AFTER, True), (Kind.ERROR, False), (Kind.ERROR_AFTER, True)]
    )
    def test_a_write_is_sent_exactly_once(self, tenant: Tenant, kind: Kind, *, written: bool) -> None:
        """Lost before or after: the client does not send again; asking by the derived id tells."""
        key = derived("entity", "UK")
        tenant.app.faults.add(Planned(kind))
        before = tenant.http.sent
        with pytest.raises((OutcomeUnknown, Unavailable)):
            tenant.api.create(ENTITY, entity("UK"), id=key)
        assert tenant.http.sent - before == 1
        found = [row["w365_legalentityid"] for row in tenant.api.find(Query(ENTITY, ("w365_code",)))]
        assert found == ([key] if written else [])

    def test_acting_for_a_person(self, tenant: Tenant) -> None:
        """The row is the person's, on whose behalf our application user wrote it; a stranger is nobody."""
        made = tenant.api.as_user(ADMIN_OBJECT_ID).create(ACCOUNT, {"name": "A"})
        row = tenant.api.read(Ref(ACCOUNT, id=made), select=("_createdby_value", "_createdonbehalfby_value"))
        assert row["_createdonbehalfby_value"] == tenant.api.who_am_i()["UserId"] != row["_createdby_value"]
        with pytest.raises(Rejected):
            tenant.api.as_user(derived("stranger")).create(ACCOUNT, {"name": "B"})

    def test_tokens_of_the_directory(self) -> None:
        """Over a socket, with tokens that the local directory signed: a good one is let in, a wrong audience is not."""
        directory = Directory(applications=(Application(APPLICATION_ID, APPLICATION_OBJECT_ID),))
        entra = Entra(directory, lambda: NOW, Signer())
        app = DataverseApp(clock=lambda: NOW, authorize=callers(entra, "https://org.crm.dynamics.com"), deliver=lambda _: 200)
        us = Principal(directory.tenant_id, APPLICATION_OBJECT_ID, APPLICATION_ID)
        with Server(app) as server:
            http = Http("dataverse", f"{server.url}/api/data/v9.2")
            assert WebApi(http, lambda: entra.issue(us, "https://org.crm.dynamics.com")).who_am_i()["UserId"]
            with pytest.raises(Rejected):
                WebApi(http, lambda: entra.issue(us, "https://other.crm.dynamics.com")).who_am_i()
            http.close()
        app.close()
