"""What a deployment stands in: the partner's tenant, the vault, the queues, and who it is there."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from dataverse.identity import Credential, Identity, Tokens, credential, scope_of
from dataverse.webapi import Http, WebApi
from providers.azure_queue.client import by_connection_string, by_identity
from providers.azure_queue.queues import AzureQueues
from providers.key_vault.vault import Vault

if TYPE_CHECKING:
    from azure.storage.queue import QueueServiceClient

    from settings import Settings
    from work365.ports.platform import Clock, Queue

API = "/api/data/v9.2/"


def identity_of(settings: Settings) -> Identity:
    """Who the settings say we are."""
    kind, client, tenant = settings.identity, settings.client_id, settings.tenant_id
    return Identity(kind, client, tenant, settings.trusted_client_id, settings.authority, settings.ca_file)


class Surroundings:
    """Tenant, vault and queues, each reached when it is first needed, as whoever the settings name or has signed in."""

    def __init__(self, settings: Settings, clock: Clock, identity: Credential | None = None) -> None:
        self.settings = settings
        self.clock = clock
        self._signed_in = identity

    @cached_property
    def _identity(self) -> Credential:
        return self._signed_in or credential(identity_of(self.settings))

    @cached_property
    def api(self) -> WebApi:
        """The partner's tenant."""
        address = self.settings.dataverse_url
        return WebApi(Http("dataverse", f"{address}{API}"), Tokens(self._identity, scope_of(address)))

    @cached_property
    def secrets(self) -> Vault:
        """The partner's vault."""
        return Vault(self.settings.vault_url, self._identity, ca=self.settings.ca_file)

    @cached_property
    def queue(self) -> Queue:
        """Messages to ourselves."""
        return AzureQueues(self.queue_service)

    @cached_property
    def queue_service(self) -> QueueServiceClient:
        """The storage account of the queues."""
        storage = self.settings.storage
        return by_connection_string(storage) if "=" in storage else by_identity(storage, self._identity)
