"""Imports as jobs: progress, results, one at a time; staging; what installers ask before and after."""

from __future__ import annotations

import base64
import time
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

import pytest

from local.dataverse import DataverseApp, platform
from local.dataverse.trial import Api, Clock, Receiver
from tests.local.dataverse.solutions.conftest import Draft, asked, column, entity, view

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local.dataverse.solutions.conftest import Lab

JOB = "aaaaaaaa-0000-4000-8000-000000000001"
BAD = Draft(entities=(entity("lab_Thing", more=view(JOB, "lab_thing", "lab_colour")),))
STATES = {(0, 0): "Ready", (2, 20): "In Progress", (3, 30): "Succeeded", (3, 31): "Failed"}


def _state(lab: Lab, job: str) -> str:
    row = lab.api("GET", f"asyncoperations({job})?$select=statecode,statuscode").json
    return STATES[row["statecode"], row["statuscode"]]


def _job(lab: Lab, key: str) -> dict[str, Any]:
    return dict(lab.api("GET", f"importjobs({key})").json)


def test_an_import_in_the_background_moves_from_ready_to_succeeded(lab: Lab) -> None:
    """Its two rows can be watched, and say the result for every component."""
    lab.api("PUT", "/_local/solutions", {"hold": True})
    answer = lab.ask(lab.draft.zip(), "ImportSolutionAsync", ImportJobId=JOB)
    assert answer.status == 200
    found = answer.json
    assert found["@odata.context"].endswith("#Microsoft.Dynamics.CRM.ImportSolutionAsyncResponse")
    assert (found["ImportJobKey"], _state(lab, found["AsyncOperationId"])) == (JOB, "Ready")
    assert (_job(lab, JOB)["progress"], _job(lab, JOB)["completedon"]) == (0, None)
    lab.api("PUT", "/_local/solutions", {"hold": False})
    assert lab.app.drain()
    assert _state(lab, found["AsyncOperationId"]) == "Succeeded"
    job = _job(lab, JOB)
    assert (job["progress"], job["solutionname"], job["completedon"] is not None) == (100, "Lab", True)
    results = ET.fromstring(job["data"])  # noqa: S314  our own document
    assert [one.get("result") for one in results.iter("result")].count("failure") == 0
    assert [one.get("id") for one in results.iter("entity")] == ["lab_thing"]
    operation = lab.api("GET", f"asyncoperations({found['AsyncOperationId']})").json
    assert (operation["operationtype"], operation["completedon"] is not None) == (203, True)


def test_a_failed_import_in_the_background_says_why(lab: Lab) -> None:
    """In the system job, in the import job, and in its formatted result; the tenant is untouched."""
    before = lab.dump()
    found = lab.ask(BAD.zip(), "ImportSolutionAsync").json
    assert lab.app.drain()
    assert _state(lab, found["AsyncOperationId"]) == "Failed"
    operation = lab.api("GET", f"asyncoperations({found['AsyncOperationId']})").json
    assert "lab_colour" in operation["friendlymessage"]
    assert operation["errorcode"] == int("0x80041103", 16) - (1 << 32)
    result = lab.api("GET", f"RetrieveSolutionImportResult(ImportJobId={found['ImportJobKey']})").json["SolutionOperationResult"]
    assert (result["Status"], len(result["ErrorMessages"])) == ("Failed", 1)
    assert lab.dump() == before


def test_only_one_operation_runs_at_a_time(lab: Lab) -> None:
    """A second import, an uninstallation and publishing are refused while one is waiting; afterwards they are not."""
    assert lab.install().status == 204
    lab.api("PUT", "/_local/solutions", {"hold": True})
    assert lab.ask(lab.draft.zip(), "ImportSolutionAsync").status == 200
    key = lab.solution()["solutionid"]
    for wanted, answer in (
        ("Import", lab.install()),
        ("Import", lab.ask(lab.draft.zip(), "ImportSolutionAsync")),
        ("Import", lab.ask(lab.draft.zip(), "StageSolution")),
        ("Uninstall", lab.api("DELETE", f"solutions({key})")),
        ("PublishAll", lab.api("POST", "PublishAllXml")),
    ):
        assert answer.error == (429, "0x80071151")
        assert f"requested operation [{wanted}] because there is another [Import] running at this moment" in answer.message
    lab.api("PUT", "/_local/solutions", {"hold": False})
    assert lab.app.drain()
    assert lab.api("POST", "PublishAllXml").status == 204
    assert lab.api("DELETE", f"solutions({key})").status == 204


