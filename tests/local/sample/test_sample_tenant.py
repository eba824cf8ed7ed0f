"""The sample partner in a tenant: loaded once, imported month by month, the same from every direction."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from dataverse.query import Query, eq
from dataverse.rows import choice_label
from dataverse.stores.ledgers import Ledgers
from dataverse.stores.supply import Supply
from dataverse.webapi import Ref
from local.sample.load import companies, load_master_data, month_files
from local.stripe.server import StripeStandIn
from providers.partner_center.reconciliation import read_lines
from work365.errors import BadInput
from work365.handlers.checking import check_ledgers
from work365.handlers.importing import Import, ImportReport, import_lines

if TYPE_CHECKING:
    from pathlib import Path

    from dataverse.webapi import WebApi
    from local.dataverse.app import DataverseApp

NOW = datetime(2026, 5, 7, 9, tzinfo=UTC)
SUBSCRIPTION = (
    *(
        "w365_subscriptionid",
        "w365_externalid",
        "w365_quantity",
        "w365_unitprice",
        "w365_unitcost",
        "w365_billable",
        "w365_lastsequence",
    ),
    *("_w365_contract_value", "_w365_account_value", "_w365_parent_value", "_w365_product_value", "w365_term", "w365_enddate"),
    *("w365_startdate", "w365_printedname", "statecode", "versionnumber"),
)
CHANGE = (
    *("_w365_subscription_value", "w365_sequence", "w365_effective", "w365_quantity", "w365_quantitydelta", "w365_unitprice"),
    *("_w365_contract_value", "w365_billingstate", "w365_source", "w365_provisioningstate", "w365_recordedon"),
)


def take(api: WebApi, path: Path) -> ImportReport:
    return import_lines(read_lines(path), path.name, provider=None, run=Import(Supply(api), NOW, lambda _: None))


def table(api: WebApi, name: str, select: tuple[str, ...]) -> list[dict[str, Any]]:
    return list(api.find(Query(name, select)))


def everything(api: WebApi) -> tuple[object, ...]:
    names = ("w365_provideraccount", "w365_subscription", "w365_changelog", "w365_finding")
    return tuple(
        sorted(
            (row[f"{name}id"], row["versionnumber"]) for name in names for row in table(api, name, (f"{name}id", "versionnumber"))
        )
    )


def test_four_months_arrive_and_arriving_again_changes_nothing(api: WebApi, tenant: DataverseApp) -> None:
    """Counts, the ledger's sums, the bundle's parts, what is unmapped; then every file again without one write."""
    load_master_data(api)
    reports = [take(api, path) for _, path in month_files()]
    assert sum(report.created for report in reports) == 81
    assert {finding.code for report in reports for finding in report.findings} == {
        *("unmapped-tenant", "unknown-product", "usage-not-billed", "customer-credit", "free-product"),
    }
    subscriptions = {row["w365_subscriptionid"]: row for row in table(api, "w365_subscription", SUBSCRIPTION)}
    logs: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in table(api, "w365_changelog", CHANGE):
        logs[row["_w365_subscription_value"]].append(row)
    for key, row in subscriptions.items():
        log = sorted(logs[key], key=lambda change: change["w365_sequence"])
        assert [change["w365_sequence"] for change in log] == list(range(1, row["w365_lastsequence"] + 1))
        assert sum(change["w365_quantitydelta"] for change in log) == row["w365_quantity"]
    parts = [row for row in subscriptions.values() if row["_w365_parent_value"]]
    assert len(parts) == 4
    for part in parts:
        assert part["w365_quantity"] == subscriptions[part["_w365_parent_value"]]["w365_quantity"]
    unbilled = [row for row in subscriptions.values() if row["_w365_contract_value"] is None]
    assert sorted(row["w365_printedname"] or "" for row in unbilled) == ["", "", "Visio Plan 2"]
    assert sum(row["statecode"] for row in subscriptions.values()) == 3
    assert [one.message for one in check_ledgers(books=Ledgers(api)).findings] == []
    before = everything(api)
    for _, path in month_files():
        report = take(api, path)
        assert (report.created, report.changed, report.log_rows) == (0, 0, 0)
    assert everything(api) == before


def test_prices_follow_the_contracts_list_and_frequency(api: WebApi) -> None:
    """A quarterly contract pays three months, an annual one the year; what is not billable says so."""
    load_master_data(api)
    for _, path in month_files():
        take(api, path)
    expand = "w365_Contract($select=w365_number),w365_Product($select=w365_printedname)"
    found = {
        (row["w365_Contract"]["w365_number"], row["w365_Product"]["w365_printedname"]): row
        for row in api.find(Query("w365_subscription", SUBSCRIPTION, filter="_w365_contract_value ne null", expand=expand))
    }
    price = {key: row["w365_unitprice"] for key, row in found.items()}
    basic = price["C-1002", "Microsoft 365 Business Basic"]
    assert price["C-1007", "Microsoft 365 Business Standard"] == 3 * price["C-1003", "Microsoft 365 Business Standard"]
    assert basic == Decimal("6.8")
    assert price["C-1011", "Microsoft 365 Business Standard"] == Decimal("142.5")
    assert price["C-1012", "Microsoft 365 Business Standard"] < price["C-1003", "Microsoft 365 Business Standard"]
    assert found["C-1001", "Woodgrove Help Desk"]["w365_billable"] is False
    assert found["C-1020", "Microsoft 365 Phone System - Virtual User"]["w365_billable"] is False
    assert found["C-1009", "Microsoft 365 Business Premium"]["w365_quantity"] == 14


def test_rows_say_when_we_learned_of_them_and_where_from(api: WebApi) -> None:
    """Source Import, recorded at the time of the import, not ours to provision, unbilled unless never billed."""
    load_master_data(api)
    take(api, month_files()[1][1])
    for row in table(api, "w365_changelog", CHANGE):
        assert row["w365_recordedon"] == "2026-05-07T09:00:00Z"
        assert choice_label("w365_changelog", "w365_source", row["w365_source"]) == "Import"
        assert choice_label("w365_changelog", "w365_provisioningstate", row["w365_provisioningstate"]) == "Not applicable"
        state = choice_label("w365_changelog", "w365_billingstate", row["w365_billingstate"])
        assert state == ("Unbilled" if row["w365_unitprice"] else "Excluded")


def test_linking_the_tenant_and_adding_the_product_repairs_what_was_missing(api: WebApi) -> None:
    """A person does what the finding says, imports again, and the finding is closed."""
    load_master_data(api)
    january = month_files()[0][1]
    take(api, january)
    tenant = api.first(Query("w365_provideraccount", ("w365_provideraccountid",), filter="_w365_account_value eq null"))
    contract = api.first(Query("w365_billingcontract", ("_w365_account_value",), filter=eq("w365_number", "C-1003")))
    assert tenant is not None
    assert contract is not None
    link = {"w365_Account@odata.bind": f"/accounts({contract['_w365_account_value']})"}
    api.update(Ref("w365_provideraccount", tenant["w365_provideraccountid"]), link)
    report = take(api, january)
    assert report.changed == 1
    assert "unmapped-tenant" not in {finding.code for finding in report.findings}
    left = [row["w365_code"] for row in api.find(Query("w365_finding", ("w365_code",), filter=eq("statecode", 0)))]
    assert sorted(left) == ["unknown-product", "usage-not-billed"]
    assert [one.message for one in check_ledgers(books=Ledgers(api)).findings] == []


def test_loading_master_data_again_leaves_peoples_changes_alone(api: WebApi) -> None:
    """Numbers that were given out stay given out."""
    assert load_master_data(api)["contracts"] == 25
    series = api.first(Query("w365_numberseries", ("w365_numberseriesid",), filter=eq("w365_prefix", "EU-2026-")))
    assert series is not None
    api.update(Ref("w365_numberseries", series["w365_numberseriesid"]), {"w365_nextnumber": 17})
    assert set(load_master_data(api).values()) == {0}
    row = api.read(Ref("w365_numberseries", series["w365_numberseriesid"]), select=("w365_nextnumber",))
    assert row["w365_nextnumber"] == 17


def test_payment_profiles_are_enrolled_at_the_gateway_once(api: WebApi) -> None:
    """Good, declining, 3-D Secure and bank debit, with Stripe's own references."""
    stripe = StripeStandIn(clock=lambda: NOW)
    load_master_data(api, stripe=stripe)
    columns = ("w365_customerreference", "w365_methodreference", "w365_kind", "w365_lastfour")
    first = table(api, "w365_paymentprofile", columns)
    assert len(first) == 12
    assert all(row["w365_customerreference"].startswith("cus_") for row in first)
    assert {row["w365_lastfour"] for row in first} == {"4242", "4444", "8431", "3184", "0341", "6789"}
    load_master_data(api, stripe=stripe)
    assert sorted(map(str, table(api, "w365_paymentprofile", columns))) == sorted(map(str, first))


def test_the_books_know_every_tax_code() -> None:
    """One company outside the United States with codes, one inside without."""
    abroad, home = companies()
    assert (abroad.country, abroad.home, home.country, home.home) == ("DE", "EUR", "US", "USD")
    assert [code.name for code in abroad.tax_codes] == ["VAT 19", "Reverse charge", "Export"]


def test_a_provider_is_found_by_kind_or_by_code(api: WebApi) -> None:
    """None, one or several Partner Centers."""
    book = Supply(api)
    with pytest.raises(BadInput, match="no provider of kind"):
        book.provider(None)
    load_master_data(api)
    assert book.provider(None).code == book.provider("partner-center").code == "partner-center"
    with pytest.raises(BadInput, match="no provider with the code"):
        book.provider("pax8")
    first = api.first(Query("w365_provider", ("w365_kind",)))
    assert first is not None
    api.create("w365_provider", {"w365_name": "x", "w365_code": "second", "w365_kind": first["w365_kind"]})
    with pytest.raises(BadInput, match="several"):
        book.provider(None)
