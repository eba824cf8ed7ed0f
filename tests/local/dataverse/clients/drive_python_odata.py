"""Drives PyPI python-odata, a client of any OData 4 service: it makes its classes from `$metadata`, then reads and deletes.

It cannot write to a Dataverse: its bodies name every property, those of lookups included. Prints "ok" at the end.
"""

# mypy: disable-error-code="import-not-found,import-untyped"
# the client is installed beside the project, where mypy does not look

from __future__ import annotations

import sys

import requests
from odata import ODataService
from powerplatform_steps import check

URL = f"{sys.argv[1]}/api/data/v9.2/"
session = requests.Session()
session.headers["Authorization"] = "Bearer any"
for name, revenue in (("a", 1), ("b", 2), ("c", 3)):
    session.post(f"{URL}accounts", json={"name": name, "revenue": revenue}, timeout=10).raise_for_status()
first = session.get(f"{URL}accounts?$filter=name eq 'a'", timeout=10).json()["value"][0]["accountid"]
contact = {"lastname": "L", "parentcustomerid_account@odata.bind": f"/accounts({first})"}
session.post(f"{URL}contacts", json=contact, timeout=10).raise_for_status()

service = ODataService(URL, session=session, reflect_entities=True)
check("reflected", {"accounts", "contacts", "systemusers", "w365_invoices"} <= set(service.entities), True)
Account = service.entities["accounts"]
check(
    "ordered", [row.name for row in service.query(Account).filter(Account.revenue >= 2).order_by(Account.name.desc())], ["c", "b"]
)
check("a function", [row.name for row in service.query(Account).filter(Account.name.startswith("a")).limit(1)], ["a"])
check("by its key", service.query(Account).get(first).name, "a")
grown = service.query(Account).filter(Account.name == "a").expand(Account.contact_customer_accounts).first()
check("expanded", [row.lastname for row in grown.contact_customer_accounts], ["L"])
service.delete(service.query(Account).get(first))
check("deleted", sorted(row.name for row in service.query(Account)), ["b", "c"])
sys.stdout.write("ok\n")
