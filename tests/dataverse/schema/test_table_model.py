"""What Dataverse asks of a table, held against every table of the model; and the names of relationships."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from dataverse.schema.model import Kind, OnDelete, Table
from dataverse.schema.relations import relation_name
from dataverse.schema.tables import BY_NAME, CUSTOM, GROUPS
from local.dataverse.entities import Catalog
from local.dataverse.platform import ALL

KEY_BYTES_MAX = 900
KEY_COLUMNS_MAX = 16
KEYS_MAX = 10
BYTES = {Kind.LOOKUP: 16, Kind.GUID: 16, Kind.INTEGER: 4, Kind.CHOICE: 4, Kind.DATE: 8, Kind.DATETIME: 8, Kind.DECIMAL: 17}
"""What a column takes in an index; text takes two bytes a character."""

ARCHITECTURE = """
company    legalentity numberseries taxrate taxexemption exchangerate
catalogue  product productcomponent pricelist price promotion
supply     provider provideraccount agreementtemplate agreement
selling    billingcontract subscription changelog scheduledchange nonrecurringitem usage
billing    billingschedule billingrun billingchunk invoice invoiceline
receiving  paymentprocessor paymentprofile payment allocation refund reminder
books      accountingsystem accountingexport
suppliers  providerinvoice providerinvoiceline
people     incentivetemplate incentiveplan earning payout
work       job finding
"""


@pytest.mark.parametrize("line", ARCHITECTURE.strip().splitlines(), ids=lambda line: line.split()[0])
def test_every_group_has_the_tables_that_the_house_needs(line: str) -> None:
    group, *words = line.split()
    held = {table.name for found in GROUPS if found.name == group for table in found.tables}
    assert {f"w365_{word}" for word in words} <= held


@pytest.mark.parametrize("table", CUSTOM, ids=lambda table: table.name)
def test_a_table_keeps_the_limits_of_dataverse(table: Table) -> None:
    """Source: learn.microsoft.com, "Define alternate keys to reference rows"; column limits of "Column data types"."""
    assert len(table.keys) <= KEYS_MAX
    for key in table.keys:
        assert len(key.columns) <= KEY_COLUMNS_MAX
        columns = [table.column(name) for name in key.columns]
        size = sum(2 * c.max_length if c.kind is Kind.STRING else BYTES[c.kind] for c in columns)
        assert size <= KEY_BYTES_MAX, f"{key.name} takes {size} bytes"
    for column in table.columns:
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,49}", column.name), column.name
        assert column.kind is not Kind.STRING or column.max_length <= 4000, column.name
        assert column.kind is not Kind.DECIMAL or column.precision <= 10, column.name
        assert column.kind is not Kind.MONEY or column.precision <= 4, column.name


@pytest.mark.parametrize("table", CUSTOM, ids=lambda table: table.name)
def test_a_table_is_a_part_of_one_other_at_most(table: Table) -> None:
    """Dataverse lets a table have one parental relationship."""
    assert sum(column.on_delete is OnDelete.CASCADE for column in table.columns) <= 1


@pytest.mark.parametrize("table", CUSTOM, ids=lambda table: table.name)
def test_lookups_lead_to_tables_that_exist(table: Table) -> None:
    for column in table.columns:
        assert set(column.targets) <= {*BY_NAME, "organization"}, column.name
        assert (column.kind is Kind.LOOKUP) == bool(column.targets), column.name


def test_a_key_of_needed_columns_is_unique_because_dataverse_lets_empty_ones_repeat() -> None:
    """Two exceptions are meant: a draft has no number, a subscription may not be known to a provider yet."""
    optional = {
        f"{table.name}.{name}"
        for table in CUSTOM
        for key in table.keys
        for name in key.columns
        if not table.column(name).required
    }
    assert optional == {"w365_invoice.w365_number", "w365_subscription.w365_provider", "w365_subscription.w365_externalid"}


@pytest.mark.parametrize(
    ("table", "column", "target", "name"),
    [
        ("w365_invoiceline", "w365_invoice", "w365_invoice", "w365_invoice_w365_invoiceline_w365_invoice"),
        ("w365_invoice", "w365_account", "account", "w365_account_w365_invoice_w365_account"),
        ("w365_invoice", "createdby", "systemuser", "lk_w365_invoice_createdby"),
        ("w365_invoice", "ownerid", "team", "team_w365_invoice"),
        ("w365_invoice", "transactioncurrencyid", "transactioncurrency", "TransactionCurrency_w365_Invoice"),
        ("w365_product", "organizationid", "organization", "organization_w365_product"),
    ],
)
def test_relationships_are_called_as_dataverse_calls_them(table: str, column: str, target: str, name: str) -> None:
    assert relation_name(BY_NAME[table], BY_NAME[table].column(column), target) == name


def test_no_two_relationships_share_a_name() -> None:
    names = sorted(name.casefold() for entity in Catalog(ALL) for name in entity.collections)
    assert [one for one, other in pairwise(names) if one == other] == []


def test_options_are_numbered_once_and_labelled_once() -> None:
    for table in CUSTOM:
        for column in table.columns:
            options = column.choice.options if column.choice else ()
            assert len({option.value for option in options}) == len(options), column.name
            by_state = [(option.label, option.state) for option in options]
            assert len(set(by_state)) == len(by_state), column.name


@pytest.mark.parametrize("table", CUSTOM, ids=lambda table: table.name)
def test_every_table_says_what_a_row_is(table: Table) -> None:
    """The sentence stands in the maker portal, in the reference page and in an export's manifest."""
    assert table.description.endswith(".")
    assert len(table.description) <= 200
