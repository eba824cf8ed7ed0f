"""`$metadata`: the service's types, sets and operations as OData CSDL. The same tables give the same bytes.

Source: Microsoft Learn, "Web API service documents" and "Web API EntityTypes": namespace `Microsoft.Dynamics.CRM`, alias
`mscrm`, every type under `crmbaseentity`, alternate keys and change tracking as annotations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from dataverse.schema.model import Column, Kind
from local.dataverse.codec import EDM
from local.dataverse.made import MadeColumn
from local.dataverse.platform import WRITE_ONLY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.dataverse.entities import Catalog, Entity, Nav

NAMESPACE = "Microsoft.Dynamics.CRM"
_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">'
    '<edmx:Reference Uri="http://vocabularies.odata.org/OData.Community.Keys.V1.xml">'
    '<edmx:Include Namespace="OData.Community.Keys.V1" Alias="Keys" />'
    '<edmx:IncludeAnnotations TermNamespace="OData.Community.Keys.V1" /></edmx:Reference>'
    '<edmx:Reference Uri="http://docs.oasis-open.org/odata/odata/v4.0/os/vocabularies/Org.OData.Capabilities.V1.xml">'
    '<edmx:Include Namespace="Org.OData.Capabilities.V1" Alias="Capabilities" /></edmx:Reference>'
    "<edmx:DataServices>"
    f'<Schema Namespace="{NAMESPACE}" Alias="mscrm" xmlns="http://docs.oasis-open.org/odata/ns/edm">'
    '<EntityType Name="crmbaseentity" Abstract="true" />'
    '<EntityType Name="expando" BaseType="mscrm.crmbaseentity" OpenType="true" />'
)
_TAIL = "</Schema></edmx:DataServices></edmx:Edmx>"
_OWN = {"Double": "Edm.Double", "Image": "Edm.Binary"}
"""EDM types of columns that are held as another kind."""
_BULK = ("CreateMultiple", "UpdateMultiple", "UpsertMultiple")
_OPERATIONS = (
    '<ComplexType Name="WhoAmIResponse"><Property Name="BusinessUnitId" Type="Edm.Guid" Nullable="false" />'
    '<Property Name="UserId" Type="Edm.Guid" Nullable="false" />'
    '<Property Name="OrganizationId" Type="Edm.Guid" Nullable="false" /></ComplexType>'
    '<ComplexType Name="CreateMultipleResponse">'
    '<Property Name="Ids" Type="Collection(Edm.Guid)" Nullable="false" /></ComplexType>'
    '<Function Name="WhoAmI"><ReturnType Type="mscrm.WhoAmIResponse" Nullable="false" /></Function>'
    '<Action Name="PublishAllXml" />'
    '<Action Name="PublishXml"><Parameter Name="ParameterXml" Type="Edm.String" Nullable="false" Unicode="false" /></Action>'
)


def document(catalog: Catalog, *, annotated: bool = False) -> str:
    """The whole document; with annotations, each property says what a write may do with it."""
    types = "".join(_type(catalog, entity, annotated=annotated) for entity in catalog)
    bound = "".join(_bulk(entity) for entity in catalog)
    sets = "".join(_set(catalog, entity) for entity in catalog)
    imports = (
        '<FunctionImport Name="WhoAmI" Function="mscrm.WhoAmI" />'
        '<ActionImport Name="PublishAllXml" Action="mscrm.PublishAllXml" />'
        '<ActionImport Name="PublishXml" Action="mscrm.PublishXml" />'
    )
    return f'{_HEAD}{types}{_OPERATIONS}{bound}<EntityContainer Name="System">{sets}{imports}</EntityContainer>{_TAIL}'


def _type(catalog: Catalog, entity: Entity, *, annotated: bool) -> str:
    properties = "".join(
        _property(column, annotated=annotated) for column in entity.table.columns if (entity.name, column.name) not in WRITE_ONLY
    )
    navigations = "".join(_navigations(catalog, entity))
    key = f'<Key><PropertyRef Name="{entity.primary_id}" /></Key>'
    keys = _alternate_keys(entity)
    return f'<EntityType Name="{entity.name}" BaseType="mscrm.crmbaseentity">{key}{properties}{navigations}{keys}</EntityType>'


def edm_type(column: Column) -> str:
    """The EDM type of a column."""
    own = column.type_name if isinstance(column, MadeColumn) else ""
    return _OWN.get(own) or EDM[column.kind]


def _property(column: Column, *, annotated: bool) -> str:
    facets = ' Unicode="false"' if column.kind in {Kind.STRING, Kind.MEMO} else ""
    if edm_type(column) == "Edm.Decimal":
        facets = ' Scale="Variable"'
    start = f'<Property Name="{column.api_name}" Type="{edm_type(column)}"{facets}'
    notes = f'<Annotation Term="Org.OData.Core.V1.Description" String={quoteattr(column.label)} />' if annotated else ""
    if column.read_only or column.kind is Kind.LOOKUP:
        notes += (
            '<Annotation Term="Org.OData.Core.V1.Computed" Bool="true" />'
            if column.read_only
            else (
                '<Annotation Term="Org.OData.Core.V1.Permissions"><EnumMember>Org.OData.Core.V1.PermissionType/Read</EnumMember>'
                "</Annotation>"
            )
        )
    return f"{start}>{notes}</Property>" if notes else f"{start} />"


def _targets(catalog: Catalog, nav: Nav) -> list[str]:
    return [name for name in nav.targets if name in catalog.by_name]


def _navigations(catalog: Catalog, entity: Entity) -> Iterator[str]:
    for nav in entity.singles.values():
        known = _targets(catalog, nav)
        kind = f"mscrm.{known[0]}" if len(nav.targets) == 1 and known else "mscrm.crmbaseentity"
        if nav.column.name == "ownerid":
            kind = "mscrm.crmbaseentity"
        partner = _partner(catalog, entity, nav) if len(nav.targets) == 1 and known else ""
        constraint = (
            f'<ReferentialConstraint Property="{nav.column.api_name}" ReferencedProperty="{catalog[known[0]].primary_id}" />'
            if len(nav.targets) == 1 and known
            else ""
        )
        start = f'<NavigationProperty Name="{nav.name}" Type="{kind}"{partner}'
        yield f"{start}>{constraint}</NavigationProperty>" if constraint else f"{start} />"
    for many in entity.collections.values():
        back = next(
            (one for one in catalog[many.child].singles.values() if one.column is many.column and one.targets == (entity.name,)),
            None,
        )
        partner = f' Partner="{back.name}"' if back else ""
        yield f'<NavigationProperty Name="{many.name}" Type="Collection(mscrm.{many.child})"{partner} />'
    for link in entity.manys.values():
        yield f'<NavigationProperty Name="{link.name}" Type="Collection(mscrm.{link.child})" />'


def _partner(catalog: Catalog, entity: Entity, nav: Nav) -> str:
    for many in catalog[nav.targets[0]].collections.values():
        if many.child == entity.name and many.column is nav.column:
            return f' Partner="{many.name}"'
    return ""


def _alternate_keys(entity: Entity) -> str:
    records = "".join(
        '<Record Type="OData.Community.Keys.V1.AlternateKey"><PropertyValue Property="Key"><Collection>'
        + "".join(
            '<Record Type="OData.Community.Keys.V1.PropertyRef">'
            f'<PropertyValue Property="Alias" String="{entity.columns[name].api_name}" />'
            f'<PropertyValue Property="Name" PropertyPath="{entity.columns[name].api_name}" /></Record>'
            for name in key.columns
        )
        + "</Collection></PropertyValue></Record>"
        for key in entity.table.keys
    )
    term = "OData.Community.Keys.V1.AlternateKeys"
    return f'<Annotation Term="{term}"><Collection>{records}</Collection></Annotation>' if records else ""


def _bulk(entity: Entity) -> str:
    rows = f"Collection(mscrm.{entity.name})"
    made = []
    for name in _BULK:
        answer = '<ReturnType Type="mscrm.CreateMultipleResponse" Nullable="false" />' if name == "CreateMultiple" else ""
        made.append(
            f'<Action Name="{name}" IsBound="true"><Parameter Name="entityset" Type="{rows}" Nullable="false" />'
            f'<Parameter Name="Targets" Type="{rows}" Nullable="false" />{answer}</Action>'
        )
    return "".join(made)


def _set(catalog: Catalog, entity: Entity) -> str:
    single = [nav for nav in entity.singles.values() if len(nav.targets) == 1 and _targets(catalog, nav)]
    bindings = [(nav.name, catalog[nav.targets[0]].set_name) for nav in single]
    bindings += [(many.name, catalog[many.child].set_name) for many in entity.collections.values()]
    bindings += [(link.name, catalog[link.child].set_name) for link in entity.manys.values()]
    inner = "".join(f'<NavigationPropertyBinding Path="{path}" Target="{target}" />' for path, target in bindings)
    if entity.table.tracked:
        inner += (
            '<Annotation Term="Org.OData.Capabilities.V1.ChangeTracking"><Record>'
            '<PropertyValue Property="Supported" Bool="true" /></Record></Annotation>'
        )
    start = f'<EntitySet Name="{entity.set_name}" EntityType="{NAMESPACE}.{entity.name}"'
    return f"{start}>{inner}</EntitySet>" if inner else f"{start} />"
