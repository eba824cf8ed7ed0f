"""What scripts know by number is what the model says: kinds of jobs and invoices, and where each of them stands."""

from __future__ import annotations

import re

import pytest

from dataverse.rows import choice_value, status
from dataverse.schema.tables import BY_NAME
from tools import solution

SCRIPTS = "WebResources/w365_/scripts/"
CONSTANTS = {
    ("charge.js", "CHARGE"): choice_value("w365_job", "w365_kind", "Charge"),
    ("charge.js", "REQUEST_PROFILE"): choice_value("w365_job", "w365_kind", "Request profile"),
    ("refund.js", "REFUND"): choice_value("w365_job", "w365_kind", "Refund"),
    ("release.js", "RELEASE"): choice_value("w365_job", "w365_kind", "Release"),
    ("release.js", "DOCUMENTS"): choice_value("account", "w365_holdkind", "Documents"),
    ("release.js", "RULE"): choice_value("account", "w365_holdkind", "Rule"),
    ("entries.js", "TICK"): choice_value("w365_job", "w365_kind", "Tick"),
    ("entries.js", "PAYMENT_PROFILE"): choice_value("w365_checklistentry", "w365_kind", "Payment profile"),
    ("entries.js", "AGREEMENT"): choice_value("w365_checklistentry", "w365_kind", "Agreement"),
    ("entries.js", "DONE"): status("w365_checklistentry", "Done")["statuscode"],
    ("refund.js", "OPEN"): status("w365_refund", "Pending")["statecode"],
    ("sheet.js", "ACTIVE"): status("w365_paymentprofile", "Active")["statuscode"],
    ("sheet.js", "PENDING"): status("w365_paymentprofile", "Pending")["statuscode"],
}
TABLES = {
    "INVOICE": {
        "issued": status("w365_invoice", "Issued")["statuscode"],
        "partial": status("w365_invoice", "Partial")["statuscode"],
        "kind": choice_value("w365_invoice", "w365_kind", "Invoice"),
    },
    "PAYMENT": {"succeeded": status("w365_payment", "Succeeded")["statuscode"]},
    "KINDS": {name: choice_value("w365_job", "w365_kind", name.capitalize()) for name in ("charge", "refund", "release", "tick")},
}


def script(name: str) -> str:
    """A script as the package holds it."""
    return solution.on_disk()[SCRIPTS + name].decode()


@pytest.mark.parametrize(("name", "constant"), CONSTANTS)
def test_a_number(name: str, constant: str) -> None:
    """A constant is the number of the option that it is called after."""
    found = re.findall(rf"const {constant} = (\d+);", script(name))
    assert found == [str(CONSTANTS[name, constant])]


def test_where_jobs_stand() -> None:
    """The table of states is the model's, complete."""
    choice = BY_NAME["w365_job"].by_name["statuscode"].choice
    assert choice is not None
    table = re.search(r"const STATES = \{(.*?)\};", script("jobs.js"), re.DOTALL)
    assert table is not None
    found = dict(re.findall(r'(\d+): "([\w ]+)"', table[1]))
    assert found == {str(option.value): option.label for option in choice.options}


@pytest.mark.parametrize("name", TABLES)
def test_what_commands_know_by_number(name: str) -> None:
    """What may be charged and refunded, and the kinds of jobs that do it."""
    found = re.search(rf"const {name} = \{{ ([^}}]*) \}};", script("commands.js"))
    assert found is not None
    assert dict(re.findall(r"(\w+): (\d+)", found[1])) == {word: str(number) for word, number in TABLES[name].items()}
