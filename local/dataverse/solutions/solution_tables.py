"""Tables that say what is installed: publishers, solutions, their components and layers, and the jobs that imported them.

Source: Microsoft Learn, "Dataverse table/entity reference": publisher, solution, solutioncomponent, importjob,
msdyn_componentlayer.
"""

from __future__ import annotations

from dataverse.schema.model import Choice, Column, Kind, Option
from local.dataverse.made import MadeColumn
from local.dataverse.shorthand import choice, flag, guid, instant, lookup, memo, table, text, whole
from local.dataverse.solutions.kinds import KINDS

LARGE = 1_073_741_823
DEFAULT_SOLUTION_ID = "fd140aaf-4df4-11dd-bd17-0019b9312238"
DEFAULT_PUBLISHER_ID = "d21aab71-79e7-11dd-8874-00188b01e34f"
"""The same in every tenant. Source: Microsoft Learn, "Work with solutions using the SDK"."""


PUBLISHER = table(
    "publisher",
    "publishers",
    "friendlyname",
    (
        text("friendlyname"),
        text("uniquename"),
        text("customizationprefix", 8),
        whole("customizationoptionvalueprefix"),
        memo("description", 2000),
        text("emailaddress", 100),
        text("supportingwebsiteurl", 200),
        flag("isreadonly"),
    ),
)

SOLUTION = table(
    "solution",
    "solutions",
    "friendlyname",
    (
        text("friendlyname"),
        text("uniquename", 65),
        text("version"),
        memo("description", 2000),
        flag("ismanaged"),
        flag("isvisible"),
        instant("installedon"),
        instant("updatedon"),
        text("solutionpackageversion"),
        choice("solutiontype", Unknown=0, Snapshot=1, Internal=2),
        lookup("publisherid", "publisher"),
        lookup("parentsolutionid", "solution"),
    ),
)

COMPONENT = table(
    "solutioncomponent",
    "solutioncomponents",
    "solutioncomponentid",
    (
        Column(
            "componenttype",
            "componenttype",
            Kind.CHOICE,
            "Object Type Code",
            choice=Choice("componenttype", tuple(Option(kind.number, kind.label) for kind in KINDS)),
        ),
        guid("objectid"),
        choice(
            "rootcomponentbehavior",
            Include_Subcomponents=0,
            Do_not_include_subcomponents=1,
            Include_As_Shell_Only=2,
        ),
        flag("ismetadata"),
        guid("rootsolutioncomponentid"),
        lookup("solutionid", "solution"),
    ),
)

IMPORT_JOB = table(
    "importjob",
    "importjobs",
    "solutionname",
    (
        text("name"),
        text("solutionname"),
        MadeColumn("progress", "progress", Kind.DECIMAL, "Progress", precision=2, minimum=0, maximum=100, type_name="Double"),
        memo("data", LARGE),
        instant("startedon"),
        instant("completedon"),
        text("importcontext", 110),
        text("operationcontext", 110),
        guid("solutionid"),
    ),
)

LAYER = table(
    "msdyn_componentlayer",
    "msdyn_componentlayers",
    "msdyn_name",
    (
        text("msdyn_name", 1000),
        text("msdyn_componentid", 100),
        text("msdyn_solutioncomponentname", 100),
        text("msdyn_solutionname", 100),
        text("msdyn_publishername", 100),
        whole("msdyn_order"),
        memo("msdyn_componentjson", LARGE),
    ),
)

TABLES = (PUBLISHER, SOLUTION, COMPONENT, IMPORT_JOB, LAYER)
