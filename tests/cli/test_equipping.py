"""From settings, company file and sign-in to what the commands work on: the file gives addresses that nothing may contradict."""

from __future__ import annotations

import pytest

from cli import equipping
from cli.package_file import own_version
from dataverse.sign_in import SignIn
from local.desks.debit import ADDRESS, DebitDesk
from local.desks.installation import WANTED
from local.gocardless.app import TOKEN
from local.http import httpx_transport
from transport.client import Http
from work365.errors import BadInput, Rejected
from work365.examining.seen import GatewaySeen


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


class Safe:
    """A vault with one secret under every name."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def read(self, name: str) -> str:
        return self.secret


def test_a_gocardless_processor_is_looked_at_with_its_own_token() -> None:
    """The token is used once; where GoCardless reports to cannot be read, so nothing is said of it."""
    desk = DebitDesk()
    application = equipping.connected(SignIn.AZURE_CLI, WANTED, {})
    safe = Safe(TOKEN)
    http = Http("GoCardless", ADDRESS, transport=httpx_transport(desk.gocardless))
    vars(application).update({"api": desk.quiet, "secrets": safe, "_gocardless_http": http})
    gateways = equipping.Gateways(application)
    assert gateways.names() == ["debits", "stripe"]
    assert gateways.look("debits") == GatewaySeen("GoCardless", "debits", None)
    safe.secret = "sandbox_of_somebody_else"
    with pytest.raises(Rejected, match="GoCardless does not let us in"):
        gateways.look("debits")
    desk.close()
