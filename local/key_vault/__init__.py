"""A local Azure Key Vault: the secrets part of its REST protocol."""

from __future__ import annotations

from local.key_vault.app import KeyVault

__all__ = ["KeyVault"]
