"""Views: queries in FetchXML that are kept as rows, and run by their id."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.local.dataverse.fetching import names

if TYPE_CHECKING:
    from local.dataverse.trial import Api

VIEW = "<fetch><entity name='account'><attribute name='name'/><order attribute='name'/><filter>{}</filter></entity></fetch>"


@pytest.mark.parametrize(("table", "option"), [("savedqueries", "savedQuery"), ("userqueries", "userQuery")])
def test_saved_queries(data: Api, table: str, option: str) -> None:
    """Run by their id, on the whole table or on related rows, in pages; they must be for the table that is asked."""
    few = VIEW.format("<condition attribute='revenue' operator='gt' value='15'/>")
    view = data.create(table, name="Rich", fetchxml=few, returnedtypecode="account", querytype=0)
    assert names(data("GET", f"accounts?{option}={view}").json) == ["beta", "Gamma"]
    found, path = [], f"accounts?{option}={view}"
    while path:
        page = data("GET", path, prefer="odata.maxpagesize=1").json
        found += names(page)
        path = page.get("@odata.nextLink", "").partition("/v9.2/")[2]
    assert found == ["beta", "Gamma"]
    ids = {row["name"]: row["accountid"] for row in data.rows("accounts?$select=name")}
    for name in ("Alpha", "beta"):
        data("PATCH", f"accounts({ids[name]})", {"parentaccountid@odata.bind": f"accounts({ids['delta']})"})
    related = f"accounts({ids['delta']})/account_parent_account"
    assert names(data("GET", f"{related}?{option}={view}").json) == ["beta"]
    assert names(data("GET", f"{related}?fetchXml={quote(VIEW.format(''))}").json) == ["Alpha", "beta"]
    assert data("GET", f"contacts?{option}={view}").status == 400
    assert data("GET", f"accounts?{option}=x").status == 400
    assert data("GET", f"accounts?{option}={ids['beta']}").error == (404, "0x80040217")
    assert data("GET", f"accounts?{option}={view}&$filter=name eq 'x'").status == 400
    assert data("GET", f"accounts?{option}={view}&fetchXml=x").status == 400
