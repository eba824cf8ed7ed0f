"""PublishXml: what is to be published must be there. Publishing itself does nothing, for everything is usable once it is made.

Source: Microsoft Learn, "Publish request schema".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.dataverse import errors
from local.dataverse.solutions import faults, nodes

if TYPE_CHECKING:
    from local.dataverse.storage import Storage

GROUPS = {
    "entities": "entity",
    "optionsets": "optionset",
    "webresources": "webresource",
    "appmodules": "appmodule",
    "sitemaps": "sitemap",
    "dashboards": "dashboard",
}
SINGLE = ("ribbons", "nodes", "securityroles", "settings", "workflows")


def check(storage: Storage, text: str) -> None:
    """Errors: 400 for what is no publish request, or names a table or choice that is not there."""
    try:
        root = nodes.parse(text.encode(), "ParameterXml", "importexportxml")
        root.skip(SINGLE)
        for group, one in GROUPS.items():
            listed = root.child(group)
            if listed is None:
                continue
            for node in listed.children(one):
                node.done()
                _known(storage, one, node.own_text)
            listed.done()
        root.done()
    except faults.ImportFault as fault:
        raise fault.refusal() from None


def _known(storage: Storage, kind: str, name: str) -> None:
    if kind == "entity" and name.lower() not in storage.catalog.by_name:
        raise errors.DataverseError(400, "0x80060888", f"Could not find an entity with name {name} and object id.")
    if kind == "optionset" and name not in storage.catalog.choices:
        raise errors.DataverseError(400, "0x80048403", f"Could not find optionset with name {name}.")
