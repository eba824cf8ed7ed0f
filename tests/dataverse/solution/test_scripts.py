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
    ("sheet.js", "ACTIVE"): status("w365_paymentprofile", "Active")["statuscode"],
    ("commands.js", "CHARGE"): choice_value("w365_job", "w365_kind", "Charge"),
    ("commands.js", "INVOICE"): choice_value("w365_invoice", "w365_kind", "Invoice"),
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
    found = dict(re.findall(r'(\d+): "(\w+)"', table[1]))
    assert found == {str(option.value): option.label for option in choice.options}


def test_what_may_be_charged() -> None:
    """The button is for issued invoices, and for those that are paid in part."""
    found = re.search(r"const OPEN = \[([\d, ]+)\];", script("commands.js"))
    assert found is not None
    assert [int(one) for one in found[1].split(",")] == [
        status("w365_invoice", label)["statuscode"] for label in ("Issued", "Partial")
    ]
