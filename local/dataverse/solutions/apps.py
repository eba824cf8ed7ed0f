"""`AppModules` and `AppModuleSiteMaps`: model-driven apps, what is in them, who may open them, and their site maps.

Source: AppModule and AppModuleSiteMap of exported solutions and of the published schema.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.dataverse.fixed import fixed
from local.dataverse.solutions import faults, kinds, nodes
from local.dataverse.solutions.nodes import serialized
from local.dataverse.solutions.parts import Part, Values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.dataverse.solutions.nodes import Node

NO_ICON = "953b9fac-1e5e-e611-80d6-00155ded156f"
"""The web resource of the default icon, which every tenant has."""
DISPLAY = {"AppConfig", "EventHandlers", "IsCustomizable", "statecode", "statuscode", "OptimizedFor", "appsettings"}


def app_id(name: str) -> str:
    """The id that this server gives an app: packages carry none."""
    return fixed("appmodule", name.lower())


def site_map_id(name: str) -> str:
    """The id that this server gives a site map."""
    return fixed("sitemap", name.lower())


def site_maps(group: Node | None) -> Iterator[Part]:
    """Errors: ImportFault."""
    for node in group.children("AppModuleSiteMap") if group is not None else ():
        name = node.text("SiteMapUniqueName")
        node.place = f"AppModuleSiteMap[{name}]"
        node.ignore_attributes("unmodified")
        node.skip({"ShowHome", "ShowPinned", "ShowRecents", "EnableCollapsibleGroups", "IsCustomizable", "IntroducedVersion"})
        body = node.raw("SiteMap")
        label = node.label("LocalizedNames", "LocalizedName") or node.text("SiteMapName") or name
        if body is None or not name:
            raise node.fault("A site map needs SiteMapUniqueName and SiteMap.")
        values: Values = {"sitemapname": label, "sitemapnameunique": name, "sitemapxml": serialized(body), "isappaware": 1}
        node.text("SiteMapName")
        node.done()
        yield Part(kinds.SITE_MAP, site_map_id(name), name, values, place=node.place)
    if group is not None:
        group.done()


def apps(group: Node | None) -> Iterator[Part]:
    """Errors: ImportFault."""
    for node in group.children("AppModule") if group is not None else ():
        yield _app(node)
    if group is not None:
        group.done()


def _app(node: Node) -> Part:
    name = node.text("UniqueName")
    node.place = f"AppModule[{name}]"
    node.ignore_attributes("unmodified")
    if not name:
        raise node.fault("An app needs a UniqueName.")
    icon = node.text("WebResourceId")
    node.text("WelcomePageId")
    values: Values = {
        "name": node.label("LocalizedNames", "LocalizedName") or name,
        "uniquename": name,
        "description": node.label("Descriptions", "Description") or None,
        "webresourceid": nodes.guid(node, "WebResourceId", icon) if icon else NO_ICON,
        "formfactor": node.whole("FormFactor", 1),
        "clienttype": node.whole("ClientType", 4),
        "url": node.text("URL") or None,
        "navigationtype": node.whole("NavigationType", 0),
        "introducedversion": node.text("IntroducedVersion") or None,
    }
    links = (*_components(node), *_roles(node))
    node.skip(DISPLAY)
    node.done()
    return Part(kinds.APP, app_id(name), name, values, links=links, place=node.place)


def _components(node: Node) -> Iterator[tuple[str, str, str]]:
    group = node.child("AppModuleComponents")
    for one in group.children("AppModuleComponent") if group is not None else ():
        kind = nodes.number(one, "type", one.required("type"))
        given, name = one.attribute("id"), one.attribute("schemaName")
        one.ignore_attributes("behavior", "subcomponentstatus")
        one.done()
        if not given and not name:
            raise one.fault("An AppModuleComponent needs id or schemaName.")
        if kind not in kinds.BY_NUMBER:
            raise faults.unsupported(f"components of the type {kind} in apps ({node.place})")
        yield "component", nodes.guid(one, "id", given) if given else name.lower(), str(kind)
    if group is not None:
        group.done()


def _roles(node: Node) -> Iterator[tuple[str, str, str]]:
    group = node.child("AppModuleRoleMaps")
    for one in group.children("Role") if group is not None else ():
        yield "role", nodes.guid(one, "id", one.required("id")), ""
        one.done()
    if group is not None:
        group.done()
