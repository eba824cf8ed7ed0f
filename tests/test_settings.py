"""Each setting that is missing or malformed is named in a sentence."""

from __future__ import annotations

import pytest

from dataverse.identity import IdentityKind
from settings import PUBLIC, Settings, read
from work365.errors import BadInput

ENOUGH = {
    "W365_DATAVERSE_URL": "https://org.crm.dynamics.com",
    "W365_VAULT_URL": "https://partner.vault.azure.net/",
    "AzureWebJobsStorage__accountName": "partnerstorage",
}


@pytest.mark.parametrize(
    ("environment", "storage"),
    [
        ({}, "partnerstorage"),
        ({"AzureWebJobsStorage": "UseDevelopmentStorage=true"}, "UseDevelopmentStorage=true"),
        (
            {"AzureWebJobsStorage__accountName": "", "AzureWebJobsStorage__queueServiceUri": "https://q.example"},
            "https://q.example",
        ),
    ],
    ids=["account name", "connection string", "address of the queues"],
)
def test_the_queues_are_named_as_functions_names_its_storage(environment: dict[str, str], storage: str) -> None:
    """By identity or by connection string, whichever the Function App has."""
    assert read(ENOUGH | environment).storage == storage


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"W365_DATAVERSE_URL": None}, "W365_DATAVERSE_URL: this setting is missing"),
        ({"W365_VAULT_URL": None}, "W365_VAULT_URL: this setting is missing"),
        ({"AzureWebJobsStorage__accountName": None}, "AzureWebJobsStorage: this setting is missing"),
        ({"W365_DATAVERSE_URL": "org.crm.dynamics.com"}, "W365_DATAVERSE_URL: this setting is not valid"),
        ({"W365_DATAVERSE_URL": "https://org.crm.dynamics.com/api"}, "W365_DATAVERSE_URL: this setting is not valid"),
        ({"W365_VAULT_URL": "partner"}, "W365_VAULT_URL: this setting is not valid"),
        ({"W365_ENVIRONMENT": "Production!"}, "W365_ENVIRONMENT: this setting is not valid"),
        ({"W365_IDENTITY": "password"}, "W365_IDENTITY: this setting is not valid"),
        ({"W365_RATES": "bundesbank"}, "W365_RATES: this setting is not valid, it holds ecb, or nothing"),
        ({"W365_MAILBOX": "billing"}, "W365_MAILBOX: this setting is not valid"),
    ],
)
def test_a_setting_that_is_missing_or_malformed_is_named(change: dict[str, str | None], named: str) -> None:
    """The sentence begins with the setting and ends with where it is set."""
    environment = {name: value for name, value in (ENOUGH | change).items() if value is not None}
    with pytest.raises(BadInput) as refused:
        read(environment)
    assert str(refused.value).startswith(named)
    assert "set it in the Function App's settings" in str(refused.value)
    assert "docs/reference/settings.md" in str(refused.value)


@pytest.mark.parametrize(
    ("word", "kind"),
    [("system-assigned", IdentityKind.SYSTEM_ASSIGNED), ("user-assigned", IdentityKind.USER_ASSIGNED)],
)
def test_an_identity_is_chosen_by_its_word(word: str, kind: IdentityKind) -> None:
    """As the documentation spells it."""
    assert read(ENOUGH | {"W365_IDENTITY": word}).identity is kind


def test_what_is_not_told_is_the_vendors_own() -> None:
    """Addresses and names have defaults; other variables of the machine are nothing to us."""
    told = read(ENOUGH | {"PATH": "/bin", "W365_UNKNOWN": "x"})
    assert {name: getattr(told, name) for name in PUBLIC} == PUBLIC


def test_no_setting_is_a_secret() -> None:
    """What sounds like one is a name in the vault."""
    secret = {name: field.default for name, field in Settings.model_fields.items() if "secret" in name or "key" in name}
    assert secret == {
        "webhook_secret": "dataverse-webhook-key",
        "stripe_webhook_secret": "stripe-webhook-secret",
        "gocardless_webhook_secret": "gocardless-webhook-secret",
        "quickbooks_client_secret": "quickbooks-client-secret",
    }


SANDBOX = {"W365_DATAVERSE_URL": "http://127.0.0.1:8099", "W365_ENVIRONMENT": "local", "W365_TEST_CLOCK": "clock"}


@pytest.mark.parametrize(
    "deployed",
    [{"W365_ENVIRONMENT": "production"}, {"W365_DATAVERSE_URL": "https://org.crm.dynamics.com"}, {"W365_ENVIRONMENT": None}],
    ids=["production", "a tenant of Microsoft's", "nobody says which"],
)
def test_a_deployment_does_not_start_with_a_test_clock(deployed: dict[str, str | None]) -> None:
    """F168: in a sentence that names the setting; a sandbox on this machine goes by it."""
    assert read(ENOUGH | SANDBOX).test_clock is not None
    environment = {name: value for name, value in (ENOUGH | SANDBOX | deployed).items() if value is not None}
    with pytest.raises(BadInput, match="W365_TEST_CLOCK: a test clock is for a sandbox on this machine only"):
        read(environment)
