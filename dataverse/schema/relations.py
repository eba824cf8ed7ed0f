"""What relationships are called. Every target of a lookup is one one-to-many relationship.

    ours to ours             w365_invoice_w365_invoiceline_w365_invoice     (referenced table, table, lookup)
    a standard table to ours w365_account_w365_invoice_w365_account         (a publisher's names begin with its prefix)
    the platform's own       lk_w365_invoice_createdby, user_w365_invoice, TransactionCurrency_w365_Invoice, …

Source: the names in exported solutions; learn.microsoft.com, "Create and edit 1:N relationships".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.schema.model import PREFIX

if TYPE_CHECKING:
    from dataverse.schema.model import Column, Table

_BY_LOOKUP = {
    "createdby": "lk_{name}_createdby",
    "createdonbehalfby": "lk_{name}_createdonbehalfby",
    "modifiedby": "lk_{name}_modifiedby",
    "modifiedonbehalfby": "lk_{name}_modifiedonbehalfby",
    "owningbusinessunit": "business_unit_{name}",
    "organizationid": "organization_{name}",
    "transactioncurrencyid": "TransactionCurrency_{schema}",
}
_BY_OWNER = {"systemuser": "user_{name}", "team": "team_{name}"}


def relation_name(table: Table, column: Column, target: str) -> str:
    """The schema name of the relationship behind one target of a lookup; it is also that of the collection on the other side.

    Shape: `table` is one of ours, or the lookup is; the platform's own tables have names of their own.
    """
    if column.name.startswith(PREFIX):
        prefix = "" if target.startswith(PREFIX) else PREFIX
        return f"{prefix}{target}_{table.name}_{column.name}"
    pattern = _BY_OWNER[target] if column.name == "ownerid" else _BY_LOOKUP[column.name]
    return pattern.format(name=table.name, schema=table.schema)
