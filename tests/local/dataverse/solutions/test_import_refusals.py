"""What is refused, with Dataverse's code and a sentence that names it; and that nothing is left of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.local.dataverse.solutions.conftest import Draft, column, entity, form, relation, view, zipped

if TYPE_CHECKING:
    from tests.local.dataverse.solutions.conftest import Lab

VIEW_ID = "11111111-2222-4333-8444-555555555501"
FORM_ID = "11111111-2222-4333-8444-555555555502"
STEP_ID = "11111111-2222-4333-8444-555555555503"
HOOK_ID = "11111111-2222-4333-8444-555555555504"
ROLE_ID = "11111111-2222-4333-8444-555555555505"
DRAFT = Draft()
THING = (1, "lab_thing")


def _thing(*columns: str, inner: str = "", more: str = "") -> Draft:
    return DRAFT.but(entities=(entity("lab_Thing", *columns, inner=inner, more=more),))


def _with(*sections: tuple[str, str], roots: tuple[tuple[int, str], ...] = ()) -> Draft:
    return DRAFT.but(sections=sections, roots=(THING, *roots))


def _step(mode: int, *, stage: int = 40) -> str:
    return (
        f'<SdkMessageProcessingStep SdkMessageProcessingStepId="{{{STEP_ID}}}" Name="s"><PrimaryEntity>lab_thing</PrimaryEntity>'
        f"<Mode>{mode}</Mode><SdkMessageId>{{9ebdbb1b-ea3e-db11-86a7-000a3a5473e8}}</SdkMessageId><EventHandler>{{{HOOK_ID}}}"
        f"</EventHandler><Stage>{stage}</Stage></SdkMessageProcessingStep>"
    )


def _hook(contract: int) -> str:
    return (
        f'<ServiceEndpoint ServiceEndpointId="{{{HOOK_ID}}}" Name="hook"><Contract>{contract}</Contract><AuthType>4</AuthType>'
        "<Url>https://functions.invalid</Url></ServiceEndpoint>"
    )


def _role(name: str, level: str) -> str:
    given = f'<RolePrivileges><RolePrivilege name="{name}" level="{level}" /></RolePrivileges>'
    return f'<Role name="R" id="{{{ROLE_ID}}}">{given}</Role>'


SCRIPT = (
    f"<WebResource><WebResourceId>{{{VIEW_ID}}}</WebResourceId><Name>lab_/a.js</Name><WebResourceType>3</WebResourceType>"
    "<FileName>/WebResources/a.js</FileName></WebResource>"
)

REFUSED: dict[str, tuple[Draft, str, str]] = {
    "an element that nobody knows": (
        _thing(column("lab_Size", "int", "<Colour>red</Colour>")),
        "0x8004801a",
        "has invalid child element 'Colour'",
    ),
    "an attribute that nobody knows": (
        DRAFT.but(entities=(entity("lab_Thing").replace("<EntityInfo>", '<EntityInfo colour="red">'),)),
        "0x8004801a",
        "The 'colour' attribute is not declared",
    ),
    "a section that is not done": (_with(("Workflows", "<Workflow />")), "0x80048033", "'Workflow' in 'Workflows'"),
    "a column of an unknown type": (_thing(column("lab_Photo", "image")), "0x80048033", "columns of the type 'image'"),
    "a calculated column": (
        _thing(column("lab_Size", "int", "<SourceType>1</SourceType>")),
        "0x80048033",
        "calculated and rollup columns",
    ),
    "a secured column": (_thing(column("lab_Size", "int", "<IsSecured>1</IsSecured>")), "0x80048033", "column security"),
    "an activity": (_thing(inner="<IsActivity>1</IsActivity>"), "0x80048033", "'IsActivity' of tables"),
    "a time zone independent date": (
        _thing(column("lab_When", "datetime", "<Behavior>3</Behavior>")),
        "0x80048033",
        "dates with the behavior 3",
    ),
    "a flag that is neither": (
        _thing(column("lab_Size", "int", "<IsSecured>maybe</IsSecured>")),
        "0x8004801a",
        "'maybe', which is neither 0 nor 1",
    ),
    "a number that is none": (
        _thing(column("lab_Size", "int", "<MinValue>few</MinValue>")),
        "0x8004801a",
        "the value 'few' is no whole number",
    ),
    "a length over the limit": (
        _thing(column("lab_Text", "nvarchar", "<MaxLength>4001</MaxLength>")),
        "0x8004801a",
        "The MaxLength 4001 is not from 1 to 4000",
    ),
    "a global choice that is not there": (
        _thing(column("lab_Kind", "picklist", "<OptionSetName>lab_kinds</OptionSetName>")),
        "0x80048039",
        "references a non-existing global Option Set ('lab_kinds')",
    ),
    "a label in another language": (
        DRAFT.but(entities=(entity("lab_Thing").replace('languagecode="1033"', 'languagecode="1031"', 1),)),
        "0x80048033",
        "labels in the language 1031",
    ),
    "a lookup without a relationship": (
        _thing(column("lab_Owner", "lookup")),
        "0x8004801a",
        "A lookup needs an EntityRelationship",
    ),
    "a lookup to a table that nobody has": (
        _thing(column("lab_Box", "lookup")).but(
            sections=(("EntityRelationships", relation("lab_box_lab_thing", "lab_Thing", "lab_Box", "lab_Box")),)
        ),
        "0x8004801d",
        'Required type="1" schemaName="lab_box"',
    ),
    "a dependency that the manifest calls missing": (
        DRAFT.but(
            missing='<MissingDependency><Required type="1" schemaName="msdyn_thing" displayName="Thing" solution="Other" />'
            '<Dependent type="1" schemaName="lab_thing" displayName="Thing" /></MissingDependency>'
        ),
        "0x8004801d",
        "msdyn_thing",
    ),
    "columns for a table that is not there": (
        DRAFT.but(entities=(entity("lab_Other", column("lab_Size", "int"), whole=False),), roots=((1, "lab_other"),)),
        "0x8004801d",
        "lab_other",
    ),
    "a table that is not listed": (DRAFT.but(roots=()), "0x8004803a", "component lab_thing of type 1 is not declared"),
    "a root component that is not there": (
        DRAFT.but(roots=(THING, (1, "lab_ghost"))),
        "0x8004801f",
        "Cannot add a Root Component lab_ghost of type 1",
    ),
    "a view of an unknown column": (
        _thing(more=view(VIEW_ID, "lab_thing", "lab_colour")),
        "0x80041103",
        "'lab_thing' entity doesn't contain attribute with Name = 'lab_colour'",
    ),
    "a form with an unknown column": (
        _thing(more=form(FORM_ID, "lab_name", "lab_colour")),
        "0x80041103",
        "Name = 'lab_colour'",
    ),
    "a form with an unknown script": (
        _thing(
            more=form(FORM_ID, "lab_name", more='<formLibraries><Library name="lab_/a.js" libraryUniqueId="x" /></formLibraries>')
        ),
        "0x8004801f",
        "lab_/a.js of type 61",
    ),
    "a web resource without its file": (
        _with(
            ("WebResources", SCRIPT),
        ),
        "0x8004801a",
        "The file 'WebResources/a.js' is not in the package",
    ),
    "a file that nobody reads": (
        DRAFT.but(files=(("Workflows/a.json", "{}"),)),
        "0x80072035",
        "Unprocessed files found: Workflows",
    ),
    "a custom API": (DRAFT.but(files=(("customapis/a/customapi.xml", "<a/>"),)), "0x80072035", "customapis/a/customapi.xml"),
    "a role with an unknown privilege": (
        _with(("Roles", _role("prvReadlab_Nothing", "Basic")), roots=((20, f"{{{ROLE_ID}}}"),)),
        "0x80048058",
        "prvReadlab_Nothing",
    ),
    "a role with an unknown level": (
        _with(("Roles", _role("prvReadlab_Thing", "Deepest")), roots=((20, f"{{{ROLE_ID}}}"),)),
        "0x8004801a",
        "'Deepest'",
    ),
    "an asynchronous step before the operation": (
        _with(
            ("ServiceEndpoints", _hook(8)),
            ("SdkMessageProcessingSteps", _step(1, stage=20)),
            roots=((92, f"{{{STEP_ID}}}"), (95, f"{{{HOOK_ID}}}")),
        ),
        "0x80044184",
        "must be registered in the post-operation stage",
    ),
    "a step whose endpoint is not there": (
        _with(("SdkMessageProcessingSteps", _step(1)), roots=((92, f"{{{STEP_ID}}}"),)),
        "0x8004801f",
        HOOK_ID,
    ),
    "an endpoint that is no webhook": (
        _with(("ServiceEndpoints", _hook(2)), roots=((95, f"{{{HOOK_ID}}}"),)),
        "0x80048033",
        "service endpoints other than webhooks",
    ),
    "a solution of the system": (DRAFT.but(name="Default"), "0x80048046", "System solution cannot be imported"),
    "a version that is none": (DRAFT.but(version="one"), "0x8004801a", "The Version 'one' is not valid"),
    "a document type": (
        DRAFT.but(entities=("<!DOCTYPE a [<!ENTITY b 'c'>]>",)),
        "0x80048013",
        "not well formed",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_package_is_refused_in_a_sentence_and_leaves_nothing(lab: Lab, case: str) -> None:
    """Whatever is wrong, the tenant is afterwards as it was before, and the import job says why."""
    draft, code, words = REFUSED[case]
    before = lab.dump()
    answer = lab.install(draft)
    assert answer.error == (400, code)
    assert words in answer.message
    assert lab.dump() == before
    job = lab.api("GET", "importjobs?$select=progress,data").json["value"][0]
    assert words.replace('"', "&quot;") in job["data"] or words in job["data"].replace("&apos;", "'")
    assert job["progress"] < 100


def test_a_document_type_before_the_root_is_refused(lab: Lab) -> None:
    """So no entities can expand."""
    parts = DRAFT.parts()
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]>' + DRAFT.customizations()
    answer = lab.ask(zipped({**parts, "customizations.xml": bomb.encode()}))
    assert (answer.error, "a document type is not allowed" in answer.message) == ((400, "0x80048013"), True)


@pytest.mark.parametrize(
    ("first", "second", "code", "words"),
    [
        (DRAFT.but(version="1.2.0.0"), DRAFT.but(version="1.1.9.9"), "0x80048033", "version 1.1.9.9 is lower"),
        (DRAFT.but(managed=False), DRAFT, "0x80048040", "attempting to install it in managed mode"),
        (DRAFT, DRAFT.but(managed=False), "0x80048041", "attempting to install it in unmanaged mode"),
        (DRAFT, DRAFT.but(publisher="other"), "0x8004801c", "cannot be changed from lab to other"),
        (
            DRAFT,
            _thing(column("lab_Size", "nvarchar", "<MaxLength>10</MaxLength>")).but(version="1.1.0.0"),
            "0x80044157",
            "type of the attribute 'lab_size'",
        ),
    ],
)
def test_what_may_not_follow(lab: Lab, first: Draft, second: Draft, code: str, words: str) -> None:
    """Versions go up, modes and publishers stay, types do not change."""
    assert lab.install(first).status == 204
    before = lab.dump()
    answer = lab.install(second)
    assert answer.error == (400, code)
    assert words in answer.message
    assert lab.dump() == before


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "needs 'OverwriteUnmanagedCustomizations'"),
        ({"OverwriteUnmanagedCustomizations": False, "PublishWorkflows": True}, "needs 'CustomizationFile'"),
        ({"OverwriteUnmanagedCustomizations": False, "PublishWorkflows": True, "CustomizationFile": "%%"}, "a zip in base64"),
        (
            {"OverwriteUnmanagedCustomizations": False, "PublishWorkflows": True, "CustomizationFile": "", "ImportJobId": "x"},
            "ImportJobId must be an id",
        ),
        ({"OverwriteUnmanagedCustomizations": 1, "PublishWorkflows": True}, "true or false"),
        ({"OverwriteUnmanaged": True}, "'OverwriteUnmanaged' in the request payload is not a valid parameter"),
    ],
)
def test_a_request_must_be_complete(lab: Lab, body: dict[str, object], words: str) -> None:
    """Parameters are named in the refusal."""
    answer = lab.api("POST", "ImportSolution", body)
    assert answer.status == 400
    assert words in json.loads(answer.text)["error"]["message"]


def test_importing_needs_its_privilege(lab: Lab) -> None:
    """Somebody without prvImportCustomization gets 403, whichever message he tries."""
    guest = lab.guest()
    for message in ("ImportSolution", "ImportSolutionAsync", "StageSolution", "StageAndUpgrade", "StageAndUpgradeAsync"):
        answer = guest("POST", message, {})
        assert answer.error == (403, "0x80040220")
        assert "prvImportCustomization" in answer.message
    assert guest("POST", "ExportSolution", {"SolutionName": "Lab", "Managed": False}).status == 403
