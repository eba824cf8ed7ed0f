"""How a person at the command line signs in: as the deployment's identity, with a code in a browser, or as `az login` did.

Nothing is stored: a token lives as long as the command.

Source: learn.microsoft.com, azure-identity: DeviceCodeCredential, AzureCliCredential; "OAuth 2.0 device authorization grant".
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from dataverse.identity import Credential, Identity


PUBLIC = "https://login.microsoftonline.com"


class SignIn(Enum):
    """Who does it."""

    IDENTITY = "identity"
    DEVICE_CODE = "device-code"
    AZURE_CLI = "azure-cli"


def signed_in(how: SignIn, identity: Identity, tell: Callable[[str], None]) -> Credential:
    """The credential.

    Shape: the settings' tenant and authority also hold for people; `tell` says where the code is to be typed.
    """
    from azure.identity import AzureCliCredential  # a big library: only a command that signs in pays for it

    from dataverse.identity import credential

    match how:
        case SignIn.IDENTITY:
            return credential(identity)
        case SignIn.AZURE_CLI:
            return AzureCliCredential(tenant_id=identity.tenant_id)
        case SignIn.DEVICE_CODE:
            return _device_code(identity, tell)


def _device_code(identity: Identity, tell: Callable[[str], None]) -> Credential:
    from azure.identity import DeviceCodeCredential  # as above

    def prompt(address: str, code: str, until: datetime) -> None:
        tell(f"open {address} in a browser and type the code {code} (good until {until:%H:%M} UTC)")

    options: dict[str, Any] = {} if identity.ca is None else {"connection_verify": str(identity.ca)}
    if identity.tenant_id:
        options["tenant_id"] = identity.tenant_id
    if identity.authority != PUBLIC:
        options["disable_instance_discovery"] = True  # the public directory is asked about no other
    return DeviceCodeCredential(authority=identity.authority, prompt_callback=prompt, **options)
