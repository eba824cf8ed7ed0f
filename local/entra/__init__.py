"""A local Microsoft Entra ID: tokens for managed identities and for applications that trust them."""

from __future__ import annotations

from local.entra.app import Entra
from local.entra.directory import Application, Directory, FederatedCredential, Group, ManagedIdentity
from local.entra.people import Person
from local.entra.tokens import Principal, Signer

__all__ = [
    "Application",
    "Directory",
    "Entra",
    "FederatedCredential",
    "Group",
    "ManagedIdentity",
    "Person",
    "Principal",
    "Signer",
]
