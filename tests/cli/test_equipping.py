"""From settings, company file and sign-in to what the commands work on: the file gives addresses that nothing may contradict."""

from __future__ import annotations

import pytest

from cli import equipping
from cli.package_file import own_version
from dataverse.sign_in import SignIn
from local.desks.installation import WANTED
from work365.errors import BadInput


def test_the_file_alone_is_enough() -> None:
    """A person's own machine has no settings: addresses come from the file, and what is not told is not looked at."""
    application = equipping.connected(SignIn.AZURE_CLI, WANTED, {})
    assert (application.settings.dataverse_url, application.settings.vault_url) == (WANTED.environment, WANTED.vault)
    patient = equipping.patient(application, own_version(), WANTED)
    assert (patient.queues, patient.mailbox) == (None, None)
    assert (patient.application, patient.functions) == (WANTED.application, WANTED.functions)


@pytest.mark.parametrize("name", ["W365_DATAVERSE_URL", "W365_VAULT_URL"])
def test_two_places_at_once_are_refused(name: str) -> None:
    """A setting that names another place than the file: the sentence names both."""
    with pytest.raises(BadInput, match=r"https://another\.example, and the company file") as refused:
        equipping.connected(SignIn.IDENTITY, WANTED, {name: "https://another.example"})
    assert refused.value.path == name


def test_the_settings_alone() -> None:
    """As in the Function App: everything that is set is looked at, and the functions' address is read from the tenant."""
    told = {
        "W365_DATAVERSE_URL": WANTED.environment,
        "W365_VAULT_URL": f"{WANTED.vault}/",
        "W365_MAILBOX": "billing@contoso.example",
        "W365_CLIENT_ID": WANTED.application,
        "AzureWebJobsStorage__accountName": "contoso",
    }
    patient = equipping.patient(equipping.connected(SignIn.IDENTITY, None, told), own_version(), None)
    assert patient.queues is not None
    assert patient.mailbox is not None
    assert (patient.application, patient.functions, patient.undone) == (WANTED.application, "", None)


def test_a_missing_setting_is_named() -> None:
    """Without a file the settings must be whole."""
    with pytest.raises(BadInput, match="W365_DATAVERSE_URL"):
        equipping.connected(SignIn.IDENTITY, None, {})
