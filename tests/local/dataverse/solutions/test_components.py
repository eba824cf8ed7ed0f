"""Components that are more than rows: they work once they are imported."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from tests.local.dataverse.solutions.conftest import Draft, column, entity, label, view

if TYPE_CHECKING:
    from tests.local.dataverse.solutions.conftest import Lab

ID = "55555555-3333-4444-8555-66666666660{}"
STEP, HOOK, IMAGE, SCRIPT, ROLE, VIEW = (ID.format(number) for number in range(6))
UPDATE = "20bebb1b-ea3e-db11-86a7-000a3a5473e8"
HOOK_XML = (
    f'<ServiceEndpoint ServiceEndpointId="{{{HOOK}}}" Name="hook"><Contract>8</Contract><AuthType>4</AuthType>'
    "<Url>https://functions.example/hook</Url></ServiceEndpoint>"
)
STEP_XML = (
    f'<SdkMessageProcessingStep SdkMessageProcessingStepId="{{{STEP}}}" Name="size"><PrimaryEntity>lab_thing</PrimaryEntity>'
    f"<FilteringAttributes>lab_size</FilteringAttributes><Mode>1</Mode><SdkMessageId>{{{UPDATE}}}</SdkMessageId><EventHandler>"
    f"{{{HOOK}}}</EventHandler><Stage>40</Stage><SdkMessageProcessingStepImages><SdkMessageProcessingStepImage Name='before'>"
    f"<SdkMessageProcessingStepImageId>{{{IMAGE}}}</SdkMessageProcessingStepImageId><Attributes>lab_size</Attributes>"
    "<EntityAlias>before</EntityAlias><ImageType>0</ImageType><MessagePropertyName>Target</MessagePropertyName>"
    "</SdkMessageProcessingStepImage></SdkMessageProcessingStepImages></SdkMessageProcessingStep>"
)
SCRIPT_XML = (
    f"<WebResource><WebResourceId>{{{SCRIPT}}}</WebResourceId><Name>lab_/a.js</Name><WebResourceType>3</WebResourceType>"
    "<FileName>/WebResources/lab_a.js</FileName></WebResource>"
)


def test_a_webhook_of_a_package_is_called(lab: Lab) -> None:
    """After the installer has set its key: for its column only, with the image of the row before."""
    sections = (("ServiceEndpoints", HOOK_XML), ("SdkMessageProcessingSteps", STEP_XML))
    draft = Draft(sections=sections, roots=((1, "lab_thing"), (92, f"{{{STEP}}}"), (95, f"{{{HOOK}}}")))
    assert lab.install(draft).status == 204
    assert lab.api("PATCH", f"serviceendpoints({HOOK})", {"authvalue": "secret"}).status == 204
    row = lab.api("POST", "lab_things", {"lab_name": "one", "lab_size": 1}).id
    assert lab.api("PATCH", f"lab_things({row})", {"lab_name": "two"}).status == 204
    assert lab.api("PATCH", f"lab_things({row})", {"lab_size": 2}).status == 204
    lab.app.drain()
    (body,) = lab.receiver.bodies
    assert (body["MessageName"], body["PrimaryEntityName"], len(body["PreEntityImages"])) == ("Update", "lab_thing", 1)
    assert lab.receiver.seen[0].url == "https://functions.example/hook?code=secret"


def test_a_role_of_a_package_gives_its_rights(lab: Lab) -> None:
    """Who has it may do what it says, and no more."""
    given = '<RolePrivilege name="prvReadlab_Thing" level="Global" />'
    role = ("Roles", f'<Role name="Reader" id="{{{ROLE}}}"><RolePrivileges>{given}</RolePrivileges></Role>')
    assert lab.install(Draft(sections=(role,), roots=((1, "lab_thing"), (20, f"{{{ROLE}}}")))).status == 204
    guest = lab.guest()
    assert guest("GET", "lab_things").status == 403
    link = {"@odata.id": f"roles({ROLE})"}
    assert lab.api("POST", f"systemusers({guest.token})/systemuserroles_association/$ref", link).status == 204
    assert guest("GET", "lab_things").status == 200
    assert guest("POST", "lab_things", {"lab_name": "one"}).status == 403


def test_a_web_resource_has_its_file(lab: Lab) -> None:
    """In base64, as Dataverse keeps it; a new version replaces it."""
    for version, text in (("1.0.0.0", "let a = 1"), ("1.0.1.0", "let a = 2")):
        draft = Draft(
            version=version,
            sections=(("WebResources", SCRIPT_XML),),
            roots=((1, "lab_thing"), (61, "lab_/a.js")),
            files=(("WebResources/lab_a.js", text),),
        )
        assert lab.install(draft).status == 204
        row = lab.api("GET", "webresourceset?$filter=name eq 'lab_/a.js'").json["value"][0]
        assert base64.b64decode(row["content"]).decode() == text


def test_a_global_choice_is_shared_by_columns(lab: Lab) -> None:
    """Columns name it; a value that it has not is refused; a new version widens it."""

    def options(*words: str) -> tuple[str, str]:
        made = "".join(
            f'<option value="{200_000_000 + number}">{label("labels", "label", word)}</option>'
            for number, word in enumerate(words)
        )
        head = "<OptionSetType>picklist</OptionSetType><IsGlobal>1</IsGlobal>"
        return ("optionsets", f'<optionset Name="lab_kinds">{head}<options>{made}</options></optionset>')

    column_of = column("lab_Kind", "picklist", "<OptionSetName>lab_kinds</OptionSetName>")
    draft = Draft(
        entities=(entity("lab_Thing", column_of),), sections=(options("Red"),), roots=((1, "lab_thing"), (9, "lab_kinds"))
    )
    assert lab.install(draft).status == 204
    assert lab.api("POST", "lab_things", {"lab_kind": 200_000_001}).status == 400
    assert lab.install(draft.but(version="1.1.0.0", sections=(options("Red", "Blue"),))).status == 204
    assert lab.api("POST", "lab_things", {"lab_kind": 200_000_001}).status == 204
    found = lab.api("GET", "GlobalOptionSetDefinitions(Name='lab_kinds')").json
    assert [one["Label"]["UserLocalizedLabel"]["Label"] for one in found["Options"]] == ["Red", "Blue"]


APP = (
    "<AppModule><UniqueName>lab_App</UniqueName><IntroducedVersion>1.0</IntroducedVersion><FormFactor>1</FormFactor><ClientType>4"
    "</ClientType><AppModuleComponents>{}</AppModuleComponents>"
    f"{label('LocalizedNames', 'LocalizedName', 'Laboratory')}</AppModule>"
)
MAP = (
    "<AppModuleSiteMap><SiteMapUniqueName>lab_App</SiteMapUniqueName><SiteMap><Area Id='a'><Group Id='g'><SubArea Id='s' "
    "Entity='{}' /></Group></Area></SiteMap></AppModuleSiteMap>"
)


def test_an_app_names_what_is_there(lab: Lab) -> None:
    """Its components and the areas of its site map must exist; then the app can be read with them."""

    def draft(table: str, area: str) -> Draft:
        listed = f'<AppModuleComponent type="1" schemaName="{table}" /><AppModuleComponent type="26" id="{{{VIEW}}}" />'
        sections = (("AppModuleSiteMaps", MAP.format(area)), ("AppModules", APP.format(listed)))
        roots = ((1, "lab_thing"), (62, "lab_App"), (80, "lab_App"))
        return Draft(entities=(entity("lab_Thing", more=view(VIEW, "lab_thing", "lab_name")),), sections=sections, roots=roots)

    assert "lab_ghost" in lab.install(draft("lab_ghost", "lab_thing")).message
    assert "lab_ghost" in lab.install(draft("lab_thing", "lab_ghost")).message
    assert lab.install(draft("lab_thing", "lab_thing")).status == 204
    kinds = sorted(row["componenttype"] for row in lab.api("GET", "appmodulecomponents").json["value"])
    assert kinds == [1, 26]


def test_keys_are_active_at_once(lab: Lab) -> None:
    """A second row with the same values is refused, and the key answers by address."""
    key = (
        "<EntityKeys><EntityKey><Name>lab_code_key</Name><EntityKeyAttributes><AttributeName>lab_code</AttributeName>"
        "</EntityKeyAttributes></EntityKey></EntityKeys>"
    )
    code = column("lab_Code", "nvarchar", "<MaxLength>10</MaxLength>")
    assert lab.install(Draft(entities=(entity("lab_Thing", code, inner=key),))).status == 204
    assert lab.api("POST", "lab_things", {"lab_code": "a"}).status == 204
    assert lab.api("POST", "lab_things", {"lab_code": "A"}).error == (412, "0x80060892")
    assert lab.api("GET", "lab_things(lab_code='a')").status == 200
    assert lab.api("GET", "EntityDefinitions(LogicalName='lab_thing')/Keys").json["value"][0]["EntityKeyIndexStatus"] == "Active"