def test_a_job_that_a_restart_interrupts_is_failed(tmp_path: Path) -> None:
    """Nobody waits for it for ever."""
    path = tmp_path / "tenant.db"
    first = DataverseApp(path, any_token=True, clock=Clock(), deliver=Receiver(), tables=platform.WITHOUT_SOLUTION)
    first.jobs.hold(held=True)
    job = Api(first)("POST", "ImportSolutionAsync", asked(Draft().zip())).json["AsyncOperationId"]
    first.close()
    second = DataverseApp(path, any_token=True, clock=Clock(), deliver=Receiver(), tables=platform.WITHOUT_SOLUTION)
    row = Api(second)("GET", f"asyncoperations({job})").json
    second.close()
    assert (row["statecode"], row["statuscode"], "restart" in row["message"]) == (3, 31, True)


def test_what_was_imported_outlives_a_restart(tmp_path: Path) -> None:
    """Tables, rows and layers are in the file."""
    path = tmp_path / "tenant.db"
    for attempt in (1, 2):
        app = DataverseApp(path, any_token=True, clock=Clock(), deliver=Receiver(), tables=platform.WITHOUT_SOLUTION)
        assert Api(app)("POST", "ImportSolution", asked(Draft().zip())).status == 204
        assert Api(app)("POST", "lab_things", {"lab_size": attempt}).status == 204
        app.close()


def test_an_import_job_id_is_used_once(lab: Lab) -> None:
    """A second import under the same id is a mistake of the caller."""
    assert lab.install(ImportJobId=JOB).status == 204
    assert lab.install(ImportJobId=JOB).error == (412, "0x80040237")


def test_a_staged_package_is_checked_and_imported_by_its_upload(lab: Lab) -> None:
    """Staging writes nothing; the upload stands for the file."""
    before = lab.dump()
    results = lab.ask(lab.draft.zip(), "StageSolution").json["StageSolutionResults"]
    assert (results["StageSolutionStatus"], results["SolutionValidationResults"]) == ("Passed", [])
    assert results["SolutionDetails"]["SolutionVersion"] == "1.0.0.0"
    assert lab.dump() == before
    body = {"OverwriteUnmanagedCustomizations": False, "PublishWorkflows": True}
    staged = {**body, "SolutionParameters": {"StageSolutionUploadId": results["StageSolutionUploadId"]}}
    assert lab.api("POST", "ImportSolutionAsync", staged).status == 200
    assert lab.app.drain()
    assert lab.solution()["version"] == "1.0.0.0"


def test_staging_says_what_would_fail(lab: Lab) -> None:
    """A validation result for a wrong package, missing dependencies for one that needs more."""
    results = lab.ask(BAD.zip(), "StageSolution").json["StageSolutionResults"]
    assert (results["StageSolutionStatus"], results["StageSolutionUploadId"]) == ("Failed", None)
    assert "lab_colour" in results["SolutionValidationResults"][0]["Message"]
    needy = Draft(entities=(entity("lab_Other", column("lab_Size", "int"), whole=False),), roots=((1, "lab_other"),))
    results = lab.ask(needy.zip(), "StageSolution").json["StageSolutionResults"]
    assert [one["RequiredComponentSchemaName"] for one in results["MissingDependencies"]] == ["lab_other"]


