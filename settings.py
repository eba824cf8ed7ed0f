"""The settings: addresses and names, never a secret. Read once, from the environment, by `wiring` alone."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  pydantic reads the annotation
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dataverse.identity import IdentityKind
from work365.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

ORIGIN = r"^https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?"
PREFIX = "W365_"
STORAGE = "AzureWebJobsStorage"
PRODUCTION = "production"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
PUBLIC = {
    "stripe_url": "https://api.stripe.com",
    "gocardless_url": "https://api.gocardless.com",
    "graph_url": "https://graph.microsoft.com",
    "quickbooks_url": "https://quickbooks.api.intuit.com",
    "avalara_url": "https://rest.avatax.com",
    "ecb_url": "https://www.ecb.europa.eu",
    "quickbooks_token_url": "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
}


HOLDS = {
    "dataverse_url": "the environment's address without a path, such as https://contoso.crm4.dynamics.com",
    "vault_url": "the vault's address, such as https://contoso.vault.azure.net",
    "environment": "up to 20 lower-case letters, digits and hyphens",
    "identity": "system-assigned, user-assigned or federated",
    "mailbox": "an e-mail address",
    "public_url": "this deployment's own address without a path, such as https://billing.contoso.com",
    "rates": "ecb, or nothing",
    "ca_file": "the path of a file",
    "test_clock": "the path of a file",
}
WHERE = "set it in the Function App's settings, or in the command line's environment (docs/reference/settings.md says more)"


class Settings(BaseModel):
    """What one deployment is told. Each member is the setting `W365_<NAME>`; docs/reference/settings.md says more.

    Attributes:
        environment: name of this deployment; part of every idempotency key, so that a copy for tests charges nobody twice.
        storage: the queues' connection string, or the name of the storage account (`AzureWebJobsStorage[__accountName]`).
        webhook_secret, stripe_webhook_secret, gocardless_webhook_secret: names of the vault's secrets that Dataverse, Stripe and
            GoCardless prove themselves with.
        public_url: where customers reach this deployment's pages; "" where no links are sent.
        rates: who publishes the exchange rates that are fetched every day; "" for nobody, then they are imported by hand.
        ca_file: certificates to trust beside the public ones, for a partner's own proxy.
        test_clock: a file that says how far from real time a sandbox is; only for one on this machine.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataverse_url: str = Field(pattern=ORIGIN + "$")
    vault_url: str = Field(pattern=ORIGIN + "/?$")
    storage: str = Field(min_length=1)
    environment: str = Field(default=PRODUCTION, pattern=r"^[a-z0-9-]{1,20}$")
    identity: IdentityKind = IdentityKind.SYSTEM_ASSIGNED
    client_id: str = ""
    tenant_id: str = ""
    trusted_client_id: str = ""
    authority: str = "https://login.microsoftonline.com"
    webhook_secret: str = "dataverse-webhook-key"  # noqa: S105  a name in the vault
    stripe_webhook_secret: str = "stripe-webhook-secret"  # noqa: S105  a name in the vault
    gocardless_webhook_secret: str = "gocardless-webhook-secret"  # noqa: S105  a name in the vault
    mailbox: str = Field(default="", pattern=r"^([^@\s]+@[^@\s]+)?$")
    public_url: str = Field(default="", pattern=f"^$|{ORIGIN}$")
    stripe_url: str = PUBLIC["stripe_url"]
    gocardless_url: str = PUBLIC["gocardless_url"]
    graph_url: str = PUBLIC["graph_url"]
    quickbooks_url: str = PUBLIC["quickbooks_url"]
    quickbooks_token_url: str = PUBLIC["quickbooks_token_url"]
    avalara_url: str = PUBLIC["avalara_url"]
    rates: str = Field(default="", pattern=r"^(ecb)?$")
    ecb_url: str = PUBLIC["ecb_url"]
    quickbooks_client_id: str = ""
    quickbooks_client_secret: str = "quickbooks-client-secret"  # noqa: S105  a name in the vault
    ca_file: Path | None = None
    test_clock: Path | None = None


def read(environment: Mapping[str, str]) -> Settings:
    """The settings of this process.

    Errors: BadInput that names the first setting which is missing or malformed.
    """
    told = {name: environment[PREFIX + name.upper()] for name in Settings.model_fields if PREFIX + name.upper() in environment}
    told["storage"] = (
        environment.get(STORAGE)
        or environment.get(f"{STORAGE}__accountName")
        or environment.get(f"{STORAGE}__queueServiceUri", "")
    )
    if "identity" in told:
        told["identity"] = _identity(told["identity"])
    try:
        found = Settings.model_validate(told)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        setting = STORAGE if name == "storage" else PREFIX + name.upper()
        if first["type"] == "missing" or name == "storage":
            message = f"this setting is missing; {WHERE}"
        else:
            message = f"this setting is not valid, it holds {HOLDS.get(name, 'something else')}; {WHERE}"
        raise BadInput(message, setting) from None
    _refuse_test_clock(found)
    return found


def _refuse_test_clock(told: Settings) -> None:
    """A moved clock would bill the future. Errors: BadInput where it is configured for anything but a sandbox on this machine."""
    here = urlsplit(told.dataverse_url).hostname in LOOPBACK
    if told.test_clock is not None and (told.environment == PRODUCTION or not here):
        message = (
            "a test clock is for a sandbox on this machine only: remove this setting; a deployment goes by real time, and does "
            "not start with another"
        )
        raise BadInput(message, f"{PREFIX}TEST_CLOCK")


def _identity(text: str) -> str:
    """`system-assigned` → the kind's value."""
    by_word = {kind.name.lower().replace("_", "-"): kind.value for kind in IdentityKind}
    return by_word.get(text, text)
