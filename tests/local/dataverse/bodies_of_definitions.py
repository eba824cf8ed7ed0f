"""Bodies of metadata requests, and the shortest ways to send them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local.dataverse.trial import Api

CRM = "Microsoft.Dynamics.CRM."


def labelled(text: str) -> dict[str, Any]:
    """A label."""
    return {"LocalizedLabels": [{"Label": text, "LanguageCode": 1033}]}


def column(kind: str, schema: str, **more: object) -> dict[str, Any]:
    """The definition of a column."""
    return {"@odata.type": f"{CRM}{kind}AttributeMetadata", "SchemaName": schema, "DisplayName": labelled(schema), **more}


def made(api: Api, schema: str, *columns: dict[str, Any], **more: object) -> str:
    """Make a table with a name column; its logical name."""
    name = column("String", f"{schema}_Name".replace("_", "_X", 1), IsPrimaryName=True, MaxLength=100)
    body = {"SchemaName": schema, "DisplayName": labelled(schema), "Attributes": [name, *columns], **more}
    answer = api("POST", "EntityDefinitions", body)
    assert answer.status == 204, answer.text
    return schema.lower()


def of(table: str) -> str:
    """The address of a table's definition."""
    return f"EntityDefinitions(LogicalName='{table}')"


def lookup(parent: str, child: str, schema: str, **cascade: str) -> dict[str, Any]:
    """A one-to-many relationship."""
    return {
        "@odata.type": f"{CRM}OneToManyRelationshipMetadata",
        "SchemaName": f"csp_{parent.removeprefix('csp_')}_{child.removeprefix('csp_')}",
        "ReferencedEntity": parent,
        "ReferencingEntity": child,
        "ReferencedAttribute": f"{parent}id",
        "CascadeConfiguration": {"Assign": "NoCascade", "Delete": "RemoveLink", **cascade},
        "Lookup": column("Lookup", schema, AttributeType="Lookup"),
    }