def test_an_unmanaged_solution_is_exported_as_it_came(lab: Lab) -> None:
    """Byte for byte, until somebody changes it; a managed one never."""
    draft = lab.draft.but(managed=False)
    assert lab.install(draft).status == 204
    wanted = {"SolutionName": "Lab", "Managed": False}
    answer = lab.api("POST", "ExportSolution", wanted)
    assert base64.b64decode(answer.json["ExportSolutionFile"]) == draft.zip()
    label = {"LocalizedLabels": [{"Label": "Other", "LanguageCode": 1033}]}
    assert lab.api("PUT", "EntityDefinitions(LogicalName='lab_thing')", {"DisplayName": label}).status == 204
    answer = lab.api("POST", "ExportSolution", wanted)
    assert (answer.status, "changed since its import" in answer.message) == (501, True)
    for name, code in (("System", "0x80048036"), ("Nowhere", "0x80048037")):
        assert lab.api("POST", "ExportSolution", {"SolutionName": name, "Managed": False}).error == (400, code)


def test_an_export_in_the_background_is_downloaded(lab: Lab) -> None:
    """Its file is there when its system job has succeeded; another id has none."""
    draft = lab.draft.but(managed=False)
    assert lab.install(draft).status == 204
    found = lab.api("POST", "ExportSolutionAsync", {"SolutionName": "Lab", "Managed": False}).json
    assert lab.app.drain()
    assert _state(lab, found["AsyncOperationId"]) == "Succeeded"
    answer = lab.api("POST", "DownloadSolutionExportData", {"ExportJobId": found["ExportJobId"]})
    assert base64.b64decode(answer.json["ExportSolutionFile"]) == draft.zip()
    assert lab.api("POST", "DownloadSolutionExportData", {"ExportJobId": JOB}).status == 404
    failing = lab.api("POST", "ExportSolutionAsync", {"SolutionName": "Nowhere", "Managed": False}).json
    assert lab.app.drain()
    assert _state(lab, failing["AsyncOperationId"]) == "Failed"


@pytest.mark.parametrize(
    ("xml", "status"),
    [
        ("<importexportxml><entities><entity>account</entity></entities></importexportxml>", 204),
        ("<importexportxml><entities><entity>nothing</entity></entities></importexportxml>", 400),
        ("<importexportxml><colours /></importexportxml>", 400),
        ("account", 400),
    ],
)
def test_publishing_names_what_is_there(lab: Lab, xml: str, status: int) -> None:
    """Everything is usable once it is made, but a request must make sense."""
    assert lab.api("POST", "PublishXml", {"ParameterXml": xml}).status == status


def test_values_of_variables_come_with_the_import(lab: Lab) -> None:
    """What an installer knows of the tenant is set in the same transaction."""
    definition = (
        '<environmentvariabledefinition schemaname="lab_Address"><displayname default="Address"><label description="Address" '
        'languagecode="1033" /></displayname><type>100000000</type></environmentvariabledefinition>'
    )
    path = "environmentvariabledefinitions/lab_Address/environmentvariabledefinition.xml"
    draft = lab.draft.but(files=((path, definition),), roots=((1, "lab_thing"), (380, "lab_Address")))
    kind = "Microsoft.Dynamics.CRM.environmentvariablevalue"
    wrong = [{"@odata.type": kind, "schemaname": "lab_Nothing", "value": "x"}]
    assert lab.install(draft, ComponentParameters=wrong).error == (400, "0x8004801f")
    given = [{"@odata.type": kind, "schemaname": "lab_Address", "value": "https://functions.example"}]
    assert lab.install(draft, ComponentParameters=given).status == 204
    relation = "environmentvariabledefinition_environmentvariablevalue"
    row = lab.api("GET", f"environmentvariabledefinitions?$filter=schemaname eq 'lab_Address'&$expand={relation}").json["value"][
        0
    ]
    assert [one["value"] for one in row[relation]] == ["https://functions.example"]


def test_waiting_for_an_import_over_a_poll(lab: Lab) -> None:
    """As a command line does it: ask until the system job is done."""
    job = lab.ask(lab.draft.zip(), "ImportSolutionAsync").json["AsyncOperationId"]
    deadline = time.monotonic() + 10
    while _state(lab, job) not in {"Succeeded", "Failed"} and time.monotonic() < deadline:
        time.sleep(0.01)
    assert _state(lab, job) == "Succeeded"
