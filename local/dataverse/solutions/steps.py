"""`ServiceEndpoints` and `SdkMessageProcessingSteps`: webhooks and what sets them off.

The secret of a webhook is in no package; whoever installs it sets `authvalue` afterwards. Source: the published schema (its order
of elements included); Microsoft Learn, "Use webhooks", serviceendpoint and sdkmessageprocessingstep table references.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.dataverse import seed
from local.dataverse.solutions import faults, kinds, nodes
from local.dataverse.solutions.parts import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.dataverse.solutions.nodes import Node

WEBHOOK = 8
ENDPOINT_CODE = 4618
"""The object type code of serviceendpoint."""


def endpoints(group: Node | None) -> Iterator[Part]:
    """Errors: ImportFault, also for endpoints that are no webhooks."""
    for node in group.children("ServiceEndpoint") if group is not None else ():
        endpoint_id = nodes.guid(node, "ServiceEndpointId", node.required("ServiceEndpointId"))
        name = node.attribute("Name")
        node.place = f"ServiceEndpoint[{name}]"
        node.ignore_attributes("unmodified", "Description")
        if node.whole("Contract") != WEBHOOK:
            raise faults.unsupported(f"service endpoints other than webhooks (contract 8) ({node.place})")
        values = {
            "name": name,
            "description": node.text("Description") or node.attribute("Description") or None,
            "url": node.text("Url") or None,
            "contract": WEBHOOK,
            "authtype": node.whole("AuthType"),
            "messageformat": node.whole("MessageFormat", 2),
            "userclaim": node.whole("UserClaim"),
        }
        node.skip({"ConnectionMode", "IsCustomizable", "IntroducedVersion", "NamespaceFormat"})
        for word in ("Path", "SolutionNamespace", "NamespaceAddress", "SASKeyName"):
            if node.text(word):
                raise faults.unsupported(f"'{word}' of service endpoints ({node.place})")
        node.done()
        yield Part(kinds.ENDPOINT, endpoint_id, name, values, place=node.place)
    if group is not None:
        group.done()


def steps(group: Node | None) -> Iterator[Part]:
    """Steps, each followed by its images. Errors: ImportFault, also for steps of plug-ins."""
    for node in group.children("SdkMessageProcessingStep") if group is not None else ():
        pictures = node.child("SdkMessageProcessingStepImages")
        step = _step(node)
        yield step
        yield from _images(pictures, step)
    if group is not None:
        group.done()


def _images(group: Node | None, step: Part) -> Iterator[Part]:
    """What a step takes along of the row before and after."""
    for node in group.children("SdkMessageProcessingStepImage") if group is not None else ():
        name = node.attribute("Name") or node.text("EntityAlias")
        values = {
            "name": name,
            "description": node.text("Description") or None,
            "attributes": node.text("Attributes") or None,
            "entityalias": node.text("EntityAlias"),
            "imagetype": node.whole("ImageType", 0),
            "messagepropertyname": node.text("MessagePropertyName") or None,
            "relatedattributename": node.text("RelatedAttributeName") or None,
            "sdkmessageprocessingstepid": step.id,
        }
        key = node.guid("SdkMessageProcessingStepImageId")
        node.skip({"IsCustomizable", "IntroducedVersion"})
        node.done()
        yield Part(kinds.STEP_IMAGE, key, name, values, place=f"{step.place}/{name}")
    if group is not None:
        group.done()


def _step(node: Node) -> Part:
    step_id = nodes.guid(node, "SdkMessageProcessingStepId", node.required("SdkMessageProcessingStepId"))
    name = node.attribute("Name")
    node.place = f"SdkMessageProcessingStep[{name}]"
    node.ignore_attributes("unmodified")
    if node.text("PluginTypeName") or node.text("PluginTypeId"):
        raise faults.unsupported(f"steps of plug-ins ({node.place})")
    table = node.text("PrimaryEntity").lower()
    message = node.guid("SdkMessageId")
    handler = node.guid("EventHandler")
    if node.whole("EventHandlerTypeCode", ENDPOINT_CODE) != ENDPOINT_CODE:
        raise faults.unsupported(f"steps whose handler is no service endpoint ({node.place})")
    for word, usual in (("SecondaryEntity", "none"), ("ImpersonatingUserIdName", "")):
        if node.text(word, usual) != usual:
            raise faults.unsupported(f"'{word}' of steps ({node.place})")
    values = {
        "name": name,
        "description": node.text("Description") or None,
        "configuration": node.text("Configuration") or None,
        "filteringattributes": node.text("FilteringAttributes") or None,
        "mode": node.whole("Mode"),
        "stage": node.whole("Stage"),
        "rank": node.whole("Rank", 1),
        "supporteddeployment": node.whole("SupportedDeployment", 0),
        "asyncautodelete": int(node.flag("AsyncAutoDelete")),
        "sdkmessageid": message,
        "eventhandler": handler,
    }
    node.skip({"InvocationSource", "IsCustomizable", "IsHidden", "IntroducedVersion"})
    node.done()
    return Part(kinds.STEP, step_id, name, values, links=(("table", table or "none", ""),), place=node.place)


def message_name(message: str) -> str | None:
    """The name of a message by its id in this tenant, None for one that is not there."""
    return next((name for name in seed.MESSAGES if seed.message_id(name) == message), None)
