"""How the tenant tells the functions of new jobs and of edited documents: one service endpoint and the steps that post to it.

Nothing is told of a line that is added: every run adds thousands, and the sweep finds the one that a person adds to a verified
document. Issuing writes dates on the head, so each issued document is told too; the door knows the functions' own user and does
nothing for it.

The address in the package is a place holder that leads nowhere: an installation sets the functions' address and the key
(`?code=`), which no package ever holds.

Source: learn.microsoft.com, "Use webhooks to create external handlers for server events", "serviceendpoint table reference",
"sdkmessageprocessingstep table reference"; CustomizationsSolution.xsd 9.0.0.2090.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dataverse.solution.publisher import FIRST_VERSION, component_id
from dataverse.solution.xml import Element, flag, node

WEBHOOK: Final = 8
WEBHOOK_KEY_AUTH: Final = 4
JSON_FORMAT: Final = 2
ASYNCHRONOUS: Final = 1
POST_OPERATION: Final = 40
SERVICE_ENDPOINT_CODE: Final = 4618
"""The type code of table serviceendpoint: what kind of handler a step calls."""
PATH: Final = "/webhooks/dataverse"
NOWHERE: Final = "https://functions.invalid"
"""RFC 2606 reserves `.invalid`: it never resolves."""

CREATE_MESSAGE: Final = "{9ebdbb1b-ea3e-db11-86a7-000a3a5473e8}"
UPDATE_MESSAGE: Final = "{20bebb1b-ea3e-db11-86a7-000a3a5473e8}"
DELETE_MESSAGE: Final = "{a1bdbb1b-ea3e-db11-86a7-000a3a5473e8}"
"""The ids of three messages, the same in every Dataverse."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A webhook of ours; `id` is its row's, without braces."""

    id: str
    name: str
    about: str


@dataclass(frozen=True, slots=True)
class Step:
    """A message on a table that is told to the endpoint after it was done, later and once.

    Attributes:
        id: of its row, without braces.
        filtering: for Update, the columns one of which must have been written; none for every update.
    """

    id: str
    name: str
    table: str
    message: str
    message_id: str
    about: str
    filtering: tuple[str, ...] = ()


ENDPOINT: Final = Endpoint(
    component_id("service endpoint", "functions").strip("{}"),
    "Work365",
    "The functions. An installation sets the address and the key.",
)
STEPS: Final = (
    Step(
        component_id("step", "w365_job", "Create").strip("{}"),
        "Work365: a job was created",
        "w365_job",
        "Create",
        CREATE_MESSAGE,
        "Tells the functions that there is something to do. What is missed is found by the sweep.",
    ),
    Step(
        component_id("step", "w365_job", "Update", "w365_askedon").strip("{}"),
        "Work365: a job was asked for again",
        "w365_job",
        "Update",
        UPDATE_MESSAGE,
        "Tells the functions that a person wants a job to be run now. What is missed is found by the sweep.",
        ("w365_askedon",),
    ),
    Step(
        component_id("step", "w365_invoice", "Update").strip("{}"),
        "Work365: what is printed of a document was changed",
        "w365_invoice",
        "Update",
        UPDATE_MESSAGE,
        "Tells the functions that a verified document may be another one now. What is missed is found by the sweep.",
        (
            *("w365_kind", "w365_account", "w365_contract", "w365_legalentity", "w365_invoicedate", "w365_duedate"),
            *("w365_periodstart", "w365_periodend", "w365_purchaseorder", "w365_net", "w365_tax", "w365_total"),
            "transactioncurrencyid",
        ),
    ),
    Step(
        component_id("step", "w365_invoiceline", "Update").strip("{}"),
        "Work365: a document's line was changed",
        "w365_invoiceline",
        "Update",
        UPDATE_MESSAGE,
        "Tells the functions that a verified document may be another one now. Runs add lines and never change one.",
    ),
    Step(
        component_id("step", "w365_invoiceline", "Delete").strip("{}"),
        "Work365: a document's line was deleted",
        "w365_invoiceline",
        "Delete",
        DELETE_MESSAGE,
        "Tells the functions that a verified document may be another one now. What is missed is found by the sweep.",
    ),
)


def endpoint_file(endpoint: Endpoint) -> Element:
    """`PluginAssemblies/ServiceEndpoints.xml`."""
    return node(
        "ServiceEndpoints",
        node(
            "ServiceEndpoint",
            node("Contract", str(WEBHOOK)),
            node("Description", endpoint.about),
            flag("IsCustomizable", value=True),
            node("AuthType", str(WEBHOOK_KEY_AUTH)),
            node("MessageFormat", str(JSON_FORMAT)),
            node("Url", NOWHERE + PATH),
            ServiceEndpointId=f"{{{endpoint.id}}}",
            Name=endpoint.name,
        ),
    )


def step_file(step: Step, endpoint: Endpoint) -> Element:
    """The file of one step."""
    return node(
        "SdkMessageProcessingStep",
        node("PrimaryEntity", step.table),
        flag("AsyncAutoDelete", value=True),
        node("Description", step.about),
        *([node("FilteringAttributes", ",".join(step.filtering))] if step.filtering else []),
        node("InvocationSource", "0"),
        node("Mode", str(ASYNCHRONOUS)),
        node("Rank", "1"),
        node("SdkMessageId", step.message_id),
        node("EventHandler", f"{{{endpoint.id}}}"),
        node("EventHandlerTypeCode", str(SERVICE_ENDPOINT_CODE)),
        node("Stage", str(POST_OPERATION)),
        flag("IsCustomizable", value=True),
        flag("IsHidden", value=False),
        node("SupportedDeployment", "0"),
        node("IntroducedVersion", FIRST_VERSION),
        SdkMessageProcessingStepId=f"{{{step.id}}}",
        Name=step.name,
    )
